"""The door to the service halls: what a page may ask of a hall's day, and every act in it.

The days of the halls are kept in memory and folded further as events come; one look at the row of a
day tells whether another process wrote meanwhile. Acts that wait are carried out together and
committed once; when `act` returns, the event is on the disk.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, tzinfo
from typing import Final

import msgspec
from msgspec.structs import replace

from haihe.kernel.values import Data, Refused
from haihe.queueing.expect import expected_by
from haihe.queueing.hall import Hall, Ticket, Told
from haihe.queueing.plan import MINUTE, Plan, written
from haihe.queueing.steps import Wish, decide, plan_event
from haihe.queueing.waiting import Memory
from haihe.records import database, halls_journal, halls_memory, keys, looked, rules, tags
from haihe.records.chain import GENESIS
from haihe.records.database import Connection, Failure, Lost, Row
from haihe.records.halls_city import HallOf, load_halls
from haihe.records.halls_journal import HallRow, day_id, parted, row_of, second_of
from haihe.records.installed import InstalledRules
from haihe.records.instants import day_words

DAYS_KEPT: Final = 4_000  # days of halls in the memory of a process
BATCH_MAX: Final = 64
TRIES_MAX: Final = 3
FRESH_SECONDS: Final = 0.3  # how long nobody asks again whether another process wrote
SECRET_BYTES: Final = 16
NOBODY: Final = ""  # the public: who takes a number is not known and need not be


class Day:
    """One hall on one day in the memory of this process; use it only while `lock` is held."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.site, self.day = parted(id_)
        self.hall = Hall()
        self.head = GENESIS
        self.lock = threading.RLock()
        self.looked = 0.0

    @property
    def version(self) -> int:
        """How many events it has had."""
        return self.hall.seq


class Act(msgspec.Struct):
    """An act on its way; `secret` is what the code of a new ticket is made of.

    `digest`: under which the ticket of somebody who was not reached is found by the same code.
    """

    day_id: str
    wish: Wish
    secret: str = ""
    digest: str = ""
    plan: Plan | None = None
    answer: Told | Refused | None = None
    failure: BaseException | None = None


_days: OrderedDict[tuple[database.Place, str], Day] = OrderedDict()
_days_lock = threading.Lock()
_waiting: deque[Act] = deque()
_writing = threading.Lock()
_writer: list[tuple[database.Place, Connection]] = []
_halls: list[dict[str, HallOf]] = []


# ── what there is ────────────────────────────────────────────────────────────────────────────


def every_hall() -> dict[str, HallOf]:
    """The halls of the city by their ids."""
    if not _halls:
        with _days_lock:  # the first requests of a server come together; one of them reads it
            if not _halls:
                law = rules.current()
                _halls.append(load_halls(law.pack.law if isinstance(law, InstalledRules) else None))
    return _halls[0]


def use(halls: dict[str, HallOf]) -> None:
    """From now on this process has these halls."""
    _halls[:] = [halls]


def zone() -> tzinfo:
    """The zone in which the days of the halls begin."""
    return rules.current().zone


def today(now: datetime | None = None) -> date:
    """The day it is in the halls."""
    return (now or datetime.now(UTC)).astimezone(zone()).date()


def second(day: date, now: datetime | None = None) -> float:
    """The second of a hall's day that it is now."""
    return second_of(now or datetime.now(UTC), day, zone())


def id_of(site: str, day: date) -> str:
    """The id of a hall's day."""
    return day_id(site, day)


def site_and_day(id_: str) -> tuple[str, date]:
    """Hall and day of such an id."""
    return parted(id_)


def day_in_words(day: date) -> str:
    """2026年11月23日 星期一."""
    return day_words(day)


def day_of_year_in_words(day: date) -> str:
    """11月23日 星期一: where the year goes without saying."""
    return day_words(day).partition("年")[2]  # Chinese: form of a day


def article(cite: str) -> str:
    """A citation in words."""
    return rules.current().article(cite)


def memory(one: Day) -> Memory:
    """What the hall knew on the morning of a day."""
    return halls_memory.memory_of(one.site, one.day)


def plan_for(site: str, day: date) -> Plan:
    """What a hall will be on a day nobody has begun yet; raises KeyError."""
    return every_hall()[site].plan(site, day, rules.current().calendar)


