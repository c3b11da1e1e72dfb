"""Decisions without I/O: no sockets, no clocks, no environment."""
