"""Names that have no English: of bodies, places and laws; English pages mark them as Chinese."""

from __future__ import annotations

from functools import cache, lru_cache

from haihe.kernel.organs import Organs
from haihe.pack.law import load_law
from haihe.pack.place import law_folder
from haihe.records import rules


def is_name(text: str) -> bool:
    """Whether this text is the name of a body, a place, a law or one of its rules."""
    return text in _places_and_laws() or text in _bodies()


def _bodies() -> frozenset[str]:
    """Bodies may be put beside those listed while the program runs: then the register is new."""
    return _named(rules.current().organ_register)


@lru_cache(maxsize=2)
def _named(register: Organs) -> frozenset[str]:
    """Every name a body of this register has or had."""
    return frozenset(register.by_name())


@cache
def _places_and_laws() -> frozenset[str]:
    places = rules.current().places
    found = {one.name for code in places.codes() for one in places.versions(code)}
    law = load_law(law_folder())
    for name, statute in law.statutes.items():
        found |= {statute.name, statute.short}
        found |= {law.say(f"{name}#{article}") for article in statute.articles}
    return frozenset(found)
