"""Uploads: multipart bodies read piece by piece into the store, and file names in headers.

Hands out the upload, the multipart parser and the rules of names.
"""
