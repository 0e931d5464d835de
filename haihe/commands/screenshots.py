"""`haihe screenshots FOLDER`: every page as a picture: phone, desk, wall, dark, big, English."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bench.browser import Mode, Visits
    from haihe.config.pages import Page

HELP = "给每一页截图：手机、桌面、大屏、深色、大字、英文（在源码目录中使用）"
ROOT = Path(__file__).resolve().parents[2]
NAME_CHARACTERS_MAX = 80
MISSING: Final = {"look:missing", "citizen:ask"}  # also show what is said of something not there
BAD_STATUS: Final = 400
WRONG_CHARACTERS_MAX: Final = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where the pictures go, and which of them to take."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="图片存放的文件夹")
    parser.add_argument("--page", default="", help="只截地址里有这段文字的页面，例如 /officer/")
    parser.add_argument("--mode", action="append", help="只截这一种，可重复：phone、desk、dark……")


def run(args: argparse.Namespace) -> int:
    """Fill a demo city of its own, serve it, take the pictures; 1 if one could not be taken."""
    if not (ROOT / "bench").is_dir():
        print("haihe screenshots: 只能在源码目录中使用（此处没有 bench 文件夹）。", file=sys.stderr)
        return 2
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from bench.browser import MODES, Visits, chromium, sought_in
    from bench.installation import installation, served

    unknown = [name for name in args.mode or () if name not in MODES]
    if unknown:
        says = f"没有 {'、'.join(unknown)} 这一种，只有 {'、'.join(MODES)}。"
        print(f"haihe screenshots: {says}", file=sys.stderr)
        return 2
    modes = {name: MODES[name] for name in args.mode or MODES}
    args.folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    taken: Counter[str] = Counter()
    with installation(None) as fresh:
        fresh.environment["HAIHE_DEMO"] = "1"
        fresh.python("-m", "haihe", "demo")
        pages = sought_in(fresh.environment)
        width = len(str(len(pages)))
        numbered = {f"{number:0{width}}": page for number, (page, _) in enumerate(pages, 1)}
        _drop_stale(args.folder, numbered, MODES)
        wanted = {at: page for at, page in numbered.items() if args.page in page.path}
        wrong += [f"{page.path}: 演示城市里没有 {lacks}" for page, lacks in pages if lacks]
        with served(fresh) as port, chromium() as browser:
            visits = Visits(browser, f"http://127.0.0.1:{port}")
            for at, page in wanted.items():
                for name, mode in modes.items():
                    if "{" in page.path or not _shows(mode, page):
                        continue
                    picture = args.folder / f"{at}-{named(page)}-{name}.png"
                    failed = _take(visits, page, mode, picture)
                    wrong += [f"{page.path}（{name}）: {failed}"] if failed else []
                    taken[name] += not failed
    for line in wrong:
        print(f"没有截到 {line}", file=sys.stderr)
    each = "、".join(f"{name} {n}" for name, n in taken.items())
    print(f"{len(wanted)} 页，{taken.total()} 张图片（{each}），在 {args.folder}", file=sys.stderr)
    return 1 if wrong else 0


def _take(visits: Visits, page: Page, mode: Mode, picture: Path) -> str:
    """One picture; why there is none, or "". What an earlier run left in its place goes first."""
    from playwright.sync_api import Error

    from bench.browser import SIGN_IN

    picture.unlink(missing_ok=True)
    address = visits.address_of(page)
    try:
        tab = visits.tab(page.who, mode)
        answer = tab.goto(address)
        opened = urlsplit(tab.url).path
        if opened != urlsplit(address).path:
            return "要先登录" if opened == SIGN_IN else f"到了 {opened}"
        if answer and answer.status >= BAD_STATUS and page.route not in MISSING:
            return f"回答是 {answer.status}"
        tab.screenshot(path=picture, full_page=True)
    except Error as error:
        visits.close(page.who, mode)
        return error.message.splitlines()[0][:WRONG_CHARACTERS_MAX]
    return ""


def _drop_stale(folder: Path, numbered: dict[str, Page], modes: Mapping[str, Mode]) -> None:
    """Remove the pictures of this command that it no longer makes: pages that moved or went."""
    made = {
        f"{at}-{named(page)}-{name}.png"
        for at, page in numbered.items()
        for name, mode in modes.items()
        if _shows(mode, page)
    }
    ours = re.compile(rf"\d{{2,3}}-[\w-]+-(?:{'|'.join(modes)})\.png")
    for picture in folder.glob("*.png"):
        if ours.fullmatch(picture.name) and picture.name not in made:
            picture.unlink()


def _shows(mode: Mode, page: Page) -> bool:
    return not mode.faces or page.face in mode.faces


def named(page: Page) -> str:
    """A file name for a page: its route and who opened it."""
    return "-".join(filter(None, (page.route.replace(":", "-"), page.who)))[:NAME_CHARACTERS_MAX]
