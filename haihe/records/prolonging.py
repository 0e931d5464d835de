"""Blanket extensions: everything that expires while an order holds moves to the order's last day.

Each matter records the step with the number of the order; a certificate is replaced by one with the
new day and revoked in its favour; a permit on paper moves by the step alone; where the order says
so (`running`), applications for renewal that are still being decided count from the new day. A
holder was told only when a message really went out; until then a clock of the matter runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from haihe.kernel.catalogue import Order
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import certificates, home, keys, personal, rules, write
from haihe.records.certificates import Held
from haihe.records.chain import HASHES
from haihe.records.database import Connection
from haihe.records.instants import stored

A_ROUND_MAX: Final = 10_000
ROLES: Final = {"service_item": "window", "police_permit": "bureau_head"}
RENEWED_IN: Final = "police_permit"  # the kind that decides on renewals
Tell = Callable[[str, str], bool]  # a phone and words; whether the message went out


class Prolonged(NamedTuple):
    """What an order moved: old and new certificates, matters on paper, renewals being decided."""

    moved: tuple[tuple[str, str], ...] = ()
    papers: tuple[str, ...] = ()
    renewals: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    told: int = 0
    untold: tuple[str, ...] = ()  # matters whose holder still has to be told


class Window(NamedTuple):
    """The instants of an order: what ends in between (the last counted) ends at `until`."""

    first: datetime
    last: datetime
    until: datetime

    @property
    def last_minute(self) -> str:
        """The new end as a matter has it: 23:59 of the last day."""
        return (self.until - timedelta(minutes=1)).isoformat()

    def holds(self, end: datetime | None) -> bool:
        """Whether something that ends then is moved."""
        return end is not None and self.first < end <= self.last


def window_of(order: Order) -> Window:
    """The instants of an order, in the city's time."""
    assert order.expires_from is not None
    assert order.expires_to is not None
    assert order.until is not None
    zone = rules.current().zone
    after = timedelta(days=1)
    return Window(
        datetime.combine(order.expires_from, time(), zone),
        datetime.combine(order.expires_to + after, time(), zone),
        datetime.combine(order.until + after, time(), zone),
    )


def prolong(connection: Connection, order: Order, now: datetime, tell: Tell) -> Prolonged:
    """Move everything an order names; again moves nothing more and tells who was not told."""
    span = window_of(order)
    moved, papers, renewals, refused = [], [], [], []
    for certificate, matter in _certificates(connection, order, span):
        wrong = _record(connection, order, certificate, matter, span, now)
        made = None if wrong else certificates.replaced(connection, matter, span.until, now)
        if made is None:
            refused.append((certificate, wrong or "事项不在已准予的状态"))
            continue
        certificates.revoke(connection, certificate, f"依{order.number}顺延，换发新证", now, made)
        moved.append((certificate, made))
    for matter in _on_paper(connection, order, span, now):
        wrong = _record(connection, order, matter, matter, span, now)
        if wrong:
            refused.append((matter, wrong))
        else:
            papers.append(matter)
    for matter in _renewals(connection, order, span) if order.running else ():
        wrong = _move_renewal(connection, order, matter, span, now)
        if wrong:
            refused.append((matter, wrong))
        else:
            renewals.append(matter)
    told, untold = _tell(connection, order, now, tell)
    return Prolonged(tuple(moved), tuple(papers), tuple(renewals), tuple(refused), told, untold)


def _certificates(connection: Connection, order: Order, span: Window) -> list[tuple[str, str]]:
    marks = ", ".join("?" * len(order.items))
    rows = connection.rows(
        f"SELECT certificate_id, matter_id FROM certificate WHERE revoked_at IS NULL "
        f"AND valid_until > ? AND valid_until <= ? AND item IN ({marks}) "
        "ORDER BY valid_until LIMIT ?",
        (stored(span.first), stored(span.last), *order.items, A_ROUND_MAX),
    )
    return [(row[0], row[1]) for row in rows]


