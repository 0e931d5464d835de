"""Intake in one form: what somebody says, where, and who; suggestions for the rest.

The kinds that fit what was said come first, with their forms filled in already; beside them stand
open matters that say much the same of the same place, and what the same person came with before.
All that is found passes the rights of every list, and the search for a person leaves its trace.
Nothing is decided here: the officer chooses, and sends the form of the kind.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from haihe.kernel.everyday import Index, Said
from haihe.kernel.values import Frozen
from haihe.look.staff import staff_page
from haihe.pack.place import city_folder
from haihe.records import lists, read, where, words
from haihe.records.shown import Act, FormField, KindOf, Listing, Reader

SAID_MAX: Final = 2_000  # characters of what somebody says
PLACE_MAX: Final = 100
PERSON_MAX: Final = 40
SUGGESTED_MAX: Final = 4
FOUND_MAX: Final = 8
# What the label of a field says when a phone, or an identity number, belongs into it.
_PHONE_LABELS: Final = ("电话", "手机", "联系方式")  # Chinese: of fields
_IDENTITY_LABELS: Final = ("身份证", "证件号码", "身份号码")  # Chinese: of fields


class Told(NamedTuple):
    """What was typed: the words, the place, and the phone or identity number of who came."""

    said: str = ""
    place: str = ""
    person: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that could suggest anything."""
        return not (self.said or self.place or self.person)


class Opening(Frozen, frozen=True, kw_only=True):
    """An opening step that may be taken, as a tile."""

    kind: KindOf
    act: Act
    href: str


class _Need(msgspec.Struct, frozen=True):
    kind: str = ""
    taken: tuple[str, ...] = ()
    need: str = ""
    words: tuple[str, ...] = ()


class _Needs(msgspec.Struct, frozen=True):
    needs: tuple[_Need, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every kind this reader may open; after something was typed, what it suggests."""
    told = Told(
        said=request.POST.get("said", "").strip()[:SAID_MAX],
        place=request.POST.get("place", "").strip()[:PLACE_MAX],
        person=request.POST.get("person", "").strip()[:PERSON_MAX],
    )
    meant = None if told.place else where.told_place(told.said, reader.organ)
    if meant is not None:
        told = told._replace(place=meant.words)
    openings = [
        Opening(kind=kind, act=act, href=reverse("officer:opening", args=[kind.kind, act.id]))
        for kind in read.openings(reader)
        for act in kind.acts
    ]
    values = {
        "reader": reader,
        "here": "new",
        "openings": openings,
        "told": told,
        "meant": meant is not None,
        "suggested": () if told.is_empty else suggested(openings, told),
        "similar": _similar(reader, told),
        "earlier": _earlier(reader, told),
        "asked_person": bool(words.number_in(told.person)),
        "said_max": SAID_MAX,
    }
    return render(request, "officer/new.html", values)


def suggested(openings: list[Opening], told: Told) -> tuple[Opening, ...]:
    """The openings whose kinds fit what was said, the likeliest first."""
    by_kind: dict[str, list[Opening]] = {}
    for one in openings:
        by_kind.setdefault(one.kind.kind, []).append(one)
    index = _index(tuple((one.kind.kind, one.kind.name, one.act.name) for one in openings))
    ranked = [one for kind in index.ranked(told.said) for one in by_kind[kind]]
    return tuple(ranked[:SUGGESTED_MAX])


def filled(kind: str, act: Act, told: Told, organ: str) -> Act:
    """The act with its form filled in from what was typed, as far as a field is meant for it.

    Which body takes it in follows from the place, where the city's rules say so.
    """
    left, sort = told.said, words.number_in(told.person)
    area = where.told_place(f"{told.place} {told.said}", organ)
    receives = where.given(kind, act.id, area.code) if area is not None else {}

    def given(field: FormField) -> FormField:
        nonlocal left, sort
        value = ""
        if field.type == "place" or (field.type == "text" and field.name == "place"):
            value = told.place
        elif field.choices and receives.get(field.name) in dict(field.choices):
            value = receives[field.name]
        elif left and field.type == "long_text" and not field.choices:
            value, left = left, ""
        elif sort:
            labels = _IDENTITY_LABELS if sort == "identity" else _PHONE_LABELS
            if any(label in field.label for label in labels):
                value, sort = told.person, ""  # the other side's number is another
        return msgspec.structs.replace(field, value=value) if value else field

    return msgspec.structs.replace(act, form=tuple(given(field) for field in act.form))


def told_by(request: HttpRequest) -> Told:
    """What the page of intake passes on to the form of a kind."""
    post = request.POST
    return Told(
        post.get("said", "")[:SAID_MAX],
        post.get("place", "")[:PLACE_MAX],
        post.get("person", "")[:PERSON_MAX],
    )


def _similar(reader: Reader, told: Told) -> Listing:
    if not (told.said and told.place):
        return Listing(items=())
    return words.similar(reader, f"{told.place} {told.said}", FOUND_MAX)


def _earlier(reader: Reader, told: Told) -> Listing:
    """What the same person came with before: found by a whole number only, and traced."""
    if not words.number_in(told.person):
        return Listing(items=())
    return lists.search(reader, told.person, FOUND_MAX)


@lru_cache(maxsize=64)
def _index(openings: tuple[tuple[str, str, str], ...]) -> Index:
    needs = _needs()
    spoken: dict[str, list[str]] = {}
    for need in needs.needs:
        for kind in (need.kind, *need.taken):
            spoken.setdefault(kind, []).extend((need.need, *need.words))
    names: dict[str, list[str]] = {}
    for kind, name, act in openings:
        names.setdefault(kind, [name]).append(act)
    alike = {word: group[0] for group in needs.same for word in group[1:]}
    said = [
        Said(id=kind, names=tuple(known), words=tuple(spoken.get(kind, ())))
        for kind, known in names.items()
    ]
    return Index(said, alike)


@lru_cache(maxsize=4)
def _needs() -> _Needs:
    """What people come for, in their own words, by the kinds that answer it."""
    file = city_folder() / "needs.yaml"
    if not file.is_file():
        return _Needs()
    return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")) or {}, _Needs)
