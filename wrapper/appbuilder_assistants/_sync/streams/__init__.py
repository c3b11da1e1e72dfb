# Written by scripts/unasync.py from _async/streams/__init__.py; do not edit.

"""Streams of a run's events, read, answered by tools or handled, and closed.

Hands out the stream classes, and the handler with its stream manager.
"""
