"""How a kind of matter must move: states, steps, clocks and duties, each citing its article.

These are the shapes of `procedures/<kind>/from-<date>.yaml`. A citation is `<law id>#<article>`,
for instance `psp-2025#118`; `haihe procedures check` resolves every one of them.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import msgspec

from haihe.kernel.values import Frozen

FieldType = Literal[
    "text",
    "long_text",
    "number",
    "integer",
    "yes_no",
    "choice",
    "day",
    "instant",
    "texts",  # a list of texts: officers, co-parties
    "files",  # a list of digests of stored files
    "organ",
    "person",
    "place",
    "matter",
]

# Levels of clocks that rest on local agreement or on memory, not on a law that was read.
LOCAL_LEVELS: Final = ("C", "D")


class Field(Frozen, frozen=True, kw_only=True):
    """One field of a form. The same name has the same type in every procedure of a pack."""

    name: str
    type: FieldType = "text"
    personal: bool = False  # sealed apart, never in the journal or the views
    hint: str = ""
    choices: dict[str, str] = {}  # value -> words, for `choice`
    at_least: float | None = None  # number: least value; text: least length; list: least count
    at_most: float | None = None
    pattern: str = ""  # a regular expression the whole text must match
    informant: bool = False  # tells who reported or rated: never seen by the organs of `about`
    confined: bool = False  # seen only by the handlers of the organ that has the matter
    told: bool = False  # whoever follows the matter with its code reads it: the answer, who deals


class Test(Frozen, frozen=True, kw_only=True):
    """A fact about one field: exactly one of the comparisons is given."""

    __test__ = False  # not a pytest class

    field: str
    equals: str | int | float | bool | None = None
    among: tuple[str, ...] = ()
    at_least: float | None = None  # number: value; text: length; list: count
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    given: bool | None = None


class Need(Frozen, frozen=True, kw_only=True):
    """One condition of a step; exactly one of the tests from `after` to `guard` is given.

    `when` limits it: the need holds only if all these tests are true.
    `says` is the refusal, `instead` the way out; both default to words made from the names.
    """

    after: str = ""  # this step has been taken
    not_after: str = ""  # this step has not been taken
    any: tuple[Test, ...] = ()  # at least one is true
    all: tuple[Test, ...] = ()  # every one is true
    other_person_than: str = ""  # the actor did not take this step
    other_organ_than: str = ""  # the actor's organ did not take this step
    organ_not_in: str = ""  # the actor's organ is not the organ named in this field
    organ_in: str = ""  # the actor's organ is the organ (or one of those) named in this field
    same: tuple[str, ...] = ()  # all these fields hold the same value
    answered: bool = False  # every request to another organ has been answered
    within: str = ""  # this clock has not run out
    over: str = ""  # this clock has run out
    guard: str = ""  # a named predicate of haihe.kernel.guards
    when: tuple[Test, ...] = ()
    says: str = ""
    instead: str = ""
    cites: tuple[str, ...] = ()


class Role(Frozen, frozen=True, kw_only=True):
    """Who may act. `stands`: with the owning organ (or a co-handler), anywhere, or the public."""

    name: str
    stands: Literal["owner", "anywhere", "public"] = "owner"


class StateOf(Frozen, frozen=True, kw_only=True):
    """A state of the procedure, with what a citizen reads while the matter is in it.

    `citizen` says what is happening, `next` what comes next (in an end state: what remains
    possible). `until` names the clocks that may tell until when, the first that runs; without it
    the clock whose stop leads on from here does (haihe.kernel.sentence).
    """

    name: str
    citizen: str
    next: str = ""
    until: tuple[str, ...] = ()
    end: bool = False


class Handover(Frozen, frozen=True, kw_only=True):
    """A step that opens another matter; `carries` maps its fields to ours (nothing is retyped)."""

    kind: str
    step: str = ""  # opening step of the other kind; default its only one
    carries: dict[str, str] = {}
    role: str = ""  # role of that opening step in which the actor opens it; default its first
    organ_from: str = ""  # a field of ours that names the organ which receives it
    when: tuple[Test, ...] = ()


class Step(Frozen, frozen=True, kw_only=True):
    """What somebody in a role may do in some states. No `from`: it opens the matter."""

    name: str
    by: tuple[str, ...]
    to: str  # a state, or "stay"
    cites: tuple[str, ...]
    from_: tuple[str, ...] = msgspec.field(default=(), name="from")
    asks: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    sets: dict[str, str | int | float | bool] = {}  # fields the step writes itself, never asked
    needs: tuple[Need, ...] = ()
    issues: tuple[str, ...] = ()  # papers, by their official name
    opens: tuple[Handover, ...] = ()
    hands_to: str = ""  # a field (type organ) that names the next owner
    outcome: str = ""  # how the matter came out; kept until another step says otherwise
    final: bool = False  # cannot be withdrawn (served, published, executed)
    citizen: str = ""  # what a citizen who may take it is told to do; default its name


class Allow(Frozen, frozen=True, kw_only=True):
    """Another length when the tests are true (72 hours when the case is complex)."""

    allow: str
    when: tuple[Test, ...]
    cites: tuple[str, ...] = ()


class Exclusion(Frozen, frozen=True, kw_only=True):
    """Time not counted: from the day of one act to the day of another (appraisal, hearing)."""

    name: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    cites: tuple[str, ...]


class Extension(Frozen, frozen=True, kw_only=True):
    """One leg of an extension chain: how much, and approved by which ranks."""

    allow: str
    by: tuple[str, ...]  # ranks, by their official name, e.g. 上一级公安机关
    cites: tuple[str, ...]
    when: tuple[Test, ...] = ()


class ClockRule(Frozen, frozen=True, kw_only=True):
    """A statutory clock: started by acts, stopped, restarted, excluded and extended by others."""

    name: str
    allow: str  # "24 hours", "30 days", "5 working days", "6 months", "7 days before"
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    cites: tuple[str, ...]
    allow_when: tuple[Allow, ...] = ()  # the first that matches governs
    starts_on: str = ""  # a day/instant field (or opened_at) that replaces the act's own time
    starts_when: tuple[Test, ...] = ()  # the clock runs only if true
    restarts: tuple[str, ...] = ()
    tolls_until: tuple[str, ...] = ()  # the clock counts only from these acts (identity found)
    count: Literal["instant", "next_hour"] = "instant"
    roll: Literal["next", "never", "silent"] = "next"
    months: Literal["civil", "criminal", "earlier"] = "civil"
    excludes: tuple[Exclusion, ...] = ()
    extensions: tuple[Extension, ...] = ()
    suspends: bool = True  # the act 中止 stops it
    whose: Literal["organ", "citizen"] = "organ"
    after_due: str = ""  # what the law says follows, e.g. 视为受理
    row: str = ""  # id in the clock table, e.g. ZA-02
    citizen: str = ""  # what a citizen reads instead of the name, where that is jargon
    cap: str = ""  # the longest the law lets a city make it; "" where the law says nothing
    general_law: str = ""  # whose rules of counting the reasons cite; a name of GENERAL_LAWS
    level: Literal["A", "B", "C", "D"] = "A"
    source: str = ""  # C and D: where the length was read
    checked_on: date | None = None


class Ground(Frozen, frozen=True, kw_only=True):
    """A ground on which this procedure may be suspended."""

    name: str
    cites: tuple[str, ...]


class Seat(Frozen, frozen=True, kw_only=True):
    """One signature that an approval needs: of somebody in one of `roles`, for `organ`.

    `named`: of the person whom the proposal names, in whatever role; `person` is filled in then.
    `deputies` sign for somebody absent, and say why.
    """

    name: str
    roles: tuple[str, ...] = ()
    organ: str = ""  # "": of the organ that has the matter
    deputies: tuple[str, ...] = ()
    named: bool = False
    person: str = ""


class Stage(Frozen, frozen=True, kw_only=True):
    """A stage of an approval: all its seats sign, in any order (会签), before the next begins."""

    name: str
    seats: tuple[Seat, ...]


class Chain(Frozen, frozen=True, kw_only=True):
    """Whose approval some acts need before they are taken, in which order, from a day to a day.

    What a law asks for `cites` it; what organs ask of themselves says so in `own`.
    """

    id: str
    acts: tuple[str, ...]
    since: date
    stages: tuple[Stage, ...]
    cites: tuple[str, ...]
    until: date | None = None  # the last day
    organs: tuple[str, ...] = ()  # whose matters; (): every organ's
    own: str = ""  # the document of the organ itself, where no law asks for it


class Procedure(Frozen, frozen=True, kw_only=True):
    """One kind of matter in the version in force from a day."""

    kind: str
    name: str
    since: date  # in force from; equals the date in the file name
    basis: tuple[str, ...]
    roles: dict[str, Role]
    fields: dict[str, Field]
    states: dict[str, StateOf]
    steps: dict[str, Step]
    clocks: dict[str, ClockRule]
    until: date | None = None  # the last day in force
    note: str = ""
    suspend: dict[str, Ground] = {}
    apart: tuple[str, ...] = ()  # organ fields: these organs never have or see it
    about: tuple[str, ...] = ()  # organ fields: these may have it, but not learn who reported
    # Yes/no fields that say a minor is involved; empty: a minor can never be a party to it.
    minors: tuple[str, ...] = ("minor_involved",)
    supervisors: tuple[str, ...] = ()  # roles that may escalate, remark and look at everything
    approvals: tuple[Chain, ...] = ()  # of law here, of the city's organs from city/approvals.yaml
