"""What becomes of a hall's day when it is over: closed, remembered, carried over, disposed of.

The worker does it at night; every part may be done again, by another worker too, and does nothing
the second time. Days are kept as long as `city/retention.yaml` says (个人信息保护法 19).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from haihe.kernel.values import Data
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.retention import Schedule, load_retention
from haihe.queueing.hall import Hall, Ticket, Told
from haihe.queueing.plan import PLAYED
from haihe.records import database, halls, halls_journal, halls_memory, halls_phones
from haihe.records.chain import GENESIS
from haihe.records.halls_journal import NOTHING_LIVED, day_id, parted

DAYS_A_NIGHT_MAX: Final = 100
DISPOSED_A_NIGHT_MAX: Final = 400


def end_days(now: datetime) -> int:
    """Close the days that are over and remember what people waited; gives how many.

    Who waited and was not reached has a place on the next open day, where the hall gives one.
    """
    done = 0
    for id_ in days_over(halls.today(now)):
        site, day = parted(id_)
        with halls.looking(site, day) as one:
            closed = one.hall.closed
        if not closed and site in halls.every_hall():
            late = halls_journal.midnight(day, halls.zone()) + timedelta(days=1, seconds=-1)
            halls.act(site, day, "close", now=late)
        carry_over(site, day, now)
        with halls.looking(site, day) as one:
            row = halls_journal.lived_row(one.hall)
        halls_memory.remember(id_, row)
        done += 1
    halls_phones.forget_before(halls.today(now))
    return done


def days_over(before: date, limit: int = DAYS_A_NIGHT_MAX) -> list[str]:
    """Days before this one that nobody has remembered yet, the oldest first."""
    rows = database.reading_connection().rows(
        "SELECT day_id FROM hall_day WHERE NOT EXISTS (SELECT 1 FROM hall_lived l "
        "WHERE l.day_id = hall_day.day_id) ORDER BY day_id"
    )
    over = [str(id_) for (id_,) in rows if parted(id_)[1] < before]
    return over[:limit]


# ── who was not reached ──────────────────────────────────────────────────────────────────────


def carry_over(site: str, day: date, now: datetime) -> int:
    """Give everybody a place who waited and was not reached at the close of a day.

    The order they had is the order of the times they get. Gives how many have one.
    """
    if site not in halls.every_hall() or halls.every_hall()[site].carry is None:
        return 0
    with halls.looking(site, day) as one:
        unreached = list(_unreached(one.hall))
    days = list(_open_days(site, day, now))
    return sum(any(_placed(site, day, one, later, now) for later in days) for one in unreached)


def _unreached(hall: Hall) -> Iterator[Ticket]:
    """In the order in which they would have been called; who the demo plays goes home."""
    if hall.closed:
        some = [one for one in hall.tickets.values() if one.unreached and one.channel != PLAYED]
        yield from sorted(some, key=lambda one: (one.place, one.nth))


def _open_days(site: str, day: date, now: datetime) -> Iterator[date]:
    """The open days after a day, and not before today, as far as can be booked ahead."""
    first = max(day + timedelta(days=1), halls.today(now))
    for later in range(halls.every_hall()[site].booking.days_ahead + 1):
        if halls.plan_for(site, first + timedelta(days=later)).spans:
            yield first + timedelta(days=later)


def _placed(site: str, day: date, ticket: Ticket, later: date, now: datetime) -> bool:
    """Whether this ticket has a place, that it has already or gets on that day.

    A ticket without a code has none: nobody could find it.
    """
    origin = ticket.carried or f"{day.isoformat()}/{ticket.number}"
    first_day, _, first_number = origin.partition("/")
    digest = _digest(f"{site}/{first_day}", first_number, day_id(site, day), ticket.number)
    if not digest:
        return False
    if _exists(digest):
        return True
    data: Data = {
        "carried": origin,
        "errands": ticket.errands[ticket.step :],
        "channel": ticket.channel,
        "phone": ticket.phone,
        "matter": ticket.matter,
        "favour": ticket.favour,
        "notify_minutes": ticket.notify_minutes,
        "language": ticket.language,
    }
    answer = halls.act(site, later, "book", data=data, digest=digest, now=now)
    if isinstance(answer, Told):
        number = str(answer.data["number"])
        halls_phones.carry(day_id(site, day), ticket.number, day_id(site, later), number)
    return isinstance(answer, Told) or answer.reason == "has_one"


def _exists(digest: str) -> bool:
    rows = database.reading_connection().rows(
        "SELECT 1 FROM hall_ticket WHERE digest = ?", (digest,)
    )
    return bool(rows)


def _digest(first_id: str, first_number: str, id_: str, number: str) -> str:
    """Under which digest a ticket's code leads to its next place; "" for one without a code."""
    of = "SELECT digest FROM hall_ticket WHERE day_id = ? AND number = ?"
    rows = database.reading_connection().rows(of, (first_id, first_number))
    here = database.reading_connection().rows(of, (id_, number))
    if not rows or not here:
        return ""
    chain = [
        halls_journal.carried_digest(str(rows[0][0]), times)
        for times in range(halls_journal.CARRIED_MAX)
    ]
    at = chain.index(str(here[0][0])) if str(here[0][0]) in chain else len(chain)
    return chain[at + 1] if at + 1 < len(chain) else ""


