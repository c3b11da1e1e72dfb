"""Module paths of the official SDK, for programs that import by them: names from elsewhere here."""
