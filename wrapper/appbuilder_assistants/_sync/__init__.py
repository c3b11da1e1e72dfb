"""The clients for threads and scripts. Written by scripts/unasync.py from `_async`; do not edit."""
