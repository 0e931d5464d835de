"""`haihe stories`: play the told stories and say what each shows; `play` shows one step by step."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.stories.running import Shown
    from haihe.stories.telling import Story

HELP = "把源文中的故事逐一办一遍，核对每个故事说的结果；play 在演示库中逐步演一个"

OUTBOX = "haihe.stories.browsing:Outbox"  # keeps the codes that phones are sent

# These wait for systems of their own: inspection certificates, linkage of cases, live video,
# mediation from afar, examinations.
MAY_WAIT = frozenset({"T08", "T12", "T13", "T17", "T35"})
SIGNS = {"act": "·", "refusal": "✗ 规则不许：", "holds": "✓"}
SPEEDS = {"slow": 6.0, "usual": 2.5, "fast": 0.5, "none": 0.0}  # seconds between two sentences


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which stories; whether to play one where the demo is."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument("--story", action="append", default=[], metavar="T14", help="只核对这一个")
    parser.add_argument("--browser", action="store_true", help="在 Chromium 里亲手办每一步")
    parser.add_argument(
        "--size", choices=("phone", "desk"), help="人人用手机，或者人人用电脑（不给：轮流）"
    )
    parser.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="每个故事最后的样子存在这里"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="play")
    play = verbs.add_parser("play", help="在正在运行的演示中逐步演一个故事")
    play.add_argument("name", metavar="T14", help="哪一个故事")
    play.add_argument("--speed", choices=sorted(SPEEDS), default="usual", help="每句之间停多久")
    play.add_argument("--address", default="http://127.0.0.1:8000/", help="演示的地址")


def run(args: argparse.Namespace) -> int:
    """0 when every story passes that does not wait; 1 when one does not; 2: unusable arguments."""
    from haihe.stories.telling import STORIES

    wanted = [args.name] if args.verb == "play" else args.story
    unknown = [name for name in wanted if name not in STORIES]
    if unknown:
        print(f"没有这个故事：{'、'.join(unknown)}。故事是 T01 到 T37。", file=sys.stderr)
        return 2
    if args.verb == "play":
        return _play(args)
    return _check(args, tuple(wanted))


def _check(args: argparse.Namespace, wanted: tuple[str, ...]) -> int:
    """Play them in an installation of their own, which goes again."""
    with tempfile.TemporaryDirectory(prefix="haihe-stories-") as home:
        os.environ["HAIHE_HOME"] = home
        os.environ.pop("HAIHE_DATABASE_URL", None)
        os.environ["HAIHE_SENDER"] = OUTBOX
        if args.browser:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's event loop is beside it
            os.environ["HAIHE_DEMO"] = "1"  # the page of a story is one of a demo
        _set_up()
        found = []
        for one in _by_hand(args, wanted) if args.browser else _played(wanted):
            found.append(one)
            if not args.json:
                print(_in_words(one.as_json()), file=sys.stderr, flush=True)
    if args.json:
        print(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=1))
    else:
        passed = sum(1 for one in found if one.passed)
        print(f"{passed} 个故事通过，共 {len(found)} 个。", file=sys.stderr)
    return 0 if all(one.passed or one.story in MAY_WAIT for one in found) else 1


def _played(wanted: tuple[str, ...]) -> Iterator[Shown]:
    from haihe.stories.running import play_all
    from haihe.stories.telling import STORIES

    return play_all(wanted or STORIES)


def _by_hand(args: argparse.Namespace, wanted: tuple[str, ...]) -> Iterator[Shown]:
    """Those that are told sentence by sentence, in Chromium."""
    from haihe.stories.by_hand import by_hand
    from haihe.stories.telling import load_stories

    if args.pictures is not None:
        args.pictures.mkdir(parents=True, exist_ok=True)
    told = tuple(
        one.story for one in load_stories() if one.tells or (args.pictures and not one.waits)
    )
    return by_hand(wanted or told, args.size, args.pictures)


def _play(args: argparse.Namespace) -> int:
    """Tell one story in the demo of this HAIHE_HOME, so late that it ends just now."""
    os.environ["HAIHE_SENDER"] = OUTBOX
    _set_up()
    from haihe.pack.yaml_file import UnusablePack
    from haihe.records import account_book, rules
    from haihe.stories.telling import load_story

    if not account_book.holds_demo():
        print("这里不是演示。请在 make run 用的同一个 HAIHE_HOME 里演。", file=sys.stderr)
        return 2
    try:
        story = load_story(args.name)
    except (UnusablePack, OSError) as error:
        print(f"{args.name}: {error}", file=sys.stderr)
        return 2
    if story.waits:
        print(f"{story.story} {story.title}：{story.waits}", file=sys.stderr)
        return 2
    rules.current().look_again()
    return _told(story, args.address.rstrip("/"), SPEEDS[args.speed])


def _told(story: Story, address: str, pause: float) -> int:
    """Print each sentence as it happens, with the addresses to open; 1 if the rules refuse one."""
    from haihe.stories.known import code_of
    from haihe.stories.playing import Broken
    from haihe.stories.running import telling

    print(f"{story.story} {story.title}\n{story.told}\n", flush=True)
    seen: set[str] = set()
    opened = False
    try:
        for playing, line in telling(story, datetime.now(UTC)):
            sign = SIGNS[line.sort] if line.holds else f"⚠ 没有做到（{line.found}）："
            print(f"{line.at:%m月%d日 %H:%M} {sign} {line.says}", flush=True)
            if not opened:
                opened = True
                print(
                    f"      在浏览器里看着它演：{address}/demo/stories/{story.story}/", flush=True
                )
            matter = playing.id_of(line.matter)
            if matter and matter not in seen:
                seen.add(matter)
                print(f"      打开看：{address}/follow/{code_of(matter)}/", flush=True)
            time.sleep(pause)
    except Broken as error:
        print(f"演到这里停了：{error}", file=sys.stderr)
        return 1
    print(f"\n全过程：{address}/demo/stories/{story.story}/")
    return 0


def _set_up() -> None:
    """Django and the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _in_words(told: dict[str, Any]) -> str:
    """A story and what it showed, for the terminal."""
    word = "通过" if told["passed"] else "等待" if "waits" in told else "没有通过"
    lines = [f"{told['story']}　{word}　{told['title']}"]
    for one in told["asserted"]:
        sign = "　✓" if one["holds"] else "　✗"
        lines.append(f"{sign} {one['says']}" + (f"（{one['found']}）" if "found" in one else ""))
    lines += [f"　… {told[key]}" for key in ("waits", "broke") if key in told]
    return "\n".join(lines)
