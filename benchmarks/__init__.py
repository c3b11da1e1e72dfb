"""What this library costs beside its peers: `make bench`, described in docs/performance.md.

`rows` names what is measured, `peers` does it with each library, `rounds` measures them in turn.
"""
