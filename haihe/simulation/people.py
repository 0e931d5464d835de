"""Synthetic identities that can belong to nobody, and how they are told from real ones.

A citizen's number lies in the region 120199, which no county has ever had, and its check character
is deliberately the wrong one. A telephone number begins with 12, which no operator has. A plate is
of the series 津Z, which has not been opened. A name ends in a number. So nothing here can be
anybody's, and each is told from real ones at once.
"""

from __future__ import annotations

from random import Random
from typing import Final

REGION: Final = "120199"
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"


def name(chance: Random) -> str:
    """A name that is nobody's: a surname, 某, and a number."""
    return f"{chance.choice(SURNAMES)}某{chance.randrange(10**9):09d}"


def phone(chance: Random) -> str:
    """Eleven digits that no operator gives out."""
    return f"12{chance.randrange(10**9):09d}"


def id_number(chance: Random) -> str:
    """Eighteen characters of an unassigned region with a wrong check character."""
    year, month, day = chance.randint(1940, 2007), chance.randint(1, 12), chance.randint(1, 28)
    body = f"{REGION}{year}{month:02d}{day:02d}{chance.randrange(1000):03d}"
    return body + CHECKS[(CHECKS.index(check_character(body)) + 1) % len(CHECKS)]


def check_character(body: str) -> str:
    """The check character of GB 11643 for seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return CHECKS[total % 11]


def could_be_real(number: str) -> bool:
    """Whether a citizen's number could be somebody's."""
    if len(number) != 18 or not number[:17].isdigit() or number.startswith(REGION):
        return False
    return check_character(number[:17]) == number[17]


def plate(chance: Random) -> str:
    """A plate of a series that has not been opened."""
    return f"津Z{chance.randrange(10**5):05d}"
