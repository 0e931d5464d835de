"""How far a reader sees: the organs one may supervise, and the line of organs above one's own.

A city without organs (a pack in a test) limits nobody. What the reader is to one matter is decided
by haihe.kernel.standing; here is only what follows from the post and from the city.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple

from haihe.kernel.organs import Archive, Organ, Organs
from haihe.kernel.standing import Reader as Asking
from haihe.pack.reach import How, load_reach
from haihe.records import posts, rules
from haihe.records.shown import Reader

REACHES_KEPT: Final = 4_096
STEPS_UP_MAX: Final = 20


class Reach(NamedTuple):
    """`organs` are those one may supervise (the own one too), None for all; `lineage` upwards.

    A closed body is among them once any of its heirs is: `holds` says for which kinds of matter.
    """

    organs: frozenset[str] | None
    lineage: tuple[str, ...]


def reach_of(organ: str) -> Reach:
    """The reach of those who serve in an organ, as the city is today."""
    current = rules.current()
    register = current.organ_register
    if not len(register):
        return Reach(organs=None, lineage=(organ,))
    return _reach(register, organ, datetime.now(UTC).astimezone(current.zone).date())


def partly(organ: str) -> tuple[Archive, ...]:
    """The closed bodies of which only some kinds of matter are in reach, and which."""
    current = rules.current()
    register = current.organ_register
    if not register.successions:
        return ()
    return _partly(register, organ, datetime.now(UTC).astimezone(current.zone).date())


def holds(organ: str, owner: str, kind: str) -> bool:
    """Whether a matter of this kind that `owner` has is one that `organ` may supervise."""
    organs = reach_of(organ).organs
    if organs is None:
        return True
    return owner in organs and all(one.holds(kind) for one in partly(organ) if one.organ == owner)


def archives(organ: str) -> tuple[Archive, ...]:
    """The closed bodies in whose place this organ stands today: what they had, it reads as they."""
    current = rules.current()
    register = current.organ_register
    if not register.successions:
        return ()
    return register.archives(organ, datetime.now(UTC).astimezone(current.zone).date())


def stands_for(organ: str, kind: str) -> frozenset[str]:
    """The closed bodies whose matters of this kind are this organ's today."""
    return frozenset(one.organ for one in archives(organ) if one.holds(kind))


def asking(reader: Reader, kind: str, need: str = "", *, rated: bool = False) -> Asking:
    """The reader of a matter of this kind as the rule of reading knows one."""
    reach = reach_of(reader.organ)
    beyond = {one.organ for one in partly(reader.organ) if not one.holds(kind)}
    return Asking(
        person=reader.person,
        kind="supervisor" if reader.supervisor else "officer",
        organ=reader.organ,
        roles=reader.roles,
        need=need,
        lineage=reach.lineage,
        scope=reach.organs if reach.organs is None else reach.organs - beyond,
        rated=rated,
        stands_for=stands_for(reader.organ, kind),
        also=also(reader.person, reader.organ),
    )


def also(person: str, organ: str) -> frozenset[str]:
    """What is kept from a person besides by the post one acts in, in `organ`.

    The organs of the posts held elsewhere today, those above each, and the person's own id: whoever
    is reported oneself, or serves with those who are, does not see it in another post either.
    """
    known = posts.known(person)
    found = {person}
    if known is not None:
        day = posts.today()
        for other in known.organs(day):
            if other != organ:
                found.update(reach_of(other).lineage)
    return frozenset(found)


@cache
def _reaches() -> dict[str, How]:
    return load_reach()


@lru_cache(maxsize=REACHES_KEPT)
def _reach(register: Organs, organ: str, day: date) -> Reach:
    own = register.known(organ, day)
    if own is None:
        return Reach(organs=frozenset({organ}), lineage=(organ,))
    everyone = _everyone(register, day)
    lineage = _upwards(everyone, own)
    how = _reaches().get(own.sort)
    if how == "area":
        if own.tier == "city":
            return Reach(organs=None, lineage=lineage)
        within = {one.id for one in everyone.values() if one.area.startswith(own.area)}
        return Reach(organs=_with_closed(register, within | {organ}, day), lineage=lineage)
    top = own.above if how == "line" and own.above else organ
    organs = _with_closed(register, _below(everyone, top) | {organ}, day)
    return Reach(organs=organs, lineage=lineage)


def _with_closed(register: Organs, organs: set[str] | frozenset[str], day: date) -> frozenset[str]:
    """These organs, and the closed bodies some of whose matters are theirs today."""
    left = {one.organ for organ in organs for one in register.archives(organ, day)}
    return frozenset(organs | left)


@lru_cache(maxsize=REACHES_KEPT)
def _partly(register: Organs, organ: str, day: date) -> tuple[Archive, ...]:
    organs = _reach(register, organ, day).organs
    if organs is None:
        return ()
    mine: dict[str, list[Archive]] = {}
    every: dict[str, int] = {}
    for heir in register.ids():
        for one in register.archives(heir, day):
            every[one.organ] = every.get(one.organ, 0) + 1
            if heir in organs:
                mine.setdefault(one.organ, []).append(one)
    return tuple(_joined(parts) for old, parts in sorted(mine.items()) if len(parts) < every[old])


def _joined(parts: list[Archive]) -> Archive:
    """What several heirs have of one closed body, as if it were one heir's."""
    named = parts[0].kinds | parts[0].elsewhere
    kinds = frozenset(kind for one in parts for kind in one.kinds)
    rest = any(one.rest for one in parts)
    return Archive(organ=parts[0].organ, kinds=kinds, rest=rest, elsewhere=named - kinds)


@lru_cache(maxsize=4)
def _everyone(register: Organs, day: date) -> dict[str, Organ]:
    """Every organ as it is on a day, closed ones as they were: what they had is still seen."""
    known = ((organ, register.known(organ, day)) for organ in register.ids())
    return {organ: one for organ, one in known if one is not None}


def _upwards(everyone: dict[str, Organ], own: Organ) -> tuple[str, ...]:
    found = [own.id]
    while own.above and own.above in everyone and len(found) < STEPS_UP_MAX:
        own = everyone[own.above]
        found.append(own.id)
    return tuple(found)


def _below(everyone: dict[str, Organ], top: str) -> frozenset[str]:
    children: dict[str, list[str]] = {}
    for one in everyone.values():
        children.setdefault(one.above, []).append(one.id)
    found, waiting = {top}, [top]
    while waiting:
        fresh = [one for one in children.get(waiting.pop(), ()) if one not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)
