"""Numbers as pages print them: each with its words, its tone and the address of its list."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from haihe.center.asked import address
from haihe.center.words import LEVELS, NUMBERS, SECTIONS
from haihe.records.board import Board, KindNumber, Number
from haihe.records.board_findings import ModelNumber
from haihe.records.shown import Tone


@dataclass(frozen=True)
class Face:
    """A number that is a link to its list; `share` is the fraction it is the part of.

    `total` is None while its history is still being made.
    """

    which: str
    name: str
    says: str
    tone: Tone
    total: int | None
    href: str
    share: str = ""


@dataclass(frozen=True)
class Group:
    """The numbers that stand together under one heading."""

    id: str
    name: str
    says: str
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class KindFace:
    """Of one kind: taken in today, looked at, not looked at yet."""

    name: str
    new: Face
    seen: Face
    unseen: Face


@dataclass(frozen=True)
class ModelFace:
    """Findings of a model; `precision` is the fraction the back-test measured, "" if none."""

    id: str
    name: str
    href: str
    level: str
    trial: bool
    tone: Tone
    open: Face
    today: Face
    precision: str


def groups(made: Board, as_of: str) -> tuple[Group, ...]:
    """All numbers of the board, under their headings."""
    return tuple(
        Group(
            id=section,
            name=str(name),
            says=str(says),
            faces=tuple(face(one, as_of) for one in made.numbers if one.section == section),
        )
        for section, (name, says) in SECTIONS.items()
    )


def face(one: Number, as_of: str, **query: str) -> Face:
    """One number."""
    name, says = NUMBERS[one.which]
    return Face(
        which=one.which,
        name=str(name),
        says=str(says),
        tone=one.tone if one.total else "plain",
        total=one.total,
        href=address("matters", one.which, as_of=as_of, **query),
        share="" if one.of is None or one.total is None else share(one.total, one.of),
    )


def share(part: int, whole: int) -> str:
    """12/15（80%）: a rate never goes without its fraction; nothing of nothing has none."""
    fraction = f"{part}/{whole}"
    if not whole:
        return fraction
    return _("%(fraction)s（%(rate)s）") % {"fraction": fraction, "rate": f"{part / whole:.0%}"}


def kinds(found: tuple[KindNumber, ...], as_of: str) -> tuple[KindFace, ...]:
    """The day's matters by kind."""
    made = []
    for one in found:
        parts = {"new_today": one.new, "seen_today": one.seen, "unseen_today": one.unseen}
        new, seen, unseen = (
            Face(
                which=which,
                name="",
                says="",
                tone="warn" if which == "unseen_today" and total else "plain",
                total=total,
                href=address("matters", which, kind=one.kind, as_of=as_of),
                share=share(total, one.new) if which == "seen_today" else "",
            )
            for which, total in parts.items()
        )
        made.append(KindFace(name=one.name, new=new, seen=seen, unseen=unseen))
    return tuple(made)


def models(found: tuple[ModelNumber, ...], as_of: str) -> tuple[ModelFace, ...]:
    """Findings by model, each with what the back-test measured of it."""
    return tuple(
        ModelFace(
            id=one.model,
            name=one.name,
            href=address("model", one.model),
            level=str(LEVELS[one.level]),
            trial=one.trial,
            tone="bad" if one.level == "grave" else "plain",
            open=_of_model(one, "open", one.open, as_of),
            today=_of_model(one, "today", one.today, as_of),
            precision=share(one.hit, one.judged) if one.judged else "",
        )
        for one in found
    )


def _of_model(one: ModelNumber, when: str, total: int, as_of: str) -> Face:
    told = {"model": one.model, "when": "" if when == "open" else when, "as_of": as_of}
    href = address("findings", **told)
    return Face(which=when, name=one.name, says="", tone="plain", total=total, href=href)
