"""A certificate signed with SM2 is checked on the page itself, by the script that came with it."""

from __future__ import annotations

import base64
import json
import time

from playwright.sync_api import Page

from haihe.records import certificates, jws, sm2

PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8


def test_the_page_checks_sm2_without_asking_anybody(desk_page: Page, city: str) -> None:
    public = sm2.public_of(PRIVATE)
    now = int(time.time())
    said = {
        "id": "one",
        "iss": "河西分局",
        "item": "通行证",
        "no": "1号",
        "name": "王女士",
        "iat": now,
    }

    def signed(claims: dict[str, object], sort: str) -> str:
        return jws.signed(claims, "s1", sort, lambda text: sm2.sign(PRIVATE, text), jws.SM2)

    good = signed({**said}, certificates.TYPE)
    head, _, tail = good.split(".")
    other = jws.letters(json.dumps({**said, "name": "李先生"}).encode()).decode()
    key = {
        "kty": "EC", "crv": jws.SM2_CURVE, "alg": jws.SM2, "kid": "s1",
        "x": _letters(public[:32]), "y": _letters(public[32:]),
    }  # fmt: skip
    listed = signed({"at": now, "revoked": []}, certificates.LIST_TYPE)
    desk_page.goto(f"{city}certificates/check/")
    desk_page.evaluate(
        "([keys, revoked]) => { document.getElementById('keys').textContent = keys;"
        " document.getElementById('revoked').textContent = revoked; }",
        [json.dumps({"keys": [key]}), json.dumps(listed)],
    )
    asked: list[str] = []
    desk_page.on("request", lambda request: asked.append(request.url))
    shown = []
    for text in (good, f"{head}.{other}.{tail}"):
        desk_page.fill("#text", text)
        desk_page.click("form#check-form button")
        desk_page.wait_for_selector("#result:not([hidden])")
        shown.append(desk_page.inner_text("#result .notice"))
        desk_page.evaluate("document.getElementById('result').hidden = true")

    assert shown == ["是真的，现在有效", "不能证明是真的"]
    assert asked == []


def _letters(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
