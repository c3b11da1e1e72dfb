"""The server under test, and all that is sent to it: the only folder with I/O.

Hands out the target, its gateway, the limits, the journal and the clean-up.
"""
