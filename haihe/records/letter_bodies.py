"""Which bodies a letter names, and which may handle it: none it reports, nor one below that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from haihe.kernel.competence import TRANSFER
from haihe.kernel.organs import Organ
from haihe.kernel.state import State
from haihe.records import rules
from haihe.records.letter_fit import KIND
from haihe.records.routing import place_of

UNITS_MAX: Final = 5
HANDLERS_MAX: Final = 4
NAME_LEAST: Final = 4  # characters of a name that is looked for in a text
PREFIXES: Final = ("天津市公安局", "天津市")  # Chinese: of names, left out in everyday words


class Unit(NamedTuple):
    """A body that the text names, and the words that name it."""

    organ: str
    name: str
    words: str


class Taker(NamedTuple):
    """A body that may handle the letter, and why it is suggested."""

    organ: str
    name: str
    why: str


def named_in(said: str, day: date) -> tuple[Unit, ...]:
    """The bodies whose names stand in a text, the longest names first."""
    found: list[Unit] = []
    for organ in rules.current().organ_register.at(day):
        words = next((name for name in _names(organ) if name in said), "")
        if words:
            found.append(Unit(organ.id, organ.name, words))
    found.sort(key=lambda one: (-len(one.words), one.organ))
    longest = [one for one in found if not _is_part(one, found)]
    return tuple(longest[:UNITS_MAX])


def handlers_of(
    state: State,
    where: str,
    text: str,
    apart: frozenset[str],
    handed: Iterable[tuple[str, str]],
    day: date,
) -> tuple[Taker, ...]:
    """Who may handle a letter: by its place or because it reports somebody, then as like ones were.

    The first is what the rule proposes (`handling` of city/competence.yaml). `where`: words of its
    place; `text`: its own words, which tell the place where nobody else did; `handed`: body and
    number of each like letter. None of `apart`, and none below these.
    """
    in_use = rules.current()
    register = in_use.organ_register
    rule = in_use.competence.handling(KIND)
    found: dict[str, str] = {}
    if rule is not None and apart:
        for one in register.at(day):
            if one.sort in rule.reported and state.owner.organ in register.lineage(one.id, day):
                found[one.id] = "反映单位的来信由督察查"
        for organ in sorted(apart) if not found else ():
            for above in register.lineage(organ, day)[1:2]:
                found[above] = "它是被反映单位的上一级"
    elif rule is not None:
        area, why = place_of(in_use, where, day), "所写的地点在它的辖区"
        if not area:
            own = register.known(state.owner.organ, day)
            place = in_use.places.mentioned(text, day, own.area if own is not None else "")
            area, why = (place.code, f"信里写到{place.name}，在它的辖区") if place else ("", "")
        for organ in in_use.competence.over(rule.place, area, day):
            found[organ] = why
    for organ, number in handed:
        found.setdefault(organ, f"相似的来信 {number} 交给它办")
    fit = [
        Taker(organ, in_use.organ_name(organ), why)
        for organ, why in found.items()
        if apart.isdisjoint(register.lineage(organ, day))
        and in_use.competence.gift_refused(KIND, organ, day, TRANSFER) is None
    ]
    return tuple(fit[:HANDLERS_MAX])


def _is_part(one: Unit, found: list[Unit]) -> bool:
    """Whether these words are only a part of a longer name that was found."""
    return any(one.words != other.words and one.words in other.words for other in found)


def _names(organ: Organ) -> tuple[str, ...]:
    short = [organ.name.removeprefix(one) for one in PREFIXES if organ.name.startswith(one)]
    return tuple(name for name in (organ.name, *short) if len(name) >= NAME_LEAST)
