"""The clients for asyncio. `_sync` is written from these files by scripts/unasync.py.

Hands out the client, its resources and their streams.
"""
