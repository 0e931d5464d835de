"""What was learned is kept as plain numbers that answer as the library does, without it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from haihe.letters import learned
from haihe.letters.suggest import Classifier
from tests.letters.test_suggestions import LABELLED, message

SHIPPED = Path(__file__).parents[2] / "city/letters.json.xz"
SAID = ["老师让学生补课", "单位拖欠我的工资，社保也没有交", "公交  车\n\n晚点 ABC", "zzzz", ""]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classifier, learned.Learned, Path]:
    classifier = Classifier(LABELLED, [("养老保险 社会保障", "劳动")])
    offsets, temperature, pieces = classifier.numbers()
    file = tmp_path_factory.mktemp("learned") / "letters.json"
    learned.write(
        learned.Learned(
            learned_on="2026-11-23",
            data_sha256="0" * 64,
            messages={"交通": 5, "教育": 5, "劳动": 5},
            tree_words=1,
            macro_f1=0.9,
            folds=5,
            library="scikit-learn",
            categories=tuple(classifier.categories),
            offsets=tuple(offsets),
            temperature=temperature,
            pieces=pieces,
        ),
        file,
    )
    return classifier, learned.read(file), file


@pytest.mark.parametrize("text", SAID)
def test_the_numbers_answer_as_the_library_does(
    both: tuple[Classifier, learned.Learned, Path], text: str
) -> None:
    classifier, read, _ = both
    one = message(90, text[:4], text=text)
    theirs, ours = classifier.suggest(one), read.suggest(one.subject, one.text)
    assert [s.category for s in ours.best] == [s.category for s in theirs.best]
    assert [s.because for s in ours.best] == [s.because for s in theirs.best]
    for mine, other in zip(ours.best, theirs.best, strict=True):
        assert mine.probability == pytest.approx(other.probability, abs=0.005)
    assert ours.unsure == theirs.unsure


def test_a_changed_file_is_refused_and_says_what_to_do(
    both: tuple[Classifier, learned.Learned, Path], tmp_path: Path
) -> None:
    text = both[2].read_text(encoding="utf-8")
    for name, broken in (("cut", text[:-20]), ("changed", text.replace('"0000', '"1000', 1))):
        file = tmp_path / name
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(ValueError, match="haihe letters learn"):
            learned.read(file)


def test_what_ships_holds_numbers_of_single_runs_and_no_message() -> None:
    read = learned.read(SHIPPED)
    assert all(len(piece) <= 2 for piece in read.pieces)
    assert sum(read.messages.values()) > 400
    assert read.macro_f1 > 0.8
    said = read.suggest("反映公交车总是不来", "早高峰公交车间隔太长，出租车也打不到")
    assert said.best[0].category == "交通运输"
    assert any("公交" in words for words in said.best[0].because)


def labelled_file(folder: Path) -> Path:
    rows = "\n".join(
        f"{one.id},{one.user},{one.subject},{date(2019, 4, 25)},{one.text},{one.label}"  # Thursday
        for one in LABELLED
    )
    file = folder / "labelled.csv"
    file.write_text(
        "留言编号,留言用户,留言主题,留言时间,留言详情,一级分类\n" + rows, encoding="utf-8"
    )
    return file


def test_suggesting_loads_no_library_and_learning_says_what_to_install(tmp_path: Path) -> None:
    data = str(labelled_file(tmp_path))
    script = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from haihe.commands import main\n"
        "told = main(['letters', 'suggest', '拖欠农民工工资'])\n"
        "assert 'numpy' not in sys.modules\n"
        f"learn = main(['letters', 'learn', '--data', {data!r}])\n"
        f"bench = main(['bench', 'letters', '--data', {data!r}])\n"
        "sys.exit(10 * told + learn + bench)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=600, check=False
    )
    assert ran.returncode == 4, ran.stderr
    assert "劳动和社会保障" in ran.stdout
    assert ran.stderr.count("haihe[letters]") == 2


def test_a_learned_file_names_what_it_was_learned_from(tmp_path: Path) -> None:
    from haihe.letters.learning import learn

    told = learn(labelled_file(tmp_path), None, date(2026, 11, 23))
    assert told.messages == {"交通": 5, "劳动": 5, "教育": 5}
    assert 0 < told.macro_f1 <= 1
    assert len(told.data_sha256) == 64
