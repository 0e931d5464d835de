"""`haihe bench supervise`: a real log read and swept whole, beside pm4py and beside a bare scan.

Everything runs in turn in one call. Haihe and pm4py each start a fresh process on the same file,
read it and answer the same eight questions; pm4py with its own reader and, because it takes that
one when it finds it, with the Rust reader rustxes. The sweep is then measured against merely
reading the values of the columns its models name. Compare only within a run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.environment import ROOT, peer_python

HELP = "import and full sweep of the fines log, beside pm4py and beside a bare scan"

PACK: Final = ROOT / "examples" / "road_fines"
LOG_NAME: Final = "logs/Road_Traffic_Fine_Management_Process.xes.gz"
READERS: Final = {"pm4py": "chunk_regex", "pm4py_rustxes": "rustxes"}
PEER_SECONDS_MAX: Final = 600
SWEEPS: Final = 7

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to read and how often."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--log", type=Path, default=None, help="the fines log (.xes.gz)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--no-peers", action="store_true", help="without installing the peers")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 0, or 2 when the log is not there."""
    log = args.log or Path(os.environ.get("HAIHE_DATA", ROOT.parent / "shared" / "data")) / LOG_NAME
    if not log.is_file():
        print(f"bench supervise: no log at {log}; give --log or HAIHE_DATA", file=sys.stderr)
        return 2
    figures = measured(log, args.rounds, {} if args.no_peers else READERS)
    if args.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 0


def measured(log: Path, rounds: int, readers: dict[str, str]) -> Figures:
    """All figures: `haihe`, each peer, `times_faster`, and `sweep`."""
    runs: dict[str, list[Figures]] = {}
    for _ in range(rounds):  # in turn, so that a disturbance meets all of them
        runs.setdefault("haihe", []).append(haihe(log))
        for name, reader in readers.items():
            runs.setdefault(name, []).append(pm4py(log, reader))
    figures: Figures = {name: median(of) for name, of in runs.items()}
    for told, of in (("times_faster", "wall_seconds"), ("times_less_processor", "cpu_seconds")):
        ours = figures["haihe"][of]
        figures[told] = {name: round(figures[name][of] / ours, 1) for name in readers}
    figures["sweep"] = swept(log)
    return figures


def timed(command: list[str]) -> Figures:
    """The JSON a command prints, with the wall and processor time of the whole process."""
    begun, used = time.perf_counter(), children_seconds()
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=PEER_SECONDS_MAX,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    wall = time.perf_counter() - begun
    told: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return told | {"wall_seconds": wall, "cpu_seconds": children_seconds() - used}


def children_seconds() -> float:
    """Processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def haihe(log: Path) -> Figures:
    """The product itself, from the command line."""
    command = [sys.executable, "-m", "haihe", "supervise", str(log), "--pack", str(PACK)]
    told = timed([*command, "--json", "--examples", "0"])
    return {
        "wall_seconds": told["wall_seconds"],
        "cpu_seconds": told["cpu_seconds"],
        "import_seconds": told["seconds_of"]["读取"] + told["seconds_of"]["写入视图"],
        "sweep_seconds": told["seconds_of"]["监督"],
        "findings": told["findings"],
    }


def pm4py(log: Path, reader: str) -> Figures:
    """The peer with one of its readers, in its own environment."""
    script = ROOT / "bench" / "peers" / "pm4py_log.py"
    told = timed([str(peer_python()), str(script), str(log), reader])
    return {
        "wall_seconds": told["wall_seconds"],
        "cpu_seconds": told["cpu_seconds"],
        "import_seconds": told["import_seconds"],
        "sweep_seconds": told["filter_seconds"],
        "findings": told["findings"],
    }


def median(runs: list[Figures]) -> Figures:
    """The median of each time; findings must not differ between rounds."""
    assert all(one["findings"] == runs[0]["findings"] for one in runs)
    times = [name for name in runs[0] if name.endswith("_seconds")]
    return {name: round(statistics.median(one[name] for one in runs), 3) for name in times} | {
        "findings": runs[0]["findings"]
    }


def swept(log: Path) -> Figures:
    """The sweep beside reading every value of the columns that its models name, once."""
    from haihe.pack.description import load_description
    from haihe.pack.models import load_models, load_prepared
    from haihe.supervision.imports.log import read_log, write_log
    from haihe.supervision.imports.plan import plan_of
    from haihe.supervision.sweep import sweep
    from haihe.supervision.views import open_views

    plan = plan_of(load_description(PACK), os.urandom(32))
    models, prepared = load_models(PACK / "models"), load_prepared(PACK / "prepared")
    columns = sorted({one.split(".")[1] for model in models for one in model.card.inputs})
    with tempfile.TemporaryDirectory(prefix="haihe-bench-") as folder:
        write_log(read_log(log, plan), Path(folder), plan)

        scans, sweeps = [], []
        for _ in range(SWEEPS):
            connection = open_views(Path(folder), plan.event_fields)
            begun = time.perf_counter()
            connection.execute(scan_of(columns, plan.event_fields)).fetchall()
            read = time.perf_counter()
            sweep(connection, models, prepared)
            scans.append(read - begun)
            sweeps.append(time.perf_counter() - read)
            connection.close()
    scan, whole = statistics.median(scans), statistics.median(sweeps)
    return {
        "columns": columns,
        "scan_seconds": round(scan, 4),
        "sweep_seconds": round(whole, 4),
        "times_the_scan": round(whole / scan, 1),
    }


def scan_of(columns: list[str], fields: dict[str, Any]) -> str:
    """A query that looks at every value of the columns and keeps one number of each."""
    texts = {"matter_id", "act"} | {name for name, kind in fields.items() if kind == "text"}
    instants = {"happened_local"}
    looked = [
        f"max(length({name}))"
        if name in texts
        else f"max(epoch({name}))"
        if name in instants
        else f"sum({name})"
        for name in columns
    ]
    return f"SELECT {', '.join(looked)} FROM event"


def show(figures: Figures) -> None:
    """The figures for people."""
    print(f"{'':16}{'whole':>9}{'import':>9}{'sweep':>9}{'processor':>11}   seconds, median")
    for name in ("haihe", *READERS):
        if name in figures:
            one = figures[name]
            times = [one["wall_seconds"], one["import_seconds"], one["sweep_seconds"]]
            print(
                f"{name:16}" + "".join(f"{t:9.2f}" for t in times) + f"{one['cpu_seconds']:11.2f}"
            )
    for name, times_faster in figures["times_faster"].items():
        print(f"Haihe is {times_faster} times faster than {name}, end to end.")
        theirs, ours = figures[name]["findings"], figures["haihe"]["findings"]
        for model in sorted(ours):
            if theirs[model] != ours[model]:
                print(f"  {model}: {ours[model]:,} found; {name} {theirs[model]:,} (it counts UTC)")
    sweep = figures["sweep"]
    print(
        f"Sweep {sweep['sweep_seconds']:.3f} s, bare scan of {len(sweep['columns'])} columns"
        f" {sweep['scan_seconds']:.3f} s: {sweep['times_the_scan']} times."
    )
