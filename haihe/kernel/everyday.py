"""Finds what people mean in everyday words: "孩子上户口", "身份证丢了", "护照到期".

Names and everyday phrases are cut into pieces of two characters; a rare piece counts more than one
that everything has, an everyday phrase more than an official name. No word list, no learning: the
same words always find the same, and every hit can be explained by the pieces that both have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log
from typing import Final, NamedTuple

QUESTION_CHARACTERS_MAX: Final = 60
WORDS_COUNT: Final = 3.0  # everyday words weigh more than the official name
WHOLE_COUNTS: Final = 4.0  # an everyday phrase said within the question, or the other way round
EXACT_COUNTS: Final = 8.0  # the question is such a phrase

_NOISE: Final = re.compile(
    r"[\s,.?!;:，。？！；：、“”‘’()（）《》—…]|请问|我想|想要|我要|怎么办理|怎么办|怎么弄|怎样|怎么|如何|"
    r"哪里|在哪|可以吗|能不能|一下|需要|什么|手续|办理|的|了|吗|呢|我|去"
)


class Said(NamedTuple):
    """A thing that can be found: its official words and how people say it."""

    id: str
    names: tuple[str, ...]
    words: tuple[str, ...]


class Index:
    """The pieces of all that can be found; `alike` maps an everyday word to one that is used."""

    def __init__(self, said: Iterable[Said], alike: Mapping[str, str]) -> None:
        self._said = tuple(said)
        self._alike = tuple(alike.items())
        self._phrases = [tuple(_plain(word) for word in one.words) for one in self._said]
        self._pieces = [
            _counted(one, phrases) for one, phrases in zip(self._said, self._phrases, strict=True)
        ]
        often = Counter(piece for counted in self._pieces for piece in counted)
        self._rare = {piece: log(1 + len(self._said) / count) for piece, count in often.items()}

    def ranked(self, question: str) -> list[str]:
        """The ids of what shares something with the question, the most first."""
        asked = _plain(question[:QUESTION_CHARACTERS_MAX])
        meant = [meaning for word, meaning in self._alike if word in asked]
        pieces = {piece for text in (asked, *meant) for piece in _cut(text)}
        found = []
        for place, one in enumerate(self._said):
            points = self._points(place, asked, pieces)
            if points:
                found.append((-points, one.id))
        return [id for _, id in sorted(found)]

    def _points(self, place: int, asked: str, pieces: set[str]) -> float:
        counted = self._pieces[place]
        points = sum(counted[one] * self._rare[one] for one in pieces if one in counted)
        shared = [
            min(len(phrase), len(asked))
            for phrase in self._phrases[place]
            if phrase and len(asked) > 1 and (phrase in asked or asked in phrase)
        ]
        if shared:
            points += WHOLE_COUNTS * log(1 + max(shared))
            points += EXACT_COUNTS * (asked in self._phrases[place])
        return points


def _counted(one: Said, phrases: Iterable[str]) -> dict[str, float]:
    counted = dict.fromkeys((piece for name in one.names for piece in _cut(_plain(name))), 1.0)
    counted.update(
        dict.fromkeys((piece for phrase in phrases for piece in _cut(phrase)), WORDS_COUNT)
    )
    return counted


def _plain(text: str) -> str:
    return _NOISE.sub("", text.lower())


def _cut(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)] or ([text] if text else [])
