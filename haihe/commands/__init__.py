"""The `haihe` console program: a name, its module, nothing else; imported when called."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

# Every module of this package is a command; it has HELP, arguments(parser) and run(args) -> int.
COMMANDS: dict[str, str] = {
    module.name: f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0 fine, 1 found something wrong, 2 unusable)."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="haihe", description="海河: digital files of a city.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = words[0] if words and words[0] in COMMANDS else None
    for name, module_name in COMMANDS.items():
        if wanted is not None and name != wanted:
            continue
        module = importlib.import_module(module_name)
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(command)
        command.set_defaults(run=module.run)
    args = parser.parse_args(words)
    return int(args.run(args))
