"""Finds repeated and similar messages: exact copies, near copies, and the same matter at one place.

Compared is what messages say, never who writes: nobody gets a number for writing often. Two of one
sender and two of different senders are told apart only because the answer differs: one reply to a
repeated message, one matter for many neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sklearn.feature_extraction.text import TfidfVectorizer

from haihe.letters.message import Message, plain
from haihe.letters.nearest import (
    COMMON_LEAST,
    COMMON_SHARE,
    SIMILAR,
    Sort,
    pieces,
    places_in,
    shared,
    solid,
    sort_of,
)

PAIRS_MAX: Final = 20_000  # of one search
NEIGHBOURS_MAX: Final = 20  # later messages told for one
AT_ONCE: Final = 500  # rows compared in one piece


class Pair(NamedTuple):
    """Two messages, the earlier first, and what both say."""

    one: Message
    other: Message
    sort: Sort
    likeness: float
    same_user: bool
    shared: tuple[str, ...]


class Found(NamedTuple):
    """The pairs, the likest first; `cut` where there were more than PAIRS_MAX."""

    pairs: tuple[Pair, ...]
    cut: bool


def alike(messages: Sequence[Message], places: Iterable[str] = ()) -> Found:
    """All pairs of repeated and similar messages.

    `places` are names of places besides the anonymised ones; two messages that name places and
    share none are no neighbours, however alike their words.
    """
    if len(messages) < 2:
        return Found((), cut=False)
    ordered = sorted(messages, key=lambda one: (one.on, one.id))
    words = [one.words for one in ordered]
    # Weighed is what only some say; a copy is a copy whatever it says.
    weigh = TfidfVectorizer(analyzer=pieces, sublinear_tf=True, max_df=_common(len(ordered)))
    try:
        weighed = weigh.fit_transform(words)
    except ValueError:  # every piece stands in every message
        weighed = TfidfVectorizer(analyzer=pieces, sublinear_tf=True).fit_transform(words)
    names = tuple(plain(name) for name in places)
    where = [places_in(text, names) for text in words]
    same = [solid(plain(one.text)) for one in ordered]
    found: list[Pair] = []
    for at, other, likeness in _likely(weighed, same):
        one, two = ordered[at], ordered[other]
        sort = sort_of(likeness, abs(two.on - one.on), where[at], where[other])
        if same[at] == same[other] and same[at]:
            sort, likeness = "copy", 1.0
        if sort is not None:
            both = () if sort == "copy" else shared(words[at], words[other])
            by_same = bool(one.user) and one.user == two.user
            found.append(Pair(one, two, sort, round(likeness, 3), by_same, both))
        if len(found) > PAIRS_MAX:
            break
    found.sort(key=lambda pair: (-pair.likeness, pair.one.on, pair.one.id, pair.other.id))
    return Found(tuple(found[:PAIRS_MAX]), cut=len(found) > PAIRS_MAX)


def bundles(pairs: Iterable[Pair]) -> list[list[Message]]:
    """Messages that copies and near copies chain together, the largest bundle first."""
    head: dict[str, str] = {}
    known: dict[str, Message] = {}

    def root(id: str) -> str:
        while head.get(id, id) != id:
            id = head[id]
        return id

    for pair in pairs:
        if pair.sort == "similar":
            continue
        known |= {pair.one.id: pair.one, pair.other.id: pair.other}
        head[root(pair.other.id)] = root(pair.one.id)
    gathered: dict[str, list[Message]] = defaultdict(list)
    for id, message in known.items():
        gathered[root(id)].append(message)
    return sorted(gathered.values(), key=lambda one: (-len(one), one[0].id))


def _likely(weighed: Any, same: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Places of two messages, the later second, and their cosine; of copies too."""
    first: dict[str, list[int]] = defaultdict(list)
    for start in range(0, weighed.shape[0], AT_ONCE):
        piece = (weighed[start : start + AT_ONCE] @ weighed.T).tocsr()
        for row in range(piece.shape[0]):
            at = start + row
            columns = piece.indices[piece.indptr[row] : piece.indptr[row + 1]]
            values = piece.data[piece.indptr[row] : piece.indptr[row + 1]]
            likely = (columns < at) & (values >= SIMILAR)
            likest = sorted(
                zip(values[likely].tolist(), columns[likely].tolist(), strict=True), reverse=True
            )[:NEIGHBOURS_MAX]
            told = {other for _, other in likest}
            for value, other in likest:
                yield other, at, value
            for other in first[same[at]][-NEIGHBOURS_MAX:]:
                if same[at] and other not in told:
                    yield other, at, 1.0
            first[same[at]].append(at)


def _common(count: int) -> int | float:
    return max(COMMON_SHARE, min(1.0, COMMON_LEAST / count))
