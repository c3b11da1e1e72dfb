# Generated from openapi.yaml by `make generate`; do not edit.
"""Models and request builders of the API that openapi.yaml describes.

`models` holds the objects on the wire, `api` one module per operation. Nothing here sends
anything, and importing this package imports nothing else.
"""
