"""HTTP: the only folder that imports httpx, httpcore or anyio.

Hands out the sending of one request within its limits, and the body of the reply.
"""
