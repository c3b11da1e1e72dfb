"""Middleware that each request passes before it is routed, and JSON read within bounds.

Hands out the middleware classes, the history of requests, the redactor and the JSON reader.
"""
