"""The one way of rating a service: by whoever has its code, after the end, once, by own wish.

A rating is a matter of its own (kind service_rating). Nothing of it is written into what is rated,
and it names neither the matter, nor the ticket, nor when the service ended; the organ that is rated
and all below it must not know that there is one (`apart`). That it is the only one is kept by its
key: a digest of the code, which nobody can turn back. The two lowest levels open their
rectification in the same transaction, for the organ above the one that was rated.

Basis: 国办发〔2019〕51号, GB/T 39734—2020 §4 and §7, law/rating-settings.yaml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from haihe.kernel.fold import ends_matter
from haihe.kernel.reading import MINOR
from haihe.kernel.values import Actor, Command, Data, Frozen, Refused
from haihe.pack.place import city_folder
from haihe.pack.ratings import Ratings, load_ratings
from haihe.records import halls, read, rules, write
from haihe.records.codes import normal_code
from haihe.records.database import Connection, reading_connection
from haihe.records.halls_journal import instant_of
from haihe.records.instants import restored, stored
from haihe.records.journal import folded, history, procedure_of
from haihe.records.looked import BROUGHT_BY, code_of

KIND: Final = "service_rating"
BAD: Final = "bad_rating"
SCORES: Final = (5, 4, 3, 2, 1)  # as they stand in the standard, the best first
BAD_MOST: Final = 2
TEXT_MAX: Final = 300
TAGS_A_RATING_MAX: Final = 6
TICKET_CODE_LENGTH: Final = 12
DESK: Final = Actor(person="rating_desk", role="rating_desk", organ="supervision")
HALL: Final = "hall"
WINDOWS: Final = "大厅窗口"  # Chinese: the one standard of all windows, as it is counted

Channel = Literal["hall", "matter"]


class Served(Frozen, frozen=True, kw_only=True):
    """A service that ended and may be rated.

    `key` tells of nothing but that it is the same service again. `kind` is the kind of the matter
    or the hall's id. `phones`: the matter was brought with a phone, so who rates has it.
    """

    key: str
    channel: Channel
    kind: str
    name: str
    organ: str
    organ_name: str
    last_day: date
    phones: frozenset[bytes] = frozenset()
    minor: bool | None = None


class Said(Frozen, frozen=True, kw_only=True):
    """What somebody says of a service."""

    score: int
    tags: tuple[str, ...] = ()
    text: str = ""
    phone: str = ""  # given: may be called
    minor: bool | None = None


class Given(Frozen, frozen=True, kw_only=True):
    """What became of it; `code` follows the rectification of a bad one that was the first."""

    first: bool
    code: str = ""


def settings() -> Ratings:
    """The rules of the city in use."""
    return load_ratings(city_folder())


def rating_key(code: str) -> str:
    """The key of the one rating of the service with this code."""
    return "rating:" + hashlib.sha256(f"haihe-rating\0{code}".encode()).hexdigest()[:40]


def served(code: str, now: datetime | None = None) -> Served | None:
    """The service behind a follow code or a ticket's code, if it may be rated now.

    Whether it was rated already is not told: who has the code need not be who rated.
    """
    at = now or datetime.now(UTC)
    typed = code.strip().upper()
    if len(typed) == TICKET_CODE_LENGTH:
        return _ticket(typed, at)
    return _matter(code, at)


def is_over(code: str) -> bool:
    """Whether a code leads to a service at all: then it has not ended yet, or too long ago."""
    typed = code.strip().upper()
    if len(typed) == TICKET_CODE_LENGTH and halls.find(typed) is not None:
        return True
    return read.matter_of(code) is not None


def _ticket(code: str, now: datetime) -> Served | None:
    told = halls.find(code)
    if told is None:
        return None
    site, day, number = told
    hall = halls.every_hall().get(site)
    with halls.looking(site, day) as one:
        ticket = one.hall.tickets.get(number)
        if hall is None or ticket is None or ticket.standing != "done" or ticket.ended_at is None:
            return None
        name, ended = one.hall.errand(ticket.errand).name, ticket.ended_at
    over = instant_of(ended, day, halls.zone())
    last = _last_day(over, now)
    if last is None:
        return None
    return Served(
        key=rating_key(code),
        channel="hall",
        kind=HALL,
        name=name,
        organ=hall.organ,
        organ_name=rules.current().organ_name(hall.organ),
        last_day=last,
    )


def _matter(code: str, now: datetime) -> Served | None:
    matter, normal = read.matter_of(code), normal_code(code)
    if matter is None or normal is None:
        return None
    current, connection = rules.current(), reading_connection()
    ((kind, version),) = connection.rows(
        "SELECT kind, version FROM matter WHERE matter_id = ?", (matter,)
    )
    if kind in settings().not_rated:
        return None
    procedure = procedure_of(current, kind, version)
    state = folded(procedure, history(connection, matter, current.zone))
    if not state.ended or state.merged_into is not None:
        return None
    ending = [one.happened_at for one in state.done if ends_matter(procedure, one.act)]
    last = _last_day(ending[-1], now) if ending else None
    if last is None:
        return None
    minor = state.fields.get(MINOR)
    return Served(
        key=rating_key(normal),
        channel="matter",
        kind=kind,
        name=procedure.name,
        organ=state.owner.organ,
        organ_name=current.organ_name(state.owner.organ),
        last_day=last,
        phones=_phones(connection, matter),
        minor=minor if isinstance(minor, bool) else None,
    )


def _last_day(ended: datetime, now: datetime) -> date | None:
    """The last day on which it may be rated; None when that is over."""
    zone = rules.current().zone
    last = ended.astimezone(zone).date() + timedelta(days=settings().open_days)
    return last if now.astimezone(zone).date() <= last else None


def _phones(connection: Connection, matter: str) -> frozenset[bytes]:
    marks = ", ".join("?" * len(BROUGHT_BY))
    rows = connection.rows(
        f"SELECT tag FROM number_tag WHERE matter_id = ? AND field IN ({marks})",
        (matter, *BROUGHT_BY),
    )
    return frozenset(bytes(row[0]) for row in rows)


def may_rate(one: Served, phone_tags: Sequence[bytes]) -> bool:
    """Whether it is the served person: a phone that was given must be signed in with."""
    return not one.phones or not one.phones.isdisjoint(phone_tags)


# ── giving ───────────────────────────────────────────────────────────────────────────────────


def give(one: Served, said: Said, now: datetime | None = None) -> Given | Refused:
    """Rate it. A second rating changes nothing and is told from the first to who gave it only.

    Raises haihe.records.write.Failure; nothing was written then.
    """
    at = now or datetime.now(UTC)
    if _known(one.key):
        return Given(first=False)
    answer = write.submit(
        Command(key=one.key, act="rate", actor=DESK, kind=KIND, data=_data(one, said, at)), now=now
    )
    if isinstance(answer, Refused):
        return Given(first=False) if answer.reason == "key_reused" else answer
    if answer.replayed:
        return Given(first=False)
    return Given(first=True, code=_progress(answer.matter))


def _known(key: str) -> bool:
    return bool(reading_connection().rows("SELECT 1 FROM command_key WHERE key = ?", (key,)))


def _data(one: Served, said: Said, now: datetime) -> Data:
    told: Data = {
        "rated_organ": one.organ,
        "answering_organ": answering(one.organ, now),
        "service_name": one.name,
        "channel": one.channel,
        "score": said.score,
        "crowd": crowd(one.organ, now),
    }
    if said.tags:
        told["rating_tags"] = list(said.tags[:TAGS_A_RATING_MAX])
    if said.text:
        told["score_text"] = said.text[:TEXT_MAX]
    if said.phone:
        told |= {"wants_call": True, "rater_phone": said.phone}
    minor = said.minor if said.minor is not None else one.minor
    if minor is not None:
        told[MINOR] = minor
    return told


def answering(organ: str, now: datetime) -> str:
    """Who answers bad ratings of an organ: the first above it, never itself or one below it."""
    current, told = rules.current(), settings()
    register, day = current.organ_register, now.astimezone(current.zone).date()
    above = register.lineage(organ, day)[1:] if organ in register else ()
    found = next((one for one in above if one != organ), told.otherwise)
    return told.instead if found == organ else found


def crowd(organ: str, now: datetime) -> int:
    """How many services of this organ ended lately: among so many is whoever rated."""
    since = now - timedelta(days=settings().crowd_days)
    connection = reading_connection()
    ((matters,),) = connection.rows(
        "SELECT count(*) FROM matter m WHERE m.owner_organ = ? AND m.ended = ? "
        "AND m.changed_at >= ? AND m.changed_at <= ?",
        (organ, True, stored(since), stored(now)),
    )
    return int(matters) + visits(connection, {organ}, since, now)


def visits(
    connection: Connection, organs: frozenset[str] | set[str], since: datetime, until: datetime
) -> int:
    """How many errands were finished at the windows of these organs, by whole days."""
    first, last = halls.today(since), halls.today(until)
    total = 0
    for site, one in halls.every_hall().items():
        if one.organ in organs:
            ((count,),) = connection.rows(
                "SELECT count(*) FROM hall_event WHERE act = 'finish' "
                "AND day_id >= ? AND day_id <= ?",
                (f"{site}/{first.isoformat()}", f"{site}/{last.isoformat()}"),
            )
            total += int(count)
    return total


def _progress(rating: str) -> str:
    """The follow code of the rectification that a rating opened, or ""."""
    rows = reading_connection().rows(
        "SELECT matter_id, code_tag FROM matter WHERE from_matter = ? AND kind = ?", (rating, BAD)
    )
    return code_of(rows[0][0], bytes(rows[0][1])) if rows else ""


def week_of(instant: int) -> date:
    """The Monday of the week in which an instant (microseconds) lies."""
    day = restored(instant, rules.current().zone).date()
    return day - timedelta(days=day.weekday())


def procedure_name(current: rules.Rules, kind: str, version: str) -> str:
    """What a kind of service is called."""
    return procedure_of(current, kind, version).name


def hall_organs() -> set[str]:
    """The organs that have a hall."""
    return {one.organ for one in halls.every_hall().values()}
