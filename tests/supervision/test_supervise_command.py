"""`haihe supervise` and `haihe models` as they are called: output, exit codes, refusals."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from haihe.commands import main
from haihe.supervision.imports.progress import bar
from tests.supervision.small_logs import attribute, event, trace, xes

ROOT = Path(__file__).resolve().parents[2]
PACK = str(ROOT / "examples" / "road_fines")


def fine(name: str, sent: str) -> str:
    """A fine of Monday 2006-07-24, sent on the given day and then forgotten."""
    return trace(
        name,
        event(
            "Create Fine",
            "2006-07-24T00:00:00+02:00",
            attribute("float", "amount", "35.0"),
            attribute("float", "totalPaymentAmount", "0.0"),
            attribute("string", "dismissal", "NIL"),
            attribute("string", "org:resource", "561"),
        ),
        event("Send Fine", sent, attribute("float", "expense", "11.0")),
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two fines: one sent on Friday 2006-09-01, one on Tuesday 2006-12-05."""
    path = tmp_path / "fines.xes.gz"
    text = xes(fine("F1", "2006-09-01T00:00:00+02:00"), fine("F2", "2006-12-05T00:00:00+01:00"))
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_json_tells_matters_events_findings_and_seconds(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["supervise", str(log), "--pack", PACK, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["matters"], told["events"]) == (2, 4)
    assert told["findings"]["sent_late"] == 1
    assert told["findings"]["never_executed"] == 2
    assert told["measures"]["sent_late"]["of"] == 2
    assert told["worst"]["sent_late"][0]["matter_id"] == "F2"
    assert told["seconds"] > 0


def test_the_summary_shows_the_worst_with_its_history(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["supervise", str(log), "--pack", PACK, "--model", "sent_late"]) == 0
    shown = capsys.readouterr().out
    assert "罚单逾期寄出" in shown
    assert "发现 1，已寄出的罚单 2，50.00%" in shown
    assert "→   2  2006-12-05  Send Fine" in shown
    assert "意大利道路法典第201条" in shown
    assert "561" not in shown


def test_kept_views_are_supervised_again_without_the_log(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "views"
    assert main(["supervise", str(log), "--pack", PACK, "--keep", str(kept), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["supervise", str(kept), "--pack", PACK, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["findings"] == first["findings"]
    assert all(b"561" not in path.read_bytes() for path in kept.rglob("*.parquet"))


def test_a_damaged_log_is_refused_unless_the_good_part_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.xes"
    text = xes(fine("F1", "2006-09-01T00:00:00+02:00"), fine("F2", "soon"))
    path.write_text(text, encoding="utf-8")
    assert main(["supervise", str(path), "--pack", PACK, "--json"]) == 1
    refused = capsys.readouterr()
    told = json.loads(refused.out)
    assert told["findings"] == {}
    assert told["damage"]["line"] == text[: text.index("Send Fine", text.index("F2"))].count("\n")
    assert (told["damage"]["matters"], told["damage"]["events"]) == (1, 2)
    assert "1 个事项，2 条记录" in refused.err
    assert "--keep-good" in refused.err
    assert main(["supervise", str(path), "--pack", PACK, "--json", "--keep-good"]) == 1
    assert json.loads(capsys.readouterr().out)["matters"] == 1
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--pack", "nowhere"], "no such folder"),
        (["--pack", PACK, "--model", "sent_soon"], "sent_soon"),
        (["--pack", str(ROOT / "docs")], "pack.yaml"),
    ],
)
def test_a_pack_or_model_that_is_not_there_is_refused(
    log: Path, more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["supervise", str(log), *more]) == 2
    assert says in capsys.readouterr().err


def test_a_missing_log_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["supervise", "nowhere.xes", "--pack", PACK]) == 1
    assert "没有这个文件" in capsys.readouterr().err


MAPPING = """
zone: Europe/Rome
imports:
  kind: traffic_fine
  log: {matter_id: id, act: step, happened_at: at}
  event_fields: {dismissal: {type: TYPE, key: code}}
"""


def mapped(folder: Path, kind: str) -> list[str]:
    """A call that supervises a CSV file with a mapping of its own."""
    rows = "id,step,at,code\nF1,Create Fine,2006-07-24,7\nF1,Send Fine,2006-12-05,\n"
    (folder / "fines.csv").write_text(rows, encoding="utf-8")
    (folder / "fines.yaml").write_text(MAPPING.replace("TYPE", kind), encoding="utf-8")
    call = ["supervise", str(folder / "fines.csv"), "--pack", PACK, "--json"]
    return [*call, "--mapping", str(folder / "fines.yaml")]


def test_a_mapping_file_stands_in_for_that_of_the_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(mapped(tmp_path, "text")) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert (findings["sent_late"], findings["odd_dismissal_code"]) == (1, 1)


def test_one_field_name_cannot_have_two_types(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(mapped(tmp_path, "integer")) == 2
    assert "one name has one type" in capsys.readouterr().err


def test_the_models_of_a_pack_are_listed_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--pack", PACK, "--json"]) == 0
    cards = json.loads(capsys.readouterr().out)
    assert {"sent_late", "never_executed"} <= {card["id"] for card in cards}
    assert main(["models", "test", "--pack", PACK, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == []
    assert told["cases"] >= 30


def test_the_progress_bar_draws_only_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, file = Terminal(), io.StringIO()
    bar("读取", terminal)(50, 50)
    bar("读取", file)(50, 50)
    assert "100%" in terminal.getvalue()
    assert file.getvalue() == ""
