"""What each operation does, one file per resource: act on the state, answer a wire object."""
