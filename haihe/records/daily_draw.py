"""The call-backs of each working day, drawn by the last seal of the day before.

The seal is closed, chained, signed and logged outside the database before the day of the draw
begins, so nobody can choose the seed afterwards, and everybody who holds the log can repeat it.
Basis: law/rating-settings.yaml §9.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from haihe.records import call_backs, rules, seals
from haihe.records.database import Connection
from haihe.records.halls_journal import midnight

SEED_DIGITS: Final = 40  # of the seal's hash, in hexadecimal


def seed_of(connection: Connection, day: date) -> str:
    """`<number of the seal>-<its hash>` of the last seal before this day began.

    Raises UnusableDraw: nothing was sealed before it.
    """
    seal = seals.last_before(connection, midnight(day, rules.current().zone))
    if seal is None:
        raise call_backs.UnusableDraw(
            "这一天以前还没有封存过，没有可以用的种子；可以用 --seed 指定。"
        )
    return f"{seal.number}-{seal.hash.hex()[:SEED_DIGITS]}"


def draw_today(connection: Connection, now: datetime) -> call_backs.Draw | None:
    """Draw today's call-backs, if today is a working day and was not drawn by anybody yet.

    None where there is nothing to do: no working day, drawn by another seed, nothing sealed before.
    What was left half-done is finished by the same seed.
    """
    calendar = rules.current().calendar
    day = now.astimezone(calendar.zone).date()
    if not calendar.is_workday(day):
        return None
    if seals.last_before(connection, midnight(day, calendar.zone)) is None:
        return None
    seed = seed_of(connection, day)
    by = call_backs.seed_drawn_by(connection, day)
    if by and by != seed:
        return None
    return call_backs.draw(connection, day, seed, now)
