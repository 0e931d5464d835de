"""Staff sign in: locks, second factors, passkeys, sessions, and proving oneself once more."""

from __future__ import annotations

import base64
import hmac
import re
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from haihe.commands.demo import PASSWORD
from haihe.records import account_book
from tests.conftest import opened_page
from tests.pages.visitor import Page as Shown
from tests.pages.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
OWN = "Nine-lakes-9"
INVITED = ("weak", "fang", "gao", "hai", "jin", "kang", "min")
STEP = 30  # seconds a code of an authenticator is shown

# The demo has three administrators too, named otherwise.
DUTIES = {duty: f"own-{duty}" for duty in account_book.DUTIES}
MAKE = """
import sys, django
django.setup()
from haihe.identity.administration import make_account
from haihe.records import account_acts, account_book
from haihe.records.accounts import create_staff
from datetime import UTC, datetime
for person in sys.argv[1:]:
    duty = person.partition("own-")[2]
    if duty in account_book.DUTIES:
        entry = make_account(person, person, by="tests", origin="installation")
        account_book.appoint(entry.user_id, duty, person, by="tests")
        account_acts.note("tests", "appointed", person, more=duty)
        print(person, account_book.invite(entry.user_id, by="tests", now=datetime.now(UTC)))
    else:
        user = create_staff(person, name=person, organ="tj-110", roles=["call_taker"])
        account_book.enter(user, person, person, origin="invitation", made_by="tests")
        print(person, account_book.invite(user, by="tests", now=datetime.now(UTC)))
"""


