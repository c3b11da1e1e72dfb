"""Decisions without I/O: no sockets, no clocks, no environment.

Hands out the values, steps and flows that the driver carries out.
"""
