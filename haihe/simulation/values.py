"""The values of fields: as a course states them, else as the field's name or type suggests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final, Protocol

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
        found: Datum = made(told, scene, depth)
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

    def _pick(self, told: Any, scene: Scene, depth: int) -> Datum:
        if isinstance(told, dict):
            (key,) = scene.chance.choices(list(told), weights=list(told.values()))
            words: dict[str, Datum] = {"true": True, "false": False}
            return int(key) if key.isdecimal() else words.get(key, key)
        return self.resolve(scene.chance.choice(told), scene, depth + 1)

    def _share(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape for all
        return bool(scene.chance.random() < float(told))

    def _day(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape for all
        first, last = _span(told)
        return (scene.at.date() + timedelta(days=scene.chance.randint(first, last))).isoformat()

    def _work_day(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        calendar, today = scene.calendar, scene.at.date()
        return calendar.nth_workday(calendar.workdays_until(today) + int(told)).isoformat()

    def _instant(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return (scene.at + _shift(told)).isoformat()

    def _session(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        """An instant of a session in some working days: in the morning or the afternoon."""
        calendar, today = scene.calendar, scene.at.date()
        day = calendar.nth_workday(calendar.workdays_until(today) + int(told))
        hour = scene.chance.choice(SESSIONS)
        return datetime.combine(day, hour, scene.at.tzinfo).isoformat()

    def _count(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        listed = scene.given.get(str(told))
        return len(listed) if isinstance(listed, list) else 1

    def _before(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        minutes = sample(parse_delay(str(told)), scene.chance)
        return (scene.at - timedelta(minutes=minutes)).replace(microsecond=0).isoformat()

    def _number(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        least, most = float(told[0]), float(told[1])
        found = round(scene.chance.triangular(least, most, least + (most - least) / 5))
        return round(found, -1) if found > 1000 else found

    def _integer(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return scene.chance.randint(int(told[0]), int(told[1]))

    def _field(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return scene.given.get(str(told))

    def _organ(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return scene.organ_of(str(told))

    def _officers(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return scene.officers(int(told))

    def _person(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return people.name(scene.chance)

    def _people(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return [people.name(scene.chance) for _ in range(int(told))]

    def _phone(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return people.phone(scene.chance)

    def _plate(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return people.plate(scene.chance)

    def _id_number(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return people.id_number(scene.chance)

    def _place(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        road = scene.chance.choice(self.words.lists[ROADS])
        return f"{scene.area_name}{road}{scene.chance.randint(1, 380)}号"

    def _files(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return [f"{scene.chance.getrandbits(256):064x}" for _ in range(int(told))]

    def _matter(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        return scene.named_matter(str(told))

    def _words(self, told: Any, scene: Scene, depth: int) -> Datum:
        try:
            return self.resolve(scene.chance.choice(self.words.lists[str(told)]), scene, depth + 1)
        except KeyError:
            raise WrongValue(f"words: there is no list `{told}` in words.yaml") from None

    def _earlier(self, told: Any, scene: Scene, depth: int) -> Datum:  # noqa: ARG002 - one shape
        done = scene.state.done if scene.state is not None else ()
        found = [one.happened_at for one in done if one.act == told["of"]]
        base = found[-1] if found else scene.at
        return (base.date() + timedelta(days=int(told.get("days", 0)))).isoformat()

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
            return self._files(max(least, 1), scene, 0)
        if kind == "organ":
            return scene.organ_of(name)
        if kind == "matter":
            return scene.named_matter(name)
        if kind == "person":
            return scene.person
        if kind == "place":
            return self._place(1, scene, 0)
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
