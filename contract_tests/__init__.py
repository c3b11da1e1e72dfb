"""Contract tests: hold a server against openapi.yaml.

Run by `python -m contract_tests`; hands out nothing to import.
"""
