"""Ten rules over one event log: SQL that DuckDB and PostgreSQL both read, and pm4py's nearest."""

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
ROUNDS = 3

SAME = (
    "SELECT count(DISTINCT a.matter_id) FROM event a JOIN event b ON b.matter_id = a.matter_id"
    " AND b.person = a.person WHERE a.act = '{0}' AND b.act = '{1}'"
)
NEVER = (
    "SELECT count(DISTINCT a.matter_id) FROM event a WHERE a.act = '{0}' AND NOT EXISTS"
    " (SELECT 1 FROM event b WHERE b.matter_id = a.matter_id AND b.act = '{1}')"
)
SLOW = (
    "SELECT count(DISTINCT a.matter_id) FROM event a JOIN event b ON b.matter_id = a.matter_id"
    " AND b.seq > a.seq WHERE a.act = '{0}' AND b.act = '{1}'"
    " AND b.happened_at - a.happened_at >= INTERVAL '{2}' HOUR"
)
RULES = {
    "grid_checked_by_fixer": ("same", "feedback", "check_pass"),
    "recording_viewed_by_taker": ("same", "take_recording", "view"),
    "approved_by_who_accepted": ("same", "accept", "approve"),
    "withdrawn_and_not_confirmed": ("never", "withdraw_alarm", "confirm_withdrawal"),
    "filed_and_no_notice": ("never", "file", "send_notice"),
    "arrived_late": ("slow", "dispatch", "arrive", 1),
    "dispatched_late": ("slow", "accept", "dispatch", 2),
    "delivered_late": ("slow", "apply", "deliver", 480),
    "handed_on_twice": ("twice", "transfer"),
    "entered_late": ("late", 24),
}


def sql_of(rule: tuple[Any, ...]) -> str:
    """A rule as a query that counts matters."""
    sort, *given = rule
    if sort == "twice":
        return (
            "SELECT count(*) FROM (SELECT matter_id FROM event WHERE act = "
            f"'{given[0]}' GROUP BY matter_id HAVING count(*) > 1) AS found"
        )
    if sort == "late":
        return (
            "SELECT count(DISTINCT matter_id) FROM event"
            f" WHERE recorded_at > happened_at + INTERVAL '{given[0]}' HOUR"
        )
    return {"same": SAME, "never": NEVER, "slow": SLOW}[sort].format(*given)


def timed(ask: Callable[[tuple[Any, ...]], int]) -> dict[str, Any]:
    """Every rule ROUNDS times: what it counts, the least seconds, and the sum of them."""
    found: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for name, rule in RULES.items():
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            found[name] = ask(rule)
            times.append(time.perf_counter() - begun)
        seconds[name] = round(min(times), 4)
    return {"found": found, "seconds": seconds, "rules_seconds": round(sum(seconds.values()), 3)}


def asked_of_pm4py(log: Any, pm4py: Any) -> Callable[[tuple[Any, ...]], int]:
    """pm4py's own filters, as its manual shows them."""
    from pm4py.algo.filtering.pandas.ltl import ltl_checker

    def ask(rule: tuple[Any, ...]) -> int:
        sort, *given = rule
        if sort == "same":
            kept = pm4py.filter_four_eyes_principle(
                log, given[0], given[1], resource_key="org:resource", keep_violations=True
            )
        elif sort == "never":
            has = pm4py.filter_event_attribute_values(log, ACT, {given[0]}, level="case")
            kept = pm4py.filter_event_attribute_values(
                has, ACT, {given[1]}, level="case", retain=False
            )
        elif sort == "slow":
            after = {
                ltl_checker.Parameters.ENABLE_TIMESTAMP: True,
                ltl_checker.Parameters.TIMESTAMP_DIFF_BOUNDARIES: [(given[2] * HOUR, LONG)],
            }
            kept = ltl_checker.eventually_follows(log, given[:2], parameters=after)
        elif sort == "twice":
            kept = pm4py.filter_activities_rework(log, given[0], 2)
        else:
            late = log["recorded_at"] - log["time:timestamp"]
            kept = log[late.dt.total_seconds() > given[0] * HOUR]
        return int(kept[CASE].nunique())

    return ask


def main(file: str) -> None:
    """Read a Parquet file of events with pm4py and answer the ten rules; one JSON line."""
    warnings.filterwarnings("ignore")
    import pandas
    import pm4py

    begun = time.perf_counter()
    frame = pandas.read_parquet(file)
    frame = frame.rename(columns={"person": "org:resource"})
    log = pm4py.format_dataframe(
        frame, case_id="matter_id", activity_key="act", timestamp_key="happened_at"
    )
    log["recorded_at"] = pandas.to_datetime(log["recorded_at"], utc=True)
    load = time.perf_counter() - begun
    told = {"events": len(log), "load_seconds": round(load, 2)}
    print(json.dumps(told | timed(asked_of_pm4py(log, pm4py))))


if __name__ == "__main__":
    main(sys.argv[1])
