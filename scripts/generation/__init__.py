"""The wrapper's plain surface from openapi.yaml: operations, resource classes, raw twins, types.

`render.modules` gives every module's text by its path; `scripts/generate.py` writes them.
"""
