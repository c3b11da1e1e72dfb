"""Documents and the bytes of files in SQLite.

Hands out the store, the blobs, the dump of all that is stored, and the clock.
"""
