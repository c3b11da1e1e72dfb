"""Rows in SQLite, and files on the disk.

Hands out the store, the blobs, the dump of all that is kept, and the clock.
"""
