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
LOOK_INTO: Final = ("inspection", "city_inspection")  # sorts that look into what is reported
STATION: Final = "station"


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
    state: State, where: str, apart: frozenset[str], handed: Iterable[tuple[str, str]], day: date
) -> tuple[Taker, ...]:
    """Who may handle a letter: what was decided for like ones, its place, that it reports somebody.

    `where`: words of its place; `handed`: body and number of each like letter. None of `apart`, and
    none below one of these.
    """
    in_use = rules.current()
    register = in_use.organ_register
    found = {organ: f"相似的来信 {number} 交给它办" for organ, number in handed}
    area = place_of(in_use, where, day)
    for one in register.at(day):
        if apart and one.sort in LOOK_INTO and state.owner.organ in register.lineage(one.id, day):
            found.setdefault(one.id, "反映单位的来信由督察查")
        if not apart and area and one.sort == STATION and area.startswith(one.area):
            found.setdefault(one.id, "所写的地点在它的辖区")
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
