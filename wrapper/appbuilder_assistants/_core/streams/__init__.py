"""From the bytes of a run's stream to events, handlers' methods and the run's end.

Hands out EventReader, the events, and `reconcile`.
"""
