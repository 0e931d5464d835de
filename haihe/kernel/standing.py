"""What somebody has to do with a matter: the relation with which every rule of reading begins.

Basis: 个人信息保护法 6 (least scope), 信访工作条例 (a report is kept from whom it is about), and
our own rules haihe#need-to-know and haihe#kept-apart.
"""

from __future__ import annotations

from typing import Final, Literal

from haihe.kernel.approval import organs_signing, turns
from haihe.kernel.facts import organs_apart
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Frozen

ReaderKind = Literal["citizen", "officer", "supervisor", "administrator"]

# What an organ that does not have the matter has to do with it. `asked` waits for its answer,
# `helps` handles it with the owner; `answered`, `helped` and `had` are over; `apart` must not
# even know of it. Beside these `signs:<role>` and `signs@<person>`: it is their turn to sign.
Stake = Literal["asked", "helps", "answered", "helped", "had", "apart"]
SIGNS_IN_ROLE: Final = "signs:"
SIGNS_AS: Final = "signs@"
CONSENT: Final = "wants_call"  # who rated agreed to be called: then the number may be known
NO_ORGANS: Final[frozenset[str]] = frozenset()


class Reader(Frozen, frozen=True, kw_only=True):
    """Who reads. `holds_code`: a citizen who has the matter's follow code.

    `need` is why a supervisor has to see personal values in this very matter; it is recorded.
    `lineage`: the organ and all above it. `scope`: the organs this reader may supervise, None for
    all. `rated`: the reader took a step in the matter that this one was opened from. `stands_for`:
    the closed bodies whose matters of this kind the organ has taken over, and so their archive.
    `also`: the organs of the reader's other posts with those above, and the reader's own id; what
    reports one of these is kept from the reader in this post too.
    """

    person: str
    kind: ReaderKind
    organ: str = ""
    roles: tuple[str, ...] = ()
    holds_code: bool = False
    need: str = ""
    lineage: tuple[str, ...] = ()
    scope: frozenset[str] | None = None
    rated: bool = False
    stands_for: frozenset[str] = NO_ORGANS
    also: frozenset[str] = NO_ORGANS

    def serves_in(self, organ: str) -> bool:
        """Whether the reader serves in this organ, or in what stands in its place today."""
        return organ == self.organ or organ in self.stands_for


def stakes(state: State, procedure: Procedure) -> frozenset[tuple[str, str]]:
    """Which organs besides the owner have to do with the matter, and how (a Stake).

    Who is to sign is told by the role or the person, of the owner's organ too: see `signing`.
    """
    if not (
        state.requests
        or state.earlier_owners
        or state.co_handlers
        or procedure.apart
        or state.approvals
    ):
        return frozenset()
    owner = state.owner.organ
    found: set[tuple[str, str]] = {
        (one.organ, "helped" if state.ended else "helps") for one in state.co_handlers
    }
    found.update((one.organ, "had") for one in state.earlier_owners)
    waiting = {one.organ for one in state.requests if one.answered_seq is None}
    if state.ended:
        waiting = set()
    found.update((organ, "asked") for organ in waiting)
    found.update((one.organ, "answered") for one in state.requests if one.organ not in waiting)
    found = {(organ, how) for organ, how in found if organ and organ != owner}
    found.update(_signing(state, owner))
    found.update((organ, "apart") for organ in organs_apart(procedure.apart, state.fields))
    return frozenset(found)


def _signing(state: State, owner: str) -> set[tuple[str, str]]:
    """Whose turn it is to sign; an organ that signed in a matter of another has answered."""
    if not state.approvals:
        return set()
    seats = turns(state)
    found = {
        (seat.organ, f"{SIGNS_IN_ROLE}{role}")
        for seat in seats
        for role in (*seat.roles, *seat.deputies)
    }
    found |= {(seat.organ, f"{SIGNS_AS}{seat.person}") for seat in seats if seat.person}
    now = {seat.organ for seat in seats}
    return found | {(one, "answered") for one in organs_signing(state) - now if one != owner}


def is_kept_apart(
    organ: str,
    lineage: tuple[str, ...],
    state: State,
    procedure: Procedure,
    stands_for: frozenset[str] = NO_ORGANS,
    also: frozenset[str] = NO_ORGANS,
) -> bool:
    """Whether the matter reports this organ, or one above it: then it must not even know of it.

    An organ below the one reported may have the matter (nobody else may be able to act); it then
    knows of it, for somebody has to. What was reported of a closed body is kept from its heir.
    `also` as in Reader.
    """
    if not procedure.apart:
        return False
    apart = organs_apart(procedure.apart, state.fields)
    own = stands_for | {organ}
    if not apart.isdisjoint(own) or not apart.isdisjoint(also):
        return True
    return state.owner.organ not in own and not apart.isdisjoint(lineage)


def is_about(reader: Reader, state: State, procedure: Procedure) -> bool:
    """Whether it is about the reader's organ or one above it: who reported stays unknown."""
    if not procedure.about or reader.kind not in ("officer", "supervisor"):
        return False
    about = organs_apart(procedure.about, state.fields)
    return any(reader.serves_in(organ) for organ in about) or not about.isdisjoint(reader.lineage)


def supervises(reader: Reader, procedure: Procedure) -> bool:
    """Whether the reader supervises matters of this kind at all."""
    return reader.kind == "supervisor" or any(
        role in procedure.supervisors for role in reader.roles
    )


def within(reader: Reader, state: State) -> bool:
    """Whether an organ that has, had or helps with the matter is one the reader supervises."""
    scope = reader.scope
    if scope is None or state.owner.organ in scope:
        return True
    return any(organ in scope for organ in _others(state))


def takes_part(reader: Reader, state: State) -> bool:
    """Whether the reader's organ has, had or helps with the matter, or was asked."""
    return reader.serves_in(state.owner.organ) or any(map(reader.serves_in, _others(state)))


def _others(state: State) -> tuple[str, ...]:
    """The organs that had the matter, help with it, were asked or sign."""
    owners = (*state.earlier_owners, *state.co_handlers)
    requests = (one.organ for one in state.requests)
    signing = organs_signing(state) if state.approvals else ()
    return (*(one.organ for one in owners), *requests, *signing)


def may_go_on(reader: Reader, state: State, procedure: Procedure) -> bool:
    """Whether a role of the reader that stands anywhere may take a step from where it is now."""
    roles = [
        role
        for role in reader.roles
        if role in procedure.roles and procedure.roles[role].stands == "anywhere"
    ]
    return bool(roles) and any(
        state.state in step.from_ and any(role in step.by for role in roles)
        for step in procedure.steps.values()
    )


def knows_of(reader: Reader, state: State, procedure: Procedure) -> bool:
    """Whether the reader may know that there is this matter at all.

    Whoever may not is told what is told of a matter that does not exist, everywhere alike.
    """
    if reader.kind == "citizen":
        return reader.holds_code
    if reader.kind == "administrator":
        return True
    if is_kept_apart(
        reader.organ, reader.lineage, state, procedure, reader.stands_for, reader.also
    ):
        return False
    if takes_part(reader, state) or may_go_on(reader, state, procedure):
        return True
    return supervises(reader, procedure) and within(reader, state)
