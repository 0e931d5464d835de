"""Takes the register of staff in from CSV files: people, qualifications, posts, who holds which.

A row that cannot be used is told with its file and line and left out; every other row goes in, so a
mended file can be loaded again whole: what is known already stays as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from haihe.kernel.qualification import Held
from haihe.records import accounts, posts, rules
from haihe.records.database import Connection, Row, connect
from haihe.records.posts import Holding, Known, Post, UnusablePost

ROWS_MAX: Final = 500_000
CELL_MAX: Final = 500
WRONG_MAX: Final = 1_000  # rows that are told one by one
CHUNK: Final = 1_000
YES: Final = {"yes": True, "1": True, "是": True, "no": False, "0": False, "否": False, "": False}
# What each file tells, in its first line; `since` and `until` are days like 2026-09-01.
COLUMNS: Final = {
    "people": ("person", "name"),
    "qualifications": ("person", "qualification", "number", "since", "until"),
    "posts": ("post", "organ", "name", "roles", "supervisor", "since", "until"),
    "holdings": ("post", "person", "since", "until"),
}


class UnusableFile(ValueError):
    """A file that is no such register; the message says what its first line should be."""


@dataclass(slots=True)
class Loaded:
    """How many rows of each file went in, and what was wrong with the others."""

    rows: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    left_out: int = 0

    def leave_out(self, where: str, why: str) -> None:
        """Note a row that cannot be used."""
        self.left_out += 1
        if len(self.wrong) < WRONG_MAX:
            self.wrong.append(f"{where}: {why}")


def load_register(files: dict[str, Path]) -> Loaded:
    """Take these files in, by their names in COLUMNS, in one transaction. Raises UnusableFile."""
    loaded = Loaded()
    connection = connect()
    try:
        connection.begin()
        taking = _Taking(connection, loaded)
        for name in COLUMNS:  # people before what they have, posts before who holds them
            if name in files:
                taking.take(name, files[name])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()
        posts.forget()
        accounts.forget_names()
    return loaded


class _Taking:
    """The register as it is and as the files add to it, so that every row is held against both."""

    def __init__(self, connection: Connection, loaded: Loaded) -> None:
        self.connection = connection
        self.loaded = loaded
        self.accounts: dict[str, int | None] = dict(
            connection.rows("SELECT person, user_id FROM staff")
        )
        self.posts = {one.id: one for one in posts.every_post(connection)}
        self.held: dict[str, list[Held]] = {}
        for person, kind, number, since, until in connection.rows(
            "SELECT person, kind, number, since, until FROM qualification"
        ):
            self.held.setdefault(person, []).append(
                Held(
                    qualification=kind,
                    number=number,
                    since=date.fromisoformat(since),
                    until=date.fromisoformat(until) if until else None,
                )
            )
        self.holdings: dict[str, list[tuple[Post, date, date | None]]] = {}
        for post, person, since, until in connection.rows(
            "SELECT post_id, person, since, until FROM holding"
        ):
            term = (date.fromisoformat(since), date.fromisoformat(until) if until else None)
            self.holdings.setdefault(person, []).append((self.posts[post], *term))
        self.roles = {posts.RESPONSIBLE}
        for one in rules.current().every_version():
            self.roles.update(one.roles, one.supervisors)
        self.organs = rules.current().organ_register

    def take(self, name: str, path: Path) -> None:
        """Every row of one file that can be used."""
        judge: Callable[[dict[str, str]], Row] = getattr(self, f"_{name}")
        table = {"people": "staff", "qualifications": "qualification"}.get(name, name[:-1])
        good: dict[tuple[object, ...], Row] = {}
        for line, cells in _rows(path, COLUMNS[name]):
            try:
                row = judge(cells)
            except UnusablePost as error:
                self.loaded.leave_out(f"{path.name}:{line}", str(error))
                continue
            good[_key(table, row)] = row
        rows = list(good.values())
        for start in range(0, len(rows), CHUNK):
            self.connection.replace(table, rows[start : start + CHUNK])
        self.loaded.rows[name] = len(rows)

    def _people(self, cells: dict[str, str]) -> Row:
        person, name = cells["person"], cells["name"]
        if not person or not name or not person.isprintable():
            raise UnusablePost("a person needs an id and a name")
        self.accounts.setdefault(person, None)
        return (person, name, self.accounts[person])

    def _qualifications(self, cells: dict[str, str]) -> Row:
        held = Held(
            qualification=cells["qualification"],
            number=cells["number"],
            since=_day(cells["since"]),
            until=_last_day(cells["until"]),
        )
        if not held.number:
            raise UnusablePost("a qualification needs its number")
        row = posts.qualification_row(self._known_person(cells["person"]), held)
        self.held.setdefault(cells["person"], []).append(held)
        return row

    def _posts(self, cells: dict[str, str]) -> Row:
        if cells["supervisor"] not in YES:
            raise UnusablePost(f"supervisor: expected yes or no, not `{cells['supervisor']}`")
        post = Post(
            id=cells["post"],
            organ=cells["organ"],
            name=cells["name"],
            roles=tuple(cells["roles"].split()),
            supervisor=YES[cells["supervisor"]],
            since=_day(cells["since"]) if cells["since"] else date.min,
            until=_last_day(cells["until"]),
        )
        if post.organ not in self.organs:
            raise UnusablePost(f"there is no organ `{post.organ}`")
        for role in post.roles:
            if role not in self.roles:
                raise UnusablePost(f"no procedure knows the role `{role}`")
        row = posts.post_row(post)
        self.posts[post.id] = post
        return row

    def _holdings(self, cells: dict[str, str]) -> Row:
        post = self.posts.get(cells["post"])
        if post is None:
            raise UnusablePost(f"there is no post `{cells['post']}`")
        holding = Holding(
            post=post.id,
            person=self._known_person(cells["person"]),
            since=_day(cells["since"]),
            until=_last_day(cells["until"]),
        )
        row = posts.holding_row(holding)
        before = self.holdings.setdefault(holding.person, [])
        known = Known(tuple(before), tuple(self.held.get(holding.person, ())))
        refused = posts.unqualified(post, holding, known)
        if refused is not None:
            raise UnusablePost(f"{refused.says}；{refused.instead}")
        before.append((post, holding.since, holding.until))
        return row

    def _known_person(self, person: str) -> str:
        if person not in self.accounts:
            raise UnusablePost(f"there is no person `{person}`")
        return person


def _key(table: str, row: Row) -> tuple[object, ...]:
    """What tells two rows of a table apart: a row told twice goes in as it is told last."""
    width = {"staff": 1, "post": 1}.get(table, 3)
    return tuple(row[:width])


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row. Raises UnusableFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from _cells(path, csv.reader(lines), columns)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(f"{path.name}: cannot be read as CSV in UTF-8: {error}") from error


def _cells(
    path: Path, lines: Iterable[list[str]], columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    wanted = ",".join(columns)
    for line, cells in enumerate(lines, start=1):
        if line == 1:
            if tuple(cell.strip() for cell in cells) != columns:
                raise UnusableFile(f"{path.name}: the first line should be {wanted}")
            continue
        if line > ROWS_MAX + 1:
            raise UnusableFile(f"{path.name}: at most {ROWS_MAX} rows are read")
        if not cells:
            continue
        cells += [""] * (len(columns) - len(cells))
        yield (
            line,
            {name: cell.strip()[:CELL_MAX] for name, cell in zip(columns, cells, strict=False)},
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusablePost(f"`{text}` is no day; write it like 2026-09-01") from None


def _last_day(text: str) -> date | None:
    return _day(text) if text else None
