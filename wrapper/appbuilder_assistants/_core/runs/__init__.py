"""Flows about one run: polling it, cancelling an orphaned one, finding its text.

Hands out `poll_run`, OrphanedRun and `find_text`.
"""
