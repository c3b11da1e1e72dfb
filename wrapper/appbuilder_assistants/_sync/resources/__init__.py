# Written by scripts/unasync.py from _async/resources/__init__.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The resources of the clients: one class each, with a method for each operation.

Methods of more than one request are in the class that a resource derives from.
"""
