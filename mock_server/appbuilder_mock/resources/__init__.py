"""Assistants, threads, messages and files: what is kept of them, and the rules they obey.

Hands out functions on the store; runs and their steps are in `runs`.
"""
