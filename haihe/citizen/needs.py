"""What people come for, in their own words: the city's needs, what answers them, and the search."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

import msgspec
import yaml
from django.urls import reverse

from haihe.citizen.search import Index, Sought
from haihe.kernel.values import Frozen
from haihe.pack.place import city_folder
from haihe.records.shown import KindOf

NEEDS_MAX: Final = 1_000
HEARD: Final = "anything"  # the need that takes in whatever found no form of its own

# What begins on a page of its own; the others first ask for the code.
BEGINNINGS: Final = {
    "follow": "citizen:ask",
    "mine": "citizen:mine",
    "rate": "citizen:rate_ask",
}
Beginning = Literal["", "follow", "mine", "readings", "rate"]


class Need(Frozen, frozen=True, kw_only=True):
    """A need as people say it, and the opening step, telephone or matter that answers it."""

    need: str
    id: str = ""
    kind: str = ""
    step: str = ""
    says: str = ""
    group: str = ""
    words: tuple[str, ...] = ()
    given: dict[str, str] = {}  # what the need already says, as typed into the form
    service: str | None = None  # sought in the catalogue of services, which has the better form
    call: str = ""  # a telephone number to ring at once
    taken: tuple[str, ...] = ()  # in which kinds staff take down what is told on it
    by_code: Beginning = ""  # it begins from a matter one has; kind and step say which it opens
    first: bool = False  # stands on the start page
    said: str = ""  # what was typed into the search: goes along into the form

    @property
    def href(self) -> str:
        """Where it leads."""
        if self.call:
            return f"tel:{self.call}"
        if self.by_code in BEGINNINGS:
            return reverse(BEGINNINGS[self.by_code])
        if self.by_code:
            return f"{reverse('citizen:ask')}?{urlencode({'then': self.by_code})}"
        if self.service is not None:
            return services(self.service)
        address = reverse("citizen:opening", args=[self.kind, self.step])
        along = {"need": self.id if self.given else "", "said": self.said}
        told = {name: words for name, words in along.items() if words}
        return f"{address}?{urlencode(told)}" if told else address


class Needs(Frozen, frozen=True, kw_only=True):
    """`needs.yaml`: the needs in their order, names of groups and fields, words of one meaning."""

    needs: tuple[Need, ...] = ()
    groups: dict[str, str] = {}
    same: tuple[tuple[str, ...], ...] = ()
    fields: dict[str, str] = {}  # what a citizen calls a field; "": left out where it may be
    hints: dict[str, str] = {}  # what a citizen is told beside a field
    ways: dict[str, tuple[str, ...]] = {}  # words of a matter's sentence, and the needs they name

    def get(self, id: str) -> Need | None:
        """The need of this id."""
        return next((one for one in self.needs if id and one.id == id), None)

    def of(self, kind: str, step: str) -> Need | None:
        """The first need that an opening step answers: the one that says it most generally."""
        found = [one for one in self.needs if (one.kind, one.step) == (kind, step)]
        return min(found, key=lambda one: bool(one.given), default=None)

    def named_in(self, sentence: str) -> tuple[Need, ...]:
        """The needs that a sentence told of a matter speaks of, each once."""
        ids = dict.fromkeys(
            id for words, ids in self.ways.items() if words in sentence for id in ids
        )
        return tuple(one for id in ids if (one := self.get(id)) is not None)


def services(sought: str) -> str:
    """The catalogue of services, with what is sought in it."""
    address = reverse("apply:services")
    return f"{address}?{urlencode({'q': sought})}" if sought else address


class Group(Frozen, frozen=True, kw_only=True):
    """Needs under one heading."""

    name: str
    needs: tuple[Need, ...]


class UnusableNeeds(ValueError):
    """`city/needs.yaml` cannot be used; the message says what was expected."""


def in_order(openings: tuple[KindOf, ...], listed: tuple[Need, ...]) -> list[Need]:
    """The needs that can be met today: the listed ones first, then steps nobody found words for."""
    open_now = {
        (kind.kind, act.id): Need(kind=kind.kind, step=act.id, need=act.name, says=kind.name)
        for kind in openings
        for act in kind.acts
    }
    told = [one for one in listed if one.call or one.by_code or (one.kind, one.step) in open_now]
    said = {(one.kind, one.step) for one in told}
    return [*told, *(one for key, one in open_now.items() if key not in said)]


def grouped(needs: Iterable[Need], names: dict[str, str], rest: str) -> tuple[Group, ...]:
    """The needs under their headings, in the order of the headings; those without one last."""
    by_group: dict[str, list[Need]] = {group: [] for group in (*names, "")}
    for one in needs:
        by_group[one.group if one.group in names else ""].append(one)
    return tuple(
        Group(name=names.get(group, rest), needs=tuple(found))
        for group, found in by_group.items()
        if found
    )


def search(typed: str, possible: Iterable[Need], folder: Path | None = None) -> list[Need]:
    """Those of the possible needs that these words mean, the likeliest first."""
    known = {one.id: one for one in possible if one.id}
    return [known[id] for id in index(folder or city_folder()).find(typed) if id in known]


@lru_cache(maxsize=4)
def index(folder: Path) -> Index:
    """The search over the needs of a city folder."""
    told = load_needs(folder)
    sought = (Sought(one.id, (one.need, *one.words), one.says) for one in told.needs if one.id)
    return Index(sought, told.same)


def needs() -> Needs:
    """The needs of the city in use; none if it has no such file."""
    return load_needs(city_folder())


@lru_cache(maxsize=4)
def load_needs(folder: Path) -> Needs:
    """`needs.yaml` of a city folder. Raises UnusableNeeds."""
    path = folder / "needs.yaml"
    if not path.is_file():
        return Needs()
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found = msgspec.convert(told, Needs)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise UnusableNeeds(
            f"needs.yaml: expected `needs:` with a list of {{id, need, kind, step, …}}: {error}"
        ) from None
    wrong = [*_wrong(found)]
    if wrong:
        raise UnusableNeeds("needs.yaml: " + "; ".join(wrong))
    return found


def _wrong(found: Needs) -> Iterable[str]:
    if len(found.needs) > NEEDS_MAX:
        yield f"at most {NEEDS_MAX} needs are read"
    ids = [one.id for one in found.needs if one.id]
    yield from (f"{id} stands twice" for id in sorted({one for one in ids if ids.count(one) > 1}))
    for words, named in found.ways.items():
        unknown = [id for id in named if id not in ids]
        yield from (f"ways: “{words}” leads to {id}, which is no need" for id in unknown)
    for one in found.needs:
        ways = [bool(one.kind and one.step) and not one.by_code, bool(one.call), bool(one.by_code)]
        if sum(ways) != 1:
            yield f"“{one.need}” must have either kind and step, or call, or by_code"
        if one.group and one.group not in found.groups:
            yield f"“{one.need}”: there is no group {one.group}"
