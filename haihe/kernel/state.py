"""What a matter is now: the fold of its history, and nothing that history does not say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from haihe.kernel.procedure import Stage
from haihe.kernel.values import Actor, Data, Frozen, Owner


class Done(Frozen, frozen=True, kw_only=True):
    """One act of the history, as rules look back at it."""

    seq: int
    act: str
    actor: Actor
    happened_at: datetime
    data: Data
    sealed: tuple[str, ...] = ()


class Request(Frozen, frozen=True, kw_only=True):
    """A question to another organ (协办, 吹哨), and its answer when it came."""

    seq: int
    organ: str
    question: str
    asked_at: datetime
    due: str  # an allowance, e.g. "2 working days"
    answered_seq: int | None = None


class Signature(Frozen, frozen=True, kw_only=True):
    """A seat of an approval that is signed; `stage` and `seat` count from 0."""

    seq: int
    stage: int
    seat: int
    actor: Actor


class Approval(Frozen, frozen=True, kw_only=True):
    """An act that was proposed for approval, and who signed; `seq` is that of the proposal.

    open: it waits for signatures; passed: all are there; returned: somebody sent it back; used: the
    act was taken; lapsed: the matter changed since; replaced: it was proposed anew. It keeps the
    stages of its day, whatever is composed later.
    `values` are those the act will take, `sealed` the personal ones, by the names in the proposal.
    """

    seq: int
    act: str
    by: Actor
    chain: str  # "" where nobody but a named colleague was asked
    stages: tuple[Stage, ...]
    cites: tuple[str, ...]
    values: Data = {}
    sealed: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    standing: Literal["open", "passed", "returned", "used", "lapsed", "replaced"] = "open"

    @property
    def stage(self) -> int:
        """The stage whose turn it is, from 0; their count when all are signed."""
        signed = {(one.stage, one.seat) for one in self.signatures}
        for number, stage in enumerate(self.stages):
            if any((number, seat) not in signed for seat in range(len(stage.seats))):
                return number
        return len(self.stages)


class State(Frozen, frozen=True, kw_only=True):
    """The matter now. `entered_at`/`with_owner_since` feed the two clocks; neither is ever reset
    by a transfer: the first counts since the citizen came, the second since this owner has it.
    `done` holds the acts that stand, `undone` the numbers of those that were withdrawn."""

    kind: str
    version: date
    seq: int
    state: str
    ended: bool
    outcome: str
    opened_at: datetime
    owner: Owner
    with_owner_since: datetime
    earlier_owners: tuple[Owner, ...]
    co_handlers: tuple[Owner, ...]
    requests: tuple[Request, ...]
    suspended_since: datetime | None
    contested: bool
    merged_into: str | None
    fields: Data
    sealed: tuple[str, ...]
    done: tuple[Done, ...]
    undone: tuple[int, ...] = ()
    approvals: tuple[Approval, ...] = ()


class RunningClock(Frozen, frozen=True, kw_only=True):
    """A clock of this matter at one instant; `nominal` and `legal` are a day for days, working
    days, months and years, an instant for minutes and hours, None while it has no due date.
    `id` is the clock rule, with `#2`, `#3` ... when it was started again after it had stopped. An
    article in `why` is either written out or a citation (`psp-2025#118`, several joined by 、)."""

    id: str
    name: str
    started_at: datetime
    stopped_at: datetime | None
    nominal: date | datetime | None
    legal: date | datetime | None
    official: bool
    status: Literal["running", "suspended", "overdue", "met", "late"]
    whose: Literal["organ", "citizen"]
    why: tuple[tuple[str, str], ...]  # (sentence in Chinese, article)
    cites: tuple[str, ...]
    after_due: str = ""
