"""`haihe docs`: write the reference pages of the handbook from the code and the data folders."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.kernel.procedure import Procedure

HELP = "由代码和数据生成 docs/reference/ 各页（在源码目录中使用）"

ROOT = Path(__file__).resolve().parents[2]
NOTE = "<!-- Written by `make docs`; change the code or the data, then write it again. -->"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to write the pages or only to compare them."""
    parser.add_argument("--check", action="store_true", help="不写文件，只比较；有出入时返回 1")


def run(args: argparse.Namespace) -> int:
    """Write every page, or name those that are out of date."""
    folder = ROOT / "docs" / "reference"
    if not folder.parent.is_dir():
        print("haihe docs: 只能在源码目录中使用（此处没有 docs 文件夹）。", file=sys.stderr)
        return 2
    folder.mkdir(exist_ok=True)
    stale = []
    for name, page in pages().items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != page:
            stale.append(name)
            if not args.check:
                file.write_text(page, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name} " + ("已过时" if args.check else "已写"), file=sys.stderr)
    return 1 if stale and args.check else 0


def pages() -> dict[str, str]:
    """File name -> whole text of every reference page."""
    writers: dict[str, Callable[[], Iterator[str]]] = {
        "commands.md": commands_page,
        "settings.md": settings_page,
        "procedures.md": procedures_page,
        "models.md": models_page,
        "views.md": views_page,
    }
    return {name: "\n".join([NOTE, "", *write(), ""]) for name, write in writers.items()}


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table of the handbook; a bar or a line break inside a cell would end it."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"


def commands_page() -> Iterator[str]:
    """Every command of the console program with its arguments."""
    from haihe.commands import COMMANDS

    yield from ("# Commands", "", "Exit codes: 0 fine, 1 found something wrong, 2 cannot be used.")
    for name, module_name in sorted(COMMANDS.items()):
        module = importlib.import_module(module_name)
        parser = argparse.ArgumentParser(prog=f"haihe {name}", add_help=False)
        module.arguments(parser)
        yield from ("", f"## haihe {name}", "", str(module.HELP), "")
        yield from arguments_of(parser)


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The arguments of a command as a table, then each of its subcommands."""
    rows = []
    below: list[tuple[str, argparse.ArgumentParser, str]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            below += [(name, one, helps.get(name, "")) for name, one in action.choices.items()]
        elif not isinstance(action, argparse._HelpAction):
            rows.append((f"`{shape_of(action)}`", action.help or ""))
    if rows:
        yield from table(("argument", "meaning"), rows)
    for name, one, says in below:
        yield from ("", f"### {parser.prog} {name}", "", says, "")
        yield from arguments_of(one)


def shape_of(action: argparse.Action) -> str:
    """How an argument is written: `--from DAY`, `ALLOW`, `--json`."""
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if not action.option_strings:
        return metavar
    flag = action.option_strings[-1]
    return flag if action.nargs == 0 else f"{flag} {metavar}"


def settings_page() -> Iterator[str]:
    """Every environment variable."""
    from haihe.config.environment import SETTINGS

    yield from ("# Settings", "", "All of them are environment variables.", "")
    yield from table(
        ("name", "default", "meaning"),
        [(f"`{one.name}`", one.default, one.meaning) for one in SETTINGS],
    )


def models_page() -> Iterator[str]:
    """Every supervision model of the house and of the examples, by its card."""
    from haihe.pack.models import load_models
    from haihe.pack.place import examples_folder, models_folder

    yield from ("# Supervision models 监督模型", "")
    yield "A model speaks of matters, organs and steps; none scores a person."
    packs = [("models", models_folder())]
    packs += [
        (f"examples/{pack.name}/models", pack / "models")
        for pack in sorted(examples_folder().iterdir())
    ]
    for title, folder in packs:
        models = load_models(folder)
        if not models:
            continue
        yield from ("", f"## {title}", "")
        yield from table(
            ("model", "name", "question", "status", "level", "basis"),
            [
                (
                    f"`{model.id}`",
                    model.card.name,
                    model.card.question,
                    model.card.status,
                    model.card.level,
                    articles(model.card.basis),
                )
                for model in models
            ],
        )


def views_page() -> Iterator[str]:
    """Every published view, column by column."""
    from haihe.supervision.views import VIEWS

    yield from ("# Published views", "", "What models, indicators and exports see.")
    for view in VIEWS.values():
        more = "; the declared fields of the data stand beside these columns" * view.fields
        yield from ("", f"## {view.name}", "", view.meaning + more, "")
        yield from table(
            ("column", "type", "meaning"),
            [
                (f"`{column.name}`", f"{column.type}{', always' * column.required}", column.meaning)
                for column in view.columns
            ],
        )


def procedures_page() -> Iterator[str]:
    """Every kind of matter in every version: its steps and clocks with their articles."""
    from haihe.pack.place import procedures_folder
    from haihe.pack.procedures import load_procedures

    found = load_procedures(procedures_folder())
    yield from (
        "# Kinds of matter 事项种类",
        "",
        "Each file is `procedures/<kind>/from-<day>.yaml`.",
        "",
    )
    yield from table(
        ("kind", "name", "in force from"),
        [
            (f"`{kind}`", versions[-1].name, ", ".join(f"{one.since}" for one in versions))
            for kind, versions in found.items()
        ],
    )
    for versions in found.values():
        for procedure in versions:
            yield from procedure_part(procedure)


def procedure_part(procedure: Procedure) -> Iterator[str]:
    """One version of one kind: steps and clocks, each a line with its articles."""
    until = f" to {procedure.until}" if procedure.until else ""
    yield from ("", f"## {procedure.name} `{procedure.kind}`, from {procedure.since}{until}", "")
    yield from (f"Basis: {articles(procedure.basis)}.", "")
    yield from table(
        ("step", "name", "by", "from → to", "articles"),
        [
            (
                f"`{name}`",
                step.name,
                "、".join(procedure.roles[role].name for role in step.by),
                f"{'、'.join(step.from_) or '·'} → {step.to}",
                articles(step.cites),
            )
            for name, step in procedure.steps.items()
        ],
    )
    yield ""
    yield from table(
        ("clock", "name", "length", "starts", "stops", "articles"),
        [
            (
                f"`{name}`",
                clock.name,
                clock.allow,
                "、".join(clock.starts),
                "、".join(clock.stops),
                articles(clock.cites),
            )
            for name, clock in procedure.clocks.items()
        ],
    )


def articles(cites: Iterable[str]) -> str:
    """Citations as they are written in the data: `psp-2025#118`."""
    return ", ".join(f"`{cite}`" for cite in cites)
