"""`haihe doctor`: looks at all that an installation needs, says what is wrong and what to do."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "体检：配置、权限、密钥、数据库、时钟、日历、磁盘、后台进程；每一项说明怎么办；--json 输出"

WORDS = {"ok": "正常", "warning": "注意", "defect": "故障"}
CODES = {"ok": 0, "warning": 1, "defect": 2}


def arguments(parser: argparse.ArgumentParser) -> None:
    """For machines or people, and a clock to compare with."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument(
        "--time", default="", metavar="URL", help="对时：ntp://主机 或 https://主机"
    )


def run(args: argparse.Namespace) -> int:
    """0 all is well, 1 somebody should look, 2 something does not work; never a secret."""
    from datetime import UTC, datetime

    from haihe.config.health import examine

    found = examine(datetime.now(UTC), args.time)
    code = max((CODES[one.level] for one in found), default=0)
    if args.json:
        told = [one._asdict() for one in found]
        print(json.dumps({"code": code, "lines": told}, ensure_ascii=False))
        return code
    for one in found:
        print(f"{WORDS[one.level]}  {one.check:<13} {one.says}")
        if one.todo:
            print(f"      {'':<13} → {one.todo}")
    worst = {0: "一切正常。", 1: "能用，有要注意的地方。", 2: "有故障，请按上面的提示处理。"}
    print(worst[code], file=sys.stderr)
    return code