@contextmanager
def looking(site: str, day: date) -> Iterator[Day]:
    """A day as it is now, for reading. A day that nobody began is shown as its plan, unwritten."""
    one = _kept(day_id(site, day))
    with one.lock:
        _catch_up(one)
        if not one.hall.planned:
            fresh = Day(one.id)
            fresh.hall.apply(_begin(fresh.id, plan_for(site, day)))
            yield fresh
            return
        yield one


def version(site: str, day: date) -> int:
    """How many events a day has had: what the address of everything live carries."""
    one = _kept(day_id(site, day))
    if time.monotonic() - one.looked < FRESH_SECONDS:
        return one.version
    with one.lock:
        _catch_up(one)
        return one.version


def events(site: str, day: date) -> list[Told]:
    """What happened on a day so far, the plan left out; nothing of a day that was disposed of."""
    rows = halls_journal.events_after(database.reading_connection(), day_id(site, day), 1)
    return [halls_journal.event_of(row, zone()) for row in rows if row.act != halls_journal.GONE]


def find(code: str) -> tuple[str, date, str] | None:
    """The hall, day and number of the ticket with this code, or None.

    Who was not reached and has a place on another day finds that one with the same code.
    """
    digests = halls_journal.digests_of(code)
    marks = ", ".join("?" * len(digests))
    rows = database.reading_connection().rows(
        f"SELECT day_id, number FROM hall_ticket WHERE digest IN ({marks}) "
        "ORDER BY day_id DESC LIMIT 1",
        tuple(digests),
    )
    if not rows:
        return None
    site, day = parted(rows[0][0])
    return site, day, str(rows[0][1])


# ── acting ───────────────────────────────────────────────────────────────────────────────────


def new_secret() -> str:
    """What a phone keeps for the day it taps: chance, and nothing about anybody."""
    return keys.random_bytes(SECRET_BYTES).hex()


def address_digest(address: str, site: str, day: date) -> str:
    """What a day's events keep of a network address: keyed, another word every day and hall."""
    return tags.tag("hall address", f"{day_id(site, day)} {address}").hex()


def act(
    site: str,
    day: date,
    name: str,
    *,
    by: str = NOBODY,
    data: Data | None = None,
    secret: str = "",
    digest: str = "",
    now: datetime | None = None,
) -> Told | Refused:
    """Carry one act out; returns once it is durable. Raises KeyError (no such hall), Failure.

    With `secret` (of a phone or a paper) a ticket is taken once: whoever comes with the same one
    again is told `has_one`, and `ticket_of` gives it.
    """
    if site not in every_hall():
        raise KeyError(site)
    id_ = day_id(site, day)
    at = second_of(now or datetime.now(UTC), day, zone())
    told = dict(data or {})
    if secret:
        told["phone"] = halls_journal.phone_digest(secret, id_)
    one = Act(id_, Wish(act=name, at=at, by=by, data=told), secret, digest)
    _waiting.append(one)
    with _writing:  # whoever gets here first commits for all that wait
        if one.answer is None and one.failure is None:
            _commit([_waiting.popleft() for _ in range(min(BATCH_MAX, len(_waiting)))])
        while one.answer is None and one.failure is None:
            _commit([_waiting.popleft() for _ in range(min(BATCH_MAX, len(_waiting)))])
    if one.failure is not None:
        raise one.failure
    assert one.answer is not None, "an act is answered before its caller goes on"
    return one.answer


def ticket_of(site: str, day: date, secret: str) -> str:
    """The code of the ticket that this secret has and that has not ended, or ""."""
    id_ = day_id(site, day)
    with looking(site, day) as one:
        words = [halls_journal.phone_digest(secret, id_), *_before(one, secret)]
        ticket = next(filter(None, map(one.hall.of_phone, words)), None)
    if ticket is None:
        return ""
    first, number = _first(site, ticket) or (id_, ticket.number)
    return halls_journal.ticket_code(secret, first, number)


def _first(site: str, ticket: Ticket) -> tuple[str, str] | None:
    """Day and number with which somebody came who was not reached then."""
    day, _, number = ticket.carried.partition("/")
    return (f"{site}/{day}", number) if number else None


def _before(one: Day, secret: str) -> list[str]:
    """What a phone is called on the days whose people have a place on this one."""
    return [halls_journal.phone_digest(secret, f"{one.site}/{d}") for d in one.hall.carried_days]


