"""Servers that the suite is run against: other forms, other choices, and broken ones.

Hands out context managers that yield the URL of such a server.
"""
