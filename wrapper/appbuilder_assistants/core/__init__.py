"""Module paths of the official SDK, for programs that import by them.

Hands out names from elsewhere in this package.
"""
