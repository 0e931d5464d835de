"""The example in the handbook's page on procedures is a sound pack, as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

from haihe.kernel.acts import ACTS
from haihe.kernel.decide import REASONS
from haihe.kernel.guards import GUARDS
from haihe.pack import load_pack
from haihe.pack.cases import load_cases, run_cases
from haihe.pack.lint import check

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "procedures.md").read_text("utf-8")
PRINTED = re.compile(r"^`((?:law|procedures)/\S+\.yaml)`:\n\n```yaml\n(.*?)^```", re.S | re.M)


def test_the_printed_pack_is_sound_and_its_cases_hold(tmp_path: Path) -> None:
    files = PRINTED.findall(PAGE)
    assert [name for name, _ in files] == [
        "law/fences.yaml",
        "procedures/fence/from-2024-01-01.yaml",
        "procedures/fence/cases.yaml",
    ]
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    pack = load_pack(tmp_path)
    cases = load_cases(pack, "fence")
    assert len(cases) == 4
    assert [one.problems for one in run_cases(pack, "fence", cases)] == [()] * 4
    assert [str(one) for one in check(pack)] == []


def test_the_page_names_every_act_reason_and_guard() -> None:
    for name in (*ACTS, *REASONS, *GUARDS):
        assert f"`{name}`" in PAGE or f"| {name} |" in PAGE, name