def is_holder(secret: str, site: str, day: date, ticket: Ticket) -> bool:
    """Whether this phone took the ticket."""
    first, _number = _first(site, ticket) or (day_id(site, day), "")
    return bool(secret) and ticket.phone == halls_journal.phone_digest(secret, first)


def follow_code_for(secret: str, code: str) -> str:
    """The follow code of the matter that a ticket carries, for the phone that took the ticket.

    Whoever else has the ticket's address is told nothing of the matter.
    """
    told = find(code)
    if told is None or not secret:
        return ""
    site, day, number = told
    with looking(site, day) as one:
        ticket = one.hall.tickets.get(number)
    if ticket is None or not ticket.matter or not is_holder(secret, site, day, ticket):
        return ""
    rows = database.reading_connection().rows(
        "SELECT code_tag FROM matter WHERE matter_id = ?", (ticket.matter,)
    )
    if not rows:
        return ""
    return looked.code_of(ticket.matter, bytes(rows[0][0]))


def code_of(site: str, day: date, secret: str, taken: Told) -> str:
    """The code of the ticket that an event gave."""
    return halls_journal.ticket_code(secret, day_id(site, day), str(taken.data["number"]))


def begin(plan: Plan, now: datetime | None = None) -> None:
    """Begin a day by this plan before anybody comes; a day that has begun stays as it is."""
    id_ = day_id(plan.site, plan.day)
    with _writing:
        _insist(
            Act(
                id_,
                Wish(act="", at=second_of(now or datetime.now(UTC), plan.day, zone())),
                plan=plan,
            )
        )


def enter(plan: Plan, events: Sequence[Told]) -> None:
    """A whole day at once (a demo, a bench): the same rows as if it had been lived."""
    id_ = day_id(plan.site, plan.day)
    first = _begin(id_, plan)
    rows, head = [], GENESIS
    for event in (first, *events):
        row = row_of(id_, event, zone())
        head = halls_journal.hash_of(row, head)
        rows.append((*row, head))
    connection = database.reading_connection()
    with _writing, database.writing(connection):
        connection.load("hall_event", rows)
        connection.insert("hall_day", [(id_, len(rows), head)])
    _forget(id_)


# ── inside ───────────────────────────────────────────────────────────────────────────────────


def _kept(id_: str) -> Day:
    place = (database.place(), id_)
    with _days_lock:
        one = _days.get(place)
        if one is None:
            one = _days[place] = Day(id_)
            if len(_days) > DAYS_KEPT:
                _days.popitem(last=False)
        else:
            _days.move_to_end(place)
        return one


def _forget(id_: str) -> None:
    with _days_lock:
        _days.pop((database.place(), id_), None)


def forget_days() -> None:
    """Read every day again before it is used (the database was exchanged)."""
    with _days_lock:
        _days.clear()


def _catch_up(one: Day, connection: Connection | None = None) -> None:
    """Fold what was written since the last look; `one.lock` is held."""
    if connection is None and time.monotonic() - one.looked < FRESH_SECONDS:
        return
    reading = connection or database.reading_connection()
    rows = reading.rows("SELECT seq, head FROM hall_day WHERE day_id = ?", (one.id,))
    one.looked = time.monotonic()
    if rows:
        _fold(one, reading, int(rows[0][0]), bytes(rows[0][1]))


def _fold(one: Day, connection: Connection, seq: int, head: bytes) -> None:
    if one.hall.seq == seq:
        return
    if one.hall.seq > seq:  # the database went back: begin again
        one.hall, one.head = Hall(), GENESIS
    for row in halls_journal.events_after(connection, one.id, one.hall.seq):
        if row.seq > seq:
            break
        if row.act == halls_journal.GONE:
            one.hall.seq = row.seq
            continue
        one.hall.apply(halls_journal.event_of(row, zone()))
    one.head = head


def _begin(id_: str, plan: Plan) -> Told:
    """The event a day begins with: its plan, and how wide the intervals are to begin with."""
    known = halls_memory.levels_before(*parted(id_))
    event = plan_event(written(plan), 0.0)
    return replace(event, data={**event.data, "levels": known})


def _commit(batch: Sequence[Act]) -> None:
    try:
        _try(batch)
    except Failure as failure:
        _recover(failure)
        for one in batch:
            _insist(one)
    except BaseException as failure:
        for one in batch:
            if one.answer is None:
                one.failure = failure


