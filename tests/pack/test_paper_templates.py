"""The templates of papers: every one of the pack can be filled, and every fault is found."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from haihe.kernel.paper import PaperTemplate
from haihe.kernel.procedure import Procedure
from haihe.pack import Pack, UnusablePack, load_pack
from haihe.pack.papers import (
    asked_by,
    blank_papers,
    load_papers,
    missing_papers,
    paper_faults,
    version_faults,
)
from tests.pack.small_pack import small_pack


@cache
def pack() -> Pack:
    return load_pack()


def every_version() -> list[Procedure]:
    return [one for versions in pack().procedures.values() for one in versions]


def notice() -> PaperTemplate:
    return next(one for one in pack().papers if one.id == "hearing-notice")


def case() -> Procedure:
    return pack().procedures["public_security_case"][-1]


def test_every_paper_that_a_step_issues_has_exactly_one_template() -> None:
    for version in every_version():
        templates = pack().papers_of(version)
        assert not list(missing_papers(templates, version))
        assert not list(version_faults(templates, version))
    assert len(pack().papers) >= 450


def test_every_template_of_the_pack_can_be_filled_by_the_steps_that_issue_it() -> None:
    assert not list(paper_faults(pack().papers, every_version(), pack().law))
    faults = [
        (version.kind, version.since, fault)
        for version in every_version()
        for fault in version_faults(pack().papers_of(version), version)
    ]
    assert not faults


def test_a_template_serves_only_versions_under_which_its_law_is_in_force() -> None:
    older, newer = pack().procedures["public_security_case"]
    named = {one.id for one in pack().papers_of(newer)} - {
        one.id for one in pack().papers_of(older)
    }
    assert "penalty-decision" in named


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"paragraphs": ("{colour}",)}, "has no such field"),
        ({"paragraphs": ("{clock:tea}",)}, "has no such clock"),
        ({"seal_organ": "what"}, "neither organ, owner, author nor a field of type organ"),
    ],
)
def test_a_placeholder_that_nobody_can_fill_is_found(change: dict[str, object], says: str) -> None:
    (fault,) = version_faults([replace(notice(), **change)], case())
    assert says in fault[1]


def test_data_that_only_a_later_step_asks_is_found() -> None:
    opening = next(one for one in pack().papers if one.id == "case-opening")
    (fault,) = version_faults([replace(opening, paragraphs=("{serve_way}",))], case())
    assert "neither open_case nor an earlier step asks it" in fault[1]


def test_a_paper_without_a_template_is_found() -> None:
    others = [one for one in pack().papers_of(case()) if one.name != "传唤证"]
    (fault,) = missing_papers(others, case())
    assert fault == ("steps.approve_summons.issues", "papers/ has no template of 传唤证 for it")


def test_a_placeholder_that_no_worked_case_fills_is_found() -> None:
    everything = {"notify_hearing": {*case().fields, "clock:case"}}
    asked = replace(notice(), paragraphs=("{suspect}{clock:case}{clock:pay}",))
    (fault,) = blank_papers([asked], case(), everything)
    assert fault[1] == "{clock:pay}: no case fills it in notify_hearing"


def test_two_templates_of_one_paper_are_found() -> None:
    (fault,) = version_faults([notice(), replace(notice(), id="again")], case())
    assert "hearing-notice is the template" in fault[1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cites": ()}, "cites nothing"),
        ({"paragraphs": ("{article:psp-2025#999}",)}, "which law/ does not tell"),
        ({"name": "请柬"}, "public_security_case.notify_hearing does not issue 请柬"),
        ({"steps": ("dance",)}, "public_security_case.dance does not issue"),
    ],
)
def test_a_citation_or_step_that_does_not_exist_is_found(
    change: dict[str, object], says: str
) -> None:
    faults = list(paper_faults([replace(notice(), **change)], every_version(), pack().law))
    assert [where for where, what in faults if says in what]


def test_what_an_earlier_step_asked_is_known_and_what_a_later_one_asks_is_not() -> None:
    known = asked_by(case(), "open_case")
    assert {"case_cause", "what", "reporter"} <= known
    assert "serve_way" not in known


def test_a_pack_without_papers_has_none(tmp_path: Path) -> None:
    assert small_pack(tmp_path).papers == ()


def write(path: Path, name: str, kinds: str = "a") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"id: {name}\nname: 一\nkinds: [{kinds}]\nsteps: [b]\ntitle: 一\nnumber: 一\n"
        "paragraphs: [一]\ncites: [a#1]\n",
        encoding="utf-8",
    )


def test_papers_lie_in_the_folder_of_their_kind_or_among_the_shared_ones(tmp_path: Path) -> None:
    write(tmp_path / "b" / "two.yaml", "two", "b")
    write(tmp_path / "shared" / "one.yaml", "one", "a, b")
    write(tmp_path / "three.yaml", "three")
    assert [one.id for one in load_papers(tmp_path)] == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("file", "name", "kinds", "says"),
    [
        ("other.yaml", "one", "a", "expected `other`"),
        ("b/one.yaml", "one", "a", r"expected \[b\]"),
        ("b/one.yaml", "one", "a, b", "lies in shared/"),
        ("shared/one.yaml", "one", "a", "one kind only"),
    ],
)
def test_a_file_that_does_not_fit_its_name_or_folder_is_refused(
    tmp_path: Path, file: str, name: str, kinds: str, says: str
) -> None:
    write(tmp_path / file, name, kinds)
    with pytest.raises(UnusablePack, match=says):
        load_papers(tmp_path)


def test_two_papers_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.yaml", "one", "a")
    write(tmp_path / "b" / "one.yaml", "one", "b")
    with pytest.raises(UnusablePack, match="another paper is called `one`"):
        load_papers(tmp_path)
