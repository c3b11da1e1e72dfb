"""Serve the app: in a thread of this process, or for the command line.

Hands out `running`, the server, its users and the log of requests that the command prints.
"""
