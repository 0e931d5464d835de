"""`haihe bench lists`: inbox, search and file page at 10,000, 100,000 and 1,000,000 matters.

Ten thousand matters go through the bulk door (all rules, chains, clocks, stakes), spread over the
streets of sixteen districts and some 4,600 bodies: two in five open at their street, one in five
sent on to a bureau, two in five ended, a quarter with sealed names. Beyond that the rows of these
are copied under other ids, numbers and due dates, so that every table and index has its size; the
files that are opened are those of the door. Pages are asked of the whole program in process
(Django's test client: rules, queries, templates, and for search and file the trace on the disk).
The street officer and the supervisor of a district ask in turn with the leader of the city, who may
see all: `times_unrestricted` is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from bench.installation import installation
from bench.measure import percentile
from haihe.kernel.organs import Organ
from haihe.kernel.values import Actor, Command, Data
from haihe.records.journal import NEVER
from tests.postgresql import PostgresServer, running_postgresql

HELP = "inbox, search and file page at a million matters, by street officer, district and city"

SIZES: Final = (10_000, 100_000, 1_000_000)
REQUESTS: Final = 200  # of each page by each reader
WARM: Final = 5
DISTRICTS: Final = 16
STREETS: Final = 19  # of each district
COMMUNITIES: Final = 12  # of each street
BUREAUS: Final = ("urban", "market", "emergency", "housing", "police", "court")
PAGES_DEEP: Final = 20
BASE: Final = 10_000  # matters through the door; every size is a multiple of it
BEGUN: Final = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NOW: Final = datetime(2026, 11, 20, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHOTO: Final = "ab" * 32
CITY: Final = "bench-city"
STREET: Final = "bench-street-0-0"
DISTRICT: Final = "bench-justice-0"
READERS: Final[dict[str, tuple[str, tuple[str, ...], bool]]] = {
    "street_officer": (STREET, ("dispatcher", "street_head"), False),
    "district_supervisor": (DISTRICT, ("supervisor",), True),
    "city_leader": (CITY, ("supervisor",), True),
}
UNRESTRICTED: Final = "city_leader"

# A copied matter has a longer number, and an id that begins with the number of its copy.
LONGER: Final = len("GE-2026-000001") + 1
OF_DOOR: Final = (
    f" WHERE t.matter_id IN (SELECT m.matter_id FROM matter m WHERE length(m.number) < {LONGER})"
)

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many matters, where."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--size", type=int, action="append", help="matters; may be repeated")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each page and reader")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    sizes = sorted(args.size or SIZES)
    figures: Figures = {}
    with contextlib.ExitStack() as stack:
        for database in args.database or ["sqlite", "postgresql"]:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            figures[database] = measure_database(sizes, args.requests, server, database)
    if args.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 0


def measure_database(
    sizes: list[int], requests: int, server: PostgresServer | None, database: str
) -> Figures:
    """Every size in turn, in one journal that grows."""
    found: Figures = {}
    with installation(server) as fresh:
        fresh.python("-m", "bench.lists", "prepare")
        filled = 0
        for size in sizes:
            say(f"{database}: filling up to {size:,} matters")
            taken = fresh.figures("-m", "bench.lists", "fill", str(filled), str(size))
            filled = size
            say(f"{database}: {size:,} matters: asking")
            found[str(size)] = taken | fresh.figures("-m", "bench.lists", "ask", str(requests))
    return found


def say(words: str) -> None:
    """What goes on, for whoever waits."""
    print(f"bench lists: {words} …", file=sys.stderr, flush=True)


def show(figures: Figures) -> None:
    """The figures for people."""
    for database, sizes in figures.items():
        for size, told in sizes.items():
            print(f"\n{database}, {int(size):,} matters (filled: {told['matters_per_second']}/s)")
            print(f"  {'':<22}{'page':<10}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'ratio':>8}")
            for reader, pages in told["readers"].items():
                for page, one in pages.items():
                    print(
                        f"  {reader:<22}{page:<10}{one['p50_ms']:>9}{one['p95_ms']:>9}"
                        f"{one['queries']:>9}{one.get('times_unrestricted', ''):>8}"
                    )


# ── in the installation ──────────────────────────────────────────────────────────────────────


def organs() -> list[Organ]:
    """The bodies of the bench: a city, its districts, their bureaus, streets and communities."""
    found = [Organ(id=CITY, name="市政府", sort="city_government", tier="city", area="12")]
    for d in range(DISTRICTS):
        area = f"1209{d:02}"
        made = {
            "government": ("district_government", CITY),
            "justice": ("justice", f"bench-government-{d}"),
            "center": ("district_center", ""),
            **{name: (_sort(name), f"bench-government-{d}") for name in BUREAUS},
        }
        found += [
            Organ(
                id=f"bench-{name}-{d}",
                name=f"{d}区{name}",
                sort=sort,
                tier="district",
                area=area,
                above=above,
            )
            for name, (sort, above) in made.items()
        ]
        for s in range(STREETS):
            found += _street(d, s, f"{area}{s:03}")
    return found


def _sort(bureau: str) -> str:
    return {"police": "district_police"}.get(bureau, bureau)


def _street(d: int, s: int, area: str) -> list[Organ]:
    street = f"bench-street-{d}-{s}"
    told = [Organ(id=street, name=f"{d}区{s}街道", sort="street", tier="street", area=area,
                  above=f"bench-center-{d}")]  # fmt: skip
    return told + [
        Organ(
            id=f"bench-community-{d}-{s}-{c}",
            name=f"{d}区{s}街道第{c}社区",
            sort="community",
            tier="community",
            area=f"{area}{c:03}",
            above=street,
        )
        for c in range(COMMUNITIES)
    ]


def prepare() -> Figures:
    """Bodies and accounts."""
    from haihe.records import accounts, home
    from haihe.records.installed import SIMULATED_FILE

    (home.home() / SIMULATED_FILE).write_bytes(msgspec.json.encode(organs()))
    for person, (organ, roles, supervisor) in READERS.items():
        accounts.create_staff(
            person, name=person, organ=organ, roles=list(roles), supervisor=supervisor
        )
    return {}


def histories(first: int, last: int) -> Iterator[list[Command]]:
    """One grid event after another, everywhere in the city; the same ones every time."""
    chance = random.Random(first)
    for number in range(first, last):
        d, s = chance.randrange(DISTRICTS), chance.randrange(STREETS)
        street = f"bench-street-{d}-{s}"
        opened = BEGUN + timedelta(seconds=chance.randrange(250 * 86_400))
        worker = Actor(person=f"grid-{d}-{s}", role="grid_worker", organ=street)
        public = Actor(person="public", role="citizen", organ="public")
        dispatcher = Actor(person=f"head-{d}-{s}", role="dispatcher", organ=street)
        told: Data = {"street": street, "place": f"{d}区{s}街道{number}号", "what": "路面破损"}
        calls = chance.random() < 0.25
        if calls:
            told |= {"minor_involved": False, "reporter": "居民", "reporter_phone": "13900000000"}
        else:
            told |= {"category": "facility", "photos_before": [PHOTO]}
        steps: list[tuple[str, Actor, Data]] = [
            ("call_in", public, told) if calls else ("report", worker, told)
        ]
        fate = chance.random()
        if fate < 0.4:
            data: Data = {"rejection": "not_grid", "route_told": True}
            steps.append(("reject", dispatcher, data))
        elif fate < 0.6:
            steps.append(("accept", dispatcher, {"urgency": "ordinary", "category": "facility"}))
            urban = f"bench-urban-{d}"
            steps.append(("dispatch", dispatcher, {"assigned_organ": urban}))
        yield [
            Command(
                key=f"bench-{number}" if place == 0 else f"bench-{number}-{place}",
                act=act,
                actor=actor,
                kind="grid_event" if place == 0 else None,
                data=data,
                happened_at=opened + timedelta(minutes=place),
            )
            for place, (act, actor, data) in enumerate(steps)
        ]


def fill(first: int, last: int) -> Figures:
    """Up to BASE matters through the door, the others copied; refuses if the rules refuse one."""
    from haihe.records import write
    from haihe.records.database import connect, writing

    begun = time.perf_counter()
    for taken in write.submit_many(histories(first, min(last, BASE)), now=NOW, workers=2):
        if taken.refused:
            raise RuntimeError(f"refused: {taken.refused[0]}")
    connection = connect()
    if connection.vendor == "sqlite":
        for pragma in FASTER:
            connection.run(f"PRAGMA {pragma}")
    for copy in range(max(1, first // BASE), last // BASE):
        with writing(connection):
            for statement in COPIES[connection.vendor]:
                connection.run(statement, [copy] * statement.count("?"))
    connection.close()
    _settle()
    seconds = time.perf_counter() - begun
    return {"matters": last, "matters_per_second": round((last - first) / seconds)}


def _columns(table: str, changed: dict[str, str]) -> str:
    from haihe.records.tables import TABLES

    names = TABLES[table].names
    chosen = ", ".join(changed.get(name, f"t.{name}") for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table} t"


def _copies(hexadecimal: str, random_bytes: str) -> tuple[str, ...]:
    """The statements that copy the rows of the door once more; each mark is the copy's number."""
    matter = f"{hexadecimal} || substr(t.matter_id, 9)"
    copy = "CAST(? AS BIGINT)"
    counted = f"CAST(substr(t.number, 9) AS BIGINT) + {copy} * 10000000"
    number = f"substr(t.number, 1, 8) || ({counted})"
    later = f"t.urgent_at + {copy} * 977000"
    urgent = f"CASE WHEN t.urgent_at < {NEVER} THEN {later} ELSE t.urgent_at END"
    return (
        _columns(
            "matter",
            {
                "matter_id": matter,
                "number": number,
                "code_tag": random_bytes,
                "urgent_at": urgent,
            },
        )
        + f" WHERE length(t.number) < {LONGER}",
        _columns("event", {"matter_id": matter}) + OF_DOOR,
        _columns("clock", {"matter_id": matter}) + OF_DOOR,
        _columns("stake", {"matter_id": matter, "number": number}) + OF_DOOR,
    )


