"""eventsourcing: load the aggregate, record one event on it, save."""

from __future__ import annotations

import os
import sqlite3
from urllib.parse import urlparse
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.peers.arguments import CASES_OPEN, FORM, parse, report


class Matter(Aggregate):
    """A case with a state and the last form."""

    @event("Opened")
    def __init__(self) -> None:
        self.steps = 0
        self.form: dict[str, object] = {}

    @event("StepTaken")
    def take_step(self, act: str, form: dict[str, object]) -> None:
        self.last = act
        self.steps += 1
        self.form = form


class Matters(Application):
    """The application that keeps them, with its aggregate cache as its handbook advises."""

    env = {"AGGREGATE_CACHE_MAXSIZE": "1000"}


def settings(database: str) -> dict[str, str]:
    """The library's settings for a database."""
    if database.startswith("sqlite:"):
        sqlite3.connect(database[7:]).execute("PRAGMA journal_mode=WAL")
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": database[7:],
            "SQLITE_LOCK_TIMEOUT": "60",
        }
    url = urlparse(database)
    host = dict(part.split("=") for part in url.query.split("&") if part).get("host", url.hostname)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.lstrip("/"),
        "POSTGRES_HOST": str(host),
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": url.username or "postgres",
        "POSTGRES_PASSWORD": url.password or "unused",
        "POSTGRES_POOL_SIZE": "64",
    }


def main() -> None:
    """Record steps for the given seconds."""
    args = parse()
    os.environ.update(settings(args.database))
    matters = Matters()
    cases: list[UUID] = []
    for _ in range(CASES_OPEN):
        matter = Matter()
        matters.save(matter)
        cases.append(matter.id)

    def act(caller: int, turn: int) -> None:
        if turn % 8 == 0:  # a case of 8 steps, then the next one
            fresh = Matter()
            cases[caller % CASES_OPEN] = fresh.id
        else:
            fresh = matters.repository.get(cases[caller % CASES_OPEN])
        fresh.take_step("handle", FORM)
        matters.save(fresh)

    report(args, act)


if __name__ == "__main__":
    main()
