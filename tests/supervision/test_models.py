"""Models: what the loader refuses, what the sweep refuses, and that every example's cases hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from haihe.pack.models import Model, Prepared, load_models
from haihe.pack.yaml_file import UnusablePack
from haihe.supervision.catalogue import read_catalogue, verdicts
from haihe.supervision.model_cases import WrongCase, moment
from haihe.supervision.sweep import UnusableModel, run_model, sweep
from haihe.supervision.views import open_views

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/pack.yaml"))
FINES = ROOT / "examples" / "road_fines"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the fines pack that a test may spoil."""
    return Path(shutil.copytree(FINES, tmp_path / "pack"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_every_card_and_case_of_an_example_holds(folder: Path) -> None:
    found = verdicts(read_catalogue(folder))
    assert found
    assert [(one.model, one.case, one.problems) for one in found if one.problems] == []


def test_a_case_fails_when_the_model_is_wrong(pack: Path) -> None:
    spoil(pack / "models/sent_late/model.sql", "2160 HOUR", "2161 HOUR")
    wrong = [one.case for one in verdicts(read_catalogue(pack)) if one.problems]
    assert wrong == ["sent_on_the_ninetieth_day"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("card.yaml", "level: warning", "level: red", "level"),
        ("card.yaml", "owner:", "boss:", "unknown key `boss`"),
        ("card.yaml", "id: sent_late", "id: sent", "id: expected `sent_late`"),
        ("card.yaml", "measures: {of:", "measures: {all:", "`of` must say"),
        ("model.sql", "FROM ", "FROM finding, ", "only with `scope: all`"),
        ("cases.yaml", "id: never_sent", "id: sent_an_hour_earlier", "stands twice"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(
    pack: Path, file: str, old: str, new: str, says: str
) -> None:
    spoil(pack / "models/sent_late" / file, old, new)
    with pytest.raises(UnusablePack, match=says):
        load_models(pack / "models")


def test_a_model_without_a_silent_case_is_refused(pack: Path) -> None:
    path = pack / "models/sent_late/cases.yaml"
    path.write_text(path.read_text(encoding="utf-8").split("  - id: sent_an_hour")[0], "utf-8")
    with pytest.raises(UnusablePack, match="stays silent"):
        load_models(pack / "models")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("codice-strada-1992#201", "codice-strada-1992#999", "law/ 里没有这一条"),
        ("event.act", "event.motive", "inputs: event.motive"),
    ],
)
def test_a_card_must_cite_law_and_columns_that_exist(
    pack: Path, old: str, new: str, says: str
) -> None:
    spoil(pack / "models/sent_late/card.yaml", old, new)
    problems = [p for one in verdicts(read_catalogue(pack)) for p in one.problems]
    assert any(says in problem for problem in problems)


def test_a_weekday_that_is_not_that_of_the_date_is_refused() -> None:
    assert moment("2006-07-24 Mon 08:10").hour == 8
    with pytest.raises(WrongCase, match="is a Mon"):
        moment("2006-07-24 Tue 08:10")
    with pytest.raises(WrongCase, match="write it like"):
        moment("24.7.2006")


def model_of(sql: str, population: str = "") -> Model:
    """A model with another query."""
    one = next(model for model in load_models(FINES / "models") if model.id == "sent_late")
    return Model(one.folder, one.card, sql, population, one.cases)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("DROP VIEW event", "one SELECT"),
        ("COPY event TO 'stolen.csv'", "one SELECT"),
        ("SELECT matter_id FROM event", "expected matter_id, cause, seq"),
        ("SELECT matter_id, 'x' AS cause, NULL AS seq FROM one", "seq is empty"),
        ("SELECT motive FROM event", "motive"),
        ("SELEC", "SELEC"),
    ],
)
def test_a_query_that_is_no_finding_is_refused(tmp_path: Path, sql: str, says: str) -> None:
    connection = open_views(tmp_path)
    connection.execute("CREATE TEMP TABLE one AS SELECT 'F1' AS matter_id")
    with pytest.raises(UnusableModel, match=says):
        run_model(connection, model_of(sql))


@pytest.mark.parametrize(
    "reach", ["read_text('{file}')", "read_csv('{file}')", "glob('{folder}/*')"]
)
def test_a_model_reads_no_file_but_the_views(tmp_path: Path, reach: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    views = tmp_path / "views"
    views.mkdir()
    sql = f"SELECT * FROM {reach.format(file=secret, folder=tmp_path)}"
    with pytest.raises(UnusableModel, match="Permission"):
        run_model(open_views(views), model_of(sql))


def test_rows_with_one_matter_and_cause_are_one_finding(tmp_path: Path) -> None:
    sql = (
        "SELECT * FROM (VALUES ('F1', 'x', 2, 1.0), ('F1', 'x', 1, 1.0), ('F1', 'y', 3, 9.0),"
        " ('F2', 'x', 1, 5.0)) AS t (matter_id, cause, seq, weight)"
    )
    swept = run_model(open_views(tmp_path), model_of(sql))
    assert swept.findings == 3
    assert swept.causes == {"x": 2, "y": 1}
    assert [(one.matter_id, one.cause, one.seqs) for one in swept.worst(2)] == [
        ("F1", "y", (3,)),
        ("F2", "x", (1,)),
    ]
    assert swept.all()[0].seqs == (1, 2)


def test_a_shared_table_may_not_hide_a_view(tmp_path: Path) -> None:
    connection = open_views(tmp_path)
    with pytest.raises(UnusableModel, match="a published view"):
        sweep(connection, [], [Prepared("event", "SELECT 1")])


def test_measures_must_be_those_of_the_card(tmp_path: Path) -> None:
    model = model_of(
        "SELECT matter_id, 'x' AS cause, seq FROM event", "SELECT 'of' AS measure, 1 AS n"
    )
    with pytest.raises(UnusableModel, match="the card has more_than_90_days, of"):
        run_model(open_views(tmp_path), model)


def test_the_models_of_the_fines_stay_in_the_subset_spark_knows() -> None:
    """EXTRACT(EPOCH …) and DuckDB's own casts do not travel; dates are counted by date_diff."""
    for model in load_models(FINES / "models"):
        text = f"{model.sql}\n{model.population}".lower()
        assert "extract(" not in text
        assert "::" not in text
        assert duckdb.extract_statements(model.sql)
