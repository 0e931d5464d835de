"""A service hall simulated by ciw: who came when, was called when, was done when. Prints CSV.

ciw knows nothing of Haihe: its queues, servers, shifts, priorities and people who give up are its
own. Runs in the environment of the peers.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import sys
from typing import Any

import ciw

OPENS, NOON, AFTER_NOON, CLOSES = 30_600.0, 43_200.0, 48_600.0, 63_000.0
# By queue: windows in the morning and in the afternoon, mean minutes at one, share of all.
QUEUES = {"A": (2, 2, 10.5, 0.36), "B": (2, 2, 6.0, 0.4), "C": (1, 2, 7.5, 0.24)}
SPREAD = 0.6  # of the logarithm of the time at a window
FAVOURED = 0.07
LOAD = 0.93
HOURS = ((8.5, 1.15), (9.5, 1.35), (10.5, 1.1), (11.5, 0.6), (13.5, 1.0), (15.0, 1.1), (16.5, 0.5))
GIVES_UP_MINUTES = 240.0


def day(seed: int) -> list[tuple[Any, ...]]:
    """One day: queue, favoured, came, called, done (seconds of the day), window."""
    chance = random.Random(seed)
    ciw.seed(seed)  # the distributions draw when they are made
    busy = chance.uniform(0.8, 1.1)  # no day is like another
    names = list(QUEUES)
    arrivals: dict[str, list[Any]] = {"walked": [], "favoured": []}
    servers, services, patience = [], [], []
    for name in names:
        before, after, minutes, _ = QUEUES[name]
        slow = chance.uniform(0.9, 1.12)
        mean = 60 * minutes * slow
        top = LOAD * busy * (before + after) / 2 / (60 * minutes)
        begins = [hour * 3_600 for hour, _ in HOURS]
        ends = [*begins[1:], CLOSES - 1_800]
        rates = [0.0, *(top * factor for _, factor in HOURS), 0.0]
        points = [begins[0], *ends, 100_000.0]
        for kind, share in (("walked", 1 - FAVOURED), ("favoured", FAVOURED)):
            arrivals[kind].append(
                ciw.dists.PoissonIntervals(
                    [one * share for one in rates], points, max_sample_date=100_000.0
                )
            )
        services.append(ciw.dists.Lognormal(math.log(mean) - SPREAD**2 / 2, SPREAD))
        patience.append(ciw.dists.Exponential(1 / (60 * GIVES_UP_MINUTES)))
        servers.append(
            ciw.Schedule(
                numbers_of_servers=[0, before, 0, after],
                shift_end_dates=[OPENS, NOON, AFTER_NOON, 100_000.0],
            )
        )
    network = ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=dict.fromkeys(arrivals, services),
        number_of_servers=servers,
        priority_classes={"favoured": 0, "walked": 1},
        reneging_time_distributions=dict.fromkeys(arrivals, patience),
        routing={kind: [[0.0] * len(names)] * len(names) for kind in arrivals},
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(CLOSES)
    found = []
    for one in simulation.get_all_records():
        came, name = one.arrival_date, names[one.node - 1]
        favoured = int(one.customer_class == "favoured")
        if one.record_type == "service":
            told = (one.service_start_date, one.service_end_date)
            found.append((name, favoured, came, *told, f"{name}{one.server_id}"))
        elif one.record_type == "renege":
            found.append((name, favoured, came, one.exit_date, "", ""))
    return sorted(found, key=lambda one: one[2])


def main() -> None:
    """So many days from a seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    out = csv.writer(sys.stdout)
    out.writerow(("day", "queue", "favoured", "came", "called", "done", "window"))
    for nth in range(args.days):
        for row in day(args.seed * 1_000 + nth):
            out.writerow((nth, *row))


if __name__ == "__main__":
    main()
