"""Writes docs/reference, in English and in Chinese.

A page for each resource is from openapi.yaml and the client's signatures; those of streams, tools,
errors and settings are from docstrings.
"""
