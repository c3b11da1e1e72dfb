# Generated from openapi.yaml by `make generate`; do not edit.
"""The operations of one tag."""
