"""Competence 管辖: which sort of body may open, decide, approve or supervise which kind, and where.

The rules are data (`city/competence.yaml`), each with its article. A body is asked for a day: its
sort and area are those of the day, an order that moves a power counts from its first day, and says
whether matters that were running then stay with the body that had them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from haihe.kernel.organs import ALWAYS, Organ, Organs
from haihe.kernel.values import Frozen, Refused

Power = Literal["open", "decide", "approve", "supervise"]
Where = Literal["within", "district", "anywhere"]
Gift = Literal["opening", "transfer"]  # a matter is given to a body when it opens, or later

OPENING: Final[Gift] = "opening"
TRANSFER: Final[Gift] = "transfer"
GRANTS_MAX: Final = 2_000
ORDERS_MAX: Final = 2_000
NAMED_MAX: Final = 3  # competent bodies that a refusal names
KEPT_MAX: Final = 50_000
DISTRICT_DIGITS: Final = 6  # of the code of a place: its district
POWER_WORDS: Final[dict[Power, str]] = {
    "open": "开始", "decide": "办理", "approve": "批准", "supervise": "监督",
}  # fmt: skip
HOUSE: Final = ("haihe#competence",)
ANY_SORT: Final = "*"  # every body of the city, whatever its sort


class Grant(Frozen, frozen=True, kw_only=True):
    """These roles of a kind are those of bodies of these sorts, from a day, up to another.

    `where`: `within` its area (the matter's area lies in its own or the other way round), anywhere
    in its `district`, or `anywhere`. With `acts`, only for these steps.
    """

    roles: tuple[str, ...]
    power: Power
    sorts: tuple[str, ...]
    cites: tuple[str, ...]
    where: Where = "within"
    acts: tuple[str, ...] = ()
    since: date = ALWAYS
    until: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Intake(Frozen, frozen=True, kw_only=True):
    """Bodies of which sorts take a new matter in, and what tells which of them.

    `place`: the field whose words tell the place; `organ`: the field that names the body it is
    about, whose area is the place and which itself never takes it in; with neither, whoever sends
    it chooses among the sorts. `either`: about bodies of these sorts ("*": of all) every body
    above is right, about others only the nearest. `ranked`: where the first sort has a body over
    the place, bodies of the others are wrong there. `passes`: the steps by which the procedure
    itself hands on what came wrong; the act 转办 serves every kind.
    """

    sorts: tuple[str, ...]
    cites: tuple[str, ...]
    place: str = ""
    organ: str = ""
    either: tuple[str, ...] = ()
    ranked: bool = False
    passes: tuple[str, ...] = ()


class Handling(Frozen, frozen=True, kw_only=True):
    """Which sorts are proposed to handle a matter: a person decides.

    `place`: the nearest body over its place, of the first sort that has one there; `reported`:
    what reports a body goes to bodies of these sorts below the owner, else to the one above it.
    """

    place: tuple[str, ...]
    reported: tuple[str, ...]
    cites: tuple[str, ...]


class KindRules(Frozen, frozen=True, kw_only=True):
    """The competence for a kind; `holds`: further sorts that may have such a matter.

    Either `intake` says where a new matter goes, or `no_address` why none can be addressed wrongly.
    `apart_below`: what reports a body comes to none of the bodies below it either.
    """

    grants: tuple[Grant, ...]
    holds: tuple[str, ...] = ()
    apart_below: bool = False
    handling: Handling | None = None
    intake: Intake | None = None
    no_address: str = ""


class Order(Frozen, frozen=True, kw_only=True):
    """An order that moves (empower 赋权) or shares (entrust 委托) a power from a day on.

    `giver` and `taker` name sorts or ids of bodies. `running` matters `stay` with the giver or
    `move` to the taker: by the day a matter was opened. `until` is the first day without. `area`:
    where, by the beginning of the code of a place; "" the whole city. `source` "demo": no such
    document exists; it shows what one looks like, and `haihe city check` says so.
    """

    name: str
    since: date
    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    giver: tuple[str, ...]
    taker: tuple[str, ...]
    how: Literal["empower", "entrust"]
    running: Literal["stay", "move"]
    cites: tuple[str, ...]
    until: date | None = None
    area: str = ""
    source: Literal["document", "demo"] = "document"

    def counts(self, day: date, opened_on: date) -> bool:
        """Whether it governs a step of `day` in a matter of `opened_on`."""
        if self.until is not None and day >= self.until:
            return False
        return self.since <= (opened_on if self.running == "stay" else day)


class CompetenceRules(Frozen, frozen=True, kw_only=True):
    """What `city/competence.yaml` holds."""

    kinds: dict[str, KindRules] = {}
    orders: tuple[Order, ...] = ()


class Competent(Frozen, frozen=True, kw_only=True):
    """A body is competent, and by which articles."""

    cites: tuple[str, ...] = ()


class Asked(Frozen, frozen=True, kw_only=True):
    """Who wants to do what where: `area` is the code of the place of the matter, "" if unknown.

    Without a role the question is for the power as such, whatever the role.
    """

    power: Power
    organ: str
    kind: str
    area: str
    day: date
    opened_on: date
    role: str = ""
    act: str = ""


def overlap(one: str, other: str) -> bool:
    """Whether one of two places lies in the other; an unknown place lies in every other."""
    return one.startswith(other) or other.startswith(one)


class Competence:
    """The rules of a city over its bodies.

    `openers`: the roles that open matters of a kind; `holders`: the roles that stand with the
    owner. A kind without rules, or a city without a register of bodies, restricts nothing.
    """

    def __init__(
        self,
        rules: CompetenceRules,
        organs: Organs,
        openers: Mapping[str, frozenset[str]],
        holders: Mapping[str, frozenset[str]],
    ) -> None:
        self.rules = rules
        self.organs = organs
        self._openers = openers
        self._holders = holders
        self._binds = frozenset(rules.kinds) if len(organs) else frozenset()
        self._of_sort: dict[tuple[str, date], tuple[Organ, ...]] = {}
        self._ordered = frozenset(kind for order in rules.orders for kind in order.kinds)
        self._kept: dict[tuple[object, ...], Refused | None] = {}

    def binds(self, kind: str) -> bool:
        """Whether there are rules for a kind here."""
        return kind in self._binds

    def may(
        self, power: Power, organ: str, kind: str, place: str, day: date
    ) -> Competent | Refused:
        """Whether a body has a power over a kind at a place (its code) on a day."""
        return self.judge(
            Asked(power=power, organ=organ, kind=kind, area=place, day=day, opened_on=day)
        )

    def judge(self, asked: Asked) -> Competent | Refused:
        """The same for one step of one role in a matter that may have opened before."""
        if asked.kind not in self._binds:
            return Competent()
        body = self.organs.get(asked.organ, asked.day)
        if body is None:
            return self._no_body(asked)
        by = self._by_which(body, asked)
        return Competent(cites=by) if by else self._refused(body, asked)

    def step_refused(
        self, kind: str, act: str, role: str, organ: str, owner: str, day: date, opened_on: date
    ) -> Refused | None:
        """Why a body may not take a step in a matter that `owner` has; kept, for it is asked often.

        Where the body is the owner itself, only its sort is asked; `owner` "" asks no place.
        """
        key = (organ, owner, kind, role, act, day, opened_on if kind in self._ordered else day)
        if key in self._kept:
            return self._kept[key]
        having = self.organs.known(owner or organ, day)
        area = having.area if having is not None and owner else ""
        opener = role in self._openers.get(kind, frozenset()) and opened_on == day
        judged = self.judge(
            Asked(
                power="open" if opener else "decide",
                organ=organ,
                kind=kind,
                area=area,
                day=day,
                opened_on=opened_on,
                role=role,
                act=act,
            )
        )
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        found = self._kept[key] = judged if isinstance(judged, Refused) else None
        return found

    def gift_refused(self, kind: str, organ: str, day: date, gift: Gift) -> Refused | None:
        """Why a matter may not be given to a body, when it opens or later; kept like the steps."""
        key = (kind, organ, day, gift)
        if key in self._kept:
            return self._kept[key]
        may = self.may_take_in if gift == "opening" else self.may_have
        judged = may(organ, kind, day)
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        found = self._kept[key] = judged if isinstance(judged, Refused) else None
        return found

    def may_have(self, organ: str, kind: str, day: date) -> Competent | Refused:
        """Whether a matter of a kind may be given to a body: some role of its owner is its own."""
        if kind not in self._binds:
            return Competent()
        asked = Asked(power="decide", organ=organ, kind=kind, area="", day=day, opened_on=day)
        body = self.organs.get(organ, day)
        if body is None:
            return self._no_body(asked)
        sorts = self.sorts_that_have(kind, day)
        if _among(body, sorts):
            return Competent(cites=HOUSE)
        return self._refused(body, asked, sorts)

    def may_take_in(self, organ: str, kind: str, day: date) -> Competent | Refused:
        """Whether a new matter of a kind may be sent to a body, by the intake if there is one."""
        intake = self.intake(kind)
        body = self.organs.get(organ, day)
        if intake is None or body is None or _among(body, intake.sorts):
            return self.may_have(organ, kind, day)
        asked = Asked(power="open", organ=organ, kind=kind, area="", day=day, opened_on=day)
        return self._refused(body, asked, intake.sorts)

    def sorts_that_have(self, kind: str, day: date) -> tuple[str, ...]:
        """The sorts (and bodies named by orders) that may have a matter of a kind on a day."""
        rules = self.rules.kinds[kind]
        roles = self._holders.get(kind) or {one for told in rules.grants for one in told.roles}
        found: list[str] = []
        for order in self.rules.orders:
            if kind in order.kinds and order.counts(day, day) and roles & set(order.roles):
                found += order.taker
        for grant in rules.grants:
            if grant.in_force(day) and roles & set(grant.roles):
                found += grant.sorts
        return tuple(dict.fromkeys([*found, *rules.holds]))

    def route(self, kind: str, area: str, day: date, about: str = "") -> str:
        """The body that takes a new matter of a kind in at a place; "" when the rules name none.

        Of several, the one whose area is the smallest, then the first by its id; never the body
        that it is `about`.
        """
        found = self._receiver(self.intake(kind), area, day, about)
        return found.id if found is not None else ""

    def misdirected(self, organ: str, kind: str, area: str, day: date, about: str = "") -> str:
        """To which body a matter given to `organ` has to be passed on; "" when it is right there.

        `area`: the code of the place that the matter tells, "" if none for sure; `about`: the body
        it is about. With neither, a body of a wrong sort passes on within its own area. Any body
        is right when the rules find nobody.
        """
        intake = self.intake(kind)
        body = self.organs.get(organ, day)
        concerned = self.organs.known(about, day) if about else None
        if intake is None or self._takes(intake, kind, body, area, day, concerned):
            return ""
        area = concerned.area if concerned is not None else area
        if not area and body is not None:
            area = body.area
        found = self.route(kind, area, day, about)
        return found if found != organ else ""

    def _takes(
        self,
        intake: Intake,
        kind: str,
        body: Organ | None,
        area: str,
        day: date,
        concerned: Organ | None,
    ) -> bool:
        """Whether a new matter is right with a body."""
        if body is None or self.gift_refused(kind, body.id, day, OPENING) is not None:
            return False
        if concerned is None:
            first = self._receiver(intake, area, day, "") if intake.ranked else None
            return overlap(body.area, area) and (first is None or first.sort == body.sort)
        if body.id == concerned.id or not concerned.area.startswith(body.area):
            return False
        nearest = self._receiver(intake, concerned.area, day, concerned.id)
        free = _among(concerned, intake.either) or nearest is None
        return free or (nearest is not None and body.area == nearest.area)

    def handling(self, kind: str) -> Handling | None:
        """Which sorts are proposed to handle a kind; None when the rules do not say."""
        return self.rules.kinds[kind].handling if kind in self._binds else None

    def over(self, sorts: tuple[str, ...], area: str, day: date) -> tuple[str, ...]:
        """The bodies nearest over a place, of the first of the sorts that has one there."""
        for sort in sorts if area else ():
            found = [one for one in self._bodies(sort, day) if area.startswith(one.area)]
            if found:
                closest = max(len(one.area) for one in found)
                return tuple(sorted(one.id for one in found if len(one.area) == closest))
        return ()

    def _receiver(self, intake: Intake | None, area: str, day: date, about: str) -> Organ | None:
        """The nearest body of the first of the sorts that has one over a place."""
        for sort in intake.sorts if intake is not None and area else ():
            found = [
                one
                for one in self._bodies(sort, day)
                if one.id != about and area.startswith(one.area)
            ]
            if found:
                return min(found, key=lambda one: (-len(one.area), one.id))
        return None

    def is_apart_below(self, kind: str) -> bool:
        """Whether what reports a body is kept from the bodies below it as well."""
        return kind in self._binds and self.rules.kinds[kind].apart_below

    def intake(self, kind: str) -> Intake | None:
        """How new matters of a kind find their body; None when the rules do not say."""
        return self.rules.kinds[kind].intake if kind in self._binds else None

    # ── by which rule ────────────────────────────────────────────────────────────────────────

    def _by_which(self, body: Organ, asked: Asked) -> tuple[str, ...]:
        """The articles by which a body is competent; none when it is not."""
        gone = [one for one in self._orders(asked) if self._gives(one, body, asked)]
        for order in self._orders(asked):
            if _among(body, order.taker) and overlap(body.area, asked.area):
                return order.cites
        if gone:
            return ()
        for grant in self._grants(asked):
            if _among(body, grant.sorts) and _reaches(grant.where, body.area, asked.area):
                return grant.cites
        return ()

    def _gives(self, order: Order, body: Organ, asked: Asked) -> bool:
        given = _among(body, order.giver)
        return order.how == "empower" and given and overlap(order.area, asked.area)

    def _orders(self, asked: Asked) -> Iterator[Order]:
        for order in self.rules.orders:
            if (
                asked.kind in order.kinds
                and (not asked.role or asked.role in order.roles)
                and order.counts(asked.day, asked.opened_on)
                and overlap(order.area, asked.area)
            ):
                yield order

    def _grants(self, asked: Asked) -> Iterator[Grant]:
        openers = self._openers.get(asked.kind, frozenset())
        for grant in self.rules.kinds[asked.kind].grants:
            if not grant.in_force(asked.day) or (grant.acts and asked.act not in grant.acts):
                continue
            if asked.role:
                fits = asked.role in grant.roles
            elif asked.power == "open":
                fits = bool(openers & set(grant.roles))
            else:
                fits = grant.power == asked.power
            if fits:
                yield grant

    # ── refusals ─────────────────────────────────────────────────────────────────────────────

    def _no_body(self, asked: Asked) -> Refused:
        known = self.organs.known(asked.organ, asked.day)
        told = f"“{known.name}”在{asked.day.isoformat()}" if known else "这个单位"
        return Refused(
            reason="not_competent",
            says=f"{told}不在本市单位名录中，不能办理",
            instead="请核对单位；已经撤销的，由承接它职责的单位办理",
            cites=HOUSE,
        )

    def _refused(self, body: Organ, asked: Asked, sorts: Iterable[str] | None = None) -> Refused:
        grants = list(self._grants(asked))
        cites = tuple(dict.fromkeys(cite for one in grants for cite in one.cites))
        cites = tuple(dict.fromkeys(c for one in self._orders(asked) for c in one.cites)) + cites
        wanted = sorts or self._wanted(asked, grants)
        names = "、".join(f"“{one}”" for one in self._named(wanted, body, asked))
        word = "承办" if sorts else POWER_WORDS[asked.power]
        return Refused(
            reason="not_competent",
            says=f"“{body.name}”对这类事项{'在这个地方' if names else ''}没有{word}的权限",
            instead=f"请由{names}办理；需要转去的，请用“转办”" if names else "请转给有权办理的单位",
            cites=cites[:NAMED_MAX] or HOUSE,
        )

    def _wanted(self, asked: Asked, grants: Sequence[Grant]) -> list[str]:
        takers = [one for order in self._orders(asked) for one in order.taker]
        return takers or [sort for grant in grants for sort in grant.sorts]

    def _named(self, sorts: Iterable[str], body: Organ, asked: Asked) -> list[str]:
        """The names of competent bodies, those next to the place first."""
        area = asked.area or body.area
        found: list[Organ] = []
        for sort in sorts:
            near = [one for one in self._bodies(sort, asked.day) if overlap(one.area, area)]
            near = near or [
                one
                for one in self._bodies(sort, asked.day)
                if one.area[:DISTRICT_DIGITS] == area[:DISTRICT_DIGITS]
            ]
            found += sorted(near, key=lambda one: (-len(one.area), one.id))[:1]
        return list(dict.fromkeys(one.name for one in found))[:NAMED_MAX]

    def _bodies(self, sort: str, day: date) -> tuple[Organ, ...]:
        """Every body of a sort (or the one with this id) on a day."""
        key = (sort, day)
        found = self._of_sort.get(key)
        if found is None:
            if len(self._of_sort) >= KEPT_MAX:
                self._of_sort.clear()
            found = tuple(one for one in self.organs.at(day) if sort in (one.sort, one.id))
            self._of_sort[key] = found
        return found


def _among(body: Organ, named: Collection[str]) -> bool:
    """Whether a body is named by its sort, its id, or with all others."""
    return body.sort in named or body.id in named or ANY_SORT in named


def _reaches(where: Where, own: str, area: str) -> bool:
    if where == "anywhere" or overlap(own, area):
        return True
    return where == "district" and own[:DISTRICT_DIGITS] == area[:DISTRICT_DIGITS]


UNRESTRICTED: Final = Competence(CompetenceRules(), Organs(()), {}, {})
