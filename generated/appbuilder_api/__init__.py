# Generated from openapi.yaml by `make generate`; do not edit.
"""The objects of the API that openapi.yaml describes.

`models` holds the objects on the wire, `dicts` the plain dicts that a request may have in place of
some. Nothing here sends anything, and importing this package imports nothing else.
"""
