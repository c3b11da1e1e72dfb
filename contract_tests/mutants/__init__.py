"""Servers that break one promise each, and whether the tests notice.

A mutant is a change to what passes through a proxy in front of the mock server (`catalogue/`
holds them all). `python -m contract_tests.mutants` runs the tests against each.
"""
