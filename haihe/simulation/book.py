"""What the simulated city is made from: figures, organs, words, courses and faults, as files.

The folder `simulation/` holds `figures.yaml`, `city.yaml`, `words.yaml`, `courses/<kind>.yaml` and
`faults/<id>.yaml`. Files are read like those of a pack: unknown keys and wrong types are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from haihe.kernel.organs import Sort
from haihe.kernel.values import Frozen
from haihe.pack.organs import load_sorts
from haihe.pack.place import own_folder
from haihe.pack.yaml_file import UnusablePack, read_struct
from haihe.simulation.delays import Delay, parse_delay

COURSES_MAX: Final = 200  # of one kind
FAULTS_MAX: Final = 2_000
STEPS_MAX: Final = 200

Values = dict[str, Any]


class By(Frozen, frozen=True, kw_only=True):
    """Who takes a step, where the role alone does not say it."""

    same_as: str = ""  # the person who took this step
    other_than: str = ""  # somebody else than who took this step
    person: str = ""


class Taken(Frozen, frozen=True, kw_only=True, rename={"act": "do", "role": "as", "with_": "with"}):
    """One act of a course."""

    act: str
    role: str = ""  # default: the first role of the step
    after: str = ""  # a delay; default: the pace of the file
    with_: Values = {}
    organ: str = ""  # a sort of organ, or @field; default: the post of the role
    by: By = By()
    entered: str = ""  # a delay: entered so much later than it happened (set by faults)
    beyond: str = ""  # a clock that runs out first (set by faults)
    child: dict[str, str] = {}  # kind -> course of the matter of that kind which this act opens


class Course(Frozen, frozen=True, kw_only=True):
    """One way of a kind: its acts in order. `when` limits it to what was carried over.

    Without weight it is never taken by itself: a fault names it in `courses`.
    """

    id: str
    steps: tuple[Taken, ...]
    weight: float = 1.0
    when: dict[str, Any] = {}
    version: date | None = None  # the procedure's first day in force; default: the newest
    stays_open: bool = False  # its last state is no end, and no clock of an organ runs there


class Courses(Frozen, frozen=True, kw_only=True):
    """`courses/<kind>.yaml`."""

    kind: str
    courses: tuple[Course, ...]
    posts: dict[str, str] = {}  # role -> sort of organ, @field, or owner
    organs: dict[str, str] = {}  # organ field -> sort, where city.yaml says otherwise
    values: Values = {}  # field -> value, where words.yaml says otherwise
    pace: str = "1..8 working_hours"
    hours: Literal["office", "day_and_night"] = "office"


class Truth(Frozen, frozen=True, kw_only=True):
    """A finding that must be made: by which model, under which cause."""

    model: str
    cause: str


class Visible(Frozen, frozen=True, kw_only=True):
    """When a fault can be known: with an act, or when a clock runs out, and so much later.

    `until` names the step with which its cause is gone again.
    """

    step: str = ""
    clock: str = ""
    plus: str = ""
    until: str = ""


class Later(Frozen, frozen=True, kw_only=True):
    """`delay`: taken `by` later, after the clock `beyond` has run out."""

    step: str
    by: str
    beyond: str = ""


class Added(Frozen, frozen=True, kw_only=True):
    """`add`: further acts after, or before, a step."""

    steps: tuple[Taken, ...]
    after: str = ""
    before: str = ""


class RecordLate(Frozen, frozen=True, kw_only=True):
    """`record_late`: a step entered `by` later than it happened."""

    step: str
    by: str


class Copies(Frozen, frozen=True, kw_only=True, rename={"with_": "with"}):
    """`copies`: the same matter opened again."""

    within: str
    count: str = "1..1"
    with_: dict[str, Values] = {}
    after_end: bool = False


class Series(Frozen, frozen=True, kw_only=True):
    """`series`: several matters with these opening values in common."""

    count: str
    within: str
    same: tuple[str, ...]


class Readings(Frozen, frozen=True, kw_only=True):
    """`readings`: somebody opens the file."""

    count: str = "1..1"
    role: str
    organ: str
    purpose: str = "handle"


class Somebody(Frozen, frozen=True, kw_only=True):
    """`actor`: who takes the step instead."""

    same_as: str = ""
    other_than: str = ""
    person: str = ""
    role: str = ""
    organ: str = ""


class Alteration(Frozen, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One alteration of a course; exactly one key is given."""

    drop: tuple[str, ...] = ()
    until: str = ""
    delay: Later | None = None
    with_: dict[str, Values] = {}
    actor: dict[str, Somebody] = {}
    add: Added | None = None
    record_late: RecordLate | None = None
    copies: Copies | None = None
    series: Series | None = None
    readings: Readings | None = None


