"""Faults that a scenario asks for: errors, delays, cut connections.

Hands out the middleware that injects them and the faulty response.
"""
