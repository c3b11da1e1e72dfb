"""Tests of the suite's parts, each by itself: gateway, journal, limits, report and set-up.

Hands out nothing.
"""
