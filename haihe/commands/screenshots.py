"""`haihe screenshots FOLDER`: every page as a picture: phone, desk, wall, dark, big, English."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.config.pages import Page

HELP = "给每一页截图：手机、桌面、大屏、深色、大字、英文（在源码目录中使用）"
ROOT = Path(__file__).resolve().parents[2]
NAME_CHARACTERS_MAX = 80


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where the pictures go, and which of them to take."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="图片存放的文件夹")
    parser.add_argument("--page", default="", help="只截地址里有这段文字的页面，例如 /officer/")
    parser.add_argument("--mode", action="append", help="只截这一种，可重复：phone、desk、dark……")


def run(args: argparse.Namespace) -> int:
    """Fill a demo city of its own, serve it, and take the pictures; 1 if a page did not open."""
    if not (ROOT / "bench").is_dir():
        print("haihe screenshots: 只能在源码目录中使用（此处没有 bench 文件夹）。", file=sys.stderr)
        return 2
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from bench.browser import MODES, Visits, chromium, pages_of
    from bench.installation import installation, served

    modes = {name: MODES[name] for name in args.mode or MODES if name in MODES}
    args.folder.mkdir(parents=True, exist_ok=True)
    failed, count = 0, 0
    with installation(None) as fresh:
        fresh.environment["HAIHE_DEMO"] = "1"
        fresh.python("-m", "haihe", "demo")
        pages = [page for page in pages_of(fresh.environment) if args.page in page.path]
        with served(fresh) as port, chromium() as browser:
            visits = Visits(browser, f"http://127.0.0.1:{port}")
            for number, page in enumerate(pages, 1):
                for name, mode in modes.items():
                    if mode.faces and page.face not in mode.faces:
                        continue
                    tab = visits.open(page, mode)
                    picture = args.folder / f"{number:02}-{named(page)}-{name}.png"
                    tab.screenshot(path=picture, full_page=True)
                    count += 1
                if "/officer/login/" in tab.url and page.route != "account_login":
                    print(f"{page.path}: 没有打开，要先登录", file=sys.stderr)
                    failed += 1
    print(f"{len(pages)} 页，{count} 张图片，在 {args.folder}", file=sys.stderr)
    return 1 if failed else 0


def named(page: Page) -> str:
    """A file name for a page: its route and who opened it."""
    return "-".join(filter(None, (page.route.replace(":", "-"), page.who)))[:NAME_CHARACTERS_MAX]
