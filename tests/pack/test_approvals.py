"""Chains of a city: what joins the procedures, and what is refused with what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from haihe.kernel.paths import reachable
from haihe.pack import Pack, load_pack
from haihe.pack.approvals import ApprovalsFile, approvals_of_the_city, faults, with_approvals
from haihe.pack.city import load_organs
from haihe.pack.yaml_file import UnusablePack
from tests.pack.small_pack import small_pack

SEAT = {"name": "所长", "roles": ["clerk"]}


@pytest.fixture
def fence(tmp_path: Path) -> Pack:
    return small_pack(tmp_path)


def told(*chains: dict[str, Any], **other: Any) -> ApprovalsFile:
    usual = {
        "kinds": ["fence"],
        "acts": ["close"],
        "since": date(2026, 1, 1),
        "own": "本所规定",
        "stages": [{"name": "审批", "seats": [SEAT]}],
    }
    filled = [{"id": f"c{number}"} | usual | one for number, one in enumerate(chains)]
    return msgspec.convert({"chains": filled} | other, ApprovalsFile)


def test_a_chain_joins_every_version_with_the_roles_it_brings(fence: Pack) -> None:
    seats = [{"name": "局长", "roles": ["head"]}]
    found = told({"stages": [{"name": "批准", "seats": seats}]}, roles={"head": "局长"})
    (version,) = with_approvals(fence, found).procedures["fence"]
    assert [one.id for one in version.approvals] == ["c0"]
    assert version.approvals[0].cites == ("haihe#approval",)
    assert version.roles["head"].name == "局长"
    assert fence.procedures["fence"][0].approvals == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"own": ""}, "expected `cites`"),
        ({"cites": ["fences#99"]}, "is not told in law/"),
        ({"kinds": ["hedge"]}, "there is no kind `hedge`"),
        ({"acts": ["vanish"]}, "no step `vanish`"),
        ({"acts": ["receive"]}, "opens the matter"),
        ({"until": date(2025, 1, 1)}, "lies before `since`"),
        ({"organs": ["nowhere"]}, "no body `nowhere`"),
        ({"stages": []}, "expected 1 to"),
        ({"stages": [{"name": "空", "seats": []}]}, "expected 1 to"),
        ({"stages": [{"name": "一", "seats": [{"name": "谁", "roles": ["ghost"]}]}]}, "`ghost`"),
        ({"stages": [{"name": "一", "seats": [{"name": "谁"}]}]}, "or is `named`"),
        (
            {"stages": [{"name": "一", "seats": [{"name": "谁", "named": True}] * 3}]},
            "at most 2 seats",
        ),
    ],
)
def test_a_chain_that_nobody_could_sign_is_refused(
    fence: Pack, wrong: dict[str, Any], says: str
) -> None:
    assert says in "\n".join(faults(fence, told(wrong), ["north"]))
    if "organs" not in wrong:
        with pytest.raises(UnusablePack):
            with_approvals(fence, told(wrong))


def test_two_chains_never_govern_one_act_at_one_time(fence: Pack) -> None:
    assert "at one time" in "\n".join(faults(fence, told({}, {})))
    assert not list(faults(fence, told({"until": date(2026, 5, 1)}, {"since": date(2026, 5, 2)})))
    assert not list(faults(fence, told({}, {"organs": ["north"]})))


def test_the_chains_of_this_city_stand() -> None:
    assert not list(faults(load_pack(), approvals_of_the_city(), load_organs().ids()))


def test_what_follows_an_opening_is_what_these_roles_may_take(fence: Pack) -> None:
    (procedure,) = fence.procedures["fence"]
    assert reachable(procedure, "receive", ["clerk"]) == (("close",), ())
    assert reachable(procedure, "receive", ["nobody"]) == ((), ())
