"""到期处置: one proposes, another approves, and what was kept too long is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.pages.visitor import Visitor

PAGE = "/center/retention/"
LONG_AGO = 10**15  # September 2001, in microseconds
SignIn = Callable[[str], Visitor]

ONE = (
    "SELECT matter_id, number FROM matter m WHERE ended AND NOT contested "
    "AND owner_organ = 'machang-station' AND from_matter IS NULL AND kind = 'alarm' "
    "AND EXISTS (SELECT 1 FROM personal p WHERE p.matter_id = m.matter_id) "
    "AND NOT EXISTS (SELECT 1 FROM matter c WHERE c.from_matter = m.matter_id) LIMIT 1"
)


@pytest.fixture
def old(settings: dict[str, str], city: str) -> tuple[str, str]:
    """An ended matter of the demo that was ended long ago: its id and number."""
    assert city
    with closing(sqlite3.connect(Path(settings["HAIHE_HOME"]) / "haihe.sqlite3")) as connection:
        matter, number = connection.execute(ONE).fetchone()
        connection.execute(
            "UPDATE matter SET changed_at = ? WHERE matter_id = ?", (LONG_AGO, matter)
        )
        connection.commit()
    return matter, number


def test_one_proposes_another_approves_and_the_names_are_gone(
    old: tuple[str, str], signed_in: SignIn
) -> None:
    matter, number = old
    first, second = signed_in("administrator"), signed_in("supervisor")
    page = first.get(PAGE)
    assert number in page.text
    form = next(one for one in page.forms if one.id == "propose")
    proposed = first.send(page, form, {"matter": matter, "reason": "保存期满，已核对"})
    assert "等另一人批准" in proposed.text
    assert "您提出的，要由另一人决定" in proposed.text
    waiting = second.get(PAGE)
    assert "保存期满，已核对" in waiting.text
    form = waiting.form(f"{PAGE}decision/")
    form.names.add("do")  # the name of its two buttons
    empty = second.send(waiting, form, {"do": "approve"})
    assert (empty.status, "没有写明" in empty.text) == (422, True)
    done = second.send(waiting, form, {"do": "approve", "reason": "核对无在办事项"})
    assert "密钥已销毁" in done.text
    file = second.get(f"/officer/matter/{matter}/?purpose=supervise")
    assert file.status == 200
    assert number not in second.get(PAGE).text


def test_officers_do_not_dispose(signed_in: SignIn) -> None:
    assert signed_in("officer").get(PAGE).status == 403
