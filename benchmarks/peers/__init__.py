"""One module for each library: how it does what a row measures.

Each hands out `ROWS`: for the name of a row, a function that makes ready and yields the act.
"""
