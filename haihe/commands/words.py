"""`haihe words`: collect the interface's words, check their English, compile the catalogues."""

from __future__ import annotations

import argparse
import sys

TOLD = {
    "unmarked": "没有标记的中文",
    "unused": "已经不用的词条",
    "untranslated": "没有英文",
    "chinese": "英文里有中文",
    "placeholders": "占位符不一致",
    "conflict": "同一句话有两种英文",
}
TEXT_CHARACTERS_MAX = 60  # of a text that is printed beside its fault
HELP = "收集界面文字，核对英文译文（在源码目录中使用）"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which packages, and whether to write or only to check."""
    parser.add_argument(
        "package", nargs="*", metavar="PACKAGE", help="只管这些包，例如 citizen；rules 是规则说的话"
    )
    parser.add_argument(
        "--check", action="store_true", help="不写文件，只核对：漏标、漏译、多余、占位符、前后不一"
    )
    parser.add_argument("--missing", action="store_true", help="打印还没有英文的词条")


def run(args: argparse.Namespace) -> int:
    """Write the catalogues (or not), then name every fault; 1 if there is one."""
    from importlib.util import find_spec

    if find_spec("babel") is None:
        print("haihe words: 需要 Babel，只能在源码目录的环境中使用。", file=sys.stderr)
        return 2
    from haihe.look import catalogues, rule_catalogues, words

    known = [*catalogues.packages(), rule_catalogues.NAME]
    if unknown := set(args.package) - set(known):
        print(f"haihe words: 没有这个包：{'、'.join(sorted(unknown))}", file=sys.stderr)
        return 2
    names = args.package or known
    packages = [name for name in names if name != rule_catalogues.NAME]
    rules = _rules() if rule_catalogues.NAME in names else {}
    if args.missing:
        for fault in rule_catalogues.faults(rules) if rules else ():
            if fault.wrong == "untranslated":
                print(f"{rule_catalogues.NAME}: {fault.text}")
        for name in packages:
            english = catalogues.english_of(name)
            for key in catalogues.own_words(name):
                if not all(english.get(key, ("",))):
                    print(f"{name}: {key[1]}")
        return 0
    if not args.check:
        for name in names:
            up = rule_catalogues.bring_up(rules) if name not in packages else None
            came, went = up or catalogues.bring_up(name)
            if came or went:
                print(f"{name}: 新增 {came} 条，去掉 {went} 条", file=sys.stderr)
        words.ready()
    found = [*catalogues.faults(packages), *(rule_catalogues.faults(rules) if rules else ())]
    for fault in found:
        print(f"{fault.where}: {TOLD[fault.wrong]}：{fault.text[:TEXT_CHARACTERS_MAX]}")
    print(f"{len(found)} 处需要改" if found else "英文界面文字齐全", file=sys.stderr)
    return 1 if found else 0


def _rules() -> dict[str, dict[str, str]]:
    """What the rules of this checkout say, by catalogue."""
    from haihe.look import rule_words
    from haihe.pack.place import PROGRAM

    return rule_words.collected(PROGRAM.parent)
