"""The journal as published views: what models see, in Parquet, kept up to the last event.

Events are written once, by kind, each segment with the columns its kind uses; small segments are
merged into larger ones. Only where an item was put right are the events of its matter written anew.
The views of how matters stand are cut by ranges of matters; only those in which something changed
are written anew. A manifest names what is in use, so a refresh that was cut off leaves the moment
before. The folder can be thrown away at any time: the next refresh builds it again from the
journal. Personal fields never come here: who acted and who is concerned are keyed words.
"""

from __future__ import annotations

import fcntl
import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haihe.kernel.organs import ALWAYS, Organs
from haihe.kernel.places import Place, Places
from haihe.kernel.procedure import Procedure
from haihe.records import home, keys
from haihe.records.chain import sha256
from haihe.records.database import Connection
from haihe.records.instants import stored
from haihe.records.positions import head, settled
from haihe.records.posts import Post, every_post
from haihe.records.reading import SEEN_SQL, TOLD_COLUMNS
from haihe.records.rules import Rules
from haihe.records.told import (
    OF_MATTERS,
    Moment,
    Reader,
    Told,
    events_of,
    is_put_right,
    joined,
    table_of,
    tables_of,
)
from haihe.supervision import views
from haihe.supervision.manifest import (
    Manifest,
    Segment,
    read_manifest,
    sweep_away,
    write_manifest,
)

FORM: Final = 2  # of the rows; another number makes every row anew
MATTERS_A_SEGMENT: Final = 40_000
MATTERS_AT_ONCE: Final = 5_000
REGISTERS_KEPT: Final = 8  # days of registers of bodies whose rows are remembered
ONE_DAY: Final = timedelta(days=1)
EVENTS_A_SEGMENT_MAX: Final = 2_000_000
GARBAGE_SECONDS: Final = 3_600.0  # a sweep that began before may still read it

Watch = Callable[[Told], None]


def folder() -> Path:
    """Where the views of this installation lie."""
    return home.home() / "views"


def refresh(
    connection: Connection,
    rules: Rules,
    procedures: Sequence[Procedure],
    now: datetime,
    watch: Watch | None = None,
) -> Path:
    """Bring every view up to the journal as it is now; gives their folder.

    `watch` sees every matter that is read. Callers queue: one refresh goes on at a time.
    """
    root = folder()
    with _alone(root):
        made = _Refresh(connection, rules, procedures, now, root)
        write_manifest(root, made.run(watch))
        sweep_away(root, made.after(), time.time() - GARBAGE_SECONDS)
    return root


def forget() -> None:
    """Let the next refresh build every view anew: what the rows are made of has changed."""
    (folder() / "manifest.json").unlink(missing_ok=True)


