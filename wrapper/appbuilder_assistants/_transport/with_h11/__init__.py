"""Connections of our own: sockets, and h11 as the parser of every response.

Hands out `SocketTransport` and `AsyncSocketTransport`, which import httpx only for what needs it.
"""
