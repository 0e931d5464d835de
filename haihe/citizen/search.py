"""Finds a need by everyday words: no segmenter, no pinyin; pieces of one to three characters.

Chinese is written without blanks, so words are not looked up but overlapped: a need is found when
pieces of what somebody typed occur in its words, rare pieces counting more (BM25). A whole phrase
of the need that was typed counts most. Words of one meaning are made the same first. Nothing is
learned and nothing is kept of what was typed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

TYPED_CHARACTERS_MAX: Final = 100
FOUND_MAX: Final = 8
PIECES: Final = (1, 2, 3)
SHORT_SHARE: Final = 0.5  # one character (灯, 坑) tells less than two together
# BM25: how soon a repeated piece stops counting, and how much a long text is held against it.
SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.4
SAID_SHARE: Final = 0.35  # an explanation counts less than the words people use
PHRASE_WEIGHT: Final = 2.5  # of each character of a phrase that was typed as a whole
SURE: Final = 3.3  # less than this is no find: better the way to be heard than a wrong form
NEAR_BEST: Final = 0.22  # finds much weaker than the best one are left out

# What people say around the thing itself.
_AROUND: Final = re.compile(
    "我们家|我们|我想要|我想|我要|想要|请问|你好|您好|帮我|能不能|"  # Chinese: what is typed
    "可不可以|怎么办理|怎么办|怎么弄|怎么|该找谁|找谁|去哪里|去哪儿|在哪里|在哪|哪里|哪儿|什么|"
    "一直|总是|老是|天天|每天|已经|一个|有人|可以|应该|需要|了|的|吗|呢|吧|啊|呀|把|给我|就是|"
    "这个|那个|没人管|没有人管|好几天|好多天|好久|几天"
)


class Sought(NamedTuple):
    """Something that can be found: its words as people say them, and what explains it."""

    id: str
    words: tuple[str, ...]
    said: str = ""


class _Known(NamedTuple):
    sought: Sought
    phrases: tuple[str, ...]
    pieces: Counter[str]
    said: frozenset[str]
    length: int


class Index:
    """What can be found, prepared once; `same` are groups of words with one meaning."""

    def __init__(self, sought: Iterable[Sought], same: Sequence[Sequence[str]] = ()) -> None:
        pairs = [(plain(word), plain(group[0])) for group in same for word in group[1:]]
        # the longest first, so that 新生儿 is not taken for 生儿
        self._same = sorted(pairs, key=lambda pair: -len(pair[0]))
        self._known = [self._prepared(one) for one in sought]
        holding: Counter[str] = Counter()
        for known in self._known:
            holding.update({*known.pieces, *known.said})
        count = max(1, len(self._known))
        self._rarity = {
            piece: math.log(1 + (count - times + 0.5) / (times + 0.5))
            * (SHORT_SHARE if len(piece) == 1 else 1.0)
            for piece, times in holding.items()
        }
        lengths = [known.length for known in self._known]
        self._usual_length = sum(lengths) / count if lengths else 1.0

    def find(self, typed: str) -> tuple[str, ...]:
        """The ids of what these words mean, the likeliest first; none if nothing is sure."""
        said = self._alike(plain(typed[:TYPED_CHARACTERS_MAX]))
        asked = _pieces(said)
        scored = sorted(
            ((self._score(known, said, asked), -place) for place, known in enumerate(self._known)),
            reverse=True,
        )
        best = scored[0][0] if scored else 0.0
        if best < SURE:
            return ()
        return tuple(
            self._known[-place].sought.id
            for score, place in scored[:FOUND_MAX]
            if score >= max(SURE, best * NEAR_BEST)
        )

    def _prepared(self, one: Sought) -> _Known:
        phrases = tuple(dict.fromkeys(self._alike(plain(word)) for word in one.words))
        pieces = Counter(piece for phrase in phrases for piece in set(_pieces(phrase)))
        said = frozenset(_pieces(self._alike(plain(one.said))))
        return _Known(one, phrases, pieces, said, sum(pieces.values()))

    def _score(self, known: _Known, said: str, asked: Counter[str]) -> float:
        score = 0.0
        for piece in asked:
            times = known.pieces[piece]
            rarity = self._rarity.get(piece, 0.0)
            if times:
                longer = 1 - LENGTH_SHARE + LENGTH_SHARE * known.length / self._usual_length
                score += rarity * times * (SATURATION + 1) / (times + SATURATION * longer)
            elif piece in known.said:
                score += rarity * SAID_SHARE
        whole = [one for one in known.phrases if len(one) > 1 and (one in said or said == one)]
        return score + PHRASE_WEIGHT * max((len(one) for one in whole), default=0)

    def _alike(self, text: str) -> str:
        for word, first in self._same:
            text = text.replace(word, first) if word not in first else text
        return text


def plain(text: str) -> str:
    """Words without marks, blanks and what people say around them, in one form."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LN")
    return _AROUND.sub("", kept) or kept


def _pieces(text: str) -> Counter[str]:
    """The pieces of a text: one, two and three characters."""
    return Counter(text[at : at + n] for n in PIECES for at in range(len(text) - n + 1))
