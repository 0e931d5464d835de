"""The demo's start page, tours and stories: any role in one click, in a demo only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from haihe.commands.demo import PASSWORD
from haihe.demo.tours import TOURS
from haihe.stories.keeping import KeptStory
from tests.conftest import opened_page
from tests.pages.conftest import ROOT, free_port, serving
from tests.pages.visitor import Visitor

# Story, the matter of it, as whom its file is opened, and what must then stand there.
SHOWN = (
    ("T03", "advice", "tracker", "整改到位"),
    ("T04", "case", "judge", "认定意见入卷"),
    ("T05", "review", "procurator", "谅解"),
    ("T07", "quarrel", "mediator", "拆除"),
    ("T10", "wire", "grid", "处置后照片"),
    ("T14", "withdrawn", "lee", "恢复办理"),
    ("T18", "care", "mediator", "三子每年九月至十二月照料"),
    ("T19", "wages", "labour", "付款凭证"),
    ("T21", "shop", "team", "供货商一群办结"),
    ("T24", "claim", "mediator", "2026-06-30付一万六千元"),
    ("T29", "letter", "drafter", "五家下游企业全部复工"),
    ("T30", "permit", "reviewer", "统一顺延有效期"),
)
# Administrators do no work in files: their tours end at a page that says so.
CLOSED = {("engineer", 4), ("auditor", 3)}
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
PICTURE_BYTES_MIN = 4_000
PICTURE_QUALITY = 55
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


@pytest.fixture(scope="module")
def demo_city(settings: dict[str, str], city: str) -> Iterator[str]:
    """A second server over the same installation, started as `haihe run --demo` does."""
    with serving(settings | {"HAIHE_DEMO": "1"}, free_port()) as (address, _):
        yield address


@pytest.fixture(scope="module")
def told(settings: dict[str, str], city: str) -> dict[str, KeptStory]:
    """The stories that were told in this demo city."""
    import msgspec

    path = Path(settings["HAIHE_HOME"]) / "stories.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, KeptStory])


def test_without_the_demo_none_of_its_pages_is_there(city: str) -> None:
    visitor = Visitor(city)
    for path in ("/demo/", "/demo/stories/", "/demo/tour/police/", "/demo/stories/T14/"):
        assert visitor.get(path).status == 404
    assert "换一个身份" not in visitor.get("/").text


@pytest.mark.parametrize("tour", TOURS, ids=[one.role for one in TOURS])
def test_one_click_makes_anybody_of_a_role_and_every_stop_of_its_tour_is_a_page(
    demo_city: str, tour: object
) -> None:
    one = next(each for each in TOURS if each is tour)
    visitor = Visitor(demo_city)
    page = visitor.get("/demo/")
    form = next(f for f in page.forms if f.values.get("person") == [one.person])
    listed = visitor.send(page, form, {"tour": one.role})
    assert listed.status == 200
    assert "从第一步开始" in listed.text
    for number in range(1, len(one.stops) + 1):
        stop = visitor.get(f"/demo/tour/{one.role}/{number}/")
        assert stop.status == (403 if (one.role, number) in CLOSED else 200), stop.path
        assert f"{number}/{len(one.stops)}" in stop.text
        assert "/officer/login/" not in stop.path
    left = visitor.get("/demo/end/")
    assert left.path == "/demo/"
    assert "结束导览" not in visitor.get("/").text


def test_only_accounts_of_the_demo_are_entered_and_only_own_addresses_followed(
    demo_city: str,
) -> None:
    visitor = Visitor(demo_city)
    page = visitor.get("/demo/")
    form = page.forms[0]
    form.values["person"] = ["nobody-of-the-demo"]
    assert visitor.send(page, form).status == 404
    page = visitor.get("/demo/")
    form = page.forms[0]
    form.values |= {"person": [""], "next": ["https://example.org/away"]}
    form.values.pop("tour", None)
    assert visitor.send(page, form).address.startswith(demo_city)


def test_a_story_is_read_sentence_by_sentence_with_what_the_rules_refused(demo_city: str) -> None:
    page = Visitor(demo_city).get("/demo/stories/T14/")
    assert page.status == 200
    assert "规则不许" in page.text
    assert "李凤芹" in page.text
    assert Visitor(demo_city).get("/demo/stories/T99/").status == 404


@pytest.mark.parametrize(("story", "matter", "person", "says"), SHOWN, ids=[s[0] for s in SHOWN])
def test_a_story_in_a_browser_shows_its_end_to_who_was_in_it_and_no_name_to_the_public(
    browser: Browser,
    demo_city: str,
    told: dict[str, KeptStory],
    tmp_path: Path,
    story: str,
    matter: str,
    person: str,
    says: str,
) -> None:
    kept = told[story]
    for page in opened_page(browser, width=SIZES["desk"][0], height=SIZES["desk"][1]):
        page.goto(f"{demo_city}demo/stories/{story}/")
        assert kept.title in page.inner_text("h1")
        _fits_both(page)
        _enter(page, demo_city, kept, matter, person)
        text = page.inner_text("main")
        for folded in page.locator("main details").all():
            folded.evaluate("one => one.open = true")
        assert says in page.inner_text("main"), text[:400]
        _fits_both(page)
        page.reload()
        _picture(page, story, tmp_path)
        page.context.clear_cookies()
        page.goto(f"{demo_city}follow/{kept.matters[matter].code}/")
        assert re.search("谁在办|已经|正在", page.inner_text("main"))
        _fits_both(page)


def _enter(page: Page, address: str, kept: KeptStory, matter: str, person: str) -> None:
    """Open the file of a matter as somebody of the story, by the button of the story's page."""
    number = list(kept.matters).index(matter)
    card = page.locator("ul.roles > li").nth(number)
    card.locator("details > summary").click()
    card.get_by_role("button", name=kept.people[person].name).click()
    assert page.url == f"{address}officer/matter/{kept.matters[matter].id}/"


def _fits_both(page: Page) -> None:
    """On a desk and on a phone nothing scrolls sideways; it stays as wide as a phone."""
    for width, height in (SIZES["desk"], SIZES["phone"]):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _picture(page: Page, story: str, folder: Path) -> None:
    """What the page looks like; with STORY_PICTURES=1 it becomes the picture of the handbook."""
    page.evaluate("scrollTo(0, 0)")
    to_keep = os.environ.get("STORY_PICTURES") == "1"
    path = (PICTURES if to_keep else folder) / f"{story}.jpg"
    page.screenshot(path=path, type="jpeg", quality=PICTURE_QUALITY)
    assert path.stat().st_size > PICTURE_BYTES_MIN


def test_a_story_is_told_again_in_the_running_demo_and_nowhere_else(
    settings: dict[str, str], demo_city: str, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "haihe", "stories", "play", "T10", "--speed", "none"]
    words += ["--address", demo_city]
    shown = subprocess.run(
        words, env=settings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert "规则不许" in shown.stdout
    address = re.search(r"打开看：(\S+)", shown.stdout)
    assert address is not None
    assert Visitor(demo_city).get(address[1]).status == 200
    again = Visitor(demo_city)
    assert again.sign_in("t10-grid", PASSWORD).path == "/officer/"

    tmp_path.chmod(0o700)
    elsewhere = settings | {"HAIHE_HOME": str(tmp_path)}
    refused = subprocess.run(
        words, env=elsewhere, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "这里不是演示" in refused.stderr
