"""Python functions as tools of a model: their schemas, arguments, outputs and rounds.

Hands out `Tool`, the flow of a run with tools and the runner that calls them.
"""
