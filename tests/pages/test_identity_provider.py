"""Citizens through a real OpenID Connect provider on loopback, honest and dishonest."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.oidc_server import Provider
from tests.pages.visitor import Page, Visitor

BEGIN = "/identity/provider/"


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    """Every test begins with an honest provider and the same person."""
    provider.fault = ""
    provider.person = {
        "sub": "citizen-1",
        "phone_number": "+86 139 0000 2001",
        "phone_number_verified": True,
    }


def come_back(city: str, path: str = BEGIN) -> tuple[Visitor, Page]:
    visitor = Visitor(city)
    return visitor, visitor.get(path)


def who(visitor: Visitor) -> str:
    return visitor.get("/identity/citizen/").text


def test_a_citizen_comes_back_signed_in_with_the_phone_the_provider_checked(
    city: str, provider: Provider
) -> None:
    visitor, page = come_back(city, f"{BEGIN}?next=/follow/")
    assert page.path == "/follow/", page.text
    assert "139****2001" in who(visitor)
    assert len(set(provider.exchanged)) == len(provider.exchanged)
    assert visitor.get("/officer/").path.startswith("/officer/login/")


def test_a_phone_that_the_provider_did_not_check_counts_for_nothing(
    city: str, provider: Provider
) -> None:
    provider.person["phone_number_verified"] = False
    visitor, page = come_back(city)
    assert page.path == "/"
    assert "您已登录。" in who(visitor)


@pytest.mark.parametrize(
    "fault",
    [
        "issuer", "audience", "expired", "nonce", "no nonce", "signature", "none",
        "shared secret", "userinfo",
    ],
)  # fmt: skip
def test_a_dishonest_answer_is_not_believed(city: str, provider: Provider, fault: str) -> None:
    provider.fault = fault
    visitor, page = come_back(city)
    assert page.status == 401
    assert "没有登录成功" in page.text
    assert "您已登录" not in who(visitor)


def test_a_code_is_worth_one_exchange_for_one_browser(city: str, provider: Provider) -> None:
    visitor, _ = come_back(city)
    answered = next(
        one for one in reversed(visitor.addresses) if urlsplit(one).path.endswith("/callback/")
    )
    code = parse_qs(urlsplit(answered).query)["code"][0]
    assert code in provider.exchanged
    # The same answer again, in the same browser and in another: its state is gone or unknown.
    for again in (visitor, Visitor(city)):
        assert again.get(answered).status == 401
    # A fresh state with the old code: the provider refuses the code, and nobody is signed in.
    provider.fault = "replayed"
    third, page = come_back(city)
    assert page.status == 401
    assert provider.refused[-1] == code
    assert "您已登录" not in who(third)


def test_who_says_no_at_the_provider_is_told_so_kindly(city: str) -> None:
    visitor = Visitor(city)
    page = visitor.get("/identity/provider/national/callback/?error=access_denied&state=x")
    assert page.status == 401
    assert "手机号登录" in page.text


def test_the_request_carries_a_challenge_a_state_and_a_nonce(city: str, provider: Provider) -> None:
    visitor, _ = come_back(city)
    begun = next(one for one in visitor.addresses if one.startswith(f"{provider.issuer}/authorize"))
    asked = parse_qs(urlsplit(begun).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["nonce"][0]) >= 22
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "phone"}
