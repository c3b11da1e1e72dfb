"""What openapi.yaml says of requests and answers; no I/O.

Hands out the document, its answers and run events, samples, and the facts that are unknown.
"""
