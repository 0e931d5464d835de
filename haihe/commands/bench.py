"""`haihe bench NAME`: run one of the benches of a checkout; the product itself needs none."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

HELP = "measure: write, bulk, supervise, deadline … (in a checkout); --json prints the figures"

FOLDER = Path(__file__).resolve().parents[2] / "bench"


def benches() -> list[str]:
    """The benches of this checkout (modules with HELP); none where there is only the program."""
    if not FOLDER.is_dir():
        return []
    return sorted(
        file.stem for file in FOLDER.glob("*.py") if "\nHELP = " in file.read_text("utf-8")
    )


def arguments(parser: argparse.ArgumentParser) -> None:
    """One subcommand a bench, with the bench's own arguments; none runs them all."""
    if str(FOLDER.parent) not in sys.path:
        sys.path.insert(0, str(FOLDER.parent))
    names = parser.add_subparsers(dest="bench", metavar="NAME")
    for name in benches():
        module = importlib.import_module(f"bench.{name}")
        bench = names.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(bench)
        bench.set_defaults(run_bench=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the named bench, or each in turn with its defaults."""
    if not benches():
        print("haihe bench: 只能在源码目录中运行(此处没有 bench 文件夹)。", file=sys.stderr)
        return 2
    if args.bench is not None:
        return int(args.run_bench(args))
    worst = 0
    for name in benches():
        module = importlib.import_module(f"bench.{name}")
        parser = argparse.ArgumentParser(prog=f"haihe bench {name}")
        module.arguments(parser)
        print(f"== {name}: {module.HELP}", flush=True)
        worst = max(worst, int(module.run(parser.parse_args([]))))
    return worst
