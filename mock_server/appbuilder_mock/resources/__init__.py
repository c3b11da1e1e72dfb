"""Assistants, threads, messages and files: what is stored of them, and the rules they obey.

Hands out functions on the store, and the records that `runs` works with.
"""
