"""The process around the app: options, sockets, threads.

Hands out the server, its users and the handle of a running one.
"""