class Fault(Frozen, frozen=True, kw_only=True):
    """`faults/<id>.yaml`: how a course is altered, how often, and what must be found."""

    id: str
    words: str
    kind: str
    how: tuple[Alteration, ...]
    truth: tuple[Truth, ...]
    rate: float = 0.01
    courses: tuple[str, ...] = ()
    of: Literal["all", "first", "last", "copies", ""] = ""
    also: tuple[str, ...] = ()
    visible: Visible = Visible()
    prevented: bool = False


class Body(Frozen, frozen=True, kw_only=True):
    """The bodies of a sort: `{district}`, `{street}` and `{n}` in the name; how many in an area."""

    name: str
    count: int = 1


class CityBook(Frozen, frozen=True, kw_only=True):
    """`city.yaml`: areas, which bodies there are, and which sort answers to which field."""

    districts: dict[str, tuple[str, ...]]  # code + name -> streets and towns
    bodies: dict[str, Body]  # sort -> its bodies
    fields: dict[str, str]  # organ field -> sort
    staff: int = 8  # officers of one role in one organ
    outside: tuple[str, ...] = ()


class Volume(Frozen, frozen=True, kw_only=True):
    """How many matters of a kind are opened by themselves (not by another one) in a year."""

    yearly: int
    source: str
    hours: str = "office"  # a profile of `hours`
    season: str = "even"  # a profile of `seasons`
    rest_days: float = 0.1  # volume of a rest day as a share of a working day's


class Published(Frozen, frozen=True, kw_only=True):
    """A published yearly figure and the kinds whose matters make it up, however opened."""

    yearly: int
    kinds: tuple[str, ...]
    source: str


class Figures(Frozen, frozen=True, kw_only=True):
    """`figures.yaml`."""

    published: dict[str, Published]
    volumes: dict[str, Volume]
    hours: dict[str, tuple[float, ...]]  # 24 shares
    seasons: dict[str, tuple[float, ...]]  # 12 shares


class Words(Frozen, frozen=True, kw_only=True):
    """`words.yaml`: values by field name, lists of texts, and how names are made."""

    fields: Values
    lists: dict[str, tuple[str, ...]]
    patterns: tuple[str, ...]  # samples of texts with a form: the first that fits is taken


class Weights(Frozen, frozen=True, kw_only=True):
    """`weights.yaml`: how often the courses of a kind are taken beside one another."""

    kinds: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Book:
    """All of it."""

    figures: Figures
    city: CityBook
    sorts: dict[str, Sort]  # the city's own: tier, and the sort above
    words: Words
    courses: dict[str, Courses]
    faults: dict[str, Fault]


def simulation_folder() -> Path:
    """Where the files of the simulated city lie: in the wheel, or at the root of the checkout."""
    return own_folder("simulation")


def load_book(folder: Path | None = None) -> Book:
    """Every file of the folder; raises UnusablePack that names file and key."""
    root = folder or simulation_folder()
    weights = read_struct(root / "weights.yaml", "weights.yaml", Weights).kinds
    courses = [
        _weighed(_named(read_struct(path, f"courses/{path.name}", Courses), path), weights)
        for path in sorted((root / "courses").glob("*.yaml"))
    ]
    paths = sorted((root / "faults").glob("*.yaml"))
    if len(paths) > FAULTS_MAX:
        raise UnusablePack(f"faults: {len(paths)} files; at most {FAULTS_MAX} are read")
    faults = [load_fault(path) for path in paths]
    city = read_struct(root / "city.yaml", "city.yaml", CityBook)
    sorts = load_sorts(own_folder("city"))
    unknown = [one for one in city.bodies if one not in sorts]
    if unknown:
        raise UnusablePack(f"city.yaml: bodies.{unknown[0]}: no such sort in city/sorts.yaml")
    return Book(
        figures=read_struct(root / "figures.yaml", "figures.yaml", Figures),
        city=city,
        sorts=sorts,
        words=read_struct(root / "words.yaml", "words.yaml", Words),
        courses={one.kind: one for one in courses},
        faults={one.id: one for one in faults},
    )


