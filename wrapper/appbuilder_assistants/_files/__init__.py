"""Files on the disk: what an upload reads and a download writes.

Hands out opened files, their names and the upload's body.
"""
