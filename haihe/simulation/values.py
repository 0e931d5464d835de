"""The values of fields: as a course states them, else as the field's name or type suggests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final, NamedTuple, Protocol

from haihe.kernel.calendar import Calendar
from haihe.kernel.procedure import Field, Test
from haihe.kernel.state import State
from haihe.kernel.values import Datum
from haihe.simulation import people
from haihe.simulation.book import Words
from haihe.simulation.delays import parse_delay, sample

DEPTH_MAX: Final = 5
ROADS: Final = "roads"
SESSIONS: Final = (time(9), time(9, 30), time(14), time(14, 30), time(15))
_SLOT: Final = re.compile(r"\{(\w+)\}")
_SHIFT: Final = re.compile(r"([+-]?\d+) (minutes|hours|days)")


class WrongValue(ValueError):
    """A value of a course, a fault or `words.yaml` that makes no sense; names what was meant."""


class Scene(Protocol):
    """What a value may look at: the moment, the matter, its place, who acts."""

    chance: Random
    state: State | None
    at: datetime
    person: str
    given: dict[str, Datum]  # every value of the matter so far, personal ones too

    @property
    def calendar(self) -> Calendar:
        """Working days."""

    @property
    def area_name(self) -> str:
        """District and street in words."""

    def organ_of(self, spec: str) -> str:
        """The organ a sort, `@field` or `owner` means here."""

    def named_matter(self, field: str) -> str:
        """The id of the matter that a field of type matter names."""

    def officers(self, count: int) -> list[str]:
        """Officers of the acting organ, the actor first."""


class Asked(NamedTuple):
    """A value that a course asks for: what it says, where it stands, how deep it is nested."""

    told: Any
    scene: Scene
    depth: int


class Values:
    """Makes values by the words of the city."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def resolve(self, spec: Any, scene: Scene, depth: int = 0) -> Datum:
        """What a stated value comes to; raises WrongValue."""
        if depth > DEPTH_MAX:
            raise WrongValue(f"{spec!r}: values nested too deeply")
        if isinstance(spec, list):
            return [str(self.resolve(one, scene, depth + 1)) for one in spec]
        if not isinstance(spec, dict):
            return self.filled(spec, scene) if isinstance(spec, str) and "{" in spec else spec
        if len(spec) != 1:
            raise WrongValue(f"{spec!r}: exactly one key says what sort of value it is")
        ((sort, told),) = spec.items()
        made = getattr(self, f"_{sort}", None)
        if made is None:
            raise WrongValue(f"{sort!r}: there is no such value; see docs/simulation.md")
        found: Datum = made(Asked(told, scene, depth))
        return found

    def filled(self, text: str, scene: Scene) -> str:
        """A text with its slots filled from the lists of `words.yaml`."""

        def fill(found: re.Match[str]) -> str:
            slot = found[1]
            if slot == "area":
                return scene.area_name
            if slot == "number":
                return str(scene.chance.randint(1, 300))
            if slot == "eight":
                return f"{scene.chance.randrange(10**8):08d}"
            if slot == "serial":
                return str(scene.chance.randint(1, 99_999))
            if slot == "year":
                return str(scene.at.year)
            if slot == "person":
                return people.name(scene.chance)
            if slot in self.words.lists:
                return scene.chance.choice(self.words.lists[slot])
            return found[0]

        return _SLOT.sub(fill, text)

    # ── what a course may write ──────────────────────────────────────────────────────────────

    def _pick(self, asked: Asked) -> Datum:
        if isinstance(asked.told, dict):
            (key,) = asked.scene.chance.choices(list(asked.told), weights=list(asked.told.values()))
            words: dict[str, Datum] = {"true": True, "false": False}
            return int(key) if key.isdecimal() else words.get(key, key)
        return self.resolve(asked.scene.chance.choice(asked.told), asked.scene, asked.depth + 1)

    def _share(self, asked: Asked) -> Datum:
        return bool(asked.scene.chance.random() < float(asked.told))

    def _day(self, asked: Asked) -> Datum:
        first, last = _span(asked.told)
        days = timedelta(days=asked.scene.chance.randint(first, last))
        return (asked.scene.at.date() + days).isoformat()

    def _work_day(self, asked: Asked) -> Datum:
        calendar, today = asked.scene.calendar, asked.scene.at.date()
        return calendar.nth_workday(calendar.workdays_until(today) + int(asked.told)).isoformat()

    def _instant(self, asked: Asked) -> Datum:
        return (asked.scene.at + _shift(asked.told)).isoformat()

    def _session(self, asked: Asked) -> Datum:
        """An instant of a session in some working days: in the morning or the afternoon."""
        calendar, today = asked.scene.calendar, asked.scene.at.date()
        day = calendar.nth_workday(calendar.workdays_until(today) + int(asked.told))
        hour = asked.scene.chance.choice(SESSIONS)
        return datetime.combine(day, hour, asked.scene.at.tzinfo).isoformat()

    def _count(self, asked: Asked) -> Datum:
        listed = asked.scene.given.get(str(asked.told))
        return len(listed) if isinstance(listed, list) else 1

    def _before(self, asked: Asked) -> Datum:
        minutes = sample(parse_delay(str(asked.told)), asked.scene.chance)
        return (asked.scene.at - timedelta(minutes=minutes)).replace(microsecond=0).isoformat()

    def _number(self, asked: Asked) -> Datum:
        least, most = float(asked.told[0]), float(asked.told[1])
        found = round(asked.scene.chance.triangular(least, most, least + (most - least) / 5))
        return round(found, -1) if found > 1000 else found

    def _integer(self, asked: Asked) -> Datum:
        return asked.scene.chance.randint(int(asked.told[0]), int(asked.told[1]))

    def _field(self, asked: Asked) -> Datum:
        return asked.scene.given.get(str(asked.told))

    def _organ(self, asked: Asked) -> Datum:
        return asked.scene.organ_of(str(asked.told))

    def _officers(self, asked: Asked) -> Datum:
        return asked.scene.officers(int(asked.told))

    def _person(self, asked: Asked) -> Datum:
        return people.name(asked.scene.chance)

    def _people(self, asked: Asked) -> Datum:
        return [people.name(asked.scene.chance) for _ in range(int(asked.told))]

    def _phone(self, asked: Asked) -> Datum:
        return people.phone(asked.scene.chance)

    def _plate(self, asked: Asked) -> Datum:
        return people.plate(asked.scene.chance)

    def _id_number(self, asked: Asked) -> Datum:
        return people.id_number(asked.scene.chance)

    def _place(self, asked: Asked) -> Datum:
        road = asked.scene.chance.choice(self.words.lists[ROADS])
        return f"{asked.scene.area_name}{road}{asked.scene.chance.randint(1, 380)}号"

    def _files(self, asked: Asked) -> Datum:
        return [f"{asked.scene.chance.getrandbits(256):064x}" for _ in range(int(asked.told))]

    def _matter(self, asked: Asked) -> Datum:
        return asked.scene.named_matter(str(asked.told))

    def _words(self, asked: Asked) -> Datum:
        try:
            listed = self.words.lists[str(asked.told)]
        except KeyError:
            raise WrongValue(f"words: there is no list `{asked.told}` in words.yaml") from None
        return self.resolve(asked.scene.chance.choice(listed), asked.scene, asked.depth + 1)

    def _earlier(self, asked: Asked) -> Datum:
        done = asked.scene.state.done if asked.scene.state is not None else ()
        found = [one.happened_at for one in done if one.act == asked.told["of"]]
        base = found[-1] if found else asked.scene.at
        return (base.date() + timedelta(days=int(asked.told.get("days", 0)))).isoformat()

    # ── what nobody stated ───────────────────────────────────────────────────────────────────

    def usual(
        self, name: str, field: Field, scene: Scene, tests: Mapping[str, list[Test]]
    ) -> Datum:
        """The value of a field that a step asks: by its name, its type, and what needs demand."""
        stated = self.words.fields.get(name)
        if stated is not None and not tests.get(name):
            found = self.resolve(stated, scene)
            if found is not None:
                return found
        wanted = satisfying(field, tests.get(name, []))
        if wanted is not None:
            return wanted
        if stated is not None:
            found = self.resolve(stated, scene)
            if found is not None:
                return found
        return self._by_type(name, field, scene)

    def _by_type(self, name: str, field: Field, scene: Scene) -> Datum:
        least = int(field.at_least or 0)
        kind = field.type
        if kind == "yes_no":
            return True
        if kind == "choice":
            return next(iter(field.choices))
        if kind in ("integer", "number"):
            most = int(field.at_most if field.at_most is not None else least + 20)
            return scene.chance.randint(least, max(least, most))
        if kind == "day":
            return scene.at.date().isoformat()
        if kind == "instant":
            return scene.at.isoformat()
        if kind == "texts":
            return [f"{field.name}{number}" for number in range(1, max(least, 2) + 1)]
        if kind == "files":
            return self._files(Asked(max(least, 1), scene, 0))
        if kind == "organ":
            return scene.organ_of(name)
        if kind == "matter":
            return scene.named_matter(name)
        if kind == "person":
            return scene.person
        if kind == "place":
            return self._place(Asked(1, scene, 0))
        if field.pattern:
            return self._sample(field, scene)
        words = self.filled("{notes}", scene)
        return words if len(words) >= least else words.ljust(least, "。")

    def _sample(self, field: Field, scene: Scene) -> str:
        for one in self.words.patterns:
            text = self.filled(one, scene)
            if re.fullmatch(field.pattern, text):
                return text
        raise WrongValue(f"words.yaml: patterns: none fits {field.pattern} ({field.name})")


