"""Template words of the officer's pages."""
