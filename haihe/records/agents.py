"""Agents (代办人): who applies for another has a code of one's own, traced and revocable.

With it the agent sees how far the matter is and may hand in what is lacking, nothing else: no
withdrawal, no dispute, no rating, no messages. Every look is a trace that the applicant reads.
Once the applicant revokes the authority, the code is worth nothing. It is found again by the key
of the command that recorded the agent; only its digest lies there.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel.sentence import ASK, ASK_AFTER
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import certificates, keys, reading, write
from haihe.records.codes import follow_code, normal_code
from haihe.records.database import reading_connection
from haihe.records.shown import CitizenFile, Reader

STEP: Final = "register_agent"
MAY: Final = frozenset({"supply"})  # what an agent does in the applicant's place
SORT: Final = "agent"
CONNECTOR: Final = Actor(person="connector", role="connector", organ="supervision")
READER: Final = Reader(person="agent", organ="public", roles=("citizen",))
PURPOSE: Final = "代办人查看进度"
BASIS: Final = ("catalogue-settings#3",)
_KEY: Final = "public:agent:"


def register(matter: str, who: Data, now: datetime) -> str:
    """Record who acts for the applicant of a matter; gives the agent's own code, "" if refused."""
    code = follow_code(f"{STEP}:{matter}", keys.store().codes)
    told = {name: who.get(name) for name in ("agent_name", "agent_phone")}
    answer = write.submit(
        Command(
            key=_key(code),
            act=STEP,
            matter=matter,
            actor=CONNECTOR,
            data={name: value for name, value in told.items() if value},
        ),
        now=now,
    )
    return "" if isinstance(answer, Refused) else code


def matter_of(code: str) -> str | None:
    """The matter whose agent has this code, while the applicant's authority holds."""
    normal = normal_code(code)
    if normal is None:
        return None
    rows = reading_connection().rows(
        "SELECT matter_id FROM command_key WHERE key = ?", (_key(normal),)
    )
    if not rows:
        return None
    held = certificates.held(reading_connection(), str(rows[0][0]))
    authorised = held is not None and held.state.fields.get("agent_authorised") is True
    return str(rows[0][0]) if authorised else None


def as_agent(file: CitizenFile, now: datetime | None = None) -> CitizenFile:
    """The matter as an agent sees it; the look is traced first."""
    reading.trace(SORT, READER, PURPOSE, now or datetime.now(UTC), matter=file.matter, basis=BASIS)
    acts = tuple(one for one in file.acts if one.id in MAY)
    told = replace(file.told, can=ASK_AFTER if file.ended else ASK, acts=())
    return replace(file, acts=acts, told=told, joined=True, agent=True)


def _key(code: str) -> str:
    return _KEY + hashlib.sha256(code.encode()).hexdigest()
