"""Every operation of openapi.yaml as a value: what to send, how to read it, may it be repeated.

One function per operationId, in one module per resource. The one place that knows both the
generated code and the rest. `tests/border` holds it to the spec.
"""