@pytest.fixture(scope="module")
def invited(settings: dict[str, str]) -> dict[str, str]:
    """New accounts, one a test and the three administrators, and the words that invite to them."""
    told = subprocess.run(
        [sys.executable, "-c", MAKE, *INVITED, *DUTIES.values()],
        env=settings,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {line.split()[0]: line.split()[1] for line in told.stdout.splitlines()}


def accepted(city: str, word: str) -> Visitor:
    """Somebody who followed an invitation and set a password."""
    visitor = Visitor(city)
    page = visitor.get(f"/identity/invitation/{word}/")
    typed = {"password": OWN, "again": OWN}
    assert visitor.send(page, page.form(f"{word}/"), typed).path == "/officer/login/"
    return visitor


def code_of(secret: str, ahead: int = 0) -> str:
    """What the authenticator shows now, or `ahead` steps later (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // STEP + ahead)
    told = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = told[-1] & 15
    return f"{(int.from_bytes(told[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def with_factor(city: str, word: str, person: str) -> tuple[Visitor, str]:
    """Somebody who accepted an invitation, signed in and set an authenticator up."""
    visitor = accepted(city, word)
    page = visitor.sign_in(person, OWN)
    assert page.path == "/identity/account/", page.text
    page = visitor.get("/identity/account/totp/")
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page.html)
    assert secret, page.text
    done = visitor.send(page, page.form("/totp/"), {"code": code_of(secret[1], -1)})
    assert done.path == "/identity/account/codes/", done.text
    return visitor, secret[1]


def signed_in_with_factor(city: str, person: str, code: str) -> Shown:
    visitor = Visitor(city)
    page = visitor.sign_in(person, OWN)
    assert page.path == "/identity/factor/", page.text
    return visitor.send(page, page.form("/identity/factor/"), {"code": code})


AGE = """
import sys, django
django.setup()
from django.contrib.sessions.backends.db import SessionStore
from haihe.records import accounts, sessions
for one in sessions.of_user(accounts.user_id_of(sys.argv[1])):
    store = SessionStore(session_key=one.key)
    told = store.get("signed_in")
    if told:
        store["signed_in"] = told | {sys.argv[2]: told[sys.argv[2]] - int(sys.argv[3])}
        store.save()
"""


def age(settings: dict[str, str], person: str, key: str, seconds: int) -> None:
    """Make the sessions of an account older: when they `begun`, or were last `seen`."""
    words = [sys.executable, "-c", AGE, person, key, str(seconds)]
    subprocess.run(words, env=settings, cwd=ROOT, check=True, capture_output=True)


# ── Password and lock ────────────────────────────────────────────────────────────────────────


def test_wrong_and_unknown_are_answered_alike_and_locked_alike(city: str) -> None:
    answers: dict[str, list[str]] = {"judge": [], "nobody.at.all": []}
    for person, told in answers.items():
        for _ in range(6):
            page = Visitor(city).sign_in(person, "wrong")
            assert page.path == "/officer/login/"
            wrong = re.search(r'<div class="wrongs".*?</div>', page.html, re.DOTALL)
            assert wrong
            told.append(re.sub(r"\d+", "…", wrong[0]))
    assert answers["judge"] == answers["nobody.at.all"]
    assert "账号或密码不对" in answers["judge"][4]
    assert "请过…秒再试" in answers["judge"][5]
    assert "请过" in Visitor(city).sign_in("judge", PASSWORD).text


def test_signing_out_needs_a_form_and_ends_the_session(city: str) -> None:
    visitor = Visitor(city)
    page = visitor.sign_in("clerk", PASSWORD)
    assert page.path == "/officer/"
    assert visitor.get("/officer/logout/").status == 405
    assert visitor.get("/officer/").status == 200
    assert visitor.send(page, page.form("/logout/")).path == "/"
    assert visitor.get("/officer/").path == "/officer/login/?next=/officer/"


# ── Invitation, second factor, recovery ──────────────────────────────────────────────────────


def test_an_invitation_asks_for_a_good_password_and_works_once(
    city: str, invited: dict[str, str]
) -> None:
    word = invited["weak"]
    visitor = Visitor(city)
    page = visitor.get(f"/identity/invitation/{word}/")
    for password, again, says in (
        ("short", "short", "至少10位"),
        ("alllowercase", "alllowercase", "至少10位"),
        (OWN, OWN + "x", "两次填的密码不一样"),
    ):
        answer = visitor.send(page, page.form(f"{word}/"), {"password": password, "again": again})
        assert (answer.status, says in answer.text) == (422, True)
    accepted(city, word)
    assert visitor.get(f"/identity/invitation/{word}/").status == 404


def test_nobody_works_without_a_second_factor_and_each_code_works_once(
    city: str, settings: dict[str, str], invited: dict[str, str]
) -> None:
    word = invited["fang"]
    visitor, secret = with_factor(city, word, "fang")
    codes = re.findall(r'<li class="numbers">(\d{8})</li>', visitor.last.html)
    assert len(codes) == 10
    assert visitor.get("/officer/").path == "/officer/"
    code = code_of(secret)
    assert signed_in_with_factor(city, "fang", code).path == "/officer/"
    replayed = signed_in_with_factor(city, "fang", code)
    assert (replayed.path, "已经用过" in replayed.text) == ("/identity/factor/", True)
    assert signed_in_with_factor(city, "fang", codes[0]).path == "/officer/"
    assert signed_in_with_factor(city, "fang", codes[0]).path == "/identity/factor/"
    kept = sqlite3.connect(f"{settings['HAIHE_HOME']}/haihe.sqlite3")
    (data,) = kept.execute(
        "SELECT group_concat(data) FROM mfa_authenticator a JOIN auth_user u ON u.id = a.user_id "
        "WHERE u.username = 'fang'"
    ).fetchone()
    kept.close()
    assert secret not in data


def test_before_the_second_factor_is_set_up_no_other_page_opens(
    city: str, invited: dict[str, str]
) -> None:
    visitor = accepted(city, invited["gao"])
    assert visitor.sign_in("gao", OWN).path == "/identity/account/"
    for path in ("/officer/", "/officer/new/", "/center/"):
        assert visitor.get(path).path == "/identity/account/"
    assert "还差一步" in visitor.get("/officer/").text


def test_the_last_second_factor_cannot_be_ended(
    city: str, settings: dict[str, str], invited: dict[str, str]
) -> None:
    visitor, secret = with_factor(city, invited["hai"], "hai")
    age(settings, "hai", "begun", 11 * 60)
    page = visitor.get("/identity/account/totp/end/")
    assert page.path.startswith("/identity/confirm/factor/")
    page = visitor.send(page, page.form("/confirm/factor/"), {"code": code_of(secret)})
    assert page.path == "/identity/account/totp/end/"
    assert "先添加另一种才能停用" in page.text
    visitor.send(page, page.form("/totp/end/"))
    assert "已启用" in visitor.get("/identity/account/").text


def test_codes_tried_too_often_lock_the_second_step(city: str, invited: dict[str, str]) -> None:
    with_factor(city, invited["jin"], "jin")
    visitor = Visitor(city)
    page = visitor.sign_in("jin", OWN)
    said = []
    for _ in range(6):
        page = visitor.send(page, page.form("/identity/factor/"), {"code": "000000"})
        said.append(page.text)
    assert "验证码不对" in said[4]
    assert "请过" in said[5]


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_signed_in_at_three_places_at_most_and_ends_its_own(
    city: str, invited: dict[str, str]
) -> None:
    first, _ = with_factor(city, invited["kang"], "kang")
    codes = re.findall(r'<li class="numbers">(\d{8})</li>', first.last.html)
    assert first.get("/officer/").path == "/officer/"
    others = []
    for code in codes[:3]:
        visitor = Visitor(city)
        page = visitor.sign_in("kang", OWN)
        assert visitor.send(page, page.form("/factor/"), {"code": code}).path == "/officer/"
        others.append(visitor)
    assert first.get("/officer/").path.startswith("/officer/login/")
    page = others[2].get("/identity/sessions/")
    assert page.text.count("来自 127.0.0.1") == 3
    assert page.text.count("就是这里") == 1
    page = others[2].send(page, page.form("/sessions/end/"))
    assert page.text.count("来自 127.0.0.1") == 1
    assert others[0].get("/officer/").path.startswith("/officer/login/")
    assert others[2].get("/officer/").path == "/officer/"


def test_an_export_is_fetched_by_whoever_proves_once_more_to_be_it(
    city: str, settings: dict[str, str]
) -> None:
    visitor = Visitor(city)
    assert visitor.sign_in("urban", PASSWORD).path == "/officer/"
    assert visitor.get("/officer/exports/1/").status == 404
    age(settings, "urban", "begun", 11 * 60)
    page = visitor.get("/officer/exports/1/")
    assert page.path.startswith("/identity/confirm/?next=%2Fofficer%2Fexports%2F1%2F")


@pytest.mark.parametrize(
    ("key", "seconds", "says"),
    [("seen", 31 * 60, "没有操作"), ("begun", 13 * 3600, "已满十二小时")],
)
def test_a_session_ends_when_unused_and_when_too_long(
    city: str, settings: dict[str, str], key: str, seconds: int, says: str
) -> None:
    visitor = Visitor(city)
    assert visitor.sign_in("urban", PASSWORD).path == "/officer/"
    age(settings, "urban", key, seconds)
    page = visitor.get("/officer/")
    assert page.path.startswith("/officer/login/")
    assert says in page.text


def test_whoever_holds_two_posts_chooses_in_which_to_act(
    city: str, settings: dict[str, str]
) -> None:
    second = (
        "import django; django.setup()\n"
        "from datetime import date\n"
        "from haihe.records import posts\n"
        "post = posts.Post(id='tj-center/trial', organ='tj-center', roles=('referrer',))\n"
        "posts.make_post(post)\n"
        "posts.hold(posts.Holding(post=post.id, person='mailbox', since=date(2026, 11, 1)))\n"
    )
    subprocess.run([sys.executable, "-c", second], env=settings, cwd=ROOT, check=True)
    visitor = Visitor(city)
    before = visitor.sign_in("mailbox", PASSWORD).text
    page = visitor.get("/identity/account/")
    (form,) = [one for one in page.forms if one.values.get("post") == ["tj-center/trial"]]
    after = visitor.send(page, form)
    assert after.path == "/officer/"
    assert ("综治中心" in before.split("退出")[0], "中心" in after.text.split("退出")[0]) == (
        False,
        True,
    )
    form.values["post"] = ["hexi-court/judge"]
    assert "中心" in visitor.send(page, form).text.split("退出")[0]


# ── The three administrators ─────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def administrators(city: str, invited: dict[str, str]) -> dict[str, tuple[Visitor, str]]:
    """The three, signed in with their second factors."""
    return {one: with_factor(city, invited[name], name) for one, name in DUTIES.items()}


def confirmed(visitor: Visitor, page: Shown, secret: str) -> Shown:
    """Prove oneself once more where it is asked for."""
    if not page.path.startswith("/identity/confirm/"):
        return page
    for ahead in (0, 1):
        after = visitor.send(page, page.form("/confirm/factor/"), {"code": code_of(secret, ahead)})
        if not after.path.startswith("/identity/confirm/"):
            return after
    raise AssertionError(after.text)


def test_the_three_do_their_own_work_and_no_other(
    city: str, settings: dict[str, str], administrators: dict[str, tuple[Visitor, str]]
) -> None:
    (system, system_secret), (security, security_secret), (audit, _) = (
        administrators[one] for one in ("system", "security", "audit")
    )
    # The system administrator makes an account; nobody knows its password, it has no power.
    page = confirmed(system, system.get("/identity/administration/new/"), system_secret)
    assert page.path == "/identity/administration/new/", page.text
    taken = system.send(page, page.form("/new/"), {"person": "taker", "name": "甲"})
    assert (taken.status, "已经有人用了" in taken.text) == (422, True)
    page = system.send(page, page.form("/new/"), {"person": "luo.min", "name": "罗敏"})
    link = re.search(r'id="invitation">http://[^/]+(/identity/invitation/([^/]+)/)<', page.html)
    assert link, page.text
    newcomer, _ = with_factor(city, link[2], "luo.min")
    assert newcomer.get("/officer/").status == 403
    # Only the security administrator gives the post.
    path = "/identity/administration/luo.min/"
    assert "授予岗位" not in system.get(path + "?post=tj-110").text
    page = security.get(path + "?post=tj-110")
    choices = [told["value"] for tag, told in page.tags if told.get("type") == "radio"]
    assert choices
    typed = {"post": choices[0]}
    answer = security.send(page, page.form("/luo.min/post/"), typed)
    answer = confirmed(security, answer, security_secret)
    assert answer.path == path, answer.text
    assert newcomer.get("/officer/").status == 200
    # Each page of another duty is refused; the audit administrator sees what was done.
    assert security.get("/identity/administration/new/").status == 403
    assert audit.get(path).status == 403
    traces = audit.get("/identity/administration/").text
    for did in ("新建账号", "发出邀请", "接受邀请", "授予岗位", "登录"):
        assert did in traces
    assert newcomer.get("/identity/administration/").status == 403
    for one in (system, security, audit):
        assert one.get("/officer/").status == 403
    # Only the audit administrator sees who read what; looking is a trace too.
    looked = audit.get(audit.get("/identity/administration/").link("查阅记录"))
    assert looked.path == "/center/traces/", looked.text
    again = audit.get("/center/traces/?sort=audit&person=own-audit")
    assert "查看查阅记录 审计管理员own-audit" in again.text
    assert {
        link.href for link in again.links if link.href.startswith(("/officer/", "/center/"))
    } == {"/center/traces/"}
    assert [one.get("/center/traces/").status for one in (system, security)] == [403, 403]
    # None of the three gets at another of them.
    page = system.get(path)
    for act in ("/invite/", "/withdraw/"):
        form = page.form(act)
        form.action = form.action.replace("luo.min", DUTIES["audit"])
        assert confirmed(system, system.send(page, form), system_secret).status == 403
    # Withdrawn: signed out at once.
    page = system.get(path)
    answer = confirmed(system, system.send(page, page.form("/withdraw/")), system_secret)
    assert "停用" in answer.text
    assert newcomer.get("/officer/").path.startswith("/officer/login/")
    assert "账号或密码不对" in Visitor(city).sign_in("luo.min", OWN).text


def test_a_locked_account_is_unlocked_by_the_security_administrator(
    city: str, administrators: dict[str, tuple[Visitor, str]]
) -> None:
    security, secret = administrators["security"]
    for _ in range(6):
        Visitor(city).sign_in("power", "wrong")
    assert "请过" in Visitor(city).sign_in("power", PASSWORD).text
    page = security.get("/identity/administration/power/")
    assert "锁定中" in page.text
    answer = security.send(page, page.form("/unlock/"))
    assert "锁定中" not in confirmed(security, answer, secret).text
    assert Visitor(city).sign_in("power", PASSWORD).path == "/officer/"


# ── Passkeys, in Chromium with a virtual authenticator ───────────────────────────────────────


def give_authenticator(page: Page) -> None:
    """Give the machine of this page an authenticator with a finger on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(page: Page, address: str, person: str) -> None:
    """Sign in with the password and add a passkey as the second factor."""
    page.goto(f"{address}officer/login/")
    page.get_by_label("账号").fill(person)
    page.get_by_label("密码").fill(OWN)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/identity/account/")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("登录时不用输密码").check()
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**/identity/account/codes/")


@pytest.fixture
def key_page(browser: Browser) -> Iterator[Page]:
    """A desk page whose machine has an authenticator with a finger on it."""
    for page in opened_page(browser, width=1280, height=800):
        give_authenticator(page)
        yield page


def test_a_passkey_is_added_and_signs_in_without_a_password(
    city: str, invited: dict[str, str], key_page: Page
) -> None:
    accepted(city, invited["min"])
    here = city.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never an address
    found: list[str] = []
    key_page.on("console", lambda message: found.append(message.text))
    add_passkey(key_page, here, "min")
    key_page.goto(f"{here}officer/")
    assert key_page.url.endswith("/officer/")
    key_page.get_by_role("button", name="退出").click()
    key_page.wait_for_url(here)
    key_page.goto(f"{here}officer/login/")
    key_page.get_by_role("button", name="使用通行密钥").click()
    key_page.wait_for_url("**/officer/")
    assert [text for text in found if "Content Security" in text] == []


def test_pages_are_given_to_whoever_is_meant(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("officer")
    assert visitor.get("/identity/account/").status == 200
    assert visitor.get("/identity/administration/").status == 403
    page = visitor.get("/identity/account/password/")
    typed = {"oldpassword": "wrong", "password1": OWN, "password2": OWN}
    assert "现在的密码" in visitor.send(page, page.form("/password/"), typed).text
