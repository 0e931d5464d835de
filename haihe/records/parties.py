"""The parties of matters under keyed pseudonyms: the same name or phone is the same word.

Names and phones are sealed (docs/records.md). They are opened here in memory only, to be turned
into an HMAC under a secret of this installation; neither they nor anything that could be tried
without that secret is written to a view. What is erased loses its word with the next refresh.
"""

from __future__ import annotations

import hmac
import logging
import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Datum
from haihe.records import home, keys
from haihe.records.chain import HASHES
from haihe.records.database import Connection
from haihe.records.keys import WrongKey
from haihe.records.sealing import BrokenSeal, MatterKey

PARTY_DIGITS: Final = 16
PHONE_DIGITS: Final = 11  # of a number with a country or trunk code only the last count

# The personal fields that say who a party is, and in which standing.
NAMED: Final[dict[str, str]] = {
    "applicant": "applicant",
    "caller_name": "reporter",
    "complainant": "applicant",
    "defendant": "respondent",
    "holder": "holder",
    "offender": "suspect",
    "petitioner": "applicant",
    "plaintiff": "applicant",
    "proposer": "applicant",
    "reporter": "reporter",
    "resident": "applicant",
    "respondent": "respondent",
    "suspect": "suspect",
    "victim": "victim",
    "victims": "victim",
    "writer_name": "applicant",
}
PHONES: Final[dict[str, str]] = {
    "applicant_phone": "applicant",
    "complainant_phone": "applicant",
    "defendant_phone": "respondent",
    "petitioner_phone": "applicant",
    "phone": "reporter",
    "plaintiff_phone": "applicant",
    "proposer_phone": "applicant",
    "rater_phone": "applicant",
    "reporter_phone": "reporter",
    "resident_phone": "applicant",
    "respondent_phone": "respondent",
    "writer_phone": "applicant",
}

_RATERS_PHONE: Final = "rater_phone"  # whose rating a program acts on did not come with this matter

log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder(dict[str, str]).decode


def from_public(procedure: Procedure, opening: str = "") -> bool:
    """Whether somebody of the public brings such a matter, or brought the one opened by `opening`.

    So it is when the public opens it itself, or an officer asks for the phone of who came. Where
    only some steps of a kind are such, its matters are not called so without their step.
    """
    came = PHONES.keys() - {_RATERS_PHONE}
    return all(
        any(procedure.roles[role].stands == "public" for role in step.by)
        or not came.isdisjoint((*step.asks, *step.may_ask))
        for name, step in procedure.steps.items()
        if (name == opening if opening else not step.from_)
    )


class Party(NamedTuple):
    """A datum of a party: its word, in which standing, what it was made of, and which event."""

    party: str
    standing: str
    known_by: str
    seq: int


class Words:
    """Turns names and phones into words; it remembers them while it lives."""

    def __init__(self) -> None:
        self._secret = keys.store().key("pseudonyms").secret("party pseudonym")
        self._known: dict[str, str] = {}

    def word(self, known_by: str, text: str) -> str:
        """The word of a name or a phone, however it was spaced."""
        told = f"{known_by}:{_normal(known_by, text)}"
        if told not in self._known:
            mac = hmac.digest(self._secret, told.encode(), "sha256")
            self._known[told] = mac.hex()[:PARTY_DIGITS]
        return self._known[told]


def _normal(known_by: str, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if known_by == "phone":
        return re.sub(r"\D", "", plain)[-PHONE_DIGITS:]
    return "".join(plain.split()).casefold()


def parties_of(
    connection: Connection, matters: Sequence[str], words: Words
) -> dict[str, list[Party]]:
    """The parties of these matters (at most IN_MAX).

    A matter whose values do not open has none here; `haihe verify` says what is wrong with it.
    """
    rows = connection.rows_in(
        "SELECT p.matter_id, p.seq, p.field, p.sealed, e.sealed FROM personal p JOIN event e"
        " ON e.matter_id = p.matter_id AND e.seq = p.seq WHERE p.matter_id",
        matters,
        "ORDER BY p.matter_id, p.seq, p.field",
    )
    wanted = [row for row in rows if row[2] in NAMED or row[2] in PHONES]
    if not wanted:
        return {}
    store = keys.store()
    opened: dict[str, MatterKey] = {}
    for matter, key in connection.rows_in(
        "SELECT matter_id, wrapped FROM matter_key WHERE matter_id", matters
    ):
        try:
            opened[matter] = MatterKey.unwrapped(matter, bytes(key), store)
        except WrongKey:
            log.warning("the key of matter %s does not open; its parties are left out", matter)
    hash_of = HASHES[home.hash_name()]
    found: dict[str, list[Party]] = {}
    for matter, seq, field, sealed, digests in wanted:
        if matter not in opened:
            continue
        try:
            digest = _decode(digests).get(field, "")
            value = opened[matter].open(seq, field, bytes(sealed), digest, hash_of)
        except BrokenSeal as broken:
            log.warning("matter %s: %s; this party is left out", matter, broken)
            continue
        found.setdefault(matter, []).extend(_parties(field, value, seq, words))
    return found


def _parties(field: str, value: Datum, seq: int, words: Words) -> list[Party]:
    known_by, standing = ("name", NAMED[field]) if field in NAMED else ("phone", PHONES[field])
    texts = value if isinstance(value, list) else [value]
    return [
        Party(words.word(known_by, text), standing, known_by, seq)
        for text in texts
        if isinstance(text, str) and _normal(known_by, text)
    ]
