"""Tests of the contract tests: sessions of the suite against servers that are started for them.

`make test-contract-suite` runs them. Hands out nothing.
"""
