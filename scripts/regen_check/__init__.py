"""`make regen-check`: one change of openapi.yaml after another, and the effects of each.

`changes` has the ten changes with their probes, `trial` applies one in a copy of the repository.
"""
