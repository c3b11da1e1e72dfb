"""Servers of every kind, broken and right, that the suite is run against."""