def _insist(one: Act) -> None:
    for attempt in range(1, TRIES_MAX + 1):
        try:
            _try([one])
            return
        except Failure as failure:
            _recover(failure)
            if attempt == TRIES_MAX:
                one.failure = failure


def _recover(failure: BaseException) -> None:
    if not _writer:
        return
    connection = _writer[0][1]
    try:
        connection.rollback()
        if not isinstance(failure, Lost):
            return
    except Failure:
        pass
    _writer.clear()
    connection.close()


def _writing_connection() -> Connection:
    place = database.place()
    if not _writer or _writer[0][0] != place:
        _writer[:] = [(place, database.connect())]
    return _writer[0][1]


def _try(batch: Sequence[Act]) -> None:
    """One transaction for all of a batch; on any failure the days are read again."""
    connection = _writing_connection()
    days = {one.day_id: _kept(one.day_id) for one in batch}
    with ExitStack() as locks:
        for id_ in sorted(days):
            locks.enter_context(days[id_].lock)
        try:
            (found,) = connection.begin_with((halls_journal.heads(connection, days),))
            for id_, seq, head in found:
                _fold(days[id_], connection, int(seq), bytes(head))
            events: list[Row] = []
            tickets: list[Row] = []
            for one in batch:
                _carry_out(one, days[one.day_id], events, tickets)
            changed = sorted({str(row[0]) for row in events})
            if changed:
                heads = [(id_, days[id_].hall.seq, days[id_].head) for id_ in changed]
                connection.write_and_commit(
                    {"hall_event": events, "hall_ticket": tickets}, {"hall_day": heads}
                )
            else:
                connection.commit()
        except BaseException as failure:
            for id_ in days:
                _forget(id_)
            for one in batch:
                one.answer = None
            if not isinstance(failure, Failure):
                connection.rollback()
            raise


def _carry_out(one: Act, day: Day, events: list[Row], tickets: list[Row]) -> None:
    if not day.hall.planned and not day.hall.disposed:
        _append(day, _begin(day.id, one.plan or plan_for(day.site, day.day)), events)
    if not one.wish.act:
        one.answer = Told(seq=day.hall.seq, act="plan", at=one.wish.at)
        return
    wish = one.wish if day.hall.disposed else _with_forecast(one, day)
    if one.secret and day.hall.carried:
        wish = replace(wish, data={**wish.data, "before": _before(day, one.secret)})
    answer = decide(day.hall, wish)
    if isinstance(answer, Told):
        _append(day, answer, events)
        digest = one.digest
        if one.secret and answer.act in ("take", "book"):
            code = halls_journal.ticket_code(one.secret, day.id, str(answer.data["number"]))
            digest = halls_journal.code_digest(code)
        if digest:
            tickets.append((digest, day.id, answer.data["number"]))
    one.answer = answer


def _append(day: Day, event: Told, events: list[Row]) -> None:
    row: HallRow = row_of(day.id, event, zone())
    head = halls_journal.hash_of(row, day.head)
    day.hall.apply(halls_journal.event_of(row, zone()))
    day.head = head
    events.append((*row, head))


def _with_forecast(one: Act, day: Day) -> Wish:
    """Who comes is told a wait, and what was told is part of the record."""
    wish, hall = one.wish, day.hall
    if wish.act == "take":
        errands = wish.data.get("errands")
        errand = str(errands[0]) if isinstance(errands, list) and errands else ""
        rule = hall.plan.favour(str(wish.data.get("favour") or ""))
        place = wish.at - (rule.ahead_minutes * MINUTE if rule else 0)
    elif wish.act == "arrive" and str(wish.data.get("number")) in hall.tickets:
        ticket = hall.tickets[str(wish.data["number"])]
        errand, rule = ticket.errand, hall.plan.favour(ticket.favour)
        place = ticket.place
    else:
        return wish
    if hall.plan.errand(errand) is None:
        return wish
    told = expected_by(
        hall, halls_memory.memory_of(day.site, day.day), errand, wish.at, place, int(bool(rule))
    ).seconds
    data: Data = {
        **wish.data,
        "told_low": round(told.low),
        "told_middle": round(told.middle),
        "told_high": round(told.high),
        "told_from": told.rests_on,
    }
    return replace(wish, data=data)