def satisfying(field: Field, tests: list[Test]) -> Datum:
    """A value for which these tests are true, where that is easily told; None if not."""
    for test in tests:
        if test.equals is not None:
            return test.equals
        if test.among:
            return test.among[0]
    numeric = field.type in ("integer", "number")
    if field.type in ("texts", "files") or not numeric:
        return None
    least = max([float(t.at_least) for t in tests if t.at_least is not None], default=None)
    above = max([float(t.above) for t in tests if t.above is not None], default=None)
    most = min([float(t.at_most) for t in tests if t.at_most is not None], default=None)
    below = min([float(t.below) for t in tests if t.below is not None], default=None)
    for found in (least, most, None if above is None else above + 1):
        if found is not None:
            return int(found)
    if below is not None:
        return max(int(field.at_least or 0), int(below) - 1)
    return None


def _span(told: Any) -> tuple[int, int]:
    """`3` or `[1, 5]` as first and last."""
    if isinstance(told, list):
        return int(told[0]), int(told[1])
    return int(told), int(told)


def _shift(told: Any) -> timedelta:
    found = _SHIFT.fullmatch(str(told))
    if found is None:
        raise WrongValue(f"instant: {told!r}: expected `-30 minutes`, `+2 hours` or `+1 days`")
    return timedelta(**{found[2]: int(found[1])})


def day_of(text: str) -> date:
    """A day as fields hold it."""
    return date.fromisoformat(text)
