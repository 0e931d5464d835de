"""pm4py: import a log and answer the nearest questions to our models, as its manual shows it."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

HOUR = 3600.0
LONG = 1e12
CASE, ACT = "case:concept:name", "concept:name"


def eventually(log: Any, first: str, then: str, hours: float) -> Any:
    """Cases in which `then` follows `first` after at least so many hours (counted in UTC)."""
    from pm4py.algo.filtering.pandas.ltl import ltl_checker

    wanted = {
        ltl_checker.Parameters.ENABLE_TIMESTAMP: True,
        ltl_checker.Parameters.TIMESTAMP_DIFF_BOUNDARIES: [(hours * HOUR, LONG)],
    }
    return ltl_checker.eventually_follows(log, [first, then], parameters=wanted)


def penalty_wrong_day(log: Any, pm4py: Any) -> Any:
    """Cases whose penalty followed, but not within an hour of the sixtieth day."""
    from pm4py.algo.filtering.pandas.ltl import ltl_checker

    on_the_day = {
        ltl_checker.Parameters.ENABLE_TIMESTAMP: True,
        ltl_checker.Parameters.TIMESTAMP_DIFF_BOUNDARIES: [(1439 * HOUR, 1441 * HOUR)],
    }
    acts = ["Insert Fine Notification", "Add penalty"]
    right = ltl_checker.eventually_follows(log, acts, parameters=on_the_day)
    penalised = pm4py.filter_event_attribute_values(log, ACT, {"Add penalty"}, level="case")
    return penalised[~penalised[CASE].isin(right[CASE])]


def amounts(log: Any) -> Any:
    """The last amount, expense and total paid of every case."""
    return log.groupby(CASE)[["amount", "expense", "totalPaymentAmount"]].last().fillna(0.0)


def covered(log: Any) -> Any:
    """Cases whose payments cover the fine with its expenses."""
    last = amounts(log)
    due = (last["amount"] + last["expense"]).round(2)
    return last[last["totalPaymentAmount"].round(2) >= due].index


def collected_though_paid(log: Any, pm4py: Any) -> Any:
    """Cases sent to collection although covered."""
    acts = {"Send for Credit Collection"}
    collected = pm4py.filter_event_attribute_values(log, ACT, acts, level="case")
    return collected[collected[CASE].isin(covered(collected))]


def never_executed(log: Any, pm4py: Any) -> Any:
    """Cases neither collected nor dismissed nor covered."""
    acts = {"Send for Credit Collection"}
    left = pm4py.filter_event_attribute_values(log, ACT, acts, level="case", retain=False)
    coded = left[left["dismissal"].notna() & (left["dismissal"] != "NIL")]
    left = left[~left[CASE].isin(coded[CASE])]
    return left[~left[CASE].isin(covered(left))]


def ended_unsent(log: Any, pm4py: Any) -> Any:
    """Cases that end with the sending and are not covered."""
    ended = pm4py.filter_end_activities(log, {"Send Fine"})
    return ended[~ended[CASE].isin(covered(ended))]


def odd_dismissal_code(log: Any, pm4py: Any) -> Any:
    """Events with a dismissal code that nobody can tell."""
    known = {"NIL", "#", "G"}
    told = log[log["dismissal"].notna()]
    return pm4py.filter_event_attribute_values(
        told, "dismissal", known, level="event", retain=False
    )


QUESTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sent_late": lambda log, _: eventually(log, "Create Fine", "Send Fine", 2160),
    "appealed_late_prefecture": lambda log, _: eventually(
        log, "Insert Fine Notification", "Insert Date Appeal to Prefecture", 1440
    ),
    "appealed_late_judge": lambda log, _: eventually(
        log, "Insert Fine Notification", "Appeal to Judge", 1440
    ),
    "penalty_wrong_day": penalty_wrong_day,
    "collected_though_paid": collected_though_paid,
    "never_executed": never_executed,
    "ended_unsent": ended_unsent,
    "odd_dismissal_code": odd_dismissal_code,
}


def main() -> None:
    """`pm4py_log.py PATH READER`: one JSON object of seconds and findings."""
    path, reader = sys.argv[1], sys.argv[2]
    warnings.simplefilter("ignore")
    begun = time.perf_counter()
    import pm4py

    ready = time.perf_counter()
    log = pm4py.read_xes(path, variant=reader)
    read = time.perf_counter()
    findings: dict[str, int] = {}
    for name, question in QUESTIONS.items():
        found = question(log, pm4py)
        findings[name] = len(found) if name == "odd_dismissal_code" else found[CASE].nunique()
    done = time.perf_counter()
    figures = {
        "seconds": done - begun,
        "start_seconds": ready - begun,
        "import_seconds": read - ready,
        "filter_seconds": done - read,
        "findings": findings,
        "events": len(log),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
