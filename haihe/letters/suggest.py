"""Suggests a first-level category for a message, with the words that spoke for it.

A suggestion is for a person to take or leave: nothing is routed by it. Learned from messages that
people labelled, and from the names of the categories below each first-level one: character n-grams
weighted by rarity, a linear margin for each category, probabilities by one temperature that is
fitted on messages the margins were not learned from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from warnings import catch_warnings, simplefilter

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import vstack
from scipy.special import logsumexp, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from haihe.letters.learned import (
    LETTERS,
    SUGGESTIONS,
    UNSURE_BELOW,
    Suggested,
    Suggestion,
    runs,
    said_of,
)
from haihe.letters.message import Message, plain

MARGIN_COST: Final = 1.0
INNER_FOLDS: Final = 5  # of the temperature
TEMPERATURES: Final = (0.05, 5.0)
AT_ONCE: Final = 500  # messages compared in one piece
COPY_COSINE: Final = 0.35  # of pieces of two or three characters, from which two share a fold

Tree = Sequence[tuple[str, str]]


class Classifier:
    """What was learned from labelled messages."""

    def __init__(self, learned: Sequence[Message], tree: Tree = (), seed: int = 0) -> None:
        """Learn. Raises ValueError if there are not two categories, or one is not told."""
        often = Counter(one.label for one in learned)
        if len(often) < 2 or "" in often:
            raise ValueError("labelled messages of two categories at least are needed")
        self._tree = [(plain(words), label) for words, label in tree if label in often]
        self._weigh = TfidfVectorizer(
            analyzer="char", ngram_range=LETTERS, sublinear_tf=True, min_df=2, max_df=0.5
        )
        weighed = self._weigh.fit_transform([_said(one) for one in learned])
        labels = np.array([one.label for one in learned])
        self._pieces = self._weigh.get_feature_names_out()
        self._temperature = self._cooled(weighed, labels, groups(learned), seed)
        self._margins = self._learn(weighed, labels)
        self.categories: list[str] = [str(one) for one in self._margins.classes_]

    def probabilities(self, messages: Sequence[Message]) -> Any:
        """A row a message, a column a category in the order of `categories`."""
        return softmax(self._margin(messages) / self._temperature, axis=1)

    def classify(self, messages: Sequence[Message]) -> list[str]:
        """The likeliest category of each."""
        return [self.categories[place] for place in self._margin(messages).argmax(axis=1)]

    def suggest(self, message: Message) -> Suggested:
        """The likeliest categories of one message, each with what spoke for it."""
        likely = self.probabilities([message])[0]
        order = np.argsort(-likely, kind="stable")[:SUGGESTIONS]
        best = tuple(
            Suggestion(self.categories[at], float(likely[at]), self._because(message, int(at)))
            for at in order
        )
        return Suggested(best, best[0].probability < UNSURE_BELOW)

    def numbers(self) -> tuple[list[float], float, dict[str, tuple[float, ...]]]:
        """Offsets, temperature, and of each piece its rarity and a weight a category."""
        weights, offsets = self._margins.coef_, self._margins.intercept_
        if len(weights) == 1:
            weights, offsets = np.vstack([-weights, weights]), np.array([-offsets[0], offsets[0]])
        pieces = {
            str(piece): (float(rarity), *map(float, weights[:, at]))
            for at, (piece, rarity) in enumerate(zip(self._pieces, self._weigh.idf_, strict=True))
        }
        return offsets.tolist(), self._temperature, pieces

    def _learn(self, weighed: Any, labels: Any) -> LinearSVC:
        known, told = weighed, [str(one) for one in labels]
        if self._tree:
            names = self._weigh.transform([words for words, _ in self._tree])
            known, told = vstack([known, names]), told + [label for _, label in self._tree]
        return LinearSVC(C=MARGIN_COST, class_weight="balanced", random_state=0).fit(known, told)

    def _margin(self, messages: Sequence[Message]) -> Any:
        weighed = self._weigh.transform([_said(one) for one in messages])
        return _columns(self._margins.decision_function(weighed))

    def _cooled(self, weighed: Any, labels: Any, copies: Sequence[int], seed: int) -> float:
        """The temperature under which margins of messages not learned from are likeliest."""
        often = Counter(labels.tolist())
        folds = min(INNER_FOLDS, max(often.values()))
        if folds < 2 or len(set(copies)) < folds:
            return 1.0
        classes = sorted(often)
        rows, right = [], []
        for known, left in folded(labels, copies, folds, seed):
            if set(labels[known]) != set(classes):
                continue  # all of a rare category are judged here: nothing could know it
            margins = self._learn(weighed[known], labels[known])
            rows.append(_columns(margins.decision_function(weighed[left])))
            right += [classes.index(label) for label in labels[left]]
        if not rows:
            return 1.0
        margin, at = np.vstack(rows), np.array(right)

        def loss(temperature: float) -> float:
            cooled = margin / temperature
            return float(np.mean(logsumexp(cooled, axis=1) - cooled[np.arange(len(at)), at]))

        return float(minimize_scalar(loss, bounds=TEMPERATURES, method="bounded").x)

    def _because(self, message: Message, at: int) -> tuple[str, ...]:
        """The runs of characters of a message whose pieces spoke most for a category."""
        said = _said(message)
        row = self._weigh.transform([said])
        weights = self._margins.coef_
        spoke = weights[at] if len(weights) > 1 else weights[0] * (1 if at else -1)
        points = {
            str(self._pieces[piece]): float(value * spoke[piece])
            for piece, value in zip(row.indices, row.data, strict=True)
        }
        return runs(said, points)


def groups(messages: Sequence[Message]) -> list[int]:
    """A number for each message, the same for copies and near copies of each other.

    Cross-validation must not learn from a copy of what it judges.
    """
    weigh = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
    weighed = weigh.fit_transform([one.words or "空" for one in messages])
    first = list(range(len(messages)))

    def root(at: int) -> int:
        while first[at] != at:
            at = first[at]
        return at

    for start in range(0, len(messages), AT_ONCE):
        near = linear_kernel(weighed[start : start + AT_ONCE], weighed, dense_output=False)
        for row, other in zip(*(near >= COPY_COSINE).nonzero(), strict=True):
            one = start + int(row)
            if one < other:
                first[root(int(other))] = root(one)
    return [root(at) for at in range(len(messages))]


def folded(
    labels: Sequence[str], copies: Sequence[int], folds: int, seed: int
) -> Iterator[tuple[Any, Any]]:
    """Places to learn from and to judge, of `folds` cuts in which copies stay together."""
    cut = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with catch_warnings():
        simplefilter("ignore", UserWarning)  # a category with fewer messages than folds
        yield from cut.split(labels, labels, copies)


def _columns(margins: Any) -> Any:
    """A column for each category, also where there are two."""
    return margins if margins.ndim == 2 else np.column_stack([-margins, margins])


def _said(message: Message) -> str:
    return said_of(message.subject, message.text)
