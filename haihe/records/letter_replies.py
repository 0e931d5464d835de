"""What a reply to a letter lacks, before it is sent; and the answer as its writer reads it.

Looked at are the words: whether anything is said, whether it touches the letter, how much of it
stands in a template of the city or in an earlier reply of the same unit. A person decides.
Basis: chief-letter-settings#5, 信访工作条例 32.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec
import yaml

from haihe.kernel.values import Frozen
from haihe.letters.answer import COPIED_FROM, answers, copied_share, lacking
from haihe.pack.place import MissingFolder, city_folder
from haihe.records import keys, personal, rules
from haihe.records.chain import HASHES
from haihe.records.database import Connection, reading_connection
from haihe.records.home import hash_name
from haihe.records.instants import restored
from haihe.records.journal import folded, history, procedure_of
from haihe.records.letter_fit import KIND
from haihe.records.letter_joins import ANSWER, REPLY
from haihe.records.printing import Printer

DRAFT: Final = "draft"
EARLIER_MAX: Final = 300  # replies of the unit that one is compared with
TEMPLATES_MAX: Final = 500
TEMPLATES: Final = "letter_templates.yaml"


class Checked(Frozen, frozen=True, kw_only=True):
    """What the words of a reply show; every sign is for a person to look at."""

    lacks: str  # empty, passed_on, no_promise, off_topic; "" where nothing is lacking
    share: float  # of it that stands in `source`, 0 to 1
    template: str = ""  # the template it is like, by name
    matter: str = ""  # the letter whose reply it is like

    @property
    def copied(self) -> bool:
        """Whether nine tenths of it and more stand elsewhere."""
        return self.share >= COPIED_FROM

    @property
    def fine(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.lacks or self.copied)


class Answer(Frozen, frozen=True, kw_only=True):
    """What was answered, as its writer reads it with the code."""

    text: str
    result: str
    basis: str
    when: str
    joined: bool  # it is the answer to an earlier letter about the same matter


class _Template(Frozen, frozen=True):
    name: str
    text: str


def checked(matter: str, organ: str, reply: str) -> Checked:
    """What a reply of a unit to this letter shows; letters joined with it may have the same."""
    connection = reading_connection()
    asked = _asked(connection, matter)
    lacks: str = lacking(reply)
    if not lacks and asked and not answers(asked, reply):
        lacks = "off_topic"
    best = Checked(lacks=lacks, share=0.0)
    for one in templates():
        best = _more(best, copied_share(reply, one.text), template=one.name)
    for other, text in _earlier(connection, organ):
        if other != matter:
            best = _more(best, copied_share(reply, text), matter=other)
    return best


def checked_draft(matter: str) -> Checked | None:
    """The same of the reply that was last drafted; None where there is none."""
    rows = reading_connection().rows(
        "SELECT organ, data FROM event WHERE matter_id = ? AND act = ? ORDER BY seq DESC LIMIT 1",
        (matter, DRAFT),
    )
    if not rows:
        return None
    return checked(matter, rows[0][0], str(msgspec.json.decode(rows[0][1]).get("reply_text", "")))


def answer(matter: str) -> Answer | None:
    """What the writer was answered; None before the answer is sent."""
    connection, in_use = reading_connection(), rules.current()
    rows = connection.rows(
        "SELECT m.version, e.act, e.happened_at FROM matter m JOIN event e "
        "ON e.matter_id = m.matter_id WHERE m.matter_id = ? AND m.kind = ? AND e.act IN (?, ?) "
        "ORDER BY e.seq DESC LIMIT 1",
        (matter, KIND, REPLY, ANSWER),
    )
    if not rows:
        return None
    version, act, happened_at = rows[0]
    procedure = procedure_of(in_use, KIND, version)
    state = folded(procedure, history(connection, matter, in_use.zone))
    when = restored(happened_at, in_use.zone)
    choices = procedure.fields["result"].choices
    result = str(state.fields.get("result", ""))
    return Answer(
        text=str(state.fields.get("reply_text", "")),
        result=choices.get(result, result),
        basis=str(state.fields.get("reply_basis", "")),
        when=Printer(rules=in_use, now=when).instant(when),
        joined=act == ANSWER,
    )


def templates() -> tuple[_Template, ...]:
    """The texts that offices of this city keep for replies. Raises ValueError if unusable."""
    try:
        return _templates(str(city_folder() / TEMPLATES))
    except MissingFolder:
        return ()


@lru_cache(maxsize=4)
def _templates(path: str) -> tuple[_Template, ...]:
    try:
        with open(path, encoding="utf-8") as file:
            read = yaml.load(file, Loader=yaml.CSafeLoader)
        found = msgspec.convert(read, dict[str, list[_Template]])["templates"]
    except FileNotFoundError:
        return ()
    except (yaml.YAMLError, msgspec.ValidationError, KeyError) as error:
        raise ValueError(
            f"{path}: expected `templates:`, each with name and text: {error}"
        ) from None
    if len(found) > TEMPLATES_MAX:
        raise ValueError(f"{path}: at most {TEMPLATES_MAX} templates")
    return tuple(found)


def _more(best: Checked, share: float, *, template: str = "", matter: str = "") -> Checked:
    if share <= best.share:
        return best
    return Checked(lacks=best.lacks, share=round(share, 2), template=template, matter=matter)


def _asked(connection: Connection, matter: str) -> str:
    """Subject and text of a letter, and what was added, in one."""
    values = personal.values_by_event(connection, matter, keys.store(), HASHES[hash_name()])
    wanted = ("subject", "letter_text", "supplement_text")
    return " ".join(
        str(given[name]) for given in values.values() for name in wanted if name in given
    )


def _earlier(connection: Connection, organ: str) -> list[tuple[str, str]]:
    """The newest drafts of a unit: which letter, and the words."""
    rows = connection.rows(
        "SELECT m.matter_id, e.data FROM matter m JOIN event e ON e.matter_id = m.matter_id "
        "AND e.act = ? AND e.organ = ? WHERE m.owner_organ = ? AND m.kind = ? "
        "ORDER BY m.matter_id DESC, e.seq DESC LIMIT ?",
        (DRAFT, organ, organ, KIND, EARLIER_MAX),
    )
    return [(row[0], str(msgspec.json.decode(row[1]).get("reply_text", ""))) for row in rows]
