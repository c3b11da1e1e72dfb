"""How objects and events look on the wire.

Hands out serializers, event texts and the form of June 2024.
"""
