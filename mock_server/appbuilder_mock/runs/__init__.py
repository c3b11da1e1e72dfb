"""Runs: the engine that advances them, their states and rules, and the model they ask.

Hands out the engine (`Runs`), the model's interface and the stream of a run's events.
"""
