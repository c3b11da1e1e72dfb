# Written by scripts/unasync.py from _async/__init__.py; do not edit.

"""The clients for threads and scripts.

Hands out the client, its resources and their streams.
"""
