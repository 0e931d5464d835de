"""A process that is killed while it gives a bad rating: all rows are written, none is committed.

Run as `python rating_victim.py CODE`; what it works on stands in the environment.
"""

from __future__ import annotations

import os
import signal
import sys

from haihe.records import database, ratings, rules
from haihe.records.database import Rows
from haihe.records.installed import InstalledRules


def killed(self: database.SqliteConnection, inserts: Rows, replaces: Rows) -> None:
    """Write everything, then die before COMMIT."""
    self.write(inserts, replaces)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    rules.use(InstalledRules())
    one = ratings.served(sys.argv[1])
    assert one is not None
    kind = type(database.connect())
    kind.write_and_commit = killed  # type: ignore[method-assign,assignment]  # the death itself
    ratings.give(one, ratings.Said(score=1))
    sys.exit("the process outlived its death")
