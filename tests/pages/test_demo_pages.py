"""The demo's start page, tours and stories: any role in one click, in a demo only."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from haihe.commands.demo import PASSWORD
from haihe.demo.tours import TOURS
from haihe.stories.keeping import KeptStory
from tests.pages.conftest import ROOT, free_port, serving
from tests.pages.visitor import Visitor

# Administrators do no work in files: their tours end at a page that says so.
CLOSED = {("engineer", 4), ("auditor", 3)}


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


def test_from_the_page_of_a_story_its_file_is_opened_as_whoever_was_in_it(
    demo_city: str, told: dict[str, KeptStory]
) -> None:
    kept = told["T14"]
    page = Visitor(demo_city).get("/demo/stories/T14/")
    assert kept.title in page.text
    visitor = Visitor(demo_city)
    page = visitor.get("/demo/stories/T14/")
    file = f"/officer/matter/{kept.matters['withdrawn'].id}/"
    lee = kept.people["lee"].person
    form = next(f for f in page.forms if f.values["person"] == [lee] and f.values["next"] == [file])
    opened = visitor.send(page, form)
    assert opened.path == file
    assert "恢复办理" in opened.text


def test_what_is_large_is_told_in_the_demo_too_only_smaller(told: dict[str, KeptStory]) -> None:
    for name in ("T06", "T09", "T23", "T25", "T27", "T32", "T33", "T34", "T36", "T37"):
        assert told[name].matters, name
        holds = [one for one in told[name].lines if one.sort == "holds"]
        assert holds, name
        assert any(one.matter in told[name].matters for one in holds), name
    assert not {"T08", "T12", "T13", "T17", "T35"} & set(told)


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
