"""Imports outside logs (XES, CSV, Parquet, OCEL 2.0) into the published views."""
