"""`haihe accounts`: three persons for three duties, invitations instead of passwords, tokens."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from haihe.commands.accounts import is_identity_number

ROOT = Path(__file__).resolve().parents[2]
# Numbers are of region 120199, which does not exist, so that they belong to nobody.


def numbered(seventeen: str) -> str:
    """The number with its check character, by trying."""
    return next(seventeen + c for c in "0123456789X" if is_identity_number(seventeen + c))


ONE, TWO, THREE, FOUR = (numbered(f"1201991990030700{n}") for n in range(1, 5))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a new installation."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    return folder


DRIVE = """
import contextlib, io, json, sys
from haihe.commands import main
told = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["accounts", *words])
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


class Told(NamedTuple):
    """What one call of `haihe accounts` gave."""

    code: int
    out: str
    err: str


def haihe(home: Path, *calls: list[str]) -> list[Told]:
    """Calls of `haihe accounts`, one after another in one process."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    answer = subprocess.run(
        [sys.executable, "-c", DRIVE],
        input=json.dumps(calls),
        env=told | {"HAIHE_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Told(*one) for one in json.loads(answer.stdout)]


def three(system: str, security: str, audit: str) -> list[str]:
    return [
        *("first", "--address", "https://haihe.test/"),
        *("--system", f"sys.li,李建,{system}"),
        *("--security", f"sec.wang,王安,{security}"),
        *("--audit", f"aud.zhao,赵审,{audit}"),
    ]


def test_three_duties_are_for_three_persons_and_no_password_is_made(home: Path) -> None:
    same, misspelt, told, again, listed = haihe(
        home,
        three(ONE, TWO, ONE),
        three(ONE, TWO, THREE[:-1]),
        three(ONE, TWO, THREE),
        three(ONE, TWO, THREE),
        ["list"],
    )
    assert [one.code for one in (same, misspelt, told, again)] == [1, 2, 0, 1]
    links = re.findall(r"https://haihe\.test/identity/invitation/[\w-]{32}/", told.out)
    assert len(set(links)) == 3
    assert "系统管理员" in listed.out
    assert "审计管理员" in listed.out
    kept = sqlite3.connect(home / "haihe.sqlite3")
    passwords = [word for (word,) in kept.execute("SELECT password FROM auth_user")]
    kept.close()
    assert len(passwords) == 3
    assert all(word.startswith("!") for word in passwords)
    assert ONE.encode() not in (home / "haihe.sqlite3").read_bytes()


def test_a_person_never_gets_a_second_duty_under_whatever_account(home: Path) -> None:
    again, taken, withdrawn, other, new = haihe(
        home,
        ["appoint", "audit", f"sys.li2,李建,{ONE}"],
        ["appoint", "audit", f"sys.li,李建,{FOUR}"],
        ["withdraw", "sys.li"],
        ["appoint", "security", f"sys.li3,李建,{ONE}"],
        ["appoint", "system", f"sys.sun,孙系,{FOUR}"],
    )
    assert [one.code for one in (again, taken, withdrawn, other, new)] == [1, 1, 0, 1, 0]
    assert "已经是系统管理员" in again.err
    kept = sqlite3.connect(home / "haihe.sqlite3")
    (made,) = kept.execute("SELECT count(*) FROM auth_user").fetchone()
    second = "INSERT INTO administrator SELECT user_id, 'audit', x'00', 0, '' FROM administrator"
    with pytest.raises(sqlite3.IntegrityError):
        kept.execute(f"{second} LIMIT 1")
    kept.close()
    assert made == 4


def test_a_token_is_shown_once_listed_and_taken_back(home: Path) -> None:
    words = ["token", "sec.wang", "--scope", "steps:act", "--label", "调度", "--days", "5"]
    (told,) = haihe(home, words)
    assert told.code == 0
    number = re.findall(r"编号 (\w+)", told.err)[0]
    before, ended, after, unknown, nobody = haihe(
        home,
        ["tokens"],
        ["end-token", number],
        ["tokens"],
        ["end-token", number],
        ["invite", "nobody"],
    )
    assert (number in before.out, "有效" in before.out) == (True, True)
    assert told.out.strip() not in before.out
    assert ended.code == 0
    assert "已收回" in after.out
    assert (unknown.code, nobody.code) == (2, 2)


@pytest.mark.parametrize(
    "number",
    ["12010119900307765X", "120101199002307656", "1201011990023076", "1101051949123100２X"],
)
def test_a_misspelt_identity_number_is_noticed(number: str) -> None:
    assert is_identity_number("11010519491231002X")
    assert is_identity_number("120105200802290013")
    assert not is_identity_number(number)
