"""What a sweep finds in replies to letters: the same on either database, by the mirror's views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from haihe.kernel.values import Actor, Data
from haihe.pack.models import load_models
from haihe.pack.place import models_folder
from haihe.records import sweeping
from haihe.records.database import Connection
from tests.records.fresh import BOTH, fresh_journal, problems, url_of
from tests.records.small_city import TUESDAY
from tests.records.test_letters import BARBECUE, CLERK, X, city, done, registered

STATION = Actor(person="zhang", role="handler", organ=X)
CHECKER = Actor(person="li", role="reply_reviewer", organ=X)
SAID = "经查，河边的烧烤摊没有许可，已经责令迁离，夜间由派出所加派两组巡逻；市容部门也会继续查看。"
COURTESIES = "您好，来信收悉。您反映的问题我们高度重视，将进一步加强管理，感谢您的支持。"


@pytest.fixture(params=BOTH)
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    with fresh_journal(tmp_path, monkeypatch, city(), url_of(request)) as connection:
        yield connection


def answered(reply: str, days: int, reason: str = "") -> str:
    """A letter that was answered with these words, so many days after the first."""
    at = TUESDAY + timedelta(days=days)
    matter = registered(f"{BARBECUE}第{days}次反映", at=at)
    done("assign", CLERK, {"handling_organ": X}, matter, at)
    done("sign", STATION, {"has_interest": False}, matter, at)
    done("find_facts", STATION, {"facts_found": "摊贩占道"}, matter, at)
    drafted: Data = {"reply_text": reply, "result": "support", "reply_basis": "噪声法"}
    done("draft", STATION, drafted, matter, at)
    checked: Data = {"answers_all": True, "template_share": 1 if reason else 0.5}
    done(
        "approve_reply",
        CHECKER,
        checked | ({"template_reason": reason} if reason else {}),
        matter,
        at,
    )
    done("reply", STATION, {"replied_how": "system"}, matter, at + timedelta(hours=1))
    return matter


def test_empty_and_copied_replies_are_found_alike_on_both_databases(journal: Connection) -> None:
    answered(SAID, 0)
    copied = answered(SAID.replace("两组", "三组"), 1)
    answered(SAID, 2, reason="同类咨询只能同样回答")
    empty = answered(COURTESIES, 3)
    (model,) = (one for one in load_models(models_folder()) if one.id == "letter_reply_lacks")
    now = TUESDAY + timedelta(days=4)
    found = sweeping.found_now(now, [model])[model.id]
    assert {(one.matter_id, one.cause) for one in found} == {(copied, "copied"), (empty, "empty")}
    swept = sweeping.sweep_all(now, [model])
    assert (swept.failed, swept.models[model.id].new) == ({}, 2)
    rows = journal.rows("SELECT matter_id, cause FROM finding WHERE rectification IS NOT NULL")
    assert {(matter, cause) for matter, cause in rows} == {(copied, "copied"), (empty, "empty")}
    assert not problems()
