"""Files that are uploaded, and their names.

Hands out the reader of multipart bodies and the rules for names.
"""
