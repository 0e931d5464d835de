"""The workshop: an analyst tries and sends a version, another approves, the sweep uses it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from haihe.records.column_words import VIEW_WORDS, words_of
from haihe.supervision.views import VIEWS
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "clock_overdue"
ADDRESS = "/center/models/clock_overdue/change/"
BEIJING = timezone(timedelta(hours=8))


@pytest.fixture
def analyst(signed_in: SignedIn) -> Visitor:
    return signed_in("analyst")


def haihe(settings: dict[str, str], *words: str) -> str:
    """The output of a command over the installation of the pages."""
    done = subprocess.run(
        [sys.executable, "-m", "haihe", *words],
        env=settings,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def swept(settings: dict[str, str]) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = json.loads(haihe(settings, "sweep", "--json"))["models"]
    return told


def found_at(settings: dict[str, str], at: str) -> list[dict[str, object]]:
    """What clock_overdue finds as of one instant, so that no clock falls due between two looks."""
    told = json.loads(haihe(settings, "sweep", "--as-of", at, "--model", "clock_overdue", "--json"))
    found: list[dict[str, object]] = told["findings"]
    return found


def pressed(visitor: Visitor, page: Page, do: str, **typed: str) -> Page:
    """Press a button of the workshop with these files typed over."""
    named = {name.replace("_", ".", 1): text for name, text in typed.items() if name != "note"}
    note = {"note": typed["note"]} if "note" in typed else {}
    return visitor.send(page, page.form("/change/"), {**named, **note, "do": do})


def version_in_pack() -> int:
    told = re.search(r"^version: (\d+)$", (MODEL / "card.yaml").read_text("utf-8"), re.MULTILINE)
    assert told
    return int(told[1])


def next_version() -> dict[str, str]:
    """The files of clock_overdue as they are, under the next version number."""
    now = version_in_pack()
    card = (MODEL / "card.yaml").read_text("utf-8")
    card = card.replace(f"version: {now}", f"version: {now + 1}")
    sql = (MODEL / "model.sql").read_text("utf-8").rstrip().rstrip(";")
    return {"card_yaml": card, "model_sql": sql}


def test_only_analysts_enter_the_workshop(signed_in: SignedIn) -> None:
    assert signed_in("supervisor").get(ADDRESS).status == 403
    assert signed_in("officer").get("/center/models/").status == 403
    assert signed_in("analyst").get(ADDRESS).status == 200


def test_a_model_is_shown_with_its_law_its_cases_and_its_text(signed_in: SignedIn) -> None:
    supervisor = signed_in("supervisor")
    listed = supervisor.get("/center/models/")
    page = supervisor.get(listed.link("期限届满未办"))
    assert "期限还在计时，不报" in page.text
    assert "c.status = 'overdue'" in page.text
    assert supervisor.get("/center/models/no_such_model/").status == 404


def test_models_are_sought_by_everyday_words(signed_in: SignedIn) -> None:
    supervisor = signed_in("supervisor")
    found = supervisor.get("/center/models/?q=%E6%9C%9F%E9%99%90+%E6%9C%AA%E5%8A%9E")
    assert "期限届满未办" in found.text
    assert "一证两用" not in found.text
    assert (
        "没有名称或者问题里有“飞船”" in supervisor.get("/center/models/?q=%E9%A3%9E%E8%88%B9").text
    )


def test_what_the_cases_contradict_is_not_sent(analyst: Visitor) -> None:
    version = next_version()
    version["model_sql"] += " AND m.kind = 'alarm'"
    tried = pressed(analyst, analyst.get(ADDRESS), "try", **version)
    assert "还有" in tried.text
    assert "nobody_dispatched" in tried.text
    assert 'value="send"' not in tried.html
    sent = pressed(analyst, tried, "send", note="只看警情")
    assert sent.path == ADDRESS
    assert "不能送审" in sent.text


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM read_text('/etc/passwd')", "Permission"),
        ("SELECT matter_id, coalesce(person, '') AS cause, seq FROM event", "多找到"),
        ("DROP TABLE event", "SELECT"),
    ],
)
def test_hostile_sql_is_told_and_does_nothing(analyst: Visitor, sql: str, says: str) -> None:
    version = next_version() | {"model_sql": sql}
    tried = pressed(analyst, analyst.get(ADDRESS), "try", **version)
    assert says in tried.text
    assert "root:" not in tried.text
    assert 'value="send"' not in tried.html


def test_an_approved_version_takes_the_place_of_the_one_before(
    analyst: Visitor, signed_in: SignedIn, settings: dict[str, str]
) -> None:
    moment = datetime.now(BEIJING).isoformat(timespec="seconds")
    before = found_at(settings, moment)
    assert before
    assert swept(settings)["clock_overdue"]["open"] > 0
    version = next_version()
    version["model_sql"] += "\n  AND c.clock NOT LIKE 'no such clock'"
    tried = pressed(analyst, analyst.get(ADDRESS), "try", **version)
    assert "示例全部相符" in tried.text
    assert "多 0 个，少 0 个" in tried.text
    sent = pressed(analyst, tried, "send", note="写明只看真实的期限")
    assert "待审批" in sent.text
    number = sent.path.split("/")[3]

    own = analyst.get(f"/officer/matter/{number}/?purpose=handle")
    assert "/act/approve/" not in own.html

    approver = signed_in("supervisor")
    matter = approver.get(f"/officer/matter/{number}/?purpose=handle")
    form = matter.form("/act/approve/")
    approved = approver.send(
        matter, form, {"approved_status": "in_force", "approval_note": "语句与条文相符"}
    )
    assert "已批准待发布" in approved.text
    published = approver.send(approved, approved.form("/act/publish/"))
    assert "已发布" in published.text

    page = approver.get("/center/models/clock_overdue/")
    assert f"第{version_in_pack() + 1}版" in page.text
    assert "no such clock" in page.text
    assert swept(settings)["clock_overdue"]["gone"] == 0
    assert found_at(settings, moment) == before
    assert f"{number}" in page.html


def test_an_analyst_may_try_a_draft_with_an_editor_of_one_s_own(
    settings: dict[str, str], tmp_path: Path
) -> None:
    draft = Path(shutil.copytree(ROOT / "models" / "late_entry", tmp_path / "late_entry"))
    words = [sys.executable, "-m", "haihe", "models", "try", str(draft), "--json"]
    told = subprocess.run(words, env=settings, cwd=ROOT, check=False, capture_output=True)
    assert told.returncode == 1
    assert json.loads(told.stdout)["problems"] == [
        "card.yaml: version: 在用的是第1版，新版本号要更大"
    ]


def test_every_column_an_analyst_may_use_is_told_in_chinese() -> None:
    silent = [
        f"{view.name}.{column.name}"
        for view in VIEWS.values()
        for column in view.columns
        if words_of(view.name, column.name) == column.name
    ]
    assert silent == []
    assert VIEW_WORDS.keys() == VIEWS.keys()
