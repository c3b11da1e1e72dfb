"""`make witness`: what the service shows of facts that openapi.yaml only assumes.

It hands out the command `python -m contract_tests.witness`.
"""
