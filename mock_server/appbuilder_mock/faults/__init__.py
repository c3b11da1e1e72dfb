"""Responses with the faults that a scenario asks for: errors, delays, cut connections.

Hands out faulty responses, and the subject of a call that rules are matched with.
"""
