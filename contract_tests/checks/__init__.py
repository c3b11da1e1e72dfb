"""Our own checks, which schemathesis applies to every response of a target.

Hands out the validator of a response, and the coverage of operations and statuses.
"""
