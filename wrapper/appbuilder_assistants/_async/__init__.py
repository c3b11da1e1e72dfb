"""The clients for asyncio. `_sync` is written from these files by scripts/unasync.py."""
