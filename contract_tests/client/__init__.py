"""The client of the hand-written tests: it checks every response it gets.

Hands out the client and the fixtures of its objects.
"""
