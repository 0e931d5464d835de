"""How like two messages are, without any library: the same text, a near copy, or one matter.

The thresholds and the counting of haihe/letters/alike.py, for one message among a few hundred; a
test compares the two. Compared is what messages say, never who writes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from haihe.letters.message import Message, plain

LETTERS: Final = (2, 3)
COMMON_SHARE: Final = 0.02  # a piece in more of the messages than this tells none from another
COMMON_LEAST: Final = 20  # … but of few messages a piece may be in so many
NEAR: Final = 0.6  # cosine from which one is a near copy of another
SIMILAR: Final = 0.25  # cosine from which two of one place are about one matter
SIMILAR_DAYS: Final = timedelta(days=365)
REASONS: Final = 4
REASON_LETTERS_MAX: Final = 24
_PLACE: Final = re.compile(r"[a-z]\d*(?:市|区|县)")  # as places are anonymised: A市, A3区, J4县
_BLANK: Final = re.compile(r"[\W_]+")

Sort = Literal["copy", "near", "similar"]


class Near(NamedTuple):
    """Another message, how like it is (a cosine), and what both say; nothing of a copy."""

    other: Message
    sort: Sort
    likeness: float
    shared: tuple[str, ...]


def nearest(one: Message, others: Sequence[Message], places: Sequence[str] = ()) -> list[Near]:
    """The messages that repeat this one or are about the same matter, the likest first.

    `places` as in haihe.letters.alike: who names places and shares none is no neighbour.
    """
    texts = [one.words, *(other.words for other in others)]
    counted = [Counter(pieces(text)) for text in texts]
    spread = Counter(piece for each in counted for piece in each)
    most = max(COMMON_SHARE * len(texts), min(len(texts), COMMON_LEAST))
    rarity = {
        piece: math.log((1 + len(texts)) / (1 + count)) + 1
        for piece, count in spread.items()
        if count <= most
    }
    weighed = [_weighed(each, rarity) for each in counted]
    names = tuple(plain(name) for name in places)
    where = [places_in(text, names) for text in texts]
    same = solid(plain(one.text))
    found = []
    for other, text, row, there in zip(others, texts[1:], weighed[1:], where[1:], strict=True):
        likeness = sum(value * row.get(piece, 0.0) for piece, value in weighed[0].items())
        sort = sort_of(likeness, abs(other.on - one.on), where[0], there)
        if same and same == solid(plain(other.text)):
            sort, likeness = "copy", 1.0
        if sort is not None:
            both = () if sort == "copy" else shared(texts[0], text)
            found.append(Near(other, sort, round(likeness, 3), both))
    return sorted(found, key=lambda near: (-near.likeness, near.other.on, near.other.id))


def sort_of(
    likeness: float, apart: timedelta, here: frozenset[str], there: frozenset[str]
) -> Sort | None:
    """What two messages are to each other, by their cosine, the time between and their places."""
    elsewhere = bool(here and there and not here & there)
    if likeness >= NEAR and not elsewhere:
        return "near"
    if elsewhere or not here & there or apart > SIMILAR_DAYS:
        return None
    return "similar" if likeness >= SIMILAR else None


def places_in(text: str, names: Sequence[str]) -> frozenset[str]:
    """The places a message names, the narrow ones if there are any: A3区, not A市."""
    found = set(_PLACE.findall(text)) | {name for name in names if name in text}
    narrow = {name for name in found if not re.fullmatch(r"[a-z]市", name)}
    return frozenset(narrow or found)


def solid(text: str) -> str:
    """A text without blanks and marks."""
    return _BLANK.sub("", text)


def pieces(text: str) -> list[str]:
    """The runs of two and three characters, marks and blanks taken out."""
    bare = solid(text)
    return [
        bare[at : at + length]
        for length in range(LETTERS[0], LETTERS[1] + 1)
        for at in range(len(bare) - length + 1)
    ]


def shared(one: str, other: str) -> tuple[str, ...]:
    """The longest words that both say, of four characters and more."""
    found: set[str] = set()
    at = 0
    while at < len(one) - 3:
        length = 4
        if one[at : at + length] not in other:
            at += 1
            continue
        while at + length < len(one) and one[at : at + length + 1] in other:
            length += 1
        found.add(one[at : at + length].strip())
        at += length
    longest = sorted(found, key=lambda run: (-len(run), run))[:REASONS]
    return tuple(run[:REASON_LETTERS_MAX] for run in longest)


def _weighed(counted: Counter[str], rarity: dict[str, float]) -> dict[str, float]:
    found = {
        piece: (1 + math.log(count)) * rarity[piece]
        for piece, count in counted.items()
        if piece in rarity
    }
    size = math.sqrt(sum(value * value for value in found.values()))
    return {piece: value / size for piece, value in found.items()} if size else {}
