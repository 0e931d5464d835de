"""Models travel signed, with cases and results; a city takes them only if they find the same."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.commands import main
from haihe.supervision.catalogue import Catalogue, read_catalogue
from haihe.supervision.package import (
    NotTaken,
    Package,
    differences,
    fingerprint,
    opened,
    packed,
    signed,
)

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)  # Tuesday
FOURTEEN = 14


class AnySigner:
    """A key nobody knows yet."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


@pytest.fixture(scope="module")
def home() -> Catalogue:
    return read_catalogue(None)


@pytest.fixture(scope="module")
def package(home: Catalogue) -> Package:
    return packed(home, ["clock_overdue", "request_unanswered"], "两个模型", NOW)


@pytest.fixture
def second_city(tmp_path: Path) -> Path:
    """A city with the same law and procedures, and no model of its own."""
    for kind in ("law", "procedures", "papers"):
        shutil.copytree(ROOT / kind, tmp_path / "city" / kind)
    (tmp_path / "city" / "models").mkdir()
    return tmp_path / "city"


def signed_by(package: Package) -> tuple[bytes, str]:
    data = signed(package, AnySigner())
    return data, fingerprint(json.loads(data)["public_key"])


def test_fourteen_models_find_in_a_second_city_what_they_found_at_home(
    home: Catalogue,
    second_city: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path / "home"))
    file = tmp_path / "fourteen.json"
    ids = [model.id for model in home.models][:FOURTEEN]
    assert main(["models", "export", *ids, "--out", str(file), "--json"]) == 0
    mark = json.loads(capsys.readouterr().out)["fingerprint"]
    monkeypatch.setenv("HAIHE_PACK", str(second_city))
    assert main(["models", "import", str(file), "--trust", mark, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"taken": ids}
    there = read_catalogue(None)
    assert [model.id for model in there.models] == sorted(ids)
    told = opened(file.read_bytes(), {mark})
    assert packed(there, ids, "fourteen", NOW).models == told.models


def test_a_changed_file_is_refused(package: Package) -> None:
    data, mark = signed_by(package)
    changed = data.replace(b"overdue", b"overdxe", 1)
    assert changed != data
    with pytest.raises(NotTaken, match="签名不符"):
        opened(changed, {mark})


def test_a_stranger_s_package_is_refused_and_says_whose_key_to_check(package: Package) -> None:
    data, mark = signed_by(package)
    with pytest.raises(NotTaken, match=mark):
        opened(data, {"0" * 16})


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\x03\x04", b'{"package": 1}'])
def test_what_is_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(NotTaken, match="不是模型包"):
        opened(data, set())


def repacked(package: Package, change: Any) -> Package:
    """The package with its first model's files or results changed, and signed again as whole."""
    told = json.loads(msgspec.json.encode(package))
    change(told)
    return msgspec.json.decode(json.dumps(told), type=Package)


def no_longer_counted(told: Any) -> None:
    files = told["models"][0]["files"]
    files["model.sql"] = files["model.sql"].replace("'overdue'", "'running'")


def told_otherwise(told: Any) -> None:
    results = told["models"][0]["results"]
    case = next(name for name, result in results.items() if result["finds"])
    results[case]["finds"] = []


def another_column(told: Any) -> None:
    told["columns"]["clock.colour"] = "VARCHAR"


def unknown_law(told: Any) -> None:
    told["law"]["nowhere-2026#1"] = {"said": "某规定第1条", "tells": "某事"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (no_longer_counted, "没有找到"),
        (told_otherwise, "与发送方的结果不同"),
        (another_column, "没有列 clock.colour"),
        (unknown_law, "nowhere-2026#1"),
    ],
)
def test_a_package_that_would_find_something_else_here_is_refused(
    home: Catalogue, package: Package, change: Any, says: str
) -> None:
    assert differences(package, home) == []
    assert any(says in one for one in differences(repacked(package, change), home))


def test_a_name_that_leads_out_of_the_folder_is_refused(home: Catalogue, package: Package) -> None:
    def outward(told: Any) -> None:
        told["models"][0]["files"]["../../evil.sql"] = "SELECT 1"

    assert any("文件名" in one for one in differences(repacked(package, outward), home))


def test_the_same_version_with_other_content_is_not_overwritten(
    home: Catalogue,
    package: Package,
    second_city: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ROOT / "models/clock_overdue", second_city / "models/clock_overdue")
    card = second_city / "models/clock_overdue/card.yaml"
    card.write_text(card.read_text("utf-8").replace("立即办理", "马上办理"), "utf-8")
    before = card.read_bytes()
    data, mark = signed_by(package)
    file = tmp_path / "two.json"
    file.write_bytes(data)
    monkeypatch.setenv("HAIHE_PACK", str(second_city))
    assert main(["models", "import", str(file), "--trust", mark]) == 1
    assert "版本号要更大" in capsys.readouterr().err
    assert card.read_bytes() == before
    assert not (second_city / "models/request_unanswered").exists()
