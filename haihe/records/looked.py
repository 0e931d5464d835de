"""谁看过我的信息: the readings of a matter as its citizen is told of them, and the way to object.

Basis: 个人信息保护法 44, 45, 48 (to know and to be explained), 50 and 65 (to object). Told are
organ, post, time, purpose, articles and which of one's own data were seen. The reader's name is
not: the law gives a right to know of the handling, not of the private name of who did it; the same
reader is the same letter within a matter, and the organ that must explain finds the person by the
number. What others brought into the matter is not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from haihe.kernel.competence import Competent
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import MINOR, PURPOSES, Reader, View, concerns_minor, may_read
from haihe.kernel.state import State
from haihe.kernel.values import Data, Frozen
from haihe.pack.place import city_folder
from haihe.pack.retention import load_retention
from haihe.records import rules, traces
from haihe.records.chain import ReadingRow
from haihe.records.codes import follow_code
from haihe.records.database import IN_MAX, Connection, Row, reading_connection
from haihe.records.instants import restored
from haihe.records.journal import folded, history, procedure_of
from haihe.records.keys import store
from haihe.records.parties import PHONES
from haihe.records.printing import Printer
from haihe.records.reading import SEEN_SQL, SORTS, TOLD_SQL
from haihe.records.rules import Rules

LOOKED_MAX: Final = 500  # of the newest readings of a matter
MINE_MAX: Final = 100
ASKED: Final = "asked"  # the sort of a question to a register
AGENT: Final = "agent"  # the sort of a look by the citizen's own agent
AGENT_NAME: Final = "您的代办人"
# Phones of those who came, not of those a matter is about.
BROUGHT_BY: Final = tuple(
    sorted(
        {field for field, standing in PHONES.items() if standing in ("applicant", "reporter")}
        | {"objector_phone"}
    )
)
OBJECTION: Final = "reading_objection"
OBJECT: Final = "object"
LETTERS: Final = "甲乙丙丁戊己庚辛壬癸"
_COLUMNS: Final = ", ".join(ReadingRow._fields)


class Looked(Frozen, frozen=True, kw_only=True):
    """One reader who looked on one day for one purpose; `number` is of the last time."""

    number: int
    when: str
    times: int
    organ: str
    post: str
    reader: str
    what: tuple[str, ...]
    purpose: str
    reasoned: bool  # a reason why was written down with it
    clear: tuple[str, ...]  # the citizen's own data that were seen as they are
    masked: tuple[str, ...]
    articles: tuple[str, ...]
    objected: str = ""  # the follow code of the objection, if there is one
    agent: bool = False  # the citizen's own agent looked, whose authority can be revoked


class Readings(Frozen, frozen=True, kw_only=True):
    """Who looked at a matter, newest first; `cut` when there are more than LOOKED_MAX readings.

    `asked` are the questions to registers of other departments among the rows.
    """

    matter: str
    rows: tuple[Looked, ...]
    total: int
    cut: bool
    asked: int = 0


class Objectionable(Frozen, frozen=True, kw_only=True):
    """What an objection against one reading is filled with.

    `watch` is who decides it.
    """

    looked: Looked
    watch: str
    given: Data


class Mine(Frozen, frozen=True, kw_only=True):
    """A matter that somebody brought with a phone, and how often it was opened."""

    matter: str
    code: str
    number: str
    title: str
    state_name: str
    opened: str
    times: int


class _Held(NamedTuple):
    """A matter and what its citizen may see of it."""

    procedure: Procedure
    state: State
    view: View


def readings(matter: str, now: datetime | None = None) -> Readings | None:
    """Who looked at this matter, for whoever has its follow code; None if there is none."""
    connection = reading_connection()
    held = _held(connection, matter)
    if held is None:
        return None
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM reading WHERE chain = ? AND {TOLD_SQL} ORDER BY seq DESC LIMIT ?",
        (matter, LOOKED_MAX + 1),
    )
    found = [ReadingRow._make(row) for row in rows[:LOOKED_MAX]]
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    opened = [one for one in found if one.sort not in (ASKED, AGENT)]
    telling = _Telling(printer, held, _post_names(connection, found), _letters(opened))
    shown = [telling.looked(group) for group in _grouped(found, printer.rules)]
    codes = _objections(connection, matter, [one.number for one in shown])
    told = tuple(
        one if one.number not in codes else _with_code(one, codes[one.number]) for one in shown
    )
    return Readings(
        matter=matter,
        rows=told,
        total=len(opened),
        cut=len(rows) > LOOKED_MAX,
        asked=sum(one.sort == ASKED for one in found),
    )


def mine(phone_tags: Sequence[bytes], now: datetime | None = None) -> tuple[Mine, ...]:
    """The matters that were brought with the phone of these tags, the newest first.

    Only where it was the phone of who came: a matter tells nothing to those it is about.
    """
    if not phone_tags:
        return ()
    connection = reading_connection()
    tag_marks, field_marks = (", ".join("?" * len(one)) for one in (phone_tags, BROUGHT_BY))
    rows = connection.rows(
        "SELECT m.matter_id, m.number, m.kind, m.version, m.state, m.opened_at, m.code_tag, "
        f"(SELECT count(*) FROM reading r WHERE r.chain = m.matter_id AND {SEEN_SQL}) "
        "FROM matter m WHERE m.matter_id IN (SELECT matter_id FROM number_tag "
        f"WHERE tag IN ({tag_marks}) AND field IN ({field_marks})) "
        "ORDER BY m.opened_at DESC LIMIT ?",
        (*phone_tags, *BROUGHT_BY, MINE_MAX),
    )
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    found = []
    for matter, number, kind, version, state, opened_at, code_tag, times in rows:
        procedure = procedure_of(printer.rules, kind, version)
        found.append(
            Mine(
                matter=matter,
                code=code_of(matter, code_tag),
                number=number,
                title=procedure.name,
                state_name=procedure.states[state].name,
                opened=printer.instant(restored(opened_at, printer.rules.zone)),
                times=times,
            )
        )
    return tuple(found)


def objectionable(matter: str, number: int, now: datetime | None = None) -> Objectionable | None:
    """What is known for an objection against reading `number`; None if there is no such reading."""
    connection = reading_connection()
    held = _held(connection, matter)
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM reading WHERE chain = ? AND seq = ? AND {TOLD_SQL}",
        (matter, number),
    )
    if held is None or not rows or rows[0][ReadingRow._fields.index("sort")] == AGENT:
        return None
    one = ReadingRow._make(rows[0])
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    telling = _Telling(printer, held, _post_names(connection, [one]), {})
    looked = telling.looked([one])
    codes = _objections(connection, matter, [number])
    watch = watching(one.organ, printer)
    given: Data = {
        "watch_organ": watch,
        "reading_organ": one.organ,
        "concerned_matter": matter,
        "reading_number": number,
        "reading_time": restored(one.read_at, printer.rules.zone).isoformat(),
        "reading_purpose": looked.purpose,
        "reading_post": looked.post,
    }
    if concerns_minor(held.state, held.procedure):
        given[MINOR] = True
    elif held.state.fields.get(MINOR) is False:
        given[MINOR] = False
    looked = _with_code(looked, codes[number]) if number in codes else looked
    return Objectionable(looked=looked, watch=printer.rules.organ_name(watch), given=given)


def objection_key(matter: str, number: int) -> str:
    """The key of the one objection against a reading: a second one finds the first."""
    return f"public:{OBJECTION}:{matter}:{number}"


def watching(organ: str, printer: Printer) -> str:
    """Who decides about a reading of this organ.

    The first organ above it that may supervise objections, else the one the city names for it.
    """
    register, competence = printer.rules.organ_register, printer.rules.competence
    day = printer.now.astimezone(printer.rules.zone).date()
    for above in register.lineage(organ, day)[1:] if organ in register else ():
        body = register.known(organ, day)
        area = body.area if body is not None else ""
        if isinstance(competence.may("supervise", above, OBJECTION, area, day), Competent):
            return above
    return load_retention(city_folder()).objections_to


def _held(connection: Connection, matter: str) -> _Held | None:
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows:
        return None
    told = rules.current()
    procedure = procedure_of(told, *rows[0])
    state = folded(procedure, history(connection, matter, told.zone))
    asking = Reader(person="", kind="citizen", holds_code=True)
    view = may_read(asking, "own", state, procedure)
    return _Held(procedure, state, view) if isinstance(view, View) else None


def _letters(found: list[ReadingRow]) -> dict[str, str]:
    """A letter a reader, in the order in which they first looked."""
    people = dict.fromkeys(one.person for one in reversed(found))
    return {
        person: LETTERS[place] if place < len(LETTERS) else str(place + 1)
        for place, person in enumerate(people)
    }


def _grouped(found: list[ReadingRow], told: Rules) -> Iterator[list[ReadingRow]]:
    """Readings of one reader on one day for one purpose together, newest first."""
    groups: dict[tuple[object, ...], list[ReadingRow]] = {}
    for one in found:
        day = restored(one.read_at, told.zone).date()
        key = (day, one.person, one.organ, one.post, one.role, one.purpose)
        groups.setdefault(key, []).append(one)
    yield from groups.values()


class _Telling(NamedTuple):
    """Turns readings of one matter into rows for its citizen."""

    printer: Printer
    held: _Held
    posts: dict[str, str]
    letters: dict[str, str]

    def looked(self, group: list[ReadingRow]) -> Looked:
        """Readings of one reader, one day and one purpose, newest first, as one row."""
        last, first = group[0], group[-1]
        clear = self.labels(group, "clear")
        purpose, _, need = last.purpose.partition(": ")
        zone = self.printer.rules.zone
        when = self.printer.instant(restored(first.read_at, zone))
        end = f"{restored(last.read_at, zone):%H:%M}"
        if not when.endswith(end):
            when += f" 至 {end}"
        return Looked(
            number=last.seq,
            when=when,
            times=len(group),
            organ=AGENT_NAME if last.sort == AGENT else self.printer.rules.organ_name(last.organ),
            post="" if last.sort == AGENT else self.posts.get(last.post) or self.role(last.role),
            reader="" if last.sort == AGENT else self.letters.get(last.person, ""),
            agent=last.sort == AGENT,
            what=tuple(dict.fromkeys(SORTS[one.sort] for one in reversed(group))),
            purpose=PURPOSES.get(purpose, purpose),
            reasoned=bool(need),
            clear=clear,
            masked=tuple(one for one in self.labels(group, "masked") if one not in clear),
            articles=self.printer.articles(last.basis.split()),
        )

    def labels(self, group: list[ReadingRow], sight: str) -> tuple[str, ...]:
        """The names of the citizen's own fields that one of these readings saw like this."""
        names: dict[str, None] = {}
        for one in group:
            listed = traces.told_of(one.told).get(sight)
            names |= dict.fromkeys(listed if isinstance(listed, list) else ())
        own, fields = self.held.view.fields, self.held.procedure.fields
        return tuple(
            fields[name].name
            for name in names
            if own.get(name, "hidden") != "hidden" and name in fields
        )

    def role(self, role: str) -> str:
        """The name of a role: of this procedure, else of any that has it."""
        every = (self.held.procedure, *self.printer.rules.every_version())
        return next((one.roles[role].name for one in every if role in one.roles), "")


def _post_names(connection: Connection, found: list[ReadingRow]) -> dict[str, str]:
    ids = sorted({one.post for one in found if one.post})[:IN_MAX]
    if not ids:
        return {}
    return dict(connection.rows_in("SELECT post_id, name FROM post WHERE post_id", ids))


def _objections(connection: Connection, matter: str, numbers: list[int]) -> dict[int, str]:
    """The follow codes of the objections against these readings, by number."""
    if not numbers:
        return {}
    by_key = {objection_key(matter, number): number for number in numbers}
    rows: list[Row] = connection.rows_in(
        "SELECT k.key, k.matter_id, m.code_tag FROM command_key k "
        "JOIN matter m ON m.matter_id = k.matter_id WHERE k.key",
        list(by_key),
    )
    return {by_key[key]: code_of(opened, tag) for key, opened, tag in rows}


def code_of(matter: str, code_tag: bytes) -> str:
    """The follow code of a matter, by the version of the key its tag was made with."""
    return follow_code(matter, store().codes_of(bytes(code_tag)[0]))


def _with_code(one: Looked, code: str) -> Looked:
    return replace(one, objected=code)
