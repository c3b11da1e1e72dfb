"""Attacks on a server with requests made from openapi.yaml."""
