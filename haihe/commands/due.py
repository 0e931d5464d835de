"""`haihe due`: when a statutory period ends, with the reasons; one question or a file of them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from haihe.kernel.calendar import Calendar
    from haihe.kernel.deadline import Due

HELP = "计算法定期限：何时届满、是否顺延、为什么"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The length, the starting day and the rules; or `--batch`."""
    parser.add_argument(
        "allow", nargs="?", help="期间，如 '30 days'、'20 working days'、'3 days before'、'8 hours'"
    )
    parser.add_argument("--from", metavar="DAY", help="起算之日，或者起算的时刻")
    parser.add_argument("--roll", help="next 顺延（默认）、never 不顺延、silent 法律没有规定")
    parser.add_argument("--months", help="civil 民事（默认）、criminal 刑事、earlier 取较早的")
    parser.add_argument("--start", help="instant 从该时刻（默认）、next_hour 从下一小时")
    parser.add_argument(
        "--exclude", action="append", metavar="FROM..TO[:WHY]", help="不计入的期间，可以写多次"
    )
    parser.add_argument("--law", help="理由引用哪部法律的一般规定（默认民法典）")
    parser.add_argument("--json", action="store_true", help="输出一行 JSON")
    parser.add_argument("--batch", metavar="FILE", help="每行一个 JSON 请求；- 表示标准输入")


def run(args: argparse.Namespace) -> int:
    """Answer one question, or every line of a batch."""
    from haihe.kernel.question import KEYS

    asked = {key: getattr(args, key) for key in KEYS if getattr(args, key) is not None}
    try:
        if args.batch is None:
            return _single(asked, "json" if args.json else "text")
        if asked:
            return _refuse("使用 --batch 时，请求都写在文件里，不能再写其他参数")
        return _batch(args.batch)
    except BrokenPipeError:
        # Whoever reads our answers has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _single(asked: dict[str, object], form: str) -> int:
    from haihe.kernel.question import answer, as_json, question_of

    try:
        calendar = _calendar()
        found = answer(question_of(asked), calendar)
    except ValueError as wrong:
        return _refuse(str(wrong))
    if form == "json":
        sys.stdout.buffer.write(_line_of(as_json(found)))
        sys.stdout.buffer.flush()
    else:
        print(_as_text(found, calendar))
    return 0


def _batch(name: str) -> int:
    try:
        calendar = _calendar()
        if name == "-":
            return _answer_lines(sys.stdin.buffer, calendar)
        with Path(name).open("rb") as source:
            return _answer_lines(source, calendar)
    except BrokenPipeError:
        raise
    except (ValueError, OSError) as wrong:
        return _refuse(f"不能批量计算 {name}：{wrong}")


def _answer_lines(source: BinaryIO, calendar: Calendar) -> int:
    """Answer line by line; a bad line gets its error, the rest go on; 1 if there was a bad one."""
    import msgspec

    from haihe.kernel.question import answer, as_json, read_question

    encoded = msgspec.json.Encoder().encode
    target = sys.stdout.buffer
    failed = 0
    for number, line in _lines(source):
        try:
            found = as_json(answer(read_question(line), calendar))
        except ValueError as wrong:
            failed = 1
            found = {"error": str(wrong), "line": number}
        target.write(encoded(found) + b"\n")
        target.flush()
    return failed


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and content of every line that is not empty; what is overlong comes cut, once."""
    from haihe.kernel.question import QUESTION_BYTES_MAX

    number = 0
    while line := source.readline(QUESTION_BYTES_MAX + 1):
        number += 1
        if line.strip():
            yield number, line
        while len(line) > QUESTION_BYTES_MAX and not line.endswith(b"\n"):
            line = source.readline(QUESTION_BYTES_MAX + 1)


def _calendar() -> Calendar:
    from haihe.pack.calendar import load_calendar
    from haihe.pack.place import MissingFolder, law_folder

    try:
        return load_calendar(law_folder() / "calendar")
    except MissingFolder as missing:
        raise ValueError(str(missing)) from missing


def _line_of(found: dict[str, object]) -> bytes:
    import json

    return json.dumps(found, ensure_ascii=False).encode() + b"\n"


def _as_text(found: Due, calendar: Calendar) -> str:
    lines = [
        f"法定届满：{_shown(found.legal, calendar)}",
        f"名义届满：{_shown(found.nominal, calendar)}",
    ]
    if not found.official:
        lines.append("暂定：涉及的年份没有载入放假安排，载入后须重新计算")
    lines.append("理由：")
    lines += [f"  {number}. {reason}" for number, reason in enumerate(found.why, 1)]
    return "\n".join(lines)


def _shown(when: date | datetime | None, calendar: Calendar) -> str:
    from haihe.kernel.explanation import moment, plain_day

    if when is None:
        return "停止计算期间，暂无"
    if isinstance(when, datetime):
        return moment(when)
    return f"{plain_day(when)}，{calendar.describe(when)}"


def _refuse(message: str) -> int:
    print(f"haihe due: {message}", file=sys.stderr)
    return 2
