"""Haihe (海河): digital files, statutory clocks and supervision in full for a city."""
