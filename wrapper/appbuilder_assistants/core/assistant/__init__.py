"""The official paths to the module object `assistant`.

Hands out its resources and its types.
"""
