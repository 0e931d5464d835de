"""The citizen's follow code and the number of a matter, pure.

A follow code is derived from the matter's id with a secret key, so a citizen can be told it again
and nothing that could be stolen from the database gives it away: the table keeps a keyed tag only.
Fifteen characters of 23 (67 bits: no trying of codes leads anywhere) and a check character; there
are no look-alikes (0 O D Q, 5 S, 1 I L, 2 Z, 8 B).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

ALPHABET = "23456789ACEFHJKMNPRTVWX"  # 23 characters: a prime, so the check finds every swap
CODE_LENGTH = 16
GROUP = 4
TAG_BYTES = 16
_BASE = len(ALPHABET)
_WEIGHTS = range(2, CODE_LENGTH + 1)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


@dataclass(frozen=True)
class CodeKeys:
    """Two independent secrets: one gives codes to matters, the other finds matters by codes.

    A matter keeps the code that `version` gave it; its tag begins with that number.
    """

    code: bytes
    tag: bytes
    version: int = 1


def follow_code(matter: str, keys: CodeKeys) -> str:
    """The code of a matter: XXXX-XXXX-XXXX-XXXX."""
    number = int.from_bytes(hmac.digest(keys.code, matter.encode(), "sha256")[:16], "big")
    values = []
    for _ in range(CODE_LENGTH - 1):
        values.append(number % _BASE)
        number //= _BASE
    values.append(_check(values))
    text = "".join([ALPHABET[value] for value in values])
    return _grouped(text)


def _grouped(text: str) -> str:
    return "-".join([text[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP)])


def _check(values: list[int]) -> int:
    # Weights 2…16 here and 1 for the check itself differ modulo 23, so one wrong character or
    # two swapped ones never pass.
    return -sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True)) % _BASE


def normal_code(typed: str) -> str | None:
    """A code as a citizen typed it (small letters, blanks, no dashes), or None if it has a slip."""
    text = "".join(c for c in typed.upper() if c not in " -－—\u3000\t")
    if len(text) != CODE_LENGTH or any(c not in _VALUE for c in text):
        return None
    values = [_VALUE[character] for character in text]
    if _check(values[:-1]) != values[-1]:
        return None
    return _grouped(text)


def code_tag(code: str, keys: CodeKeys) -> bytes:
    """What the table keeps of a code: the version and 15 bytes, useless without the key."""
    mac = hmac.digest(keys.tag, code.encode(), "sha256")
    return bytes((keys.version,)) + mac[: TAG_BYTES - 1]


def number_prefix(kind: str) -> str:
    """The letters of a kind in a number: people_mediation -> PM, alarm -> AL.

    Kinds with the same letters share one count, so a number never occurs twice.
    """
    words = [word for word in kind.upper().split("_") if word]
    return words[0][:2] if len(words) == 1 else "".join(word[0] for word in words)


def number_text(prefix: str, year: int, count: int) -> str:
    """PM-2026-000123."""
    return f"{prefix}-{year}-{count:06d}"
