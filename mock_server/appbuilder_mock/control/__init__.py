"""`/_mock/…`: reset, state, requests, scenario and live view, and who may use them.

Hands out the routes and the checks of access.
"""
