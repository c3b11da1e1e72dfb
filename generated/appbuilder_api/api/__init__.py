# Generated from openapi.yaml by `make generate`; do not edit.
"""One subpackage per tag, in it one module per operation with its `request` function."""
