"""What an event uses that lies elsewhere: kept files by digest, people's numbers by keyed tag.

Basis: 个人信息保护法 51. An identity number or a phone is sealed wherever it was given; beside it
lies only its keyed tag, by which the exact number is found and from which nothing can be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from haihe.kernel.values import Data, Datum
from haihe.records import tags

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
CHECKS: Final = "10X98765432"
NUMBERS_MAX: Final = 50  # of one value
PHONE_DIGITS: Final = 11
_DIGIT: Final = re.compile(r"\d")  # full-width ones too
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_CANDIDATE: Final = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|(?:\+?86)?1[3-9][0-9]{9})(?![0-9])")
_JOINERS: Final = str.maketrans("", "", " -－—")


def digests(given: Iterable[Mapping[str, Datum]]) -> Iterator[str]:
    """The digests of kept files among these values."""
    for data in given:
        for value in data.values():
            for one in value if isinstance(value, list) else (value,):
                if isinstance(one, str) and len(one) == 64 and _DIGEST.fullmatch(one):
                    yield one


def file_rows(
    matter: str, seq: int, given: Iterable[Mapping[str, Datum]]
) -> list[tuple[str, str, int]]:
    """The rows of table file_use for one event: digest, matter, number of the event."""
    return [(digest, matter, seq) for digest in dict.fromkeys(digests(given))]


def numbers(value: Datum) -> list[str]:
    """The identity numbers (with a right check character) and mobile phones a value holds."""
    texts = value if isinstance(value, list) else [value]
    found: dict[str, None] = {}
    for text in texts:
        if not isinstance(text, str) or len(_DIGIT.findall(text)) < PHONE_DIGITS:
            continue
        plain = unicodedata.normalize("NFKC", text).translate(_JOINERS)
        for match in _CANDIDATE.finditer(plain):
            number = match[0].upper()
            if len(number) != 18:
                found[number[-PHONE_DIGITS:]] = None
            elif is_identity_number(number):
                found[number] = None
    return list(found)[:NUMBERS_MAX]


def is_identity_number(number: str) -> bool:
    """Whether 18 characters have the right check character (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return CHECKS[total % 11] == number[17]


def number_rows(matter: str, seq: int, personal: Data) -> list[tuple[bytes, str, int, str]]:
    """The rows of table number_tag for the personal values of one event."""
    return [
        (tags.tag(sort(number), number), matter, seq, field)
        for field, value in personal.items()
        for number in numbers(value)
    ]


def tags_of(word: str) -> list[bytes]:
    """The tags a searched number may be stored under; none if the word is no such number."""
    return [tag for number in numbers(word) for tag in every_tag(number)]


def every_tag(number: str) -> list[bytes]:
    """The tags under which one identity number or phone may be stored, newest key first."""
    return tags.tags(sort(number), number)


def sort(number: str) -> str:
    """What a number is; a phone has the tag by which its owner signs in (citizens.py)."""
    return "identity" if len(number) == 18 else "phone"
