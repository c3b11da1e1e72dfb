"""The client of the hand-written tests: it checks every answer it gets.

Hands out the client, the fixtures of its objects, and the control of the mock.
"""
