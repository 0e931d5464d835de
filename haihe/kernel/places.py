"""Where things happen: the four tiers of a city by date, and what people call a place.

A place keeps its code; from a day on it may have another name or lie elsewhere, as a further
version. A place that ends names the one that it is part of `now`, so old codes and old names
(塘沽区, 蓟县) lead to today's place. A name that several places have gives them all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from msgspec.structs import replace

from haihe.kernel.organs import ALWAYS, Tier
from haihe.kernel.values import Frozen

# street, town, township: administrative ones; zone: a functional zone that is none of them
Kind = Literal[
    "city", "district", "street", "town", "township", "zone",
    "community", "village", "like_community", "like_village",
]  # fmt: skip
KIND_TIERS: Final[dict[Kind, Tier]] = {
    "city": "city",
    "district": "district",
    "street": "street",
    "town": "street",
    "township": "street",
    "zone": "street",
    "community": "community",
    "village": "community",
    "like_community": "community",
    "like_village": "community",
}
ENDINGS: Final[dict[Tier, tuple[str, ...]]] = {  # what people leave out, longest first
    "city": ("市",),
    "district": ("新区", "区", "县"),
    "street": ("街道办事处", "街道", "地区", "镇", "乡"),
    "community": (
        "社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会",
        "社区", "村",
    ),
}  # fmt: skip
STEPS_MAX: Final = 10  # from a place to the city, and from an old one to today's
NAME_LEAST: Final = 2  # shorter words name nothing
WORDS_MAX: Final = 200
MENTIONED_MAX: Final = 4_000  # characters of a text in which places are looked for
AROUND_KEPT: Final = 200_000  # addresses of which is remembered where they lie
PARENT_DIGITS: Final = (9, 6, 2)
How = Literal["code", "name", "short", "within", "part"]


class UnusablePlaces(ValueError):
    """Places that contradict one another; every line names one and what was expected."""


class Place(Frozen, frozen=True, kw_only=True):
    """One place as it is from `since` up to, and without, `until`; `above` is where it lies.

    `now` is the place that it is part of after its end, `order` by which that was ordered.
    """

    code: str
    name: str
    kind: Kind
    above: str = ""
    since: date = ALWAYS
    until: date | None = None
    now: str = ""
    order: str = ""

    @property
    def tier(self) -> Tier:
        """city, district, street or community."""
        return KIND_TIERS[self.kind]

    def holds(self, day: date) -> bool:
        """Whether this version is the one of a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Found(Frozen, frozen=True, kw_only=True):
    """A place that words may mean: how it was found, under which old name, what was left over."""

    place: Place
    how: How
    was: str = ""
    rest: str = ""


