"""Materials are asked once: one that came with an earlier application is offered in a later one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from haihe.kernel.values import Data
from haihe.records import applications, certificates, drafts, files, materials
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.drafts import Draft, Reused
from tests.records.fresh import fresh_journal, problems
from tests.records.test_applications import MORNING, WHO, city, fields

TODAY = MORNING.date()


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


def sent(draft: Draft) -> str:
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded), done
    return done.matter


def moved_with_a_proof() -> tuple[str, str]:
    """王女士 moved her household with a proof of her home: the matter and the file."""
    proof = files.keep([b"lease of 2026"])
    draft = Draft(
        item="rk13", window="machang-station", who=dict(WHO), brought={"home_proof": (proof,)}
    )
    return sent(draft), proof


def asking_for_a_card(used: Reused) -> Draft:
    return Draft(item="cj22", window="hexi-police", who=dict(WHO), reused={"home_proof": used})


def offered(matter: str, who: Data, day: date = TODAY) -> list[str]:
    item = applications.catalogue().items["cj22"]
    return list(materials.earlier([matter], who, item, day))


def test_a_proof_that_came_once_is_offered_again_with_its_source_day_and_validity(
    journal: Connection,
) -> None:
    first, proof = moved_with_a_proof()
    item = applications.catalogue().items["cj22"]
    offer = materials.earlier([first], dict(WHO), item, MORNING.date())["home_proof"]
    second = sent(asking_for_a_card(Reused(files=offer.files, says=offer.says)))

    assert (offer.files, offer.until) == ((proof,), date(2027, 11, 23))  # Tuesday
    held = certificates.held(journal, second)
    assert held is not None
    assert held.state.fields["material_files"] == [proof]
    assert held.told["reused_materials"] == [
        f"住房或者租赁备案证明：用2026年11月23日{offer.number}交的那一份，可用到2027-11-23"
    ]
    assert "用以前交过的材料" in fields(second, "hexi-police")
    assert problems() == []


def test_it_is_offered_to_nobody_else_not_for_ever_and_not_by_using_it_again() -> None:
    first, proof = moved_with_a_proof()
    day = TODAY

    assert offered(first, dict(WHO)) == ["home_proof"]
    assert offered(first, {**WHO, "applicant": "李女士"}) == []
    assert offered(first, {**WHO, "number": "11010519491231002X"}) == []
    assert offered(first, dict(WHO), day + timedelta(days=365)) == ["home_proof"]
    assert offered(first, dict(WHO), day + timedelta(days=366)) == []
    assert offered(sent(asking_for_a_card(Reused(files=(proof,), says="以前的"))), dict(WHO)) == []


def test_a_second_application_for_the_same_is_noticed_while_the_first_runs() -> None:
    first, _ = moved_with_a_proof()
    items = applications.catalogue().items

    assert materials.running([first], dict(WHO), items["rk13"])
    assert materials.running([first], dict(WHO), items["cj22"]) == ""
    assert materials.running([first], {**WHO, "applicant": "李女士"}, items["rk13"]) == ""


def test_every_item_tells_its_materials_by_name() -> None:
    known = applications.catalogue()
    for item in known.items.values():
        brought = {
            one: ("0" * 64,) for one in item.materials if known.materials[one].from_ == "applicant"
        }
        draft = replace(Draft(item=item.code, window="hexi-police", who=dict(WHO)), brought=brought)
        data = applications.data_of(draft, item, MORNING)
        names = data.get("material_names", [])
        assert names == [known.materials[one].name for one in brought], item.code
