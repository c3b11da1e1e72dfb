"""`make regen-check`: one change of openapi.yaml after another, and what follows from each.

`changes` has the ten changes with their probes, `trial` applies one in a copy of the repository.
"""