class Places:
    """Every place of a city through time. Raises UnusablePlaces when they contradict."""

    def __init__(self, places: Iterable[Place]) -> None:
        versions: dict[str, list[Place]] = {}
        for one in places:
            versions.setdefault(one.code, []).append(one)
        self._versions = {
            code: tuple(sorted(found, key=lambda one: one.since))
            for code, found in versions.items()
        }
        wrong = list(self._wrong())
        if wrong:
            raise UnusablePlaces("\n".join(wrong))
        self._named: dict[str, list[Place]] | None = None
        self._longest = 0  # letters of the longest name
        self._around: dict[tuple[str, date], Place | None] = {}

    def __len__(self) -> int:
        return len(self._versions)

    def __contains__(self, code: str) -> bool:
        return code in self._versions

    def codes(self) -> tuple[str, ...]:
        """Every code there ever was."""
        return tuple(self._versions)

    def versions(self, code: str) -> tuple[Place, ...]:
        """How a place was and is, oldest first; () for a code nobody knows."""
        return self._versions.get(code, ())

    def at(self, day: date) -> tuple[Place, ...]:
        """Every place there is on a day."""
        return tuple(one for found in self._versions.values() for one in found if one.holds(day))

    def area(self, code: str, day: date) -> Place | None:
        """The place as it is on a day; None when there is none then."""
        return next((one for one in self.versions(code) if one.holds(day)), None)

    def current(self, code: str, day: date) -> Place | None:
        """The place that a code, also one of old, means on a day; None if it means none then."""
        for _ in range(STEPS_MAX):
            found = self.area(code, day)
            if found is not None:
                return found
            ended = [one for one in self.versions(code) if one.until is not None and one.now]
            if not ended or day < ended[-1].since:
                return None
            code = ended[-1].now
        raise AssertionError(f"{code}: more than {STEPS_MAX} places one after another")

    def lineage(self, code: str, day: date) -> tuple[Place, ...]:
        """市、区、街镇、社区村: from the city down to the place as it lies on a day; () if none."""
        found: list[Place] = []
        one = self.current(code, day)
        while one is not None:
            found.append(one)
            assert len(found) <= STEPS_MAX, f"{code}: more than {STEPS_MAX} places around it"
            one = self.area(one.above, day) if one.above else None
        return tuple(reversed(found))

    def within(self, code: str, day: date) -> tuple[Place, ...]:
        """What lies right in a place on a day."""
        return tuple(one for one in self.at(day) if one.above == code)

    # ── what people call a place ─────────────────────────────────────────────────────────────

    def resolve(self, words: str, day: date) -> tuple[Found, ...]:
        """Every place of a day that a code, a name of today or of old, or its part may mean.

        The surest way that finds anything decides: a code, a whole name, a name without its
        ending (塘沽), an address that begins with names (蓟县洇溜镇…), a part of a name. What only
        looks like a place is none: 马场道 is a road, 和平里 an estate.
        """
        plain = _plain(words)
        if plain.isdecimal():
            return self._by_code(plain, day)
        if len(plain) < NAME_LEAST:
            return ()
        for found in (
            self._called(plain, day, short=False),
            self._called(plain, day, short=True),
            self._by_beginning(plain, day),
            self._by_part(plain, day),
        ):
            if found:
                return found
        return ()

    def address(self, words: str, day: date) -> tuple[Found, ...]:
        """As `resolve`, by the sure ways only: a code, a whole name, an address that begins so."""
        plain = _plain(words)
        if plain.isdecimal():
            return self._by_code(plain, day)
        if len(plain) < NAME_LEAST:
            return ()
        return self._called(plain, day, short=False) or self._by_beginning(plain, day)

    def _by_code(self, code: str, day: date) -> tuple[Found, ...]:
        for length in (len(code), *PARENT_DIGITS):
            if length > len(code) or code[:length] not in self:
                continue
            place = self.current(code[:length], day)
            if place is not None:
                return (self._found(place, code[:length], "code", code[length:]),)
        return ()

    def _found(self, place: Place, code: str, how: How, rest: str = "") -> Found:
        was = self.versions(code)[-1].name if code != place.code else ""
        return Found(place=place, how=how, was=was, rest=rest)

    def _names(self) -> dict[str, list[Place]]:
        """Name, whole or without its ending -> places that have or had it."""
        if self._named is None:
            named: dict[str, list[Place]] = {}
            for found in self._versions.values():
                for one in found:
                    for name in dict.fromkeys((one.name, *_short(one))):
                        named.setdefault(name, []).append(one)
            self._named = named
            self._longest = max(map(len, named), default=0)
        return self._named

    def _called(self, name: str, day: date, *, short: bool) -> tuple[Found, ...]:
        matches = (one for one in self._names().get(name, ()) if short or one.name == name)
        return self._as_of(matches, day, "short" if short else "name")

    def _as_of(self, matches: Iterable[Place], day: date, how: How) -> tuple[Found, ...]:
        """These versions as the places of a day, each once; a name of today's goes first."""
        found: dict[str, Found] = {}
        for one in matches:
            place = self.current(one.code, day)
            if place is None:
                continue
            was = one.name if one.name != place.name else ""
            if place.code not in found or not was:
                found[place.code] = Found(place=place, how=how, was=was)
        return tuple(found.values())

    def around(self, words: str, day: date) -> Place | None:
        """The one place that an address or a code lies in; None when it is none, or not sure."""
        key = (words, day)
        if key not in self._around:
            if len(self._around) >= AROUND_KEPT:
                self._around.clear()
            found = self.address(words, day)
            self._around[key] = found[0].place if len(found) == 1 else None
        return self._around[key]

    def _by_beginning(self, words: str, day: date) -> tuple[Found, ...]:
        """Names one in another at the beginning of an address; the least left over wins."""
        found = list(self._walk(words, day, None, ""))
        least = min((len(one.rest) for one in found), default=0)
        return tuple({one.place.code: one for one in found if len(one.rest) == least}.values())

    def _walk(self, words: str, day: date, around: Place | None, was: str) -> Iterator[Found]:
        named = self._names()
        for length in range(NAME_LEAST, min(len(words), self._longest) + 1):
            for one in named.get(words[:length], ()):
                place = self.current(one.code, day)
                if place is None or not self._lies_in(place, around, day):
                    continue
                former = one.name if one.name != place.name else was
                rest = words[length:]
                inner = list(self._walk(rest, day, place, former)) if rest else []
                yield from inner
                if not rest or words[:length] in (one.name, *_almost_whole(one)):
                    yield Found(place=place, how="within", was=former, rest=rest)

    def _lies_in(self, place: Place, around: Place | None, day: date) -> bool:
        if around is None:
            return place.tier != "community"
        lineage = [one.code for one in self.lineage(place.code, day)]
        return around.code in lineage[:-1]

    def _by_part(self, words: str, day: date) -> tuple[Found, ...]:
        matches = (one for found in self._versions.values() for one in found if words in one.name)
        return self._as_of(matches, day, "part")

    # ── what is said in prose ────────────────────────────────────────────────────────────────

    def mentioned(self, text: str, day: date, around: str = "") -> Place | None:
        """The narrowest place that a text in sentences is about; None where it is not sure.

        Only whole names count (河西区, 塘沽区, 马场街道, 马场街, 华亭里社区), no part of one.
        A name that several places have is that of the one within what else is named, else within
        `around` (a code); a community counts within these only. Of places that lie beside one
        another what both lie in counts, the city never.
        """
        said = [
            [self.lineage(place.code, day) for place in found] for found in self._said(text, day)
        ]
        sure = {line[-1].code for lines in said if len(lines) == 1 for line in lines}
        lines = []
        for several in said:
            inside = [
                line
                for line in several
                if (not sure.isdisjoint(one.code for one in line[1:-1]))
                or any(one.code == around for one in line)
                or (len(several) == 1 and line[-1].tier != "community")
            ]
            if len(inside) == 1:
                lines.append(inside[0])
        outer = {one.code for line in lines for one in line[:-1]}
        narrow = [line for line in lines if line[-1].code not in outer]
        together = [same[0] for same in zip(*narrow, strict=False) if len({*same}) == 1]
        return together[-1] if len(together) > 1 else None

    def _said(self, text: str, day: date) -> Iterator[list[Place]]:
        """The places of each whole name in a text, the longest name at each letter."""
        named, plain = self._names(), _plain(text, MENTIONED_MAX)
        at = 0
        while at < len(plain):
            for length in range(min(self._longest, len(plain) - at), NAME_LEAST - 1, -1):
                name = plain[at : at + length]
                found = {
                    place.code: place
                    for one in named.get(name, ())
                    if name in (one.name, *_almost_whole(one))
                    or name.endswith("街")  # Chinese: of 街道
                    if one.tier == "district" or (one.tier != "city" and length > NAME_LEAST)
                    if (place := self.current(one.code, day)) is not None
                }
                if found:
                    yield list(found.values())
                    at += length
                    break
            else:
                at += 1

    # ── what may not be ──────────────────────────────────────────────────────────────────────

    def _wrong(self) -> Iterator[str]:
        for code, found in self._versions.items():
            for one, later in pairwise(found):
                if one.until != later.since:
                    yield f"{code}: one version until {one.until}, the next since {later.since}"
            for one in found:
                if one.until is not None and one.until <= one.since:
                    yield f"{code}: until {one.until} is not after since {one.since}"
                if one.above and one.above not in self._versions:
                    yield f"{code}: above: there is no place `{one.above}`"
                elif one.tier != "city" and not one.above:
                    yield f"{code}: above: a {one.tier} lies in a place"
            last = found[-1]
            if last.until is None:
                continue
            if not last.now:
                yield f"{code}: ends on {last.until}; now: say which place it is part of"
            elif self.area(last.now, last.until) is None:
                yield f"{code}: now: there is no place `{last.now}` on {last.until}"


def moved(place: Place, day: date, above: str, order: str) -> tuple[Place, Place]:
    """A place that lies elsewhere from a day on: as it was, and as it is then."""
    return replace(place, until=day), replace(place, above=above, since=day, order=order)


def _plain(words: str, most: int = WORDS_MAX) -> str:
    """Words as names are compared: one width, no spaces, without the city before them."""
    told = "".join(unicodedata.normalize("NFKC", words[:most]).split())
    return told.removeprefix("天津市") or told


def _short(place: Place) -> Iterator[str]:
    for ending in ENDINGS[place.tier]:
        if place.name.endswith(ending):
            stem = place.name.removesuffix(ending)
            if len(stem) >= NAME_LEAST:
                yield stem
            if ending in ("街道", "街道办事处"):
                yield f"{stem}街"
            yield from _almost_whole(place)
            return


def _almost_whole(place: Place) -> Iterator[str]:
    """A name with a shorter ending that still says what it is: 华亭里社区 for its committee."""
    for endings, shorter in ((ENDINGS["community"][:2], "社区"), (ENDINGS["community"][4:6], "村")):
        for ending in endings:
            if place.tier == "community" and place.name.endswith(ending):
                yield place.name.removesuffix(ending) + shorter
