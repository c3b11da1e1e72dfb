"""What changed in openapi.yaml and in the Python API since a git ref: `make spec-diff BASE=…`."""
