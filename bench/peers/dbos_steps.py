"""DBOS: a durable workflow with one step for each human act (the case table is the step's own)."""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import Any

from dbos import DBOS, DBOSConfig

from bench.peers.arguments import FORM, parse, report


def main() -> None:
    """Run step workflows for the given seconds."""
    args = parse()
    url = args.database
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(url[7:])
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        url = "sqlite:///" + url[7:]
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "log_level": "ERROR",
        "sys_db_pool_size": 64,
    }
    DBOS(config=config)
    state: dict[int, tuple[str, Any]] = {}
    guard = threading.Lock()

    @DBOS.step()
    def record(case: int, turn: int, form: dict[str, Any]) -> str:
        with guard:
            state[case] = (f"state-{turn}", form)
        return f"state-{turn}"

    @DBOS.workflow()
    def take_step(case: int, turn: int, form: dict[str, Any]) -> str:
        return record(case, turn, form)

    DBOS.launch()
    logging.getLogger("dbos").setLevel(logging.ERROR)

    def act(caller: int, turn: int) -> None:
        take_step(caller, turn, FORM)

    report(args, act)
    DBOS.destroy()


if __name__ == "__main__":
    main()
