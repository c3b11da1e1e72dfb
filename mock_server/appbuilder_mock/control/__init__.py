"""`/_mock/…`: reset, state, requests, scenario and live view, and the access to them.

Hands out the routes and the checks of access.
"""
