"""The version of this distribution; the one place it is written.

Until the first release tag, `make spec-diff` takes for what programs rely on the tree in which this
file was changed last, or where the version itself was, the one before. To change it is to promise.
"""

__version__ = "0.2.0"
