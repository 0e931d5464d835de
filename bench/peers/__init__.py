"""Peers doing the same human step as Haihe: a person completes a form on an open case, durably.

Each module runs in the bench's own environment (`bench/requirements.txt`), one process a run:
`python -m bench.peers.NAME --database sqlite:FILE|postgresql:URL --callers N --seconds S` and
prints one JSON line. Every peer keeps its usual way of working; only durability is set to the
same: SQLite in WAL mode with synchronous=FULL, PostgreSQL with its defaults.
"""
