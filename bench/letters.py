"""Measure what is said of citizens' messages: categories, repeated messages, late replies.

Categories are judged by cross-validation: ten folds, three times, copies and near copies of a
message always in one fold. The most frequent category and the nearest labelled message get the
same folds. With --train and --test what is learned from one file is judged on another. A file that
is given is measured in what its columns allow; what ships is judged on it as well. Rows that cannot
be read are left out and counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.environment import ROOT
from bench.letter_places import planted
from haihe.letters import message
from haihe.letters.files import LeftOut, columns_of
from haihe.letters.message import COLUMNS, LABEL, OF_REPLIES, Message

HELP = "messages of citizens: categories by cross-validation, repeats, late and empty replies"

FOLDER: Final = ROOT.parent / "shared/data/civic"
FOLDS: Final = 10
TIMES: Final = 3
LARGE: Final = 2_000  # labelled messages from which one cut into LARGE_FOLDS is enough
LARGE_FOLDS: Final = 5
AIM: Final = 0.8  # macro-F1; and more than the nearest labelled message gives
SAMPLES: Final = 5  # told of each list
LATE_LISTED_MAX: Final = 5_000

Figures = dict[str, Any]


class Guess(NamedTuple):
    """The category of a message, the one suggested, and how sure; -1 where nothing says."""

    label: str
    guessed: str
    sure: float = -1.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument(
        "--data",
        type=Path,
        default=FOLDER,
        help="a folder with the files, or one file: labelled, with replies, or messages alone",
    )
    parser.add_argument("--train", type=Path, help="a labelled file to learn from")
    parser.add_argument("--test", type=Path, help="a labelled file to judge on, never learned from")
    parser.add_argument(
        "--tree", type=Path, help="the tree of categories (beside the labelled file)"
    )
    parser.add_argument("--lists", action="store_true", help="list all pairs and all late replies")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 1 if the aim is missed, 2 if the files cannot be used."""
    if (args.train is None) != (args.test is None):
        print("--train and --test are given together", file=sys.stderr)
        return 2
    try:
        figures = measured(args)
    except ModuleNotFoundError as error:
        print(
            f"{error}: install the extra `letters` first: pip install 'haihe[letters]'"
            " (or scikit-learn; `make setup` of a checkout installs it)",
            file=sys.stderr,
        )
        return 2
    except (OSError, ValueError) as error:
        print(f"haihe bench letters: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, told in figures.items():
            print(f"{name}: {json.dumps(told, ensure_ascii=False)}")
    return 0 if figures.get("aim", {}).get("met", True) else 1


def measured(args: argparse.Namespace) -> Figures:
    """The figures of the files that are there. Raises ValueError if none is."""
    if args.train is not None:
        tree = _tree(args.tree, args.train.parent)
        (train, left), (test, out) = _labelled(args.train), _labelled(args.test)
        figures = across(train, test, tree)
        return {"classification": figures | _told(left, "left_out_train") | _told(out)}
    if not args.data.exists():
        raise ValueError(f"{args.data}: there is no such file or folder")
    labelled, messages, answered = _parts(args.data)
    figures = {}
    if labelled:
        figures |= _classified(
            labelled, _tree(args.tree, labelled.parent), given=args.data.is_file()
        )
    if messages:
        left = LeftOut()
        read = _named(message.read_messages, messages, left)
        figures["similar"] = repeated(read, lists=args.lists) | _told(left)
        figures["places"] = planted(read, datetime.now(UTC).date())
    if answered:
        left = LeftOut()
        replies = _named(message.read_answered, answered, left)
        figures["replies"] = replied(replies, lists=args.lists) | _told(left)
    if not figures:
        raise ValueError(f"{args.data}: no messages_labelled, messages or messages_with_replies")
    return figures


def _parts(data: Path) -> tuple[Path | None, Path | None, Path | None]:
    """Which file tells categories, messages, replies; of one file its columns decide.

    Raises ValueError where a file has the columns of none.
    """
    if not data.is_file():
        stems = ("messages_labelled", "messages", "messages_with_replies")
        labelled, messages, answered = (_there(data, stem) for stem in stems)
        return labelled, messages, answered
    there = _named(columns_of, data)
    told = (
        data if LABEL in there else None,
        data if there >= {*COLUMNS} and not there & {LABEL, *OF_REPLIES} else None,
        data if there >= {*OF_REPLIES} else None,
    )
    if not any(told):
        lacking = "、".join(name for name in COLUMNS if name not in there)
        raise ValueError(
            f"{data}: no column {lacking}; categories need {LABEL}, replies {'、'.join(OF_REPLIES)}"
            f" besides {'、'.join(COLUMNS)} (there are: {'、'.join(sorted(there))[:120]})"
        )
    return told


# ── Categories ───────────────────────────────────────────────────────────────────────────────


def _classified(path: Path, tree: list[tuple[str, str]], *, given: bool) -> Figures:
    labelled, left = _labelled(path)
    figures = validated(labelled, tree) | _told(left)
    figures["not_in_tree"] = _not_in(tree, labelled)
    if given:
        figures["learned_before"] = _learned_before(path, labelled, tree)
    best = max(one["macro_f1"] for one in figures["baseline"].values())
    reached = figures["macro_f1"]
    aim = {"macro_f1_at_least": AIM, "above_baselines": round(reached - best, 3)}
    return {"classification": figures, "aim": {**aim, "met": reached >= AIM and reached > best}}


def _not_in(tree: list[tuple[str, str]], labelled: list[Message]) -> Figures:
    """How many messages of each category that the tree does not name."""
    known = {label for _, label in tree}
    often = Counter(one.label for one in labelled if tree and one.label not in known)
    return dict(sorted(often.items()))


def _learned_before(path: Path, labelled: list[Message], tree: list[tuple[str, str]]) -> Figures:
    """How what was learned before does on this file: what ships, and the labelled file beside us.

    Of what ships is known by its digest only whether it was learned from this very file; copies of
    messages that were learned are told apart where that file is here.
    """
    from haihe.records import learned_letters

    told: Figures = {}
    shipped = learned_letters.in_use()
    if shipped is not None:
        guesses = []
        for one in labelled:
            best = shipped.suggest(one.subject, one.text).best[0]
            guesses.append(Guess(one.label, best.category, best.probability))
        same = shipped.data_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        told["shipped"] = {
            "macro_f1": round(_macro(guesses), 3),
            "accuracy": _accuracy(guesses),
            "learned_from_this_file": same,
        }
    ours = _there(FOLDER, "messages_labelled")
    if ours is not None and ours.read_bytes() != path.read_bytes():
        figures = across(_labelled(ours)[0], labelled, tree)
        wanted = ("macro_f1", "accuracy", "without_copies", "baseline", "unknown_categories")
        told[ours.name] = {name: figures[name] for name in wanted}
    return told


def validated(
    labelled: list[Message], tree: list[tuple[str, str]], folds: int = FOLDS, times: int = TIMES
) -> Figures:
    """Macro-F1 by cross-validation, with the spread over folds and over the cuts into folds."""
    from haihe.letters.suggest import folded, groups

    often = Counter(one.label for one in labelled)
    if len(often) < 2 or max(often.values()) < 2:
        raise ValueError("labelled messages of two categories at least are needed, two of one")
    if len(labelled) >= LARGE:
        folds, times = min(folds, LARGE_FOLDS), 1
    folds = min(folds, max(often.values()))
    copies = groups(labelled)
    folds = max(2, min(folds, len(set(copies))))
    labels = [one.label for one in labelled]
    ways = _ways(tree)
    each: dict[str, list[list[Guess]]] = {name: [] for name in ways}
    began = time.perf_counter()
    for seed in range(times):
        for known, left in folded(labels, copies, folds, seed):
            train, test = [labelled[at] for at in known], [labelled[at] for at in left]
            for name, way in ways.items():
                each[name].append(way(train, test))
    cuts = {
        name: [
            [guess for fold in parts[at : at + folds] for guess in fold]
            for at in range(0, len(parts), folds)
        ]
        for name, parts in each.items()
    }
    mine = [_macro(one) for one in cuts["haihe"]]
    in_folds = [_macro(one) for one in each["haihe"]]
    return {
        "macro_f1": round(statistics.fmean(mine), 3),
        "macro_f1_of_cuts": [round(one, 3) for one in mine],
        "folds": {
            "count": folds, "times": times, "mean": round(statistics.fmean(in_folds), 3),
            "deviation": round(statistics.pstdev(in_folds), 3), "least": round(min(in_folds), 3),
        },
        "accuracy": _accuracy(cuts["haihe"][0]),
        "sure": _sure([guess for one in cuts["haihe"] for guess in one]),
        "categories": _table(cuts["haihe"][0]),
        "baseline": {
            name: {"macro_f1": round(statistics.fmean(map(_macro, cuts[name])), 3)}
            for name in ways if name != "haihe"
        },
        "messages": len(labelled),
        "rarer_than_folds": {one: n for one, n in sorted(often.items()) if n < folds},
        "in_groups_of_copies": len(labelled) - len(set(copies)),
        "seconds": round(time.perf_counter() - began, 1),
    }  # fmt: skip


def across(train: list[Message], test: list[Message], tree: list[tuple[str, str]]) -> Figures:
    """Macro-F1 on messages of another file; copies of learned messages are told apart."""
    from haihe.letters.suggest import Classifier, groups

    classifier = Classifier(train, tree)
    began = time.perf_counter()
    told = _guesses(classifier, test)
    seconds = time.perf_counter() - began
    ways = _ways(tree)
    copies = groups([*train, *test])
    known = set(copies[: len(train)])
    fresh = [one for one, copy in zip(told, copies[len(train) :], strict=True) if copy not in known]
    shown = [classifier.suggest(one) for one in test[:SAMPLES]]
    return {
        "macro_f1": round(_macro(told), 3),
        "accuracy": _accuracy(told),
        "without_copies": {
            "messages": len(fresh),
            "macro_f1": round(_macro(fresh), 3) if fresh else None,
        },
        "sure": _sure(told),
        "categories": _table(told),
        "baseline": {
            name: {"macro_f1": round(_macro(way(train, test)), 3)}
            for name, way in ways.items() if name != "haihe"
        },
        "messages": {"train": len(train), "test": len(test)},
        "unknown_categories": sorted({one.label for one in test} - set(classifier.categories)),
        "messages_per_second": round(len(test) / seconds),
        "examples": [
            {"subject": one.subject.strip(), "label": one.label, "category": said.best[0].category,
             "probability": round(said.best[0].probability, 2), "because": said.best[0].because,
             "unsure": said.unsure}
            for one, said in zip(test, shown, strict=False)
        ],
    }  # fmt: skip


def _ways(
    tree: list[tuple[str, str]],
) -> dict[str, Callable[[list[Message], list[Message]], list[Guess]]]:
    from haihe.letters.suggest import Classifier

    return {
        "haihe": lambda train, test: _guesses(Classifier(train, tree), test),
        "most_frequent": _frequent,
        "nearest": _nearest,
    }


def _guesses(classifier: Any, test: Sequence[Message]) -> list[Guess]:
    likely = classifier.probabilities(test)
    return [
        Guess(one.label, classifier.categories[row.argmax()], float(row.max()))
        for one, row in zip(test, likely, strict=True)
    ]


def _frequent(train: list[Message], test: list[Message]) -> list[Guess]:
    ((label, _),) = Counter(one.label for one in train).most_common(1)
    return [Guess(one.label, label) for one in test]


def _nearest(train: list[Message], test: list[Message]) -> list[Guess]:
    """The category of the labelled message that shares most, by TF-IDF of pairs of characters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    weigh = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True)
    known = weigh.fit_transform([one.words for one in train])
    near = (weigh.transform([one.words for one in test]) @ known.T).toarray().argmax(axis=1)
    return [Guess(one.label, train[at].label) for one, at in zip(test, near, strict=True)]


def _macro(guesses: list[Guess]) -> float:
    table = _scores(guesses)
    return statistics.fmean(one["f1"] for one in table.values()) if table else 0.0


def _scores(guesses: list[Guess]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of every category that is a label of one of these."""
    table = {}
    for label in sorted({one.label for one in guesses}):
        right = sum(one.label == one.guessed == label for one in guesses)
        said = sum(one.guessed == label for one in guesses)
        there = sum(one.label == label for one in guesses)
        table[label] = {
            "precision": right / said if said else 0.0,
            "recall": right / there,
            "f1": 2 * right / (said + there),
            "messages": there,
        }
    return table


def _table(guesses: list[Guess]) -> Figures:
    return {
        label: {name: round(value, 3) for name, value in row.items()}
        for label, row in _scores(guesses).items()
    }


def _accuracy(guesses: list[Guess]) -> float:
    return round(statistics.fmean(one.label == one.guessed for one in guesses), 3)


def _sure(guesses: list[Guess]) -> Figures:
    """How sure the first suggestions were and how often they were right, in three bands."""
    bands = {"below_0.5": (0.0, 0.5), "0.5_to_0.8": (0.5, 0.8), "from_0.8": (0.8, 1.01)}
    told = {}
    for name, (low, high) in bands.items():
        inside = [one for one in guesses if low <= one.sure < high]
        if inside:
            told[name] = {
                "share": round(len(inside) / len(guesses), 3),
                "said": round(statistics.fmean(one.sure for one in inside), 3),
                "right": _accuracy(inside),
            }
    return told


# ── Repeated messages, replies ───────────────────────────────────────────────────────────────


def repeated(messages: list[Message], *, lists: bool = False) -> Figures:
    """Copies, near copies and similar messages, by one sender and by several, and the time."""
    from haihe.letters.alike import alike, bundles

    began = time.perf_counter()
    found = alike(messages)
    seconds = time.perf_counter() - began
    sorts = Counter((one.sort, "same_sender" if one.same_user else "others") for one in found.pairs)
    bundled = bundles(found.pairs)
    told = [
        {"one": pair.one.id, "other": pair.other.id, "sort": pair.sort, "likeness": pair.likeness,
         "same_sender": pair.same_user, "shared": pair.shared}
        for pair in (found.pairs if lists else found.pairs[:SAMPLES])
    ]  # fmt: skip
    return {
        "messages": len(messages),
        "pairs": {f"{sort}_{who}": count for (sort, who), count in sorted(sorts.items())},
        "repeated_messages": sum(map(len, bundled)),
        "bundles": len(bundled),
        "largest_bundle": len(bundled[0]) if bundled else 0,
        "cut": found.cut,
        "seconds": round(seconds, 1),
        "list": told,
    }


def replied(answered: list[message.Answered], *, lists: bool = False) -> Figures:
    """Late replies and replies that say nothing, with days, and the time it took."""
    from haihe.letters.replies import DAYS, copied, judge

    began = time.perf_counter()
    judged = judge(answered)
    middle = time.perf_counter()
    copies = copied(answered)
    ended = time.perf_counter()
    late = sorted((one for one in judged if one.late), key=lambda one: -one.days)
    listed = late[: LATE_LISTED_MAX if lists else SAMPLES]
    return {
        "replies": len(judged),
        "days_allowed": DAYS,
        "late": len(late),
        "median_days": statistics.median(one.days for one in judged),
        "most_days": max(one.days for one in judged),
        "before_the_message": sum(one.days < 0 for one in judged),
        "lacking": dict(sorted(Counter(one.lacks for one in judged if one.lacks).items())),
        "copied_to_other_matters": len(copies),
        "seconds": {"judged": round(middle - began, 1), "copied": round(ended - middle, 1)},
        "list": [{"message": one.answered.message.id, "days": one.days} for one in listed],
    }


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def _there(folder: Path, stem: str) -> Path | None:
    names = (folder / f"{stem}.csv.gz", folder / f"{stem}.csv")
    return next((one for one in names if one.is_file()), None)


def _tree(given: Path | None, folder: Path) -> list[tuple[str, str]]:
    path = given or _there(folder, "category_tree")
    if path is None and given is None and (FOLDER / "category_tree.csv").is_file():
        path = FOLDER / "category_tree.csv"
    return _named(message.read_tree, path) if path else []


def _labelled(path: Path) -> tuple[list[Message], LeftOut]:
    left = LeftOut()
    read: list[Message] = _named(message.read_labelled, path, left)
    return read, left


def _told(left: LeftOut, name: str = "left_out") -> Figures:
    """The rows of a file that could not be read, if there are any."""
    return {name: {"rows": left.count, "first": left.first}} if left.count else {}


def _named(read: Callable[..., Any], path: Path, *more: LeftOut) -> Any:
    try:
        return read(path, *more)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
