"""A citizen signs in with a code sent to the phone, and is told kindly when something is wrong."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.own_settings import own_settings
from tests.pages.visitor import Page, Visitor

ASK = "/identity/citizen/"
CODE = "/identity/citizen/code/"
SENT_SECONDS_MAX = 60


def code_sent_to(phone: str, settings: dict[str, str]) -> str:
    """The newest code that the console sender printed for a phone."""
    return sent_to(phone, r"海河验证码(\d{6})", settings)


def sent_to(phone: str, told: str, settings: dict[str, str]) -> str:
    """The newest of what a message to a phone told, as a regular expression with one group."""
    log = Path(settings["HAIHE_HOME"]) / "server.log"
    give_up_at = time.monotonic() + SENT_SECONDS_MAX
    while time.monotonic() < give_up_at:
        sent = re.findall(rf"{phone}: {told}", log.read_text(errors="replace"))
        if sent:
            return str(sent[-1])
        time.sleep(0.05)
    raise AssertionError(f"no message was sent to {phone}")


def asked(visitor: Visitor, phone: str, path: str = ASK) -> Page:
    page = visitor.get(path)
    return visitor.send(page, page.form(ASK), {"phone": phone})


def typed(visitor: Visitor, page: Page, code: str) -> Page:
    return visitor.send(page, page.form(CODE), {"code": code})


def test_a_citizen_signs_in_comes_back_where_it_began_and_leaves(
    anybody: Visitor, settings: dict[str, str]
) -> None:
    page = asked(anybody, "139 0000 1001", f"{ASK}?next=/follow/")
    assert "139****1001" in page.text
    assert "13900001001" not in page.html
    inside = typed(anybody, page, code_sent_to("13900001001", settings))
    assert inside.path == "/follow/"
    mine = anybody.get(ASK)
    assert "您已登录：139****1001" in mine.text
    assert anybody.send(mine, mine.form("/leave/")).path == "/"
    assert "您已登录" not in anybody.get(ASK).text


def test_a_wrong_code_is_told_and_the_right_one_still_works(
    anybody: Visitor, settings: dict[str, str]
) -> None:
    page = asked(anybody, "13900001002")
    right = code_sent_to("13900001002", settings)
    wrong = typed(anybody, page, f"{(int(right) + 1) % 10**6:06}")
    assert wrong.status == 422
    assert "验证码不对" in wrong.text
    assert typed(anybody, wrong, right).path == "/"


def test_what_is_no_mobile_number_and_what_comes_too_soon_is_said(
    anybody: Visitor, city: str
) -> None:
    no_phone = asked(anybody, "022-1234")
    assert (no_phone.status, "11位手机号" in no_phone.text) == (422, True)
    asked(anybody, "13900001003")
    too_soon = asked(Visitor(city), "13900001003")
    assert too_soon.status == 422
    assert re.search(r"请过(\d+秒|1分钟)再试", too_soon.text)


def test_nobody_is_led_away_to_another_site(anybody: Visitor, settings: dict[str, str]) -> None:
    page = asked(anybody, "13900001004", f"{ASK}?next=//evil.test/")
    assert typed(anybody, page, code_sent_to("13900001004", settings)).path == "/"


def test_without_a_phone_there_is_no_page_for_the_code(anybody: Visitor) -> None:
    assert anybody.get(CODE).path == ASK


@pytest.fixture
def configured(tmp_path: Path) -> None:
    """address_of asks for one setting."""
    own_settings(tmp_path)


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.5, 198.51.100.9", "203.0.113.5"),
        (2, "198.51.100.9", "192.0.2.1"),
        (1, "not an address", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_an_address_counts_only_as_far_as_our_proxies_vouch_for_it(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str, address: str
) -> None:
    from haihe.identity.addresses import address_of

    monkeypatch.setattr(django_settings, "HAIHE_PROXIES", proxies, raising=False)
    request: Any = type("Request", (), {})()
    request.META = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert address_of(request) == address
