"""Files on the disk: what an upload reads and a download writes.

Hands out `uploading`, `Download`, `InMemory` and the names of downloaded files.
"""
