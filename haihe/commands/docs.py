"""`haihe docs`: write the reference pages of the handbook from the code and the data folders."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.kernel.procedure import Procedure
    from haihe.pack import Pack
    from haihe.pack.cases import Case

HELP = "由代码和数据生成 docs/reference/ 各页（在源码目录中使用）"

ROOT = Path(__file__).resolve().parents[2]
KIND_PAGES = "procedures"
MODEL_PAGES = "models"
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
    for below in (KIND_PAGES, MODEL_PAGES):
        (folder / below).mkdir(parents=True, exist_ok=True)
    written = pages()
    stale = [name for name in pages_below(folder) if name not in written]
    if not args.check:
        for name in stale:
            (folder / name).unlink()
    for name, page in written.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != page:
            stale.append(name)
            if not args.check:
                file.write_text(page, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name} " + ("已过时" if args.check else "已更新"), file=sys.stderr)
    return 1 if stale and args.check else 0


def pages_below(folder: Path) -> list[str]:
    """The pages of kinds and models in docs/reference, also those of what is gone."""
    return sorted(
        f"{below}/{file.name}"
        for below in (KIND_PAGES, MODEL_PAGES)
        for file in (folder / below).glob("*.md")
    )


def pages() -> dict[str, str]:
    """Name below docs/reference -> whole text of every page that is written from the code."""
    from haihe.commands.backtest import RESULTS
    from haihe.pack import load_pack
    from haihe.pack.cases import load_cases
    from haihe.pack.models import load_models
    from haihe.pack.place import models_folder
    from haihe.supervision.telling import model_page, read_backtest

    pack = load_pack()
    cases = {kind: {one.id: one for one in load_cases(pack, kind)} for kind in pack.procedures}
    writers: dict[str, Callable[[], Iterator[str]]] = {
        "commands.md": commands_page,
        "settings.md": settings_page,
        "procedures.md": partial(procedures_page, pack, cases),
        "models.md": models_page,
        "views.md": views_page,
    }
    for kind in pack.procedures:
        writers[f"{KIND_PAGES}/{kind}.md"] = partial(kind_page, pack, kind, cases[kind])
    backtest = read_backtest(ROOT / "simulation" / RESULTS)
    for model in load_models(models_folder()):
        writers[f"{MODEL_PAGES}/{model.id}.md"] = partial(model_page, model, pack, backtest)
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
    yield "A model speaks of matters, organs and steps; none scores a person. The page of a model"
    yield "tells its card, the law it rests on, its cases, its SQL and its measured figures."
    packs = [("models", models_folder())]
    packs += [
        (f"examples/{pack.name}/models", pack / "models")
        for pack in sorted(examples_folder().iterdir())
    ]
    for title, folder in packs:
        models = load_models(folder)
        if not models:
            continue
        paged = title == MODEL_PAGES
        yield from ("", f"## {title}", "")
        yield from table(
            ("model", "name", "question", "status", "level", "basis"),
            [
                (
                    f"[`{model.id}`]({MODEL_PAGES}/{model.id}.md)" if paged else f"`{model.id}`",
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


def procedures_page(pack: Pack, cases: Mapping[str, Mapping[str, Case]]) -> Iterator[str]:
    """Every kind of matter with a link to its own page."""
    yield from (
        "# Kinds of matter 事项种类",
        "",
        "Each kind is a folder `procedures/<kind>/`: `from-<day>.yaml` for every version and its",
        "cases in `cases.yaml`. Its page below tells the steps, clocks, papers and cases.",
        "Which rows of the table of clocks no kind uses: [clocks-not-used.md](clocks-not-used.md).",
        "",
    )
    yield from table(
        ("kind", "name", "in force from", "steps", "clocks", "cases"),
        [
            (
                f"[`{kind}`](procedures/{kind}.md)",
                versions[-1].name,
                ", ".join(f"{one.since}" for one in versions),
                str(len(versions[-1].steps)),
                str(len(versions[-1].clocks)),
                str(len(cases[kind])),
            )
            for kind, versions in pack.procedures.items()
        ],
    )


def kind_page(pack: Pack, kind: str, cases: Mapping[str, Case]) -> Iterator[str]:
    """One kind of matter: what it is, its versions, steps, clocks, papers, hand-overs, cases."""
    *earlier, newest = pack.procedures[kind]
    yield from (f"# {newest.name} `{kind}`", "")
    if newest.note:
        yield from (" ".join(newest.note.split()), "")
    yield from versions_part(pack, kind)
    yield from ("", "## Course", "", *diagram(newest), "")
    yield from steps_part(pack, newest)
    yield from ("", "## Clocks", "", *clocks_part(pack, newest))
    yield from refusals_part(pack, newest)
    yield from ("", "## Roles", "")
    yield from table(
        ("role", "name", "stands with"),
        [(f"`{name}`", role.name, role.stands) for name, role in newest.roles.items()],
    )
    if newest.supervisors:
        yield from ("", f"Supervised by: {', '.join(f'`{one}`' for one in newest.supervisors)}.")
    yield from ("", "## What a citizen reads", "")
    yield from table(
        ("state", "name", "what happens", "what comes next"),
        [
            (f"`{name}`", state.name, state.citizen, state.next)
            for name, state in newest.states.items()
        ],
    )
    yield from papers_part(newest)
    yield from handovers_part(pack, newest)
    for one in reversed(earlier):
        yield from ("", f"## Version from {one.since}", "", *steps_part(pack, one))
        yield from ("", *clocks_part(pack, one))
    yield from cases_part(pack, kind, cases)


def versions_part(pack: Pack, kind: str) -> Iterator[str]:
    """Each version with the days it is in force and the law it rests on."""
    from haihe.pack.telling import cited

    yield from ("## Versions", "")
    yield "The version in force when a matter is opened governs it to its end."
    yield ""
    yield from table(
        ("from", "until", "file", "basis"),
        [
            (
                f"{one.since}",
                f"{one.until or ''}",
                f"[from-{one.since}.yaml](../../../procedures/{kind}/from-{one.since}.yaml)",
                cited(pack, one.basis),
            )
            for one in pack.procedures[kind]
        ],
    )


def diagram(procedure: Procedure) -> Iterator[str]:
    """The steps between the states as a Mermaid diagram, then the steps that change no state."""
    ways: dict[tuple[str, str], list[str]] = {}
    staying = []
    for step in procedure.steps.values():
        if step.to == "stay" and step.from_:
            staying.append(step.name)
            continue
        for start in step.from_ or ("[*]",):
            ways.setdefault((start, step.to), []).append(step.name)
    yield from ("```mermaid", "stateDiagram-v2")
    for name, state in procedure.states.items():
        yield f'    state "{state.name}" as {name}'
    for (start, to), steps in ways.items():
        yield f"    {start} --> {to}: {'、'.join(steps)}"
    for name, state in procedure.states.items():
        if state.end:
            yield f"    {name} --> [*]"
    yield "```"
    if staying:
        yield from ("", f"Steps that leave the state as it is: {'、'.join(staying)}.")


def steps_part(pack: Pack, procedure: Procedure) -> Iterator[str]:
    """The steps of a version: by whom, from where to where, what they ask, their articles."""
    from haihe.pack.telling import asked, cited, roles_told, way

    yield from table(
        ("step", "name", "by", "from → to", "asks [may ask]", "articles"),
        [
            (
                f"`{name}`",
                step.name,
                roles_told(procedure, step),
                way(procedure, step),
                asked(procedure, step),
                cited(pack, step.cites),
            )
            for name, step in procedure.steps.items()
        ],
    )


def clocks_part(pack: Pack, procedure: Procedure) -> Iterator[str]:
    """The clocks of a version: length, start, stop, what changes them, articles, level, row."""
    from haihe.pack.telling import clock_told

    told = [(name, one, clock_told(pack, procedure, one)) for name, one in procedure.clocks.items()]
    if not told:
        yield "No clock runs in this kind."
        return
    yield from table(
        ("clock", "name", "length", "starts", "stops", "besides", "articles", "level", "row"),
        [
            (
                f"`{name}`",
                clock.name,
                one.length,
                one.starts,
                one.stops,
                "；".join(one.more),
                one.articles,
                clock.level,
                clock.row,
            )
            for name, clock, one in told
        ],
    )
    for name, clock, _ in told:
        if clock.source:
            checked = f", checked on {clock.checked_on}" if clock.checked_on else ""
            yield from ("", f"Source of `{name}` (level {clock.level}): {clock.source}{checked}.")


def refusals_part(pack: Pack, procedure: Procedure) -> Iterator[str]:
    """What is refused and what can be done instead."""
    from haihe.pack.telling import refusals_told

    rows = [
        (step.name, one.says, one.instead, one.articles)
        for step in procedure.steps.values()
        for one in refusals_told(pack, step)
    ]
    if rows:
        yield from ("", "## Refusals", "")
        yield from table(("step", "refused because", "instead", "articles"), rows)


def papers_part(procedure: Procedure) -> Iterator[str]:
    """The papers of a kind with the steps that issue them."""
    from haihe.pack.telling import papers_told

    papers = papers_told(procedure)
    if papers:
        yield from ("", "## Papers", "")
        yield from table(
            ("paper", "issued by"), [(paper, "、".join(by)) for paper, by in papers.items()]
        )


def handovers_part(pack: Pack, procedure: Procedure) -> Iterator[str]:
    """What this kind opens and what opens it, with links to the other pages."""
    from haihe.pack.telling import handovers_told, opened_from

    opens = list(handovers_told(pack, procedure))
    opened = opened_from(pack, procedure.kind)
    if not opens and not opened:
        return
    yield from ("", "## Hand-overs", "")
    for one in opens:
        carried = f"carrying {one.carries} fields" if one.carries else "carrying no field"
        yield f"- {one.step} opens [{one.name}]({one.kind}.md) by {one.opening}, {carried}."
    for kind, steps in opened.items():
        yield f"- Opened by [{pack.procedures[kind][-1].name}]({kind}.md): {'、'.join(steps)}."


def cases_part(pack: Pack, kind: str, cases: Mapping[str, Case]) -> Iterator[str]:
    """The cases of a kind, each a heading sentence and a short list."""
    from haihe.pack.telling import ENGLISH, case_told

    yield from ("", "## Cases", "")
    yield f"`haihe procedures cases {kind}` runs them."
    for case in cases.values():
        yield from ("", f"**`{case.id}`** {case.it}", "")
        yield from (f"- {line}" for line in case_told(pack, kind, cases, case, ENGLISH))


def articles(cites: Iterable[str]) -> str:
    """Citations as they are written in the data: `psp-2025#118`."""
    return ", ".join(f"`{cite}`" for cite in cites)
