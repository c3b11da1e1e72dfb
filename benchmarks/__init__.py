"""How the client compares with what one would use instead. Run by `make bench`."""
