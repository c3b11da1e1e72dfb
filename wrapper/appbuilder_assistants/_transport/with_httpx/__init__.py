"""The transport on httpx: over connections of the client's own, or an `http_client` passed in.

Hands out `HttpxTransport` and `AsyncHttpxTransport`; only this folder knows httpx's private names.
"""
