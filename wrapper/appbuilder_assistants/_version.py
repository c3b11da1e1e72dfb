"""The version of this distribution; the one place it is written.

Until the first release tag, `make spec-diff` takes the last commit that changed this file, or the
last with another version, for what programs rely on.
"""

__version__ = "0.1.0"
