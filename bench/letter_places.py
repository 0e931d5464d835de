"""How often the body over the place of a message is found: real messages, places put into them.

The public messages name their places as A市, A3区; nobody can tell which body should have had one.
So a place of the city is drawn and written where the message names its own, as people write it: the
district alone, district and street, the street alone, an old name of the district, a community. The
body that should get it is that of the rules over the code drawn, whatever the words say.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from haihe.kernel.places import Place, Places
from haihe.letters.message import Message

SEED: Final = 20_261_123
MESSAGES: Final = 1_000
KIND: Final = "chief_letter"
_NAMED: Final = re.compile(r"(?:A市)?[A-Z]\d+(?:区|县)")
_CITY: Final = re.compile(r"[A-Z]\d*市")
WAYS: Final = ("district", "district_street", "street", "old_district", "community")


def planted(messages: Sequence[Message], day: date) -> dict[str, Any]:
    """The share of messages whose first body is right, wrong, or not told, by the way of naming."""
    from haihe.records.installed import InstalledRules

    city = InstalledRules()
    rule = city.competence.handling(KIND)
    assert rule is not None, "city/competence.yaml says who handles letters"
    drawn = random.Random(SEED)
    told = [one for one in messages if _NAMED.search(one.text)]
    told = drawn.sample(told, min(MESSAGES, len(told)))
    counted: Counter[tuple[str, str]] = Counter()
    spent = 0.0
    for number, one in enumerate(told):
        way = WAYS[number % len(WAYS)]
        words, code = _drawn(city.places, way, day, drawn)
        text = _CITY.sub("本市", _NAMED.sub(words, f"{one.subject}，{one.text}", count=1))
        began = time.perf_counter()
        place = city.places.mentioned(_NAMED.sub("本区", text), day)
        spent += time.perf_counter() - began
        wanted = city.competence.over(rule.place, code, day)
        found = city.competence.over(rule.place, place.code, day) if place is not None else ()
        counted[way, "right" if found == wanted else "wrong" if found else "not_told"] += 1
    shares = {}
    for way in WAYS:
        total = sum(count for (one, _), count in counted.items() if one == way)
        shares[way] = {
            what: round(counted[way, what] / total, 3) if total else None
            for what in ("right", "wrong", "not_told")
        }
    right = sum(count for (_, what), count in counted.items() if what == "right")
    wrong = sum(count for (_, what), count in counted.items() if what == "wrong")
    return {
        "messages": len(told),
        "right": round(right / len(told), 3) if told else None,
        "wrong": round(wrong / len(told), 3) if told else None,
        "without_reading_the_text": 0.0,
        "by_way_of_naming": shares,
        "milliseconds_each": round(1000 * spent / len(told), 2) if told else None,
    }


def _drawn(places: Places, way: str, day: date, drawn: random.Random) -> tuple[str, str]:
    """Words for a place of the city, and its code."""
    if way == "old_district":
        old = sorted(
            code
            for code in places.codes()
            if places.versions(code)[-1].tier == "district" and places.area(code, day) is None
        )
        code = drawn.choice(old)
        now = places.current(code, day)
        assert now is not None
        return places.versions(code)[-1].name, now.code
    tier = {"district": "district", "community": "community"}.get(way, "street")
    one = drawn.choice(_of_tier(places, tier, day))
    line = [place.name for place in places.lineage(one.code, day)[1:]]
    words = {
        "district": line[0],
        "district_street": "".join(line[:2]),
        "street": line[-1],
        "community": f"{line[0]}{line[-1]}",
    }[way]
    return words, one.code


_kept: dict[str, list[Place]] = {}


def _of_tier(places: Places, tier: str, day: date) -> list[Place]:
    if tier not in _kept:
        _kept[tier] = sorted(
            (one for one in places.at(day) if one.tier == tier), key=lambda one: one.code
        )
    return _kept[tier]