def _on_paper(connection: Connection, order: Order, span: Window, now: datetime) -> Iterator[str]:
    """Matters whose result was handed out on paper and ends in the span."""
    rows = connection.rows(
        "SELECT matter_id FROM matter m WHERE kind IN (?, ?) AND ended AND outcome = ? "
        "AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.matter_id = m.matter_id) "
        "ORDER BY matter_id LIMIT ?",
        (*certificates.KINDS, "准予", A_ROUND_MAX),
    )
    for (matter,) in rows:
        held = certificates.held(connection, matter)
        if held is not None and held.item.code in order.items and span.holds(_end(held, now)):
            yield matter


def _end(held: Held, now: datetime) -> datetime | None:
    granted = [one for one in held.state.done if one.act in certificates.GRANTING]
    return certificates.until_of(held, granted[-1].happened_at if granted else now)


def _renewals(connection: Connection, order: Order, span: Window) -> Iterator[str]:
    """Applications for renewal, not decided yet, of what the order moves."""
    rows = connection.rows(
        "SELECT matter_id FROM matter WHERE kind = ? AND NOT ended ORDER BY matter_id LIMIT ?",
        (RENEWED_IN, A_ROUND_MAX),
    )
    for (matter,) in rows:
        held = certificates.held(connection, matter)
        if held is None or held.item.code not in order.items:
            continue
        told = held.state.fields.get("permit_valid_until")
        if isinstance(told, str) and span.holds(datetime.fromisoformat(told)):
            yield matter


def _record(
    connection: Connection, order: Order, what: str, matter: str, span: Window, now: datetime
) -> str:
    """Take the step in the matter; "" when it was taken, else why not."""
    data: Data = {"prolong_order": order.number, "granted_until": span.last_minute}
    return _taken(connection, f"prolong:{order.id}:{what}", "prolong", matter, data, now)


def _move_renewal(
    connection: Connection, order: Order, matter: str, span: Window, now: datetime
) -> str:
    data: Data = {"prolong_order": order.number, "permit_valid_until": span.last_minute}
    return _taken(connection, f"renewal:{order.id}:{matter}", "move_expiry", matter, data, now)


def _tell(
    connection: Connection, order: Order, now: datetime, tell: Tell
) -> tuple[int, tuple[str, ...]]:
    """Tell every holder who was not told; what was told is recorded, and only that."""
    rows = connection.rows(
        "SELECT DISTINCT p.matter_id FROM event p WHERE p.act = ? AND NOT EXISTS "
        "(SELECT 1 FROM event t WHERE t.matter_id = p.matter_id AND t.act = ? AND t.seq > p.seq) "
        "ORDER BY p.matter_id LIMIT ?",
        ("prolong", "tell_prolonged", A_ROUND_MAX),
    )
    told, untold = 0, []
    words = f"您的证件已依{order.number}顺延到{order.until}，不用来办。凭查询码可以看到。"
    for (matter,) in rows:
        held = certificates.held(connection, matter)
        if held is None or held.state.fields.get("prolong_order") != order.number:
            continue
        phone = holder_phone(connection, matter)
        if not phone or not tell(phone, words):
            untold.append(matter)
            continue
        key = f"tell:{order.id}:{matter}:{held.state.seq}"
        _taken(connection, key, "tell_prolonged", matter, {"told_how": "message"}, now)
        told += 1
    return told, tuple(untold)


def _taken(
    connection: Connection, key: str, act: str, matter: str, data: Data, now: datetime
) -> str:
    ((kind, owner),) = connection.rows(
        "SELECT kind, owner_organ FROM matter WHERE matter_id = ?", (matter,)
    )
    held = certificates.held(connection, matter)
    told = held.state.fields if held is not None else {}
    organ = str(told.get("permit_office") or owner)  # a head acts for the body that granted it
    actor = Actor(person="connector", role=ROLES[kind], organ=organ)
    answer = write.submit(Command(key=key, act=act, matter=matter, actor=actor, data=data), now=now)
    return answer.says if isinstance(answer, Refused) else ""


def holder_phone(connection: Connection, matter: str) -> str:
    """The phone an applicant left, to be told; "" if none."""
    told = personal.latest_values(connection, matter, keys.store(), HASHES[home.hash_name()])
    return str(told.get("applicant_phone", ""))