def load_fault(path: Path) -> Fault:
    """One fault of the catalogue, checked; raises UnusablePack."""
    name = f"faults/{path.name}"
    fault = read_struct(path, name, Fault)
    if fault.id != path.stem:
        raise UnusablePack(f"{name}: id is `{fault.id}`; call it as the file")
    for place, one in enumerate(fault.how):
        _check_alteration(one, f"{name}: how.{place}")
    if not fault.truth and not fault.prevented:
        raise UnusablePack(f"{name}: truth: say which model must find it, under which cause")
    if not 0 <= fault.rate <= 1:
        raise UnusablePack(f"{name}: rate: a share between 0 and 1")
    _delay(fault.visible.plus, f"{name}: visible.plus")
    return fault


def _check_alteration(one: Alteration, where: str) -> None:
    keys = [
        key.encode_name
        for key in msgspec.structs.fields(Alteration)
        if getattr(one, key.name) not in ((), "", None, {})
    ]
    if len(keys) != 1:
        raise UnusablePack(f"{where}: exactly one alteration; found {', '.join(keys) or 'none'}")
    if one.delay is not None:
        _delay(one.delay.by, f"{where}.delay.by")
    if one.record_late is not None:
        _delay(one.record_late.by, f"{where}.record_late.by")
    if one.add is not None:
        if bool(one.add.after) == bool(one.add.before):
            raise UnusablePack(f"{where}.add: either `after` or `before`")
        for step in one.add.steps:
            _delay(step.after, f"{where}.add.steps.{step.act}.after")
    for lot in (one.copies, one.series):
        if lot is not None:
            _delay(lot.within, f"{where}.within")
            counts(lot.count)


def _named(courses: Courses, path: Path) -> Courses:
    """The courses of a kind, checked: file name, ids, delays."""
    name = f"courses/{path.name}"
    if courses.kind != path.stem:
        raise UnusablePack(f"{name}: kind is `{courses.kind}`; call it as the file")
    if not 0 < len(courses.courses) <= COURSES_MAX:
        raise UnusablePack(f"{name}: between 1 and {COURSES_MAX} courses are read")
    _delay(courses.pace, f"{name}: pace")
    known: set[str] = set()
    for course in courses.courses:
        if course.id in known:
            raise UnusablePack(f"{name}: {course.id}: this id stands twice")
        known.add(course.id)
        if not 0 < len(course.steps) <= STEPS_MAX:
            raise UnusablePack(f"{name}: {course.id}: between 1 and {STEPS_MAX} steps")
        for step in course.steps:
            _delay(step.after, f"{name}: {course.id}.{step.act}.after")
    return courses


def _weighed(courses: Courses, weights: dict[str, dict[str, float]]) -> Courses:
    """The courses of a kind with the weights written apart; an unknown course is refused."""
    told = weights.get(courses.kind, {})
    unknown = sorted(told.keys() - {one.id for one in courses.courses})
    if unknown:
        raise UnusablePack(f"weights.yaml: {courses.kind}: no course {', '.join(unknown)}")
    if not told:
        return courses
    return replace(
        courses,
        courses=tuple(replace(one, weight=told.get(one.id, one.weight)) for one in courses.courses),
    )


def _delay(text: str, where: str) -> Delay | None:
    try:
        return parse_delay(text) if text else None
    except ValueError as error:
        raise UnusablePack(f"{where}: {error}") from None


def counts(text: str) -> tuple[int, int]:
    """`3..6` as least and most; a single number is both. Raises UnusablePack."""
    least, _, most = text.partition("..")
    try:
        found = int(least), int(most or least)
    except ValueError:
        raise UnusablePack(f"count: {text!r}: expected `3..6` or `2`") from None
    if not 0 < found[0] <= found[1] <= 100:
        raise UnusablePack(f"count: {text!r}: between 1 and 100, the smaller number first")
    return found
