"""Streams of a run's events, read, answered by tools or handled, and closed.

Hands out the stream classes, and the handler with its stream manager.
"""
