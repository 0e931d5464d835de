"""Rating on a page: by who has the code, after the end, once; nobody learns that it was done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pages.test_citizen_pages import LAMP, MEDIATION, TYPED, code_on, report
from tests.pages.test_citizen_sign_in import asked, code_sent_to, typed
from tests.pages.visitor import Form, Page, Visitor

SignedIn = Callable[[str], Visitor]
APPLY = "/report/people_mediation/apply/"
BAD = {"score": "1", "tag": "态度不好", "text": "等了一上午没有人答复"}


def form_of(page: Page) -> Form:
    """The form of the rating on its page."""
    (found,) = [one for one in page.forms if one.action.startswith("/rate/")]
    return found


def ended(anybody: Visitor, **more: str) -> str:
    """The code of a mediation that was asked for and given up."""
    code = code_on(report(anybody, APPLY, MEDIATION | more))
    page = anybody.get(f"/follow/{code}/")
    assert "评价办得怎么样" not in page.text, "nothing is rated before its end"
    assert anybody.get(f"/rate/{code}/").status == 409
    anybody.send(page, page.form("/act/drop/"), {"drop_reason": "no_longer"})
    return code


@pytest.fixture
def code(anybody: Visitor) -> str:
    return ended(anybody)


def test_an_end_is_rated_with_five_levels_and_a_bad_one_is_followed(
    anybody: Visitor, code: str
) -> None:
    page = anybody.get(anybody.get(f"/follow/{code}/").link("评价办得怎么样"))
    assert "大营门街道人民调解委员会" in page.text
    for words in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        assert words in page.text
    assert anybody.send(page, form_of(page), {"score": "6"}).status == 422
    thanks = anybody.send(page, form_of(page), BAD)
    assert thanks.path == f"/rate/{code}/thanks/"
    progress = code_on(thanks)
    told = anybody.get(f"/follow/{progress}/")
    assert "河西区大营门街道" in told.text
    assert "差评已经交给被评单位的上一级" in told.text


def test_the_pages_of_a_code_are_the_same_before_and_after_it_was_rated(
    anybody: Visitor, code: str, city: str
) -> None:
    stranger = Visitor(city)

    def seen() -> list[tuple[int, str]]:
        paths = (f"/rate/{code}/", f"/rate/{code}/thanks/", f"/follow/{code}/")
        pages = [stranger.get(path) for path in paths]
        return [(page.status, page.text) for page in pages]

    before = seen()
    page = anybody.get(f"/rate/{code}/")
    anybody.send(page, form_of(page), BAD)
    assert seen() == before

    again = stranger.get(f"/rate/{code}/")
    thanks = stranger.send(again, form_of(again), BAD)
    assert "凭这个码看" not in thanks.text, "who rates second learns nothing of the first"


def test_staff_rate_for_nobody_and_without_the_code_nobody_rates(
    anybody: Visitor, signed_in: SignedIn, code: str
) -> None:
    for account in ("mediator", "dispatcher", "window"):
        clerk = signed_in(account)
        assert clerk.get(f"/rate/{code}/").status == 403
    assert anybody.get("/rate/2222-2222-2222-2222/").status == 404
    for kind, act in (("service_rating", "rate"), ("bad_rating", "raise")):
        assert anybody.get(f"/report/{kind}/{act}/").status == 404
        assert signed_in("mediator").get(f"/officer/new/{kind}/{act}/").status == 404
    asked_for = anybody.get("/rate/")
    found = anybody.get(f"/rate/?code={code}")
    assert asked_for.status == 200
    assert found.path == f"/rate/{code}/"


def test_where_a_phone_was_given_its_holder_rates(
    anybody: Visitor, settings: dict[str, str]
) -> None:
    mine = ended(anybody, applicant_phone="13900001771")
    page = anybody.get(f"/rate/{mine}/")
    assert page.path.startswith("/identity/citizen/")
    page = asked(anybody, "13900001771", page.path)
    form = typed(anybody, page, code_sent_to("13900001771", settings))
    assert form.path == f"/rate/{mine}/"
    assert anybody.send(form, form_of(form), {"score": "5"}).status == 200


def test_who_was_rated_sees_the_same_everywhere(
    anybody: Visitor, signed_in: SignedIn, code: str
) -> None:
    mediator = signed_in("mediator")
    number = next(
        word for word in anybody.get(f"/follow/{code}/").text.split() if word.startswith("PM-")
    )
    paths = [
        "/officer/",
        "/officer/?of=had",
        "/officer/?of=contested",
        "/officer/exports/",
        f"/officer/?number={number}",
        "/officer/?number=SR-",
        "/officer/?number=BR-",
        "/officer/ratings/",
    ]
    listed = mediator.get(f"/officer/?number={number}")
    paths.append(listed.link("邻里"))
    before = [(path, mediator.get(path).text) for path in paths]
    page = anybody.get(f"/rate/{code}/")
    anybody.send(page, form_of(page), BAD)
    assert [(path, mediator.get(path).text) for path in paths] == before


def test_what_was_met_is_rated_on_its_own_page_not_on_that_of_who_joined(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    mine = code_on(report(anybody, LAMP, TYPED | {"place": "营口道44号"}))
    assert anybody.get(f"/rate/{mine}/").status == 409
    assert "现在不能评价" in anybody.get(f"/rate/{mine}/").text