def as_of(
    connection: Connection,
    rules: Rules,
    procedures: Sequence[Procedure],
    moment: Moment,
    root: Path,
) -> None:
    """Write the views into a folder of their own as they stood at a past instant.

    What was recorded later is not there; clocks are counted by the calendar in use today.
    """
    made = _Refresh(connection, rules, procedures, moment.at, root, moment)
    write_manifest(root, made.run(None))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(root / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def manifest() -> Manifest | None:
    """How far the views of this installation reach; None when there are none."""
    return read_manifest(folder())


def is_made_anew(rules: Rules) -> bool:
    """Whether what lies in the folder, if anything does, is made by present rules and keys."""
    before = manifest()
    return before is None or before.made_by == made_by(rules)


_made: list[tuple[Rules, int, str]] = []  # of the rules in use: they stay the same objects


def made_by(rules: Rules) -> str:
    """A digest of what the rows are made by: the form, the key of the words, every procedure, and
    the calendar.
    """
    words = keys.store().key("pseudonyms").newest.number
    if _made and _made[0][0] is rules and _made[0][1] == words:
        return _made[0][2]
    calendar = rules.calendar
    days = (calendar.rest_days, calendar.makeup_days, calendar.statutory_days)
    told = [
        FORM,
        words,
        str(rules.zone),
        rules.every_version(),
        sorted(calendar.published),
        [sorted(days_of) for days_of in days],
    ]
    _made[:] = [(rules, words, sha256(msgspec.json.encode(told, order="deterministic")).hex())]
    return _made[0][2]


@dataclass
class _Refresh:
    """One refresh: the manifest before, and the segments after."""

    connection: Connection
    rules: Rules
    procedures: Sequence[Procedure]
    now: datetime
    root: Path
    moment: Moment | None = None  # a past instant; None: now
    held: dict[str, list[Segment]] = field(default_factory=dict)
    finding: str = ""
    number: int = 0
    done: Manifest = field(default_factory=Manifest)

    def run(self, watch: Watch | None) -> Manifest:
        """Write what is new; gives the manifest of it."""
        self.fields = views.data_fields(self.procedures)
        self.matter_fields = views.data_fields(self.procedures, "matter")
        self.reader = Reader(self.connection, self.rules)
        position, reading, _ = settled(self.connection)
        kind_of_rows = made_by(self.rules)
        before = read_manifest(self.root) or Manifest()
        if not self._continues(before, position, reading, kind_of_rows):
            before = Manifest(generation=before.generation)
        self.held = {view: list(segments) for view, segments in before.views.items()}
        self.generation = before.generation + 1
        moment = self.moment or Moment(self.now, position)
        for piece in self._pieces(self._touched(before, position)):
            self._write_piece(piece, moment, before.position, watch)
        self._grow_readings(before.reading, reading, moment)
        self._write_findings(before.finding, moment)
        self._write_whole()
        self.done = Manifest(
            views={view: tuple(segments) for view, segments in self.held.items()},
            position=position,
            head=head(self.connection, position),
            reading=reading,
            at=stored(self.now),
            made_by=kind_of_rows,
            finding=self.finding,
            generation=self.generation,
        )
        return self.done

    def after(self) -> Manifest:
        """The manifest that was made."""
        return self.done

    def _continues(self, before: Manifest, position: int, reading: int, made: str) -> bool:
        """Whether the rows there are of this journal and made by the same rules."""
        return (
            before.position <= position
            and before.reading <= reading
            and before.head == head(self.connection, before.position)
            and before.made_by == made
        )

    def _touched(self, before: Manifest, position: int) -> list[str]:
        """The matters whose rows may differ from those in the views, in order."""
        asked: list[tuple[str, tuple[int, ...]]] = [
            (
                "SELECT DISTINCT matter_id FROM event WHERE position > ? AND position <= ?",
                (before.position, position),
            ),
            (
                "SELECT DISTINCT matter_id FROM clock WHERE stopped_at IS NULL"
                " AND falls_at >= ? AND falls_at < ?",
                (before.at, stored(self.now)),
            ),
        ]
        found = {row[0] for sql, values in asked for row in self.connection.rows(sql, values)}
        return sorted(found | self._requests_due())

    def _requests_due(self) -> set[str]:
        """Matters with a request that has become late since."""
        found: set[str] = set()
        late = pa.scalar(stored(self.now), pa.timestamp("us"))
        for segment in self.held.get("request", []):
            table = self._read(segment, ["matter_id", "due_at", "status"])
            open_ = pc.and_(pc.equal(table["status"], "open"), pc.less(table["due_at"], late))
            found.update(table.filter(open_)["matter_id"].to_pylist())
        return found

    # ── matters ──────────────────────────────────────────────────────────────────────────────

    def _pieces(self, touched: Sequence[str]) -> Iterator[tuple[int | None, list[str]]]:
        """(place of the segment that holds them or None, touched matters) a range of matters."""
        starts = [segment.first for segment in self.held.get("matter", [])]
        groups: dict[int, list[str]] = {}
        for matter in touched:
            groups.setdefault(max(0, bisect_right(starts, matter) - 1), []).append(matter)
        # From the last to the first, so that the places of those still to come stay right.
        for place in sorted(groups, reverse=True):
            yield (place if starts else None), groups[place]

    def _write_piece(
        self,
        piece: tuple[int | None, list[str]],
        moment: Moment,
        after: int,
        watch: Watch | None,
    ) -> None:
        """Write the segments of a range of matters anew, and the events that are new in it."""
        place, touched = piece
        old: dict[str, pa.Table] = {}
        if place is not None:
            gone = pa.array(touched)
            for view in OF_MATTERS:
                table = self._read(self.held[view][place])
                stays = pc.invert(pc.is_in(table["matter_id"], gone))
                old[view] = table.filter(stays)
        whole = sorted({*touched, *(old["matter"]["matter_id"].to_pylist() if old else [])})
        changed = set(touched)
        made: dict[str, list[Segment]] = {view: [] for view in OF_MATTERS}
        for start in range(0, len(whole), MATTERS_A_SEGMENT):
            ids = whole[start : start + MATTERS_A_SEGMENT]
            tables = self._told([one for one in ids if one in changed], moment, after, watch)
            for view in OF_MATTERS:
                kept = [_between(old[view], ids[0], ids[-1])] if old else []
                table = joined(view, [*kept, *tables[view]]).sort_by("matter_id")
                made[view].append(self._segment(view, table, first=ids[0]))
        for view in OF_MATTERS:
            segments = self.held.setdefault(view, [])
            at = 0 if place is None else place
            segments[at : at + (place is not None)] = made[view]

    def _told(
        self, ids: Sequence[str], moment: Moment, after: int, watch: Watch | None
    ) -> dict[str, list[pa.Table]]:
        tables: dict[str, list[pa.Table]] = {view: [] for view in OF_MATTERS}
        events: dict[str, list[pa.Table]] = {}
        for start in range(0, len(ids), MATTERS_AT_ONCE):
            told = list(self.reader.told(ids[start : start + MATTERS_AT_ONCE], moment))
            if watch is not None:
                for one in told:
                    watch(one)
            made = tables_of(told, self.reader, self.now, self.matter_fields)
            for view, table in made.items():
                tables[view].append(table)
            anew = [one for one in told if is_put_right(one, after)]
            for kind, table in events_of(anew, self.reader, self.fields).items():
                self._take_out(kind, table)
                events.setdefault(kind, []).append(table)
            added = [one for one in told if not is_put_right(one, after)]
            for kind, table in events_of(added, self.reader, self.fields, after).items():
                events.setdefault(kind, []).append(table)
        for kind, parts in events.items():
            self._grow("event", joined("event", parts), f"event/{kind}")
        return tables

    # ── segments ─────────────────────────────────────────────────────────────────────────────

    def _read(self, segment: Segment, columns: list[str] | None = None) -> pa.Table:
        return pq.ParquetFile(self.root / segment.path).read(columns=columns)

    def _segment(self, view: str, table: pa.Table, place: str = "", first: str = "") -> Segment:
        self.number += 1
        below = place or view
        path = Path(below) / f"{self.generation:012}-{self.number:012}.parquet"
        kept = views.without_empty(view, table)
        views.write_table(self.root / path, kept)
        return Segment(path.as_posix(), tuple(kept.column_names), kept.num_rows, first)

    def _grow(self, view: str, table: pa.Table, below: str) -> None:
        """Add rows; the last segments of the place are merged in while they are no larger."""
        segments = self.held.setdefault(view, [])
        here = [one for one in segments if one.path.startswith(f"{below}/")]
        while here and here[-1].rows <= 2 * table.num_rows:
            if here[-1].rows + table.num_rows > EVENTS_A_SEGMENT_MAX:
                break
            last = here.pop()
            segments.remove(last)
            table = joined(view, [self._read(last), table])
        if view == "event":
            table = table.sort_by([("matter_id", "ascending"), ("seq", "ascending")])
        segments.append(self._segment(view, table, below))

    def _take_out(self, kind: str, anew: pa.Table) -> None:
        """Take the events of these matters out of the segments: they are written anew."""
        ids = anew["matter_id"].unique()
        for place, segment in enumerate(self.held.get("event", [])):
            if not segment.path.startswith(f"event/{kind}/"):
                continue
            gone = pc.is_in(self._read(segment, ["matter_id"])["matter_id"], ids)
            if pc.any(gone).as_py():
                kept = self._read(segment).filter(pc.invert(gone))
                self.held["event"][place] = self._segment("event", kept, f"event/{kind}")

    def _grow_readings(self, after: int, upto: int, moment: Moment) -> None:
        rows = self.connection.rows(
            f"SELECT {TOLD_COLUMNS} FROM reading WHERE {SEEN_SQL}"
            " AND position > ? AND position <= ? ORDER BY position",
            (after, upto),
        )
        told = reading_rows(rows, self.reader.person)
        if moment.past:
            told = [row for row in told if row["read_at"] <= stored(moment.at)]
        if told:
            self._grow("reading", table_of("reading", told, {}), "reading")

    def _write_findings(self, before: str, moment: Moment) -> None:
        """What sweeps have found up to now, written anew when it changed.

        A sweep refreshes the views before it raises anything: no model sees what that sweep finds.
        """
        ((count, seen, closed),) = self.connection.rows(
            "SELECT count(*), max(last_seen), max(closed_at) FROM finding"
        )
        self.finding = f"{count} {seen} {closed}"
        if self.finding == before and not moment.past:
            return
        upto = stored(moment.at)
        rows = self.connection.rows(
            "SELECT matter_id, model, cause, events, first_seen,"
            " CASE WHEN closed_at <= ? THEN closed_at END, times, rectification"
            " FROM finding WHERE first_seen <= ? ORDER BY finding_id",
            (upto, upto),
        )
        self.held["finding"] = [self._segment("finding", finding_table(rows))] if rows else []

    def _write_whole(self) -> None:
        """The views that are small: the day, and what the city knows."""
        whole = {
            "today": [today_row(self.now, self.reader)],
            **city_rows(self.connection, self.rules.organ_register, self._day()),
            "place": self._places(),
        }
        for view, rows in whole.items():
            self.held[view] = [self._segment(view, table_of(view, rows, {}))] if rows else []

    def _places(self) -> list[dict[str, Any]]:
        found: set[str] = set()
        for segment in self.held.get("matter", []):
            found.update(self._read(segment, ["place"])["place"].unique().to_pylist())
        return place_rows(found, self.rules.places, self._day())

    def _day(self) -> date:
        return self.now.astimezone(self.rules.zone).date()


def _between(table: pa.Table, first: str, last: str) -> pa.Table:
    ids = table["matter_id"]
    return table.filter(pc.and_(pc.greater_equal(ids, first), pc.less_equal(ids, last)))


# ── rows that belong to no matter ────────────────────────────────────────────────────────────


def finding_table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Rows of table finding, without their words, as the view tells them: one an event."""
    proofs = [msgspec.json.decode(row[3]) for row in rows]
    told = [
        (matter, model, cause, seq, first, closed, times, rectification)
        for (matter, model, cause, _, first, closed, times, rectification), seqs in zip(
            rows, proofs, strict=True
        )
        for seq in seqs
    ]
    columns = views.schema("finding")
    values = zip(*told, strict=True) if told else [()] * len(columns)
    return pa.table(
        [pa.array(one, kind.type) for one, kind in zip(values, columns, strict=True)],
        schema=columns,
    )


def today_row(now: datetime, reader: Reader) -> dict[str, Any]:
    """The row of view `today`."""
    at = stored(now)
    return {"at": at, "at_local": reader.local(at)}


def reading_rows(
    rows: Sequence[tuple[Any, ...]], person: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Rows of table reading (columns TOLD_COLUMNS) as the view tells them."""
    names = ("matter_id", "read_at", "role", "organ", "person", "purpose", "sort", "clear")
    return [
        dict(zip(names, (*row[:4], person(row[4]), *row[5:7], _clear(row[7])), strict=True))
        for row in rows
    ]


def _clear(told: str) -> int:
    """How many personal fields a reading saw in clear."""
    clear = msgspec.json.decode(told).get("clear")
    return len(clear) if isinstance(clear, list) else 0


def place_rows(words: set[str], places: Places, day: date) -> list[dict[str, Any]]:
    """The rows of view `place`: the words under which forms tell where something happened, and
    the places of the city that these lie in."""
    told: dict[str, dict[str, Any]] = {}
    for one in sorted(words - {None}):
        around = places.around(one, day)
        lineage = places.lineage(around.code, day) if around is not None else ()
        for upper in lineage:
            told.setdefault(upper.code, _place(upper, places.lineage(upper.code, day)))
        codes = [upper.code for upper in lineage]
        told.setdefault(
            one,
            {
                "place": one,
                "name": one,
                "above": codes[-1] if codes else None,
                "lineage": "/".join(codes) or None,
            },
        )
    return [told[one] for one in sorted(told)]


def _place(place: Place, lineage: Sequence[Place]) -> dict[str, Any]:
    return {
        "place": place.code,
        "name": place.name,
        "above": place.above or None,
        "tier": place.tier,
        "sort": place.kind,
        "lineage": "/".join(one.code for one in lineage),
        "since": place.since if place.since > ALWAYS else None,
        "until": _last_day(place.until),
    }


@lru_cache(maxsize=REGISTERS_KEPT)
def organ_rows(register: Organs, day: date) -> tuple[dict[str, Any], ...]:
    """The rows of view `organ`: every body there ever was, as it is on a day or was at its end."""
    return tuple(_organ(register, organ, day) for organ in register.ids())


def _organ(register: Organs, organ: str, day: date) -> dict[str, Any]:
    versions, known = register.versions(organ), register.known(organ, day)
    assert known is not None, "the register knows its own bodies"
    return {
        "organ": organ,
        "name": known.name,
        "above": known.above or None,
        "tier": known.tier,
        "place": known.area or None,
        "sort": known.sort,
        "lineage": "/".join(register.lineage(organ, day)) or organ,
        "since": versions[0].since if versions[0].since > ALWAYS else None,
        "until": _last_day(versions[-1].until),
    }


def _last_day(until: date | None) -> date | None:
    return until - ONE_DAY if until is not None else None


def city_rows(
    connection: Connection, register: Organs, day: date
) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of views `organ` and `post`: the city's organs, and its posts with their roles."""
    organs = list(organ_rows(register, day))
    return {"organ": organs, "post": [row for one in every_post(connection) for row in _post(one)]}


def _post(post: Post) -> list[dict[str, Any]]:
    """The rows of a post: one a role; a day that is not told stays empty."""
    told = {
        "post": post.id,
        "organ": post.organ,
        "rank": post.name or None,
        "since": post.since if post.since > date.min else None,
        "until": post.until,
    }
    return [{**told, "role": role} for role in post.roles]
