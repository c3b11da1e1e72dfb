"""Runs: their rules, the engine that advances them, the model they ask, and their events.

Hands out the engine, the model's interface and the event stream.
"""
