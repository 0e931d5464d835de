"""What was learned of categories, as plain numbers: read, checked and used without any library.

The file tells how much each run of one or two characters speaks for each category. It holds no
message and no sentence of one. Reckoned is what scikit-learn reckons (TF-IDF of characters with
sublinear counts, unit length, linear margins, one temperature); a test compares the two.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import re
from collections import Counter
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from haihe.kernel.values import Frozen
from haihe.letters.message import plain

LETTERS: Final = (1, 2)  # characters of one piece
UNSURE_BELOW: Final = 0.5  # of the first suggestion: the person is told that it is a guess
SUGGESTIONS: Final = 3
REASONS: Final = 4
REASON_LETTERS_MAX: Final = 8
FORM: Final = 1
PACKED: Final = ".xz"  # a file that is packed, as the one that ships
FILE_BYTES_MAX: Final = 50_000_000
DECIMALS: Final = 3
_BLANKS: Final = re.compile(r"\s\s+")


class Suggestion(NamedTuple):
    """A category, how likely it is, and the few words of the message that spoke for it."""

    category: str
    probability: float
    because: tuple[str, ...]


class Suggested(NamedTuple):
    """The likeliest categories, the first one first; a person decides."""

    best: tuple[Suggestion, ...]
    unsure: bool


class Learned(Frozen, frozen=True, kw_only=True):
    """What was learned, from what, and how well it did; `pieces`: rarity, then a weight each."""

    form: int = FORM
    learned_on: str
    data_sha256: str
    messages: dict[str, int]  # category -> labelled messages learned from
    tree_words: int  # names of categories below that were learned as well
    macro_f1: float  # by cross-validation, copies of a message in one fold
    folds: int
    library: str
    categories: tuple[str, ...]
    offsets: tuple[float, ...]
    temperature: float
    pieces: dict[str, tuple[float, ...]]
    digest: str = ""

    def probabilities(self, said: str) -> list[float]:
        """How likely each category is, in the order of `categories`."""
        margins = list(self.offsets)
        for piece, value in self._weighed(said).items():
            for at, weight in enumerate(self.pieces[piece][1:]):
                margins[at] += value * weight
        cooled = [margin / self.temperature for margin in margins]
        highest = max(cooled)
        parts = [math.exp(one - highest) for one in cooled]
        return [one / sum(parts) for one in parts]

    def suggest(self, subject: str, text: str) -> Suggested:
        """The likeliest categories of one message, each with what spoke for it."""
        said = said_of(subject, text)
        likely = self.probabilities(said)
        order = sorted(range(len(likely)), key=lambda at: -likely[at])[:SUGGESTIONS]
        weighed = self._weighed(said)
        best = tuple(
            Suggestion(
                self.categories[at],
                likely[at],
                runs(said, {piece: x * self.pieces[piece][1 + at] for piece, x in weighed.items()}),
            )
            for at in order
        )
        return Suggested(best, best[0].probability < UNSURE_BELOW)

    def _weighed(self, said: str) -> dict[str, float]:
        """How much each known piece of a message counts; of unit length together."""
        text = _BLANKS.sub(" ", said)
        counted = Counter(
            text[at : at + length]
            for length in range(LETTERS[0], LETTERS[1] + 1)
            for at in range(len(text) - length + 1)
        )
        found = {
            piece: (1 + math.log(count)) * self.pieces[piece][0]
            for piece, count in counted.items()
            if piece in self.pieces
        }
        size = math.sqrt(sum(value * value for value in found.values()))
        return {piece: value / size for piece, value in found.items()} if size else {}


def read(path: Path) -> Learned:
    """What a file tells. Raises ValueError, saying what to do, if it is not whole."""
    again = f"{path}: 学习结果不能用；请删除它（改用随程序提供的），或者重新 haihe letters learn"
    try:
        with _opened(path) as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        learned = msgspec.json.decode(raw, type=Learned)
    except (OSError, EOFError, lzma.LZMAError, msgspec.DecodeError) as error:
        raise ValueError(f"{again}（{error}）") from None
    width = len(learned.categories)
    whole = (
        learned.form == FORM
        and width > 1
        and len(learned.offsets) == width
        and learned.temperature > 0
        and all(len(one) == width + 1 for one in learned.pieces.values())
    )
    if not whole or learned.digest != digest_of(learned):
        raise ValueError(f"{again}（内容不完整或者校验值不符）")
    return learned


def write(learned: Learned, path: Path) -> Learned:
    """Keep it, a line a piece, with its digest; gives what the file holds."""
    kept = msgspec.structs.replace(
        learned,
        offsets=tuple(round(one, DECIMALS) for one in learned.offsets),
        pieces={
            piece: tuple(round(one, DECIMALS) for one in numbers)
            for piece, numbers in sorted(learned.pieces.items())
        },
    )
    kept = msgspec.structs.replace(kept, digest=digest_of(kept))
    told = msgspec.to_builtins(kept)
    pieces = told.pop("pieces")
    head = json.dumps(told, ensure_ascii=False, indent=1)[:-2]
    lines = ",\n".join(
        f"{json.dumps(piece, ensure_ascii=False)}:{json.dumps(numbers, separators=(',', ':'))}"
        for piece, numbers in pieces.items()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    text = f'{head},\n "pieces": {{\n{lines}\n}}}}\n'.encode()
    fresh.write_bytes(lzma.compress(text) if path.suffix == PACKED else text)
    fresh.replace(path)
    return kept


def _opened(path: Path) -> IO[bytes]:
    return lzma.open(path) if path.suffix == PACKED else path.open("rb")


def digest_of(learned: Learned) -> str:
    """The SHA-256 of all it tells besides this digest."""
    bare = msgspec.structs.replace(learned, digest="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def said_of(subject: str, text: str) -> str:
    """The subject counts twice: it says in a few words what the message is about."""
    return f"{plain(subject)}\n{plain(subject)}\n{plain(text)}"


def runs(said: str, points: dict[str, float]) -> tuple[str, ...]:
    """The strongest runs of neighbouring pairs that all speak for it, each once."""
    found: dict[str, float] = {}
    run, total = "", 0.0
    for at in range(len(said)):
        pair = said[at : at + 2]
        spoke = points.get(pair, 0.0)
        wanted = len(pair) == 2 and spoke > 0 and pair.isalnum()
        if wanted and run and len(run) < REASON_LETTERS_MAX:
            run, total = run + pair[1], total + spoke
            continue
        if run:
            found[run] = max(total, found.get(run, 0.0))
        run, total = (pair, spoke) if wanted else ("", 0.0)
    chosen: list[str] = []
    for words in sorted(found, key=lambda one: (-found[one], one)):
        if not any(words in other or other in words for other in chosen):
            chosen.append(words)
    return tuple(chosen[:REASONS])