def place_after(site: str, day: date, number: str, now: datetime) -> tuple[date, float] | None:
    """Day and second of the place that somebody has who was not reached; None for none."""
    origin = f"{day.isoformat()}/{number}"
    with halls.looking(site, day) as one:
        ticket = one.hall.tickets.get(number)
    origin = ticket.carried if ticket is not None and ticket.carried else origin
    for later in _open_days(site, day, now):
        with halls.looking(site, later) as one:
            found = one.hall.tickets.get(one.hall.carried.get(origin, ""))
            if found is not None and found.appointed is not None:
                return later, found.appointed
    return None


# ── what is kept no longer ───────────────────────────────────────────────────────────────────


def dispose(now: datetime) -> int:
    """Empty the days that the city keeps no longer; gives how many.

    What the events told is gone; their hashes stay under the seals, with one event more that says
    by which rule. The chain goes on from the last hash, so nothing can be taken out or put in.
    """
    schedule = _schedule()
    if schedule is None:
        return 0
    today = halls.today(now)
    oldest = today.replace(year=today.year - schedule.years, day=min(today.day, 28))
    rows = database.reading_connection().rows(
        "SELECT l.day_id FROM hall_lived l WHERE l.level <> ? ORDER BY l.day_id",
        (NOTHING_LIVED[0],),
    )
    over = [str(id_) for (id_,) in rows if parted(id_)[1] < oldest][:DISPOSED_A_NIGHT_MAX]
    return sum(_disposed(id_, schedule, now) for id_ in over)


def _schedule() -> Schedule | None:
    try:
        return load_retention(city_folder()).halls
    except MissingFolder:
        return None


def _disposed(id_: str, schedule: Schedule, now: datetime) -> bool:
    connection = database.reading_connection()
    with database.writing(connection):
        ((_, seq, head),) = connection.rows_in(*halls_journal.heads(connection, [id_]))
        last = connection.rows(
            "SELECT act FROM hall_event WHERE day_id = ? AND seq = ?", (id_, seq)
        )
        if not last or last[0][0] == halls_journal.DISPOSE or bytes(head) == GENESIS:
            return False
        at = halls.second(parted(id_)[1], now)
        data: Data = {"cites": list(schedule.cites), "years": schedule.years}
        event = Told(seq=int(seq) + 1, act=halls_journal.DISPOSE, at=at, data=data)
        row = halls_journal.row_of(id_, event, halls.zone())
        digest = halls_journal.hash_of(row, bytes(head))
        connection.run(
            "UPDATE hall_event SET act = ?, person = '', at = 0, data = '' WHERE day_id = ?",
            (halls_journal.GONE, id_),
        )
        connection.insert("hall_event", [(*row, digest)])
        connection.replace("hall_day", [(id_, int(seq) + 1, digest)])
        connection.replace("hall_lived", [(id_, *NOTHING_LIVED)])
        for table in ("hall_ticket", "hall_phone"):
            connection.run(f"DELETE FROM {table} WHERE day_id = ?", (id_,))
    halls.forget_days()
    halls_memory.forget()
    return True
