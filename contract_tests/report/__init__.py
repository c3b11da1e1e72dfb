"""Reports of a session: its first lines, HTML, HAR, curl lines and the coverage table.

Hands out the pytest plugin that writes the reports; tokens are redacted in all of them.
"""
