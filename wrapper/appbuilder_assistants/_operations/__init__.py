# Written by `make generate` from openapi.yaml; do not edit.
"""Every operation of openapi.yaml: what to send, and how to read the answer.

One module per resource, with a function for each operation that makes its call; `_shapes`
has the objects within requests.
"""
