"""Hooks, logs and traces of calls and of runs with tools.

Hands out the spans that the drivers open and close.
"""
