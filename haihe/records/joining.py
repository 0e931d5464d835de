"""我也遇到: somebody else met the same thing and joins the matter instead of opening a second one.

Where a kind has the step JOIN of the public, what the joiner tells becomes a step of the matter
that is there. The joiner gets a code of one's own, which shows how far the matter is and gives no
right to act in the place of who came first: no rating, no withdrawal, nothing of the other is seen.
The code is found again by the key of the command that recorded the joining; only its digest lies
there, and of 67 bits of chance a digest tells nothing. Nobody is asked for a phone, so a lost code
is lost, but for who has signed in: the code is kept in that account, sealed.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel.procedure import Procedure
from haihe.kernel.sentence import ASK, ASK_AFTER
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import keys, rules, write
from haihe.records.codes import follow_code, normal_code
from haihe.records.database import reading_connection, writing
from haihe.records.instants import stored
from haihe.records.keys import KeyMissing, WrongKey
from haihe.records.shown import Act, CitizenFile

JOIN: Final = "add_more"
TOLD: Final = "added_text"
PHOTOS: Final = "photos_added"
ALSO: Final = "also_met"  # set by joining only: it tells a joiner from who came first
KEPT_MAX: Final = 100  # codes of joined matters in one account
PURPOSE: Final = "citizen joined"
_KEY: Final = "public:join:"


def may_join(procedure: Procedure) -> bool:
    """Whether somebody may join matters of this kind."""
    step = procedure.steps.get(JOIN)
    public = {name for name, role in procedure.roles.items() if role.stands == "public"}
    return step is not None and bool(public & set(step.by)) and ALSO in step.may_ask


def join(
    matter: str, kind: str, data: Data, form: str, now: datetime | None = None
) -> str | Refused | None:
    """Join a matter of a kind with what a form (its key) told; gives the joiner's own code.

    The same form joins once, however often it comes. None where nobody may join such a matter.
    """
    current = rules.current()
    day = (now or datetime.now(UTC)).astimezone(current.zone).date()
    procedure = current.governing(kind, day)
    if procedure is None or not may_join(procedure):
        return None
    role = next(
        name for name in procedure.steps[JOIN].by if procedure.roles[name].stands == "public"
    )
    code = follow_code(f"{JOIN}:{matter}:{form}", keys.store().codes)
    command = Command(
        key=_key(code),
        act=JOIN,
        actor=Actor(person="public", role=role, organ="public"),
        matter=matter,
        data=data | {ALSO: True},
    )
    answer = write.submit(command, now=now)
    return answer if isinstance(answer, Refused) else code


def joined_matter(code: str) -> str | None:
    """The matter that was joined with this code, as somebody typed it."""
    normal = normal_code(code)
    if normal is None:
        return None
    rows = reading_connection().rows(
        "SELECT matter_id FROM command_key WHERE key = ?", (_key(normal),)
    )
    return str(rows[0][0]) if rows else None


def keep(citizen: str, code: str, now: datetime | None = None) -> bool:
    """Keep a joiner's code in a citizen's account.

    False where no matter was joined with it, or the account has KEPT_MAX of others already.
    """
    normal, matter = normal_code(code), joined_matter(code)
    if normal is None or matter is None:
        return False
    connection = reading_connection()
    with writing(connection):
        ((others,),) = connection.rows(
            "SELECT count(*) FROM citizen_joined WHERE citizen_id = ? AND matter_id <> ?",
            (citizen, matter),
        )
        if others >= KEPT_MAX:
            return False
        sealed = keys.store().key("content").seal(PURPOSE, normal.encode(), f"{citizen} {matter}")
        at = stored(now or datetime.now(UTC))
        connection.replace("citizen_joined", [(citizen, matter, sealed, at)])
    return True


def kept(citizen: str) -> tuple[str, ...]:
    """The codes of joined matters in this account, the newest first."""
    rows = reading_connection().rows(
        "SELECT matter_id, sealed FROM citizen_joined WHERE citizen_id = ? "
        "ORDER BY joined_at DESC, matter_id LIMIT ?",
        (citizen, KEPT_MAX),
    )
    key, codes = keys.store().key("content"), []
    for matter, sealed in rows:
        try:
            codes.append(key.open(PURPOSE, bytes(sealed), f"{citizen} {matter}").decode())
        except (WrongKey, KeyMissing):
            continue
    return tuple(codes)


def keeps(citizen: str, code: str) -> bool:
    """Whether the code of a joined matter, however it is typed, is in this account."""
    return normal_code(code) in kept(citizen)


def carried_out(key: str) -> bool:
    """Whether a command with this key was carried out already: a second click on one button."""
    rows = reading_connection().rows("SELECT 1 FROM command_key WHERE key = ?", (key,))
    return bool(rows)


def as_joiner(file: CitizenFile) -> CitizenFile:
    """The matter as who joined it sees it: how far it is, and nothing that came from another."""
    told = replace(file.told, can=ASK_AFTER if file.ended else ASK, acts=())
    return replace(file, subject="", acts=(), told=told, joined=True)


def without_mark(act: Act) -> Act:
    """The step as a form of who came first: without the mark that only joining sets, and empty.

    What the matter holds of this step is what others added, which is theirs.
    """
    if act.id != JOIN:
        return act
    form = (replace(field, value="") for field in act.form if field.name != ALSO)
    return replace(act, form=tuple(form))


def _key(code: str) -> str:
    return _KEY + hashlib.sha256(code.encode()).hexdigest()
