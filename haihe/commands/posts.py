"""`haihe posts load`: takes the register of staff, posts and qualifications in from CSV files."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

HELP = "岗位登记：从 CSV 装入人员、资格、岗位和任职"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`load` and its four files, each of which may be left out."""
    parser.add_argument("action", choices=["load"], help="load：装入")
    parser.add_argument("--people", type=Path, help="人员：person,name")
    parser.add_argument(
        "--qualifications", type=Path, help="资格：person,qualification,number,since,until"
    )
    parser.add_argument(
        "--posts", type=Path, help="岗位：post,organ,name,roles,supervisor,since,until"
    )
    parser.add_argument("--holdings", type=Path, help="任职：post,person,since,until")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """0 all rows went in; 1 some were left out and are told; 2 a file cannot be used."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from haihe.records.register import COLUMNS, UnusableFile, load_register

    files = {name: getattr(args, name) for name in COLUMNS if getattr(args, name) is not None}
    if not files:
        print("请至少写一个文件，例如 --people people.csv。", file=sys.stderr)
        return 2
    begun = time.perf_counter()
    try:
        loaded = load_register(files)
    except UnusableFile as error:
        print(error, file=sys.stderr)
        return 2
    for wrong in loaded.wrong:
        print(wrong, file=sys.stderr)
    told = {**loaded.rows, "left_out": loaded.left_out}
    told["milliseconds"] = round((time.perf_counter() - begun) * 1000)
    if args.json:
        print(json.dumps(told))
    else:
        print("，".join(f"{name} {count}" for name, count in told.items()), file=sys.stderr)
    return 1 if loaded.left_out else 0
