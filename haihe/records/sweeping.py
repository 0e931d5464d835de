"""Sweeps: every model over every matter, or over those that were touched since the last one.

A touched matter had an event or was read since; or time alone may have changed what a model finds
in it: a clock ran out, a length of time that some model counts went by (supervision/waits.py). For
a model whose findings depend on the rows of one matter, the touched matters are all there is to
look at; one that is `linked` also looks at those linked to them. Models that were added or changed,
and those of `scope: all` at night, run over everything.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from haihe.pack.models import Model, in_service
from haihe.pack.place import models_folder
from haihe.records import findings, follow, mirror, positions, published, rules
from haihe.records.chain import sha256
from haihe.records.database import Connection, place, reading_connection
from haihe.records.follow import LINK_LETTERS, Follow, Marks
from haihe.records.instants import stored
from haihe.records.reading import SEEN_SQL
from haihe.records.rules import Rules
from haihe.records.told import Moment, Reader, Told, events_of, joined, table_of, tables_of
from haihe.supervision.sweep import Finding, Swept, UnusableModel, run_model, uncounted
from haihe.supervision.views import Fields, data_fields, mentioned, open_tables, open_views
from haihe.supervision.waits import Waits, kinds_of, waits_of

log = logging.getLogger(__name__)

MATTERS_AT_ONCE: Final = 2_000
TOGETHER_AT_LEAST, TOGETHER_TIMES = 1_000, 4  # read linked matters with the touched, up to this
LINKED_MAX: Final = 20_000  # matters looked at for one model because they are linked
NOTED_AT_ONCE: Final = 1_000

RunModel = Callable[[Model], Swept]
Engine = Callable[["Ground"], AbstractContextManager[RunModel]]


@dataclass
class Sweep:
    """What a sweep looked at, and what it changed for each model."""

    full: bool
    matters: int = 0
    events: int = 0
    models: dict[str, findings.Raised] = field(default_factory=dict)
    rechecked: int = 0
    escalated: int = 0
    left: list[str] = field(default_factory=list)  # models with too many linked matters
    failed: dict[str, str] = field(default_factory=dict)  # models that cannot be run, and why

    def __post_init__(self) -> None:
        """The alert budgets of the week are shared by the models."""
        self.week: findings.Week | None = None

    def raised(
        self, model: Model, found: list[Finding], now: datetime, within: Sequence[str] | None
    ) -> None:
        """Raise what a model found, and count it."""
        if self.week is None:
            self.week = findings.Week(now)
        one = findings.raise_findings(model.card, found, now, within, self.week)
        self.models.setdefault(model.id, findings.Raised()).add(one)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Ground:
    """What a sweep stands on: the journal, the rules, the models, their fields and waits."""

    connection: Connection
    rules: Rules
    reader: Reader
    models: tuple[Model, ...]
    kinds: dict[str, frozenset[str]]  # model -> the kinds without which it finds nothing
    waits: Waits
    fields: Fields
    matter_fields: Fields

    @property
    def digests(self) -> dict[str, str]:
        """Of each model, so that one that was changed is noticed."""
        return {model.id: _digest([model.card, model.sql]) for model in self.models}

    @property
    def pack(self) -> str:
        """What the rows of matters are made by."""
        return mirror.made_by(self.rules)


@dataclass
class _Kept:
    """The last ground, while rules, models and database stay what they are."""

    key: tuple[object, ...] = ()
    ground: Ground | None = None
    position: int = 0  # of the journal when the published models were looked up


_kept = _Kept()


def _ground(models: Sequence[Model] | None) -> Ground:
    """The ground as the installation is now, made anew only when something changed."""
    connection = reading_connection()
    stamp = _files_of_models() if models is None else tuple((one.card, one.sql) for one in models)
    key = (id(rules.current()), id(connection), place(), stamp)
    position = int(connection.rows("SELECT coalesce(max(position), 0) FROM event")[0][0])
    if _kept.ground is None or _kept.key != key or _models_moved(connection, _kept.position):
        _kept.ground = ground(models)
        _kept.key = key
    _kept.position = position
    return _kept.ground


def _files_of_models() -> tuple[object, ...]:
    files = sorted(file for file in models_folder().glob("*/*") if file.is_file())
    return tuple((str(file), file.stat().st_mtime_ns) for file in files)


def _models_moved(connection: Connection, position: int) -> bool:
    """Whether a model was published, changed or retired since: reads new events only."""
    sql = (
        "SELECT 1 FROM event e JOIN matter m ON m.matter_id = e.matter_id"
        " WHERE e.position > ? AND m.kind = ? LIMIT 1"
    )
    return bool(connection.rows(sql, (position, published.KIND)))


def ground(models: Sequence[Model] | None = None) -> Ground:
    """The ground as the installation is now; `models` in the place of those in service."""
    in_use = rules.current()
    procedures = in_use.every_version()
    connection = reading_connection()
    here = in_service(published.in_use(connection).models) if models is None else ()
    swept = here if models is None else tuple(models)
    sql = [text for model in swept for text in (model.sql, model.population)]
    return Ground(
        connection,
        in_use,
        Reader(connection, in_use),
        swept,
        {model.id: kinds_of(model) for model in swept},
        waits_of(swept),
        mentioned(data_fields(procedures), sql),
        mentioned(data_fields(procedures, "matter"), sql),
    )


def sweep_all(
    now: datetime, models: Sequence[Model] | None = None, engine: Engine | None = None
) -> Sweep:
    """Bring the views up to the journal, run every model over all of it, raise what they find.

    A model on trial raises findings without a rectification. Findings of models that are no longer
    in service are closed. `engine` runs the models elsewhere than in DuckDB.
    """
    base = _ground(models)
    with follow.opened() as followed:
        marks = _noted(base, followed, now)
        told = Sweep(full=True)
        with _opened_views(base) as connection:
            told.matters = _count(connection, "matter")
            told.events = _count(connection, "event")
        with (engine or on_duckdb)(base) as run:
            _run_in_full(run, base.models, now, told)
        findings.close_others({model.id for model in base.models}, now)
        told.rechecked, told.escalated = findings.follow_up(None, now)
        marks.models |= dict.fromkeys(told.failed, "")
        followed.keep(marks)
    return told


def sweep_touched(now: datetime, models: Sequence[Model] | None = None) -> Sweep:
    """Look again at what was touched since the last sweep; the first one is a full sweep.

    It costs what was touched, not what is held. What it finds is what a full sweep would find,
    but for models that look at everything (`scope: all`), which wait for the next full one.
    """
    base = _ground(models)
    with follow.opened() as followed:
        marks = followed.marks()
        if marks is not None and _continues(base, marks, now):
            return _look_again(base, followed, marks, now)
    return sweep_all(now, models)


def found_now(now: datetime, models: Sequence[Model] | None = None) -> dict[str, list[Finding]]:
    """What every model finds in all there is; nothing is raised."""
    base = _ground(models)
    mirror.refresh(base.connection, base.rules, base.rules.every_version(), now)
    with _opened_views(base) as connection:
        return {model.id: run_model(connection, uncounted(model)).all() for model in base.models}


def found_as_of(
    at: datetime, models: Sequence[Model] | None = None, *, imported: bool = False
) -> list[Swept]:
    """What every model would have found at a past instant; nothing is raised.

    The views are made anew from what had been recorded by then (`imported`: had happened by then,
    for journals that were taken in at once), with the clocks as they stood. A model that cannot be
    run is left out; the log says why.
    """
    base = _ground(models)
    with _views_as_of(base, Moment(at, past=True, imported=imported)) as connection:
        swept = (_swept(partial(run_model, connection), one) for one in base.models)
        return [one for one in swept if isinstance(one, Swept)]


def sweep_as_of(at: datetime) -> Sweep:
    """Raise at a past instant what every model would have found then.

    For a journal that was told afterwards, whose findings would else all be of the same day.
    """
    base = _ground(None)
    told = Sweep(full=True)
    with _views_as_of(base, Moment(at, past=True, imported=False)) as connection:
        _run_in_full(partial(run_model, connection), base.models, at, told)
    return told


@contextmanager
def _views_as_of(base: Ground, moment: Moment) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix="haihe-as-of-") as folder:
        mirror.as_of(base.connection, base.rules, base.rules.every_version(), moment, Path(folder))
        connection = open_views(Path(folder), base.fields, base.matter_fields, often=True)
        try:
            yield connection
        finally:
            connection.close()


# ── in full ──────────────────────────────────────────────────────────────────────────────────


def _noted(base: Ground, followed: Follow, now: datetime) -> Marks:
    """Note every matter touched since the last sweep, and bring the views up to the journal."""
    before = followed.marks()
    marks = _marks(base, now)
    procedures = base.rules.every_version()
    if before is not None and _continues(base, before, now):
        for part in _slices(_touched(base, followed, before, marks)):
            told = base.reader.told(part, Moment(now, marks.position))
            followed.note(told, base.reader, base.waits, stored(now))
        mirror.refresh(base.connection, base.rules, procedures, now)
        return marks
    followed.empty()
    mirror.forget()
    waiting: list[Told] = []

    def watch(one: Told) -> None:
        waiting.append(one)
        if len(waiting) >= NOTED_AT_ONCE:
            followed.note(waiting, base.reader, base.waits, stored(now))
            waiting.clear()

    mirror.refresh(base.connection, base.rules, procedures, now, watch)
    followed.note(waiting, base.reader, base.waits, stored(now))
    return marks


def _run_in_full(run: RunModel, models: Iterable[Model], now: datetime, told: Sweep) -> None:
    for model in models:
        found = _found(run, model, told)
        if found is not None:
            told.raised(model, found, now, None)


def _found(run: RunModel, model: Model, told: Sweep) -> list[Finding] | None:
    """What a model finds; None where it cannot be run: its findings stay, the others go on."""
    swept = _swept(run, uncounted(model))
    if isinstance(swept, Swept):
        return swept.all()
    told.failed[model.id] = swept
    return None


def _swept(run: RunModel, model: Model) -> Swept | str:
    """What a model finds, or why it cannot be run."""
    try:
        return run(model)
    except UnusableModel as error:
        log.warning("model %s cannot be run: %s", model.id, error)
        return str(error)


@contextmanager
def on_duckdb(base: Ground) -> Iterator[RunModel]:
    """The engine of one machine, in this process."""
    with _opened_views(base) as connection:
        yield partial(run_model, connection)


def on_spark(master: str) -> Engine:
    """The same models over the same files on Apache Spark; NoSpark says what is missing."""

    @contextmanager
    def engine(base: Ground) -> Iterator[RunModel]:
        from haihe.supervision import spark

        with spark.session(master) as session:
            spark.name_views(session, mirror.folder(), base.fields, base.matter_fields)
            yield partial(spark.run_model, session)

    return engine


@contextmanager
def _opened_views(base: Ground) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_views(mirror.folder(), base.fields, base.matter_fields, often=True)
    try:
        yield connection
    finally:
        connection.close()


def _count(connection: duckdb.DuckDBPyConnection, view: str) -> int:
    return int(connection.sql(f"SELECT count(*) FROM {view}").fetchall()[0][0])


# ── what was touched ─────────────────────────────────────────────────────────────────────────


def _marks(base: Ground, now: datetime) -> Marks:
    position, reading, _ = positions.settled(base.connection)
    return Marks(
        position=position,
        head=positions.head(base.connection, position),
        reading=reading,
        at=stored(now),
        waits=base.waits.told(),
        pack=base.pack,
        models=base.digests,
    )


def _continues(base: Ground, before: Marks, now: datetime) -> bool:
    """Whether the notes of the last sweep are of this journal, this pack and these waits."""
    return (
        before.at <= stored(now)
        and before.waits == base.waits.told()
        and before.pack == base.pack
        and before.head == positions.head(base.connection, before.position)
    )


def _touched(base: Ground, followed: Follow, before: Marks, marks: Marks) -> list[str]:
    """Matters with an event or a reading since, and those that are due for another look."""
    found = set(followed.woken(marks.at))
    for chosen, after, upto in (
        ("matter_id FROM event WHERE", before.position, marks.position),
        (f"chain FROM reading WHERE {SEEN_SQL} AND", before.reading, marks.reading),
    ):
        sql = f"SELECT DISTINCT {chosen} position > ? AND position <= ?"
        found.update(row[0] for row in base.connection.rows(sql, (after, upto)))
    return sorted(found)


def _look_again(base: Ground, followed: Follow, before: Marks, now: datetime) -> Sweep:
    marks = _marks(base, now)
    told = Sweep(full=False, models={model.id: findings.Raised() for model in base.models})
    changed = [one for one in base.models if before.models.get(one.id) != marks.models[one.id]]
    steady = [one for one in base.models if one not in changed and one.card.scope != "all"]
    if changed:
        mirror.refresh(base.connection, base.rules, base.rules.every_version(), now)
        with _opened_views(base) as connection:
            _run_in_full(partial(run_model, connection), changed, now, told)
    if before.models.keys() - marks.models.keys():
        findings.close_others({model.id for model in base.models}, now)
    touched = _touched(base, followed, before, marks)
    moment = Moment(now, marks.position)
    replied: list[str] = []
    for part in _slices(touched):
        replied += _look_at(base, followed, part, moment, steady, told)
    told.rechecked, told.escalated = findings.follow_up(replied, now)
    owed = [*told.left, *told.failed]  # the next sweep runs them in full
    marks.models |= dict.fromkeys(owed, "")
    followed.keep(marks)
    return told


def _look_at(
    base: Ground,
    followed: Follow,
    part: Sequence[str],
    moment: Moment,
    models: Sequence[Model],
    told: Sweep,
) -> list[str]:
    """Run the models over these matters; gives the rectifications among them."""
    read = list(base.reader.told(part, moment))
    told.matters += len(read)
    told.events += sum(len(one.events) for one in read)
    linked = [one for one in models if one.card.scope == "linked"]
    letters = "".join({LINK_LETTERS[link] for one in linked for link in one.card.linked_by})
    before = followed.words(part, letters) if linked else set()
    followed.note(read, base.reader, base.waits, stored(moment.at))
    alone = [one for one in models if one.card.scope == "matter"]
    tasks = [_Task(alone, set(part), set(part))]
    for links in {frozenset(one.card.linked_by) for one in linked}:
        these = [one for one in linked if frozenset(one.card.linked_by) == links]
        task = _linked_task(followed, part, these, links, before)
        if task is None:
            told.left += [one.id for one in these]
        else:
            tasks.append(task)
    together = set().union(*(task.rows for task in tasks))
    known = {one.matter: one for one in read}
    if len(together) <= TOGETHER_AT_LEAST + TOGETHER_TIMES * len(part):
        _carry_out(base, tasks, together, known, moment, told)
    else:
        for task in tasks:
            _carry_out(base, [task], task.rows, known, moment, told)
    return [one.matter for one in read if one.state.kind == findings.KIND]


@dataclass(frozen=True)
class _Task:
    """Models to run over the rows of some matters; what they find in those `within` counts."""

    models: list[Model]
    within: set[str]
    rows: set[str]


def _linked_task(
    followed: Follow,
    part: Sequence[str],
    models: list[Model],
    links: frozenset[str],
    before: set[str],
) -> _Task | None:
    """What to look at for models of linked matters; None when it is too much.

    Concerned are the touched matters and those linked to them, also by words they no longer have;
    to see these whole takes the matters linked to them in turn.
    """
    sorts = "".join(LINK_LETTERS[link] for link in links)
    words = {one for one in before if one[0] in sorts} | followed.words(part, sorts)
    concerned = followed.matters(words, LINKED_MAX)
    if concerned is None:
        return None
    concerned |= set(part)
    around = followed.matters(followed.words(sorted(concerned), sorts), LINKED_MAX)
    return None if around is None else _Task(models, concerned, around | concerned)


def _carry_out(
    base: Ground,
    tasks: Sequence[_Task],
    matters: set[str],
    known: dict[str, Told],
    moment: Moment,
    told: Sweep,
) -> None:
    """Run tasks over one set of rows; matters that were read before are not read again."""
    for one in base.reader.told(sorted(matters - known.keys()), moment):
        known[one.matter] = one
    rows = [known[matter] for matter in sorted(matters & known.keys())]
    here = {one.state.kind for one in rows}
    run = [
        (model, task.within)
        for task in tasks
        for model in task.models
        if task.within and (not base.kinds[model.id] or base.kinds[model.id] & here)
    ]
    if not run:
        return
    asked = [model.sql for model, _ in run]
    given = tables(base, rows, moment.at)
    connection = open_tables(given, base.fields, base.matter_fields, asked)
    try:
        for model, within in run:
            found = _found(partial(run_model, connection), model, told)
            if found is not None:
                inside = [one for one in found if one.matter_id in within]
                told.raised(model, inside, moment.at, sorted(within))
    finally:
        connection.close()


def tables(base: Ground, told: Sequence[Told], at: datetime) -> dict[str, pa.Table]:
    """Every view over the rows of these matters alone."""
    reader = base.reader
    made = tables_of(told, reader, at, base.matter_fields)
    made["event"] = joined("event", list(events_of(told, reader, base.fields).values()))
    readings = [row for one in told for row in one.readings]
    places = {row for row in made["matter"]["place"].unique().to_pylist() if row}
    day = at.astimezone(base.rules.zone).date()
    whole = {
        "today": [mirror.today_row(at, reader)],
        "reading": mirror.reading_rows(readings, reader.person),
        "place": mirror.place_rows(places, base.rules.places, day),
        **mirror.city_rows(base.connection, base.rules.organ_register, day),
    }
    return made | {view: table_of(view, rows, {}) for view, rows in whole.items()}


def _slices(matters: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(matters), MATTERS_AT_ONCE):
        yield matters[start : start + MATTERS_AT_ONCE]


def _digest(value: Any) -> str:
    return sha256(msgspec.json.encode(value)).hex()
