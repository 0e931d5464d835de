"""`haihe procedures`: check, list, show the procedures of a pack, and run their worked cases."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.kernel.procedure import ClockRule, Procedure, Step
    from haihe.pack import Pack
    from haihe.pack.lint import Problem
    from haihe.pack.settings import SettingRow

HELP = "程序：检查、列出、显示，运行示例"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and to which pack."""
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=["list", "check", "show", "cases", "settings"],
        help="list 列出（默认），check 检查并运行全部示例，show KIND 显示，cases KIND 运行示例，"
        "settings 列出本市可以改定的期限",
    )
    parser.add_argument("kind", nargs="?", help="事项类型，如 alarm")
    parser.add_argument("--pack", type=Path, metavar="FOLDER", help="程序包所在文件夹")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出到标准输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 if all is well, 1 if something is wrong, 2 if it cannot be read."""
    from haihe.pack import UnusablePack, load_pack

    try:
        pack = load_pack(args.pack)
        if args.kind and args.kind not in pack.procedures:
            _tell(f"没有“{args.kind}”这类事项；有：{'、'.join(pack.procedures)}")
            return 2
        if args.what in ("show", "cases") and not args.kind:
            _tell(f"请写明哪一类事项，如 haihe procedures {args.what} alarm")
            return 2
        code = ACTS[args.what](pack, args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever reads our pages has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UnusablePack as error:
        _tell(str(error))
        return 1 if args.what == "check" else 2


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def _print_json(value: Any) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")


def _check(pack: Pack, args: argparse.Namespace) -> int:
    """Lint everything and run every case."""
    from haihe.pack.cases import load_cases
    from haihe.pack.lint import check

    problems = check(pack, [args.kind] if args.kind else [])
    if args.pack is None and not args.kind:
        problems += [*_wrong_settings(pack), *_wrong_approvals(pack), *_unrouted(pack)]
        problems += _wrong_halls(pack)
    kinds = [args.kind] if args.kind else list(pack.procedures)
    counted = 0 if problems else sum(len(load_cases(pack, kind)) for kind in kinds)
    if args.json:
        _print_json({"problems": [one._asdict() for one in problems], "kinds": kinds})
    for problem in problems:
        _tell(str(problem))
    if problems:
        _tell(f"共 {len(problems)} 处问题")
        return 1
    _tell(f"{len(kinds)} 类事项，{counted} 个示例，没有发现问题")
    return 0


def _wrong_settings(pack: Pack) -> list[Problem]:
    """What is wrong with the settings of the city in use."""
    from haihe.pack.lint import Problem
    from haihe.pack.settings import SETTINGS_FILE, faults, settings_of_the_city

    found = faults(pack, settings_of_the_city())
    return [Problem(f"city/{SETTINGS_FILE}", where, says) for where, says in found]


def _wrong_approvals(pack: Pack) -> list[Problem]:
    """What is wrong with the approval chains of the city in use."""
    from haihe.pack.approvals import APPROVALS_FILE, approvals_of_the_city, faults
    from haihe.pack.city import load_organs
    from haihe.pack.lint import Problem

    found = faults(pack, approvals_of_the_city(), load_organs().ids())
    return [Problem(f"city/{APPROVALS_FILE}", *one.split(": ", 1)) for one in found]


def _wrong_halls(pack: Pack) -> list[Problem]:
    """What the halls of the city in use, and how long they are kept, name that there is not."""
    from haihe.pack.city import load_organs
    from haihe.pack.lint import Problem
    from haihe.pack.place import MissingFolder, city_folder
    from haihe.pack.retention import FILE, load_retention, unknown_words
    from haihe.records.halls_city import HALLS_FILE, faults, load_halls

    try:
        kept = load_retention(city_folder())
    except MissingFolder:
        return []
    found = [
        *((HALLS_FILE, one) for one in faults(load_halls(), pack, load_organs().ids())),
        *((FILE, one) for one in unknown_words(kept, set(pack.procedures), pack.law)),
    ]
    return [Problem(f"city/{file}", *one.split(": ", 1)) for file, one in found]


def _unrouted(pack: Pack) -> list[Problem]:
    """Kinds for which the city in use does not say where a new matter goes, nor why not."""
    from haihe.pack.competence import COMPETENCE_FILE, read_rules, unrouted
    from haihe.pack.lint import Problem

    found = unrouted(read_rules(), pack.procedures)
    return [Problem(f"city/{COMPETENCE_FILE}", *one.split(": ", 1)) for one in found]


def _settings(pack: Pack, args: argparse.Namespace) -> int:
    """Every clock of level C or D: what holds today, its source, and where the city set it."""
    from datetime import datetime

    import msgspec

    from haihe.pack.settings import rows, settings_of_the_city

    settings = () if args.pack else settings_of_the_city()
    today = datetime.now(pack.zone).date()
    found = [one for one in rows(pack, settings, today) if args.kind in (None, one.kind)]
    if args.json:
        _print_json(msgspec.to_builtins(found))
        return 0
    kind = ""
    for row in found:
        if row.kind != kind:
            kind = row.kind
            print(f"{row.kind_name}（{kind}）")
        _show_setting(row)
    set_ = sum(bool(row.settings) for row in found)
    print(f"共 {len(found)} 个期限可以由本市改定，已改定 {set_} 个")
    return 0


def _show_setting(row: SettingRow) -> None:
    from haihe.pack.settings import length_words

    print(
        f"  {row.clock_name}（{row.clock}）：{length_words(row)}；{row.level} 级；"
        f"来源：{row.source or '未写'}；核对 {row.checked_on or '未写'}"
    )
    for one in row.settings:
        print(
            f"    {one.since} 起 {one.allow}（原 {row.shipped}），{one.decided_by}决定，"
            f"来源：{one.source}，核对 {one.checked_on}"
        )


def _list(pack: Pack, args: argparse.Namespace) -> int:
    """Every kind with its versions, steps, clocks and the number of its cases."""
    from haihe.pack.cases import load_cases

    rows: list[dict[str, Any]] = []
    for kind, versions in pack.procedures.items():
        newest = versions[-1]
        rows.append(
            {
                "kind": kind,
                "name": newest.name,
                "versions": [{"since": one.since, "until": one.until} for one in versions],
                "steps": list(newest.steps),
                "clocks": list(newest.clocks),
                "cases": len(load_cases(pack, kind)),
            }
        )
    if args.json:
        _print_json(rows)
        return 0
    for row in rows:
        versions_of = "、".join(f"{one['since']}起" for one in row["versions"])
        print(
            f"{row['kind']:<22}{row['name']}：{versions_of}；步骤{len(row['steps'])}，"
            f"期限{len(row['clocks'])}，示例{row['cases']}"
        )
    return 0


def _cases(pack: Pack, args: argparse.Namespace) -> int:
    """Run the cases of one kind, one line each."""
    from haihe.pack.cases import load_cases, run_cases

    results = list(run_cases(pack, args.kind, load_cases(pack, args.kind)))
    if args.json:
        _print_json([{"id": one.id, "it": one.it, "problems": one.problems} for one in results])
    for result in results:
        if not args.json:
            print(f"{'不符' if result.problems else '相符'}  {result.id}  {result.it}")
        for problem in result.problems:
            _tell(f"      {result.id}: {problem}")
    wrong = sum(bool(one.problems) for one in results)
    _tell(f"{len(results)} 个示例，{wrong} 个不符")
    return 1 if wrong else 0


def _show(pack: Pack, args: argparse.Namespace) -> int:
    """Every version of one kind and its cases, to be read on a terminal."""
    if args.json:
        _print_json(list(pack.procedures[args.kind]))
        return 0
    for procedure in pack.procedures[args.kind]:
        _show_version(pack, procedure)
    _show_cases(pack, args.kind)
    return 0


def _show_version(pack: Pack, procedure: Procedure) -> None:
    from haihe.pack.telling import STANDS, cited, papers_told

    until = f"至{procedure.until}" if procedure.until else "起"
    print(f"{procedure.name}（{procedure.kind}），{procedure.since}{until}")
    print(f"依据：{cited(pack, procedure.basis)}")
    if procedure.note:
        print(procedure.note.strip())
    print("\n角色")
    for name, role in procedure.roles.items():
        print(f"  {role.name}（{name}），{STANDS[role.stands]}")
    print("\n步骤")
    for name, step in procedure.steps.items():
        _show_step(pack, procedure, name, step)
    print("\n状态，群众看到的话")
    for name, state in procedure.states.items():
        print(f"  {state.name}（{name}）：{state.citizen}{state.next}")
    print("\n期限")
    for name, clock in procedure.clocks.items():
        _show_clock(pack, procedure, name, clock)
    papers = papers_told(procedure)
    if papers:
        print("\n文书")
        for paper, by in papers.items():
            print(f"  {paper}：{'、'.join(by)}")
    _show_handovers(pack, procedure)


def _show_step(pack: Pack, procedure: Procedure, name: str, step: Step) -> None:
    from haihe.pack.telling import asked, cited, refusals_told, roles_told, way

    print(f"  {step.name}（{name}）：{way(procedure, step)}")
    print(f"    由{roles_told(procedure, step)}办理")
    fields = asked(procedure, step)
    if fields:
        print(f"    填写：{fields}")
    for one in refusals_told(pack, step):
        print(f"    拒绝：{one.says}；{one.instead}（{one.articles}）")
    print(f"    依据：{cited(pack, step.cites)}")


def _show_clock(pack: Pack, procedure: Procedure, name: str, clock: ClockRule) -> None:
    from haihe.pack.telling import clock_told

    told = clock_told(pack, procedure, clock)
    print(f"  {clock.name}（{name}）：{told.length}，{told.starts} → {told.stops}")
    for line in told.more:
        print(f"    {line}")
    row = f"，期限表{clock.row}" if clock.row else ""
    print(f"    依据：{told.articles}，可靠程度{clock.level}{row}")


def _show_handovers(pack: Pack, procedure: Procedure) -> None:
    from haihe.pack.telling import handovers_told, opened_from

    opens = list(handovers_told(pack, procedure))
    opened = opened_from(pack, procedure.kind)
    if opens or opened:
        print("\n移交")
    for one in opens:
        print(f"  {one.step} → {one.name}（{one.kind}）的“{one.opening}”，带去{one.carries}项内容")
    for kind, steps in opened.items():
        print(f"  来自{pack.procedures[kind][-1].name}（{kind}）：{'、'.join(steps)}")


def _show_cases(pack: Pack, kind: str) -> None:
    from haihe.pack.cases import load_cases
    from haihe.pack.telling import CHINESE, case_told

    cases = {case.id: case for case in load_cases(pack, kind)}
    print("\n示例")
    for case in cases.values():
        print(f"  {case.id}  {case.it}")
        for line in case_told(pack, kind, cases, case, CHINESE):
            print(f"    {line}")


ACTS = {
    "list": _list,
    "check": _check,
    "show": _show,
    "cases": _cases,
    "settings": _settings,
}
