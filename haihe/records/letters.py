"""What is suggested to who reads a letter: sort, category, units named, repeats, who handles it.

Everything is a suggestion with its reason; a person decides, and what had been suggested is
recorded with the decision (chief-letter-settings#8). Compared are only letters the reader may know
of, and shown of another letter are its gist, which holds nothing personal, and words both wrote.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, NamedTuple

from haihe.kernel.facts import organs_apart
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Datum, Frozen
from haihe.letters.classes import Hint, hints
from haihe.letters.learned import Suggestion
from haihe.letters.message import Message
from haihe.letters.nearest import nearest
from haihe.records import keys, learned_letters, letter_joins, lists, personal, reading, rules
from haihe.records.chain import HASHES
from haihe.records.database import Connection, reading_connection
from haihe.records.home import hash_name
from haihe.records.journal import folded, history, procedure_of
from haihe.records.letter_bodies import Taker, Unit, handlers_of, named_in
from haihe.records.letter_fit import KIND, unfit
from haihe.records.shown import Reader

NEAR_SHOWN_MAX: Final = 5
COMPARED_MAX: Final = 150  # of the newest letters the reader may know of


class NearLetter(Frozen, frozen=True, kw_only=True):
    """A letter that repeats this one or is about the same, and what was decided for it."""

    matter: str
    number: str
    state_name: str
    sort: str  # copy, near, similar
    percent: int
    shared: tuple[str, ...]
    gist: str
    decided: tuple[str, ...]  # sort, category, who handles it, in words
    handler: str  # the id of who handles it, "" before that is decided
    may_join: bool


class Desk(Frozen, frozen=True, kw_only=True):
    """Everything that is suggested for one letter."""

    subject: str
    text: str
    where: str  # words of its place
    categories: tuple[Suggestion, ...]
    unsure: bool
    learned: str  # by which digest and of which day; "" where nothing was learned
    hints: tuple[tuple[str, tuple[str, ...]], ...]  # sort of letter in words, what spoke for it
    hint_ids: tuple[str, ...]
    units: tuple[Unit, ...]
    handlers: tuple[Taker, ...]
    near: tuple[NearLetter, ...]
    joined: tuple[str, ...]  # ids of letters that wait for the answer of this one


class _Letter(NamedTuple):
    procedure: Procedure
    state: State
    subject: str
    text: str
    where: str  # words of the place: as registered, else as the writer gave them

    @property
    def apart(self) -> frozenset[str]:
        return organs_apart(self.procedure.apart, self.state.fields)


class _Other(NamedTuple):
    number: str
    letter: _Letter


def desk(matter: str, reader: Reader, now: datetime | None = None) -> Desk | None:
    """What is suggested for a letter that this reader has just opened to handle it.

    None for other matters, and where another body has the letter: its words are not for the reader.
    """
    return desks((matter,), reader, now).get(matter)


def desks(matters: Collection[str], reader: Reader, now: datetime | None = None) -> dict[str, Desk]:
    """The same of several letters; others and those that another body has are left out.

    Whoever asks has opened the files, so the readings of the letters are recorded; the comparison
    with others leaves a trace of its own.
    """
    now = now or datetime.now(UTC)
    connection = reading_connection()
    mine = {matter: _letter(connection, matter) for matter in matters}
    letters = {
        matter: letter
        for matter, letter in mine.items()
        if letter is not None and letter.state.owner.organ == reader.organ
    }
    others = _others(connection, reader, now) if letters else {}
    return {
        matter: _desk(connection, matter, letter, others, now) for matter, letter in letters.items()
    }


def _desk(
    connection: Connection, matter: str, letter: _Letter, others: dict[str, _Other], now: datetime
) -> Desk:
    learned = learned_letters.in_use()
    said = learned.suggest(letter.subject, letter.text) if learned is not None else None
    told = hints(letter.subject, letter.text)
    near = _near(connection, matter, letter, others)
    day = now.astimezone(rules.current().zone).date()
    return Desk(
        subject=letter.subject,
        text=letter.text,
        where=letter.where,
        categories=said.best if said is not None else (),
        unsure=said is not None and said.unsure,
        learned="" if learned is None else f"{learned.learned_on} {learned.digest[:12]}",
        hints=tuple((_sort(letter.procedure, one), one.words) for one in told),
        hint_ids=tuple(one.sort for one in told),
        units=named_in(f"{letter.subject} {letter.text}", day),
        handlers=handlers_of(
            letter.state,
            letter.where,
            f"{letter.subject}，{letter.text}",
            letter.apart,
            _handed(near),
            day,
        ),
        near=near,
        joined=letter_joins.joined_to(matter, connection),
    )


def is_letter(matter: str) -> bool:
    """Whether there is a letter with this id; no word of it is read."""
    return bool(
        reading_connection().rows(
            "SELECT 1 FROM matter WHERE matter_id = ? AND kind = ?", (matter, KIND)
        )
    )


def told_of(desk: Desk) -> list[str]:
    """What was suggested, as it is recorded with the decision: no word of the letter."""
    lines = [f"事项类别 {one.category} {one.probability:.2f}" for one in desk.categories]
    lines += [f"来信类别 {name}" for name, _ in desk.hints]
    lines += [f"提到的单位 {one.organ}" for one in desk.units]
    lines += [f"承办单位 {one.organ}" for one in desk.handlers]
    lines += [f"相似来信 {one.number} {one.percent}%" for one in desk.near]
    if desk.learned:
        lines.append(f"学习结果 {desk.learned}")
    return lines


def _letter(connection: Connection, matter: str) -> _Letter | None:
    in_use = rules.current()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows or rows[0][0] != KIND:
        return None
    procedure = procedure_of(in_use, *rows[0])
    state = folded(procedure, history(connection, matter, in_use.zone))
    values = personal.values_by_event(connection, matter, keys.store(), HASHES[hash_name()])
    opening = values.get(1, {})
    added = [
        str(given["supplement_text"]) for given in values.values() if "supplement_text" in given
    ]
    text = " ".join([str(opening.get("letter_text", "")), *added])
    where = str(state.fields.get("place") or opening.get("letter_place", ""))
    return _Letter(procedure, state, str(opening.get("subject", "")), text, where)


def _sort(procedure: Procedure, hint: Hint) -> str:
    return procedure.fields["letter_class"].choices.get(hint.sort, hint.sort)


# ── repeats ──────────────────────────────────────────────────────────────────────────────────────


def _others(connection: Connection, reader: Reader, now: datetime) -> dict[str, _Other]:
    """The newest letters the reader may know of, with their numbers."""
    chosen = lists.Condition("m.kind = ?", (KIND,))
    found = lists.with_own(reader, chosen, COMPARED_MAX, now)
    others: dict[str, _Other] = {}
    for item in found.items:
        other = _letter(connection, item.matter)
        if other is not None:
            others[item.matter] = _Other(item.number, other)
    told: dict[str, Datum] = {"by": "words", "found": len(others)}
    reading.trace("search", reader, "handle", now, told=told, connection=connection)
    return others


def _near(
    connection: Connection, matter: str, letter: _Letter, known: dict[str, _Other]
) -> tuple[NearLetter, ...]:
    others = {id_: one.letter for id_, one in known.items() if id_ != matter}
    messages = [_message(id_, other) for id_, other in others.items()]
    names = tuple({_road(one) for one in (letter, *others.values())} - {""})
    return tuple(
        NearLetter(
            matter=one.other.id,
            number=known[one.other.id].number,
            state_name=_state_name(others[one.other.id]),
            sort=one.sort,
            percent=round(one.likeness * 100),
            shared=one.shared,
            gist=str(others[one.other.id].state.fields.get("gist", "")),
            decided=_decided(others[one.other.id]),
            handler=str(others[one.other.id].state.fields.get("handling_organ", "")),
            may_join=_may_join(connection, letter, one.other.id),
        )
        for one in nearest(_message(matter, letter), messages, names)[:NEAR_SHOWN_MAX]
    )


def _message(matter: str, letter: _Letter) -> Message:
    on = letter.state.opened_at.astimezone(rules.current().zone).date()
    return Message(matter, "", letter.subject, f"{letter.text} {letter.where}".strip(), on)


def _road(letter: _Letter) -> str:
    """The words of the place a writer gave, without its district and street."""
    words = letter.where
    found = rules.current().places.address(words, letter.state.opened_at.date()) if words else ()
    return (found[0].rest if len(found) == 1 else words).strip()


def _state_name(letter: _Letter) -> str:
    return letter.procedure.states[letter.state.state].name


def _decided(letter: _Letter) -> tuple[str, ...]:
    fields, in_use = letter.state.fields, rules.current()
    sorts = letter.procedure.fields["letter_class"].choices
    told = (
        sorts.get(str(fields.get("letter_class", "")), ""),
        str(fields.get("letter_category", "")),
        in_use.organ_name(str(fields["handling_organ"])) if "handling_organ" in fields else "",
    )
    return tuple(one for one in told if one)


def _handed(near: tuple[NearLetter, ...]) -> list[tuple[str, str]]:
    return [(one.handler, one.number) for one in near if one.handler]


def _may_join(connection: Connection, letter: _Letter, into: str) -> bool:
    if letter.state.state not in ("received", "registered"):
        return False
    return unfit(connection, rules.current(), letter.state, into) is None
