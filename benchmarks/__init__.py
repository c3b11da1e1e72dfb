"""The cost of this library beside its peers: `make bench`, described in docs/performance.md.

`rows` names the tasks, `peers` does them with each library, `rounds` measures them in turn.
"""