FASTER: Final = ("synchronous=OFF", "cache_size=-1500000")  # while rows are copied
COPIES: Final = {
    "sqlite": _copies("printf('%08x', ?)", "randomblob(16)"),
    "postgresql": _copies(
        "lpad(to_hex(?::bigint), 8, '0')", "decode(md5(random()::text || t.matter_id), 'hex')"
    ),
}


def _settle() -> None:
    """What the database does in a quiet hour: PostgreSQL learns how its values are spread."""
    from haihe.records.database import connect

    connection = connect()
    if connection.vendor == "postgresql":
        connection.run("VACUUM ANALYZE")
    connection.close()


def ask(requests: int) -> Figures:
    """Every page by every reader in turn: p50 and p95 in milliseconds, and queries of one page."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    asked: dict[tuple[str, str], Asked] = {}
    for person in READERS:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(get_user_model().objects.get(username=person))
        asked |= {(person, page): one for page, one in _pages(client, person).items()}
    client = Client(HTTP_HOST="127.0.0.1")
    asked |= {("citizen", page): one for page, one in _by_citizen(client).items()}
    for number in range(WARM + requests):
        for one in asked.values():
            one.once(keep=number >= WARM)
    found: Figures = {}
    for (person, page), one in asked.items():
        found.setdefault(person, {})[page] = one.figures()
    for person in READERS:
        for page, told in found[person].items():
            free = found[UNRESTRICTED][page]["p50_ms"]
            told["times_unrestricted"] = round(told["p50_ms"] / free, 2)
    return {"readers": found}


class Asked:
    """One page by one reader: addresses drawn by `address`, and how long each took."""

    def __init__(self, client: Any, address: Callable[[], str], status: int = 200) -> None:
        self.client = client
        self.address = address
        self.status = status
        self.milliseconds: list[float] = []

    def once(self, *, keep: bool) -> None:
        """Ask once more."""
        wanted = self.address()
        begun = time.perf_counter()
        answer = self.client.get(wanted)
        spent = time.perf_counter() - begun
        if answer.status_code != self.status:
            raise RuntimeError(f"{wanted}: {answer.status_code}")
        if keep:
            self.milliseconds.append(spent * 1000)

    def figures(self) -> Figures:
        """p50 and p95 of what was kept, and the queries of one more."""
        return {
            "p50_ms": round(statistics.median(self.milliseconds), 1),
            "p95_ms": round(percentile(sorted(self.milliseconds), 0.95), 1),
            "queries": _queries(self.client, self.address()),
        }


def _pages(client: Any, person: str) -> dict[str, Asked]:
    chance = random.Random(person)
    of = "own" if person == "street_officer" else "reach"
    purpose = "handle" if person == "street_officer" else "supervise"
    pages, numbers = _walked(client, of)
    matters = _of_door(person)
    return {
        "inbox": Asked(client, lambda: chance.choice(pages)),
        "search": Asked(
            client,
            lambda: f"/officer/?number={chance.choice([chance.choice(numbers), 'GE-2026-0'])}",
        ),
        "file": Asked(
            client, lambda: f"/officer/matter/{chance.choice(matters)}/?purpose={purpose}"
        ),
    }


def _of_door(person: str) -> list[str]:
    """Matters that came through the door and that this reader may open."""
    from haihe.records.database import connect
    from haihe.records.reach import reach_of

    organ = READERS[person][0]
    organs = {organ} if person == "street_officer" else reach_of(organ).organs
    rows = connect().rows(
        f"SELECT matter_id, owner_organ FROM matter WHERE length(number) < {LONGER}"
    )
    return [row[0] for row in rows if organs is None or row[1] in organs]


def _walked(client: Any, of: str) -> tuple[list[str], list[str]]:
    """The first pages of a list, and the numbers they show."""
    pages, numbers = [f"/officer/?of={of}"], []
    for _ in range(PAGES_DEEP):
        html = client.get(pages[-1]).content.decode()
        numbers += re.findall(r"GE-\d{4}-\d+", html)
        after = re.search(r"after=([0-9a-f-]+)", html)
        if after is None:
            break
        pages.append(f"/officer/?of={of}&after={after[1]}")
    return pages, numbers


def _by_citizen(client: Any) -> dict[str, Asked]:
    """What a citizen asks with a code: who types it (search), and its page (file)."""
    from haihe.records import keys
    from haihe.records.codes import follow_code
    from haihe.records.database import connect

    store = keys.store()
    rows = connect().rows(
        f"SELECT matter_id, code_tag FROM matter WHERE length(number) < {LONGER} LIMIT 1000"
    )
    codes = [follow_code(row[0], store.codes_of(bytes(row[1])[0])) for row in rows]
    chance = random.Random("citizen")
    return {
        "search": Asked(client, lambda: f"/follow/?code={quote(chance.choice(codes))}", 302),
        "file": Asked(client, lambda: f"/follow/{quote(chance.choice(codes))}/"),
    }


def _queries(client: Any, address: str) -> int:
    """Queries of one page, Django's (session, account) and those of records."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from haihe.records.database import reading_connection

    asked = 0
    mine = reading_connection()
    names = ("rows", "rows_in", "run", "insert")
    kept = {name: getattr(mine, name) for name in names}

    def counting(name: str) -> Callable[..., Any]:
        def counted(*values: Any) -> Any:
            nonlocal asked
            asked += 1
            return kept[name](*values)

        return counted

    try:
        for name in names:
            setattr(mine, name, counting(name))
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
    finally:
        for name in names:
            delattr(mine, name)
    return asked + len(captured)


def main(words: list[str]) -> None:
    """A measurement in its own process."""
    import django

    django.setup()
    if words[0] == "prepare":
        figures = prepare()
    elif words[0] == "fill":
        figures = fill(int(words[1]), int(words[2]))
    else:
        figures = ask(int(words[1]))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
