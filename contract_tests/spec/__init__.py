"""The content of openapi.yaml on requests and responses; no I/O.

Hands out the document, its answers and run events, samples, and the facts that are unknown.
"""
