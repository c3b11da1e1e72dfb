"""Our own checks, which schemathesis applies to every answer of a target.

Hands out the registry, the judgement of one answer, and the coverage of operations and statuses.
"""
