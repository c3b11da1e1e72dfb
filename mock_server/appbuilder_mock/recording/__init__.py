"""Records what passes between a client and a gateway, as a scenario that the mock server replays.

Hands out `recording`, a recorder in a thread, and the command `python -m appbuilder_mock record`.
"""
