"""Tests of a server: hand-written ones, and those generated from openapi.yaml.

`make contract` runs them against the target; plugin.py has their order. Hands out nothing.
"""
