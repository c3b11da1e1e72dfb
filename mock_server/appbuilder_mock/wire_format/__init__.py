"""The form of objects and events on the wire.

Hands out serializers of what is stored, events, and the form of June 2024.
"""
