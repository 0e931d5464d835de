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

HELP = "程序：检查、列出、显示，运行示例"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and to which pack."""
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=["list", "check", "show", "cases"],
        help="list 列出（默认），check 检查并运行全部示例，show KIND 显示，cases KIND 运行示例",
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
        act = {"list": _list, "check": _check, "show": _show, "cases": _cases}[args.what]
        code = act(pack, args)
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
    """The newest version of one kind, to be read on a terminal."""
    if args.json:
        _print_json(list(pack.procedures[args.kind]))
        return 0
    for procedure in pack.procedures[args.kind]:
        _show_version(pack, procedure)
    return 0


def _show_version(pack: Pack, procedure: Procedure) -> None:
    until = f"至{procedure.until}" if procedure.until else "起"
    print(f"{procedure.name}（{procedure.kind}），{procedure.since}{until}")
    print(f"依据：{_cited(pack, procedure.basis)}")
    if procedure.note:
        print(procedure.note.strip())
    print("\n步骤")
    for name, step in procedure.steps.items():
        print(f"  {step.name}（{name}）{_way(procedure, step)}")
        print(f"    由{'、'.join(procedure.roles[role].name for role in step.by)}办理")
        asked = [procedure.fields[one].name for one in step.asks]
        asked += [f"[{procedure.fields[one].name}]" for one in step.may_ask]
        if asked:
            print(f"    填写：{'、'.join(asked)}")
        for need in step.needs:
            if need.says:
                says, instead = need.says.rstrip("。"), need.instead.rstrip("。")
                cites = _cited(pack, need.cites or step.cites)
                print(f"    拒绝：{says}；{instead}（{cites}）")
        print(f"    依据：{_cited(pack, step.cites)}")
    print("\n期限")
    for name, clock in procedure.clocks.items():
        _show_clock(pack, procedure, name, clock)


def _way(procedure: Procedure, step: Step) -> str:
    froms = "、".join(procedure.states[name].name for name in step.from_) or "开始"
    to = "不变" if step.to == "stay" else procedure.states[step.to].name
    return f"：{froms} → {to}"


def _show_clock(pack: Pack, procedure: Procedure, name: str, clock: ClockRule) -> None:
    from haihe.kernel.allowance import parse_allowance
    from haihe.kernel.index import index_of

    names = {**index_of(procedure).act_names, "end": "办结"}
    starts = "、".join(names[act] for act in clock.starts)
    stops = "、".join(names[act] for act in clock.stops)
    print(f"  {clock.name}（{name}）：{parse_allowance(clock.allow)}，{starts} → {stops}")
    for allow in clock.allow_when:
        print(f"    符合条件的：{parse_allowance(allow.allow)}（{_cited(pack, allow.cites)}）")
    for leg in clock.extensions:
        by = "或者".join(leg.by)
        print(f"    经{by}批准可延长{parse_allowance(leg.allow)}（{_cited(pack, leg.cites)}）")
    print(f"    依据：{_cited(pack, clock.cites)}，可靠程度{clock.level}")


def _cited(pack: Pack, cites: tuple[str, ...]) -> str:
    return "、".join(pack.law.say(cite) for cite in cites)
