"""`haihe due` answers one question or a file of them, fast, and refuses what it cannot answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from haihe.commands import main
from tests.kernel.clock_days import day

BATCH_LINES = 2_000


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The answer of `haihe due … --json`."""
    assert main(["due", *words, "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    found: dict[str, Any] = json.loads(printed.out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `haihe due …` says when it cannot answer."""
    assert main(["due", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def batch(lines: str | bytes, name: str = "-") -> subprocess.CompletedProcess[bytes]:
    given = lines.encode() if isinstance(lines, str) else lines
    return subprocess.run(
        [sys.executable, "-m", "haihe", "due", "--batch", name],
        input=given,
        capture_output=True,
        timeout=300,
        check=False,
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


# ── One question ─────────────────────────────────────────────────────────────────────────────


def test_thirty_days_from_the_first_of_september_end_after_national_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = asked(capsys, "30 days", "--from", "2026-09-01")
    assert list(found) == ["nominal", "legal", "official", "why"]
    assert found["nominal"] == str(day("Thu 2026-10-01"))
    assert found["legal"] == str(day("Thu 2026-10-08"))
    assert found["official"] is True
    assert found["why"][-1].endswith("（民法典第203条）")
    assert "国庆节" in found["why"][-1]


@pytest.mark.parametrize(
    ("words", "nominal", "legal"),
    [
        (["8 hours", "--from", "2026-10-01T22:15"], "2026-10-02T06:15", "2026-10-02T06:15"),
        (["8 hours", "--from", "2026-10-01T14:15Z"], "2026-10-02T06:15", "2026-10-02T06:15"),
        (
            ["48 hours", "--from", "2026-04-30T16:40", "--start", "next_hour"],
            "2026-05-02T17:00",
            "2026-05-02T17:00",
        ),
        (["15 minutes", "--from", "2026-10-01 09:00:30"], *["2026-10-01T09:15:30"] * 2),
        (["20 working days", "--from", "2026-09-16"], "2026-10-20", "2026-10-20"),
        (["1 working day", "--from", "2026-10-01T09:00"], "2026-10-08", "2026-10-08"),
        (["2 months", "--from", "2026-02-28", "--months", "civil"], "2026-04-28", "2026-04-28"),
        (["2 months", "--from", "2026-02-28", "--months", "criminal"], *["2026-04-30"] * 2),
        (["2 months", "--from", "2026-02-28", "--months", "earlier"], *["2026-04-28"] * 2),
        (["1 year", "--from", "2025-09-30", "--roll", "never"], "2026-09-30", "2026-09-30"),
        (["3 days", "--from", "2026-09-30", "--roll", "never"], "2026-10-03", "2026-10-03"),
        (["15 days", "--from", "2026-09-20", "--roll", "silent"], "2026-10-05", "2026-10-05"),
        (["3 days before", "--from", "2026-10-12"], "2026-10-09", "2026-10-09"),
        (["7 working days before", "--from", "2026-10-16"], "2026-10-08", "2026-10-08"),
        (["7 days before", "--from", "2027-02-28"], "2027-02-21", "2027-02-19"),
        (
            ["30 days", "--from", "2026-03-02", "--exclude", "2026-03-10..2026-03-25"],
            "2026-04-16",
            "2026-04-16",
        ),
        (
            ["30 days", "--from", "2026-03-02", "--exclude", "2026-03-10..2026-03-20",
             "--exclude", "2026-03-15..2026-03-25:听证"],
            "2026-04-16",
            "2026-04-16",
        ),
    ],
)  # fmt: skip
def test_the_options_choose_the_rules(
    capsys: pytest.CaptureFixture[str], words: list[str], nominal: str, legal: str
) -> None:
    found = asked(capsys, *words)
    assert (found["nominal"], found["legal"]) == (nominal, legal)


def test_a_date_in_a_year_not_published_is_not_official(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "30 days", "--from", "2045-12-20")
    assert found["official"] is False
    assert "没有公布" in found["why"][-1]


def test_a_suspension_without_end_has_no_date(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "30 days", "--from", "2026-03-02", "--exclude", "2026-03-10..")
    assert found["nominal"] is None
    assert found["legal"] is None


def test_the_law_asked_for_is_the_law_cited(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "15 days", "--from", "2026-02-06", "--law", "民事诉讼法")
    assert found["why"][-1].endswith("（民事诉讼法第85条）")


def test_without_json_a_citizen_reads_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "30 days", "--from", "2026-09-01"]) == 0
    printed = capsys.readouterr().out
    assert "法定届满：2026年10月8日，星期四" in printed
    assert "名义届满：2026年10月1日，国庆节休假日（星期四）" in printed
    assert "1. 2026年9月1日（星期二）是起算之日" in printed


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["30 days", "--from", "2026-02-30"], "2026-02-30”不是历法上存在的日期"),
        (["30 days", "--from", "20260901"], "请写成 2026-09-01"),
        (["30 days", "--from", "２０２６-09-01"], "请写成 2026-09-01"),
        (["30 days"], "缺少 from"),
        (["--from", "2026-09-01"], "缺少 allow"),
        ([], "缺少 allow"),
        (["-5 days", "--from", "2026-09-01"], "-5 不可用"),
        (["0 days", "--from", "2026-09-01"], "0 不可用"),
        (["99999 days", "--from", "2026-09-01"], "1到36500"),
        (["9" * 30 + " days", "--from", "2026-09-01"], "1到36500"),
        (["9" * 300 + " days", "--from", "2026-09-01"], "过长"),
        (["30 weeks", "--from", "2026-09-01"], "看不懂期间"),
        (["8 hours", "--from", "2026-10-01"], "起算的时刻"),
        (["8 hours", "--from", "2026-10-01T25:15"], "不是存在的时刻"),
        (["30 days", "--from", "2026-09-01", "--roll", "back"], "next、never、silent"),
        (["30 days", "--from", "2026-09-01", "--months", "lunar"], "civil、criminal、earlier"),
        (["30 days", "--from", "2026-09-01", "--start", "noon"], "instant、next_hour"),
        (["30 days", "--from", "2026-09-01", "--law", "刑法"], "刑事诉讼法"),
        (["30 days", "--from", "2026-03-02", "--exclude", "2026-03-25..2026-03-10"], "写反了"),
        (["30 days", "--from", "2026-03-02", "--exclude", "2026-03-25"], "看不懂不计入的期间"),
        (["30 days", "--from", "2026-03-02", "--exclude", "2026-02-30..2026-03-10"], "2026-02-30"),
        (["30 days", "--from", "2026-03-02", "--batch", "-"], "--batch"),
        (["--batch", "no-such-file.jsonl"], "no-such-file.jsonl"),
        (["100 years", "--from", "2100-01-01"], "1950年至2150年"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_what_to_write(
    capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    assert complaint in refused(capsys, *words)


# ── A batch ──────────────────────────────────────────────────────────────────────────────────


def test_a_batch_answers_every_line_with_the_keys_of_a_single_answer() -> None:
    done = batch(
        '{"allow": "30 days", "from": "2026-09-01", "roll": "next",'
        ' "exclude": ["2026-09-10..2026-09-12"]}\n'
        '{"allow": "8 hours", "from": "2026-10-01T22:15", "start": "instant"}\n'
        '{"allow": "2 months", "from": "2026-02-28", "months": "criminal", "roll": "never"}\n'
    )
    assert done.returncode == 0
    assert done.stderr == b""
    found = answers(done)
    assert [one["legal"] for one in found] == ["2026-10-08", "2026-10-02T06:15", "2026-04-30"]
    assert found[0]["nominal"] == "2026-10-03"
    assert all(list(one) == ["nominal", "legal", "official", "why"] for one in found)


def test_a_bad_line_gets_its_error_and_number_and_the_rest_go_on() -> None:
    good = '{"allow": "30 days", "from": "2026-09-01"}'
    bad = {
        2: ("nonsense", "不是可以读的 JSON"),
        4: ('{"allow": "30 days", "from": "2026-09-01", "rol": "next"}', "不认识的键“rol”"),
        5: ("[1, 2]", "JSON 对象"),
        6: ('{"allow": 30, "from": "2026-09-01"}', "allow 应是文字"),
        7: ('{"allow": "30 days"}', "缺少 from"),
        8: ('{"allow": "30 days", "from": "2026-09-01", "roll": ["next"]}', "roll 不能是"),
        9: ('{"allow": "30 days", "from": "2026-09-01", "exclude": "2026-09-02"}', "列表"),
        10: ('{"allow": "30 days", "from": "2026-02-30"}', "不是历法上存在的日期"),
        11: ('{"allow": "3 days", "from": "9999-12-31"}', "1950年至2150年"),
        12: ("[" * 60_000, "不是可以读的 JSON"),
        13: ('{"allow": "30 days", "from": "2026-09-01", "law": "' + "长" * 30_000, "过长"),
    }  # fmt: skip
    lines = [good, *(bad[n][0] if n in bad else "" for n in range(2, 14)), good]
    done = batch("\n".join(lines))
    assert done.returncode == 1
    found = answers(done)
    assert [one["line"] for one in found if "error" in one] == sorted(bad)
    for one in found:
        if "error" in one:
            assert bad[one["line"]][1] in one["error"]
    assert [one["legal"] for one in found if "legal" in one] == ["2026-10-08", "2026-10-08"]


def test_bytes_that_are_no_text_get_an_error_like_any_other() -> None:
    done = batch(b'{"allow": "30 days", "from": "\xff\xfe"}\n\n\x00\n')
    assert done.returncode == 1
    assert [one["line"] for one in answers(done)] == [1, 3]


def test_a_batch_reads_a_file_and_answers_in_order(tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    requests.write_text(
        "".join(
            json.dumps({"allow": f"{n} days", "from": "2026-01-05", "roll": "never"}) + "\n"
            for n in range(1, BATCH_LINES + 1)
        )
    )
    found = answers(batch("", str(requests)))
    assert len(found) == BATCH_LINES
    assert found == sorted(found, key=lambda one: one["legal"])


def test_a_batch_answers_a_line_before_the_next_is_asked() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "haihe", "due", "--batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for n in (1, 2):
            request = {"allow": f"{n} working days", "from": "2026-03-02"}
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["legal"] == f"2026-03-0{2 + n}"
        process.stdin.close()
        assert process.wait(timeout=120) == 0


def test_a_reader_that_leaves_ends_the_batch_without_a_traceback(tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"allow": "30 days", "from": "2026-09-01"}\n' * BATCH_LINES)
    with subprocess.Popen(
        [sys.executable, "-m", "haihe", "due", "--batch", str(requests)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=120) == 1


# ── Start ────────────────────────────────────────────────────────────────────────────────────


def test_haihe_due_starts_without_framework_database_or_data_engine() -> None:
    looking = (
        "import sys; from haihe.commands import main;"
        "main(['due', '30 days', '--from', '2026-09-01', '--json']);"
        "print([name for name in ('django', 'duckdb', 'pyarrow', 'psycopg', 'cryptography')"
        " if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", looking], check=True, capture_output=True)
    assert told.stdout.splitlines()[-1] == b"[]"
