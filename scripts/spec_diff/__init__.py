"""Changes of openapi.yaml and of the Python API since a git ref: `make spec-diff BASE=…`."""
