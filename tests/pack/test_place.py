"""Data folders are found from a checkout, from a wheel and from the two settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from haihe.pack import place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIHE_PACK", raising=False)
    monkeypatch.delenv("HAIHE_CITY", raising=False)


def test_a_checkout_uses_the_folders_at_its_root() -> None:
    assert place.law_folder() == ROOT / "law"
    assert place.procedures_folder() == ROOT / "procedures"
    assert place.models_folder() == ROOT / "models"
    assert place.city_folder() == ROOT / "city"
    assert place.examples_folder() == ROOT / "examples"


def test_a_wheel_uses_the_folders_it_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "law").mkdir()
    monkeypatch.setattr(place, "SHIPPED", tmp_path)
    assert place.law_folder() == tmp_path / "law"


def test_another_pack_replaces_law_procedures_and_models_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("law", "procedures", "models", "city"):
        (tmp_path / kind).mkdir()
    monkeypatch.setenv("HAIHE_PACK", str(tmp_path))
    assert place.law_folder() == tmp_path / "law"
    assert place.procedures_folder() == tmp_path / "procedures"
    assert place.models_folder() == tmp_path / "models"
    assert place.city_folder() == ROOT / "city"


def test_another_city_replaces_the_city_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_CITY", str(tmp_path))
    assert place.city_folder() == tmp_path
    assert place.law_folder() == ROOT / "law"


@pytest.mark.parametrize(
    ("setting", "find"),
    [("HAIHE_PACK", place.procedures_folder), ("HAIHE_CITY", place.city_folder)],
)
def test_a_folder_that_is_not_there_is_refused_by_the_name_of_its_setting(
    setting: str, find: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, str(tmp_path / "gone"))
    assert callable(find)
    with pytest.raises(place.MissingFolder, match=f"{setting}: there is no folder .*gone"):
        find()
