"""Pages that no address alone opens: what comes after a form was sent, and what went wrong.

Each is reached as a visitor without JavaScript reaches it; test_every_page lets axe look at it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from haihe.commands.demo import PASSWORD
from tests.pages import test_citizen_sign_in as phones
from tests.pages import test_staff_sign_in as staff
from tests.pages.test_apply_pages import begun, said_who
from tests.pages.test_citizen_own import REJECTED, WHY, rejected
from tests.pages.test_citizen_pages import LAMP, MEDIATION, TYPED, code_on, report
from tests.pages.test_rate_pages import BAD, ended, form_of
from tests.pages.test_readings import looked_at
from tests.pages.visitor import Page, Visitor

ENGINEER, AUDITOR = "seen-own-system", "seen-own-audit"  # accounts made for this
PLAIN, INVITED, WITH_KEY = "seen", "seen-invited", "seen-key"
PHONE = "13900003535"
TREE = TYPED | {"what": "大树倒在路上挡住去路。", "place": "马场街道气象台路35号"}


class House:
    """The running demo city, and whoever stands before it."""

    def __init__(self, address: str, settings: dict[str, str]) -> None:
        self.address, self.settings = address, settings
        self.signed_in = cache(self._signed_in)
        self.words = cache(self._words)
        self.with_factor = cache(self._with_factor)
        self.rejected = cache(self._rejected)

    def somebody(self) -> Visitor:
        """Who just opened a browser."""
        return Visitor(self.address)

    @property
    def passkey_word(self) -> str:
        """What invites to an account that nobody has used yet, once."""
        return self.words()[WITH_KEY]

    def _signed_in(self, person: str) -> Visitor:
        visitor = self.somebody()
        visitor.sign_in(person, PASSWORD)
        return visitor

    def _words(self) -> Mapping[str, str]:
        """What invites to the accounts made for this."""
        made = [sys.executable, "-c", staff.MAKE, ENGINEER, AUDITOR, PLAIN, INVITED, WITH_KEY]
        told = subprocess.run(
            made, env=self.settings, cwd=staff.ROOT, check=True, capture_output=True, text=True
        )
        return {line.split()[0]: line.split()[1] for line in told.stdout.splitlines()}

    def _with_factor(self, person: str) -> tuple[Visitor, Page]:
        """Who set an authenticator up, and the page of the codes that were told then."""
        visitor, _ = staff.with_factor(self.address, self.words()[person], person)
        return visitor, visitor.last

    def _rejected(self) -> tuple[str, str]:
        """The code and number of a report that was not taken."""
        return rejected(self.somebody(), self.signed_in("dispatcher"), "营口道135号")

    def file_of(self, person: str, number: str) -> Page:
        """The file of a matter as this member of staff opens it."""
        found = self.signed_in(person).get(f"/officer/?number={number}")
        matter = next(one.href for one in found.links if "/matter/" in one.href)
        return self.signed_in(person).get(matter)


STATES: Final[dict[str, Callable[[House], Page]]] = {}


def state(open_it: Callable[[House], Page]) -> Callable[[House], Page]:
    """Enter it in the list under its name."""
    STATES[open_it.__name__] = open_it
    return open_it


# ── a citizen ────────────────────────────────────────────────────────────────────────────────


@state
def report_with_a_field_missing(house: House) -> Page:
    page = report(house.somebody(), LAMP, TYPED | {"place": ""})
    assert page.status == 422
    return page


@state
def report_that_seems_to_be_known(house: House) -> Page:
    visitor = house.somebody()
    report(visitor, LAMP, TREE)
    page = visitor.get(LAMP)
    alike = visitor.send(page, page.form(LAMP), TREE)
    assert "是同一件事吗" in alike.text
    return alike


@state
def search_that_finds_nothing(house: House) -> Page:
    return house.somebody().get("/search/?q=zzzz")


@state
def end_that_may_be_contested(house: House) -> Page:
    page = house.somebody().get(f"/follow/{house.rejected()[0]}/")
    assert page.form("/act/contest/")
    return page


@state
def contesting_without_a_reason(house: House) -> Page:
    visitor = house.somebody()
    page = visitor.get(f"/follow/{house.rejected()[0]}/")
    wrong = visitor.send(page, page.form("/act/contest/"), {"reason": ""})
    assert wrong.status == 422
    return wrong


@state
def step_that_is_refused(house: House) -> Page:
    code, _ = rejected(house.somebody(), house.signed_in("dispatcher"), "营口道136号")
    visitor = house.somebody()
    page = visitor.get(f"/follow/{code}/")
    form = page.form("/act/contest/")
    visitor.send(page, form, {"reason": WHY})
    form.values["_key"] = [uuid.uuid4().hex]
    refused = visitor.send(page, form, {"reason": WHY})
    assert 'class="refusal' in refused.html, refused.text
    return refused


@state
def messages_of_which_one_is_new(house: House) -> Page:
    page = house.somebody().get(f"/follow/{house.rejected()[0]}/messages/")
    assert "不予受理告知书" in page.text
    return page


@state
def readings_by_somebody(house: House) -> Page:
    _, page = looked_at(house.somebody(), house.signed_in)
    return page


@state
def objection_to_a_reading(house: House) -> Page:
    visitor = house.somebody()
    _, page = looked_at(visitor, house.signed_in)
    form = visitor.get(page.link("不该看？提出异议"))
    return visitor.send(form, form.form(form.path), {})


@state
def rating_without_a_level(house: House) -> Page:
    visitor = house.somebody()
    page = visitor.get(f"/rate/{ended(visitor)}/")
    return visitor.send(page, form_of(page), {"score": "6"})


@state
def thanks_for_a_bad_rating(house: House) -> Page:
    visitor = house.somebody()
    page = visitor.get(f"/rate/{ended(visitor)}/")
    return visitor.send(page, form_of(page), BAD)


@state
def rating_before_the_end(house: House) -> Page:
    visitor = house.somebody()
    code = code_on(report(visitor, "/report/people_mediation/apply/", MEDIATION))
    return visitor.get(f"/rate/{code}/")


@state
def code_that_was_sent(house: House) -> Page:
    return phones.asked(house.somebody(), "13900003536")


@state
def everything_that_is_mine(house: House) -> Page:
    visitor = house.somebody()
    report(visitor, LAMP, TYPED | {"reporter_phone": PHONE, "place": "营口道137号"})
    page = phones.asked(visitor, PHONE, f"{phones.ASK}?next=/mine/")
    return phones.typed(visitor, page, phones.code_sent_to(PHONE, house.settings))


@state
def application_with_a_wrong_number(house: House) -> Page:
    visitor = house.somebody()
    return said_who(visitor, begun(visitor), number="120199199003070018")


@state
def application_sent_from_a_terminal(house: House) -> Page:
    visitor = house.somebody()
    visitor.get("/services/terminal/machang-station/")
    facts = said_who(visitor, begun(visitor))
    last = visitor.send(facts, facts.form(facts.path), {"relation": "spouse"})
    done = visitor.send(last, last.form(last.path), {})
    assert "结束，换下一位" in done.text
    return done


@state
def text_that_is_no_certificate(house: House) -> Page:
    visitor = house.somebody()
    page = visitor.get("/certificates/check/")
    return visitor.send(page, page.form("/certificates/check/"), {"text": "a.b.c"})


# ── staff ────────────────────────────────────────────────────────────────────────────────────


@state
def inbox_without_what_was_sought(house: House) -> Page:
    return house.signed_in("officer").get("/officer/?number=ZZ-2026-999999")


@state
def page_kept_for_when_there_is_no_network(house: House) -> Page:
    return house.signed_in("officer").get("/officer/offline/shell/")


@state
def file_for_a_purpose_that_is_not_mine(house: House) -> Page:
    _, number = house.rejected()
    file = house.file_of("dispatcher", number)
    return house.signed_in("dispatcher").get(f"{file.path.partition('?')[0]}?purpose=audit")


@state
def step_of_an_officer_with_a_field_missing(house: House) -> Page:
    officer = house.signed_in("dispatcher")
    number = _reported(house, "营口道138号")
    file = house.file_of("dispatcher", number)
    wrong = officer.send(file, file.form("/act/reject/"), REJECTED | {"rejection": ""})
    assert wrong.status == 422
    return wrong


@state
def step_of_an_officer_that_came_too_late(house: House) -> Page:
    officer = house.signed_in("dispatcher")
    file = house.file_of("dispatcher", _reported(house, "营口道139号"))
    form = file.form("/act/reject/")
    assert officer.send(file, form, REJECTED).status == 200
    form.values["_key"] = [uuid.uuid4().hex]
    late = officer.send(file, form, REJECTED)
    assert 'class="refusal' in late.html, late.text
    return late


def _reported(house: House, place: str) -> str:
    receipt = report(house.somebody(), LAMP, TYPED | {"place": place})
    number = re.search(r"GE-\d{4}-\d{6}", receipt.text)
    assert number, receipt.text
    return number[0]


@state
def password_that_is_wrong(house: House) -> Page:
    return house.somebody().sign_in("nobody.at.all", "wrong")


@state
def invitation(house: House) -> Page:
    visitor = house.somebody()
    page = visitor.get(f"/identity/invitation/{house.words()[INVITED]}/")
    return visitor.send(page, page.form("/"), {"password": "short", "again": "short"})


@state
def account_that_was_made(house: House) -> Page:
    visitor, _ = house.with_factor(ENGINEER)
    page = visitor.get("/identity/administration/new/")
    made = visitor.send(page, page.form("/new/"), {"person": "seen.new", "name": "罗敏"})
    assert 'id="invitation"' in made.html, made.text
    return made


@state
def post_to_be_given(house: House) -> Page:
    page = house.signed_in("security").get("/identity/administration/officer/?post=tj-110")
    assert page.form("/officer/post/")
    return page


@state
def traces_of_administration(house: House) -> Page:
    return house.with_factor(AUDITOR)[0].get("/identity/administration/")


@state
def recovery_codes(house: House) -> Page:
    return house.with_factor(PLAIN)[1]


@state
def new_recovery_codes(house: House) -> Page:
    return house.with_factor(PLAIN)[0].get("/identity/account/codes/new/")


@state
def end_of_an_authenticator(house: House) -> Page:
    return house.with_factor(PLAIN)[0].get("/identity/account/totp/end/")


@state
def account_with_second_factors(house: House) -> Page:
    return house.with_factor(PLAIN)[0].get("/identity/account/")


@state
def second_factor_that_is_asked(house: House) -> Page:
    house.with_factor(PLAIN)
    visitor = house.somebody()
    page = visitor.sign_in(PLAIN, staff.OWN)
    return visitor.send(page, page.form("/identity/factor/"), {"code": "000000"})


@state
def second_factor_once_more(house: House) -> Page:
    return house.with_factor(PLAIN)[0].get("/identity/confirm/factor/")


# ── what went wrong ──────────────────────────────────────────────────────────────────────────


@state
def page_for_others(house: House) -> Page:
    page = house.signed_in("officer").get("/identity/administration/")
    assert page.status == 403
    return page


@state
def matter_that_is_not_there(house: House) -> Page:
    page = house.signed_in("officer").get(f"/officer/matter/{'0' * 32}/")
    assert page.status == 404
    return page


@state
def address_that_is_only_posted_to(house: House) -> Page:
    page = house.somebody().get("/look/choose/")
    assert page.status == 405
    return page


@state
def form_that_was_open_too_long(house: House) -> Page:
    return _spoilt(house, 403, csrfmiddlewaretoken=["x" * 64])


@state
def form_that_makes_no_sense(house: House) -> Page:
    return _spoilt(house, 400, _key=["'; drop"])


@state
def more_than_is_taken(house: House) -> Page:
    return _spoilt(house, 413, x=["y"] * 1_001)  # Django takes a thousand fields


def _spoilt(house: House, status: int, **values: list[str]) -> Page:
    visitor = house.somebody()
    page = visitor.get(LAMP)
    form = page.form(LAMP)
    form.values |= values
    answer = visitor.send(page, form, TYPED)
    assert answer.status == status
    return answer
