"""Learns categories from labelled messages and measures how well that does on messages unseen.

Needs the extra `letters`. What it gives is used without any library (haihe/letters/learned.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import sklearn
from sklearn.metrics import f1_score

from haihe.letters.learned import Learned
from haihe.letters.message import Message, read_labelled, read_tree
from haihe.letters.suggest import Classifier, Tree, folded, groups

FOLDS: Final = 10


def learn(data: Path, tree: Path | None, on: date) -> Learned:
    """What a labelled file teaches, measured. Raises ValueError or OSError naming what is wrong."""
    messages = read_labelled(data)
    words: Tree = read_tree(tree) if tree is not None else ()
    classifier = Classifier(messages, words)
    offsets, temperature, pieces = classifier.numbers()
    often = Counter(one.label for one in messages)
    folds = max(2, min(FOLDS, min(often.values())))
    return Learned(
        learned_on=on.isoformat(),
        data_sha256=hashlib.sha256(data.read_bytes()).hexdigest(),
        messages=dict(sorted(often.items())),
        tree_words=sum(label in often for _, label in words),
        macro_f1=round(macro_f1(messages, words, folds), 3),
        folds=folds,
        library=f"scikit-learn {sklearn.__version__}",
        categories=tuple(classifier.categories),
        offsets=tuple(offsets),
        temperature=temperature,
        pieces=pieces,
    )


def macro_f1(messages: Sequence[Message], words: Tree, folds: int) -> float:
    """The mean F1 of the categories by cross-validation; copies of a message share a fold."""
    labels = [one.label for one in messages]
    told, right = [], []
    for known, left in folded(labels, groups(messages), folds, seed=0):
        classifier = Classifier([messages[at] for at in known], words)
        told += classifier.classify([messages[at] for at in left])
        right += [labels[at] for at in left]
    return float(f1_score(right, told, average="macro"))
