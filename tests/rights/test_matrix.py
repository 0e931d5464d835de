"""Every address as every reader: who gets 200, 403 or 404, and that 404 tells nothing.

The requests are generated (ask_everything.py walks the addresses of the program); what is expected
is written here. An address without an expectation fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import pytest

from tests.rights.ask_everything import ANYBODY, API, OF_A_MATTER, PURPOSES
from tests.rights.one_of_each import OPENER, PEOPLE, PHONE
from tests.rights.walked import walked

STAFF: Final = [name for name, one in PEOPLE.items() if one.roles]
SUPERVISORS: Final = [name for name, one in PEOPLE.items() if one.supervisor]

# 2: opens; 3: refused (403, there is such a matter); 4: as if there were none. One letter a
# purpose, in the order of PURPOSES: handle, answer, supervise, audit.
FILE: Final[dict[str, dict[str, str]]] = {
    "handler": {"open": "2233", "sealed": "2333", "reported": "2233"},
    "colleague": {"open": "3333", "sealed": "3333", "reported": "3333"},
    "own_supervisor": {"open": "2233", "sealed": "3333", "reported": "2233"},
    "co_handler": {"open": "2233", "sealed": "3333", "reported": "2233"},
    # below the district's supervisor, whom the third matter reports
    "asked": {"open": "2233", "sealed": "3333", "reported": "4444"},
    "earlier_owner": {"open": "2233", "sealed": "3333", "reported": "2233"},
    "may_go_on": {"open": "2333", "sealed": "4444", "reported": "2333"},
    "stranger": {"open": "4444", "sealed": "4444", "reported": "4444"},
    "district_supervisor": {"open": "2322", "sealed": "3333", "reported": "4444"},
    "far_supervisor": {"open": "4444", "sealed": "4444", "reported": "4444"},
    "city_leader": {"open": "2322", "sealed": "3333", "reported": "2322"},
}
# What else an address of a matter may answer where the file opens: no such paper issued (404),
# not all of it in clear (403), not an act of this reader (404), sent on to the file (302).
WHERE_FILE_OPENS: Final[dict[str, frozenset[int]]] = {
    "officer:kept_file": frozenset({200}),
    "officer:paper": frozenset({200}),
    "officer:docx": frozenset({403, 404}),
    "officer:issue": frozenset({302, 403}),
    "officer:act": frozenset({200, 404}),
    "officer:sheet": frozenset({200}),
}
SEEN: Final = {"2": 200, "3": 403, "4": 404}


class Answer(NamedTuple):
    """What one request got."""

    route: str
    reader: str
    matter: str
    purpose: str
    status: int
    digest: str
    told: list[str]


def _everybody(status: int) -> Callable[[Answer], int]:
    return lambda _: status


def _staff(answer: Answer) -> int:
    """Anybody is sent to sign in; an account without a post is refused."""
    if answer.reader == ANYBODY:
        return 302
    return 200 if answer.reader in STAFF else 403


def _supervisors(answer: Answer) -> int:
    if answer.reader == ANYBODY:
        return 302
    if answer.reader not in SUPERVISORS:
        return 403
    return 404 if answer.matter == "none" else 200


def _supervisors_led_on(answer: Answer) -> int:
    """A page of a named instant leads supervisors to that of now."""
    return 302 if answer.reader in SUPERVISORS else _supervisors(answer)


def _auditors(answer: Answer) -> int:
    """Supervisors, and of the three administrators the one who audits."""
    return 200 if answer.reader == "audit-administrator" else _supervisors(answer)


def _administrators(answer: Answer) -> int:
    if answer.reader == ANYBODY:
        return 302
    return 200 if PEOPLE[answer.reader].duty else 403


def _makers(answer: Answer) -> int:
    """The two administrators who work on accounts."""
    return 403 if answer.reader == "audit-administrator" else _administrators(answer)


def _alone(reader: str, status: int) -> Callable[[Answer], int]:
    """What one reader alone may do, everybody signed in just now."""

    def of(answer: Answer) -> int:
        if answer.reader == ANYBODY:
            return 302
        return status if answer.reader == reader else 403

    return of


def _analysts(answer: Answer) -> int:
    return 302 if answer.reader == ANYBODY else 403


def _by_code(answer: Answer) -> int:
    return 404 if answer.matter == "none" else 200


def _openings(answer: Answer) -> int:
    """Who holds the role of the opening step gets its form."""
    if answer.reader not in STAFF:
        return _staff(answer)
    has_role = "clerk" in PEOPLE[answer.reader].roles and answer.matter != "none"
    return 200 if has_role else 404


def _works_at(role: str) -> Callable[[Answer], int]:
    """Who has a post in the hall's organ with the role; a hall of others is like none."""

    def of(answer: Answer) -> int:
        if answer.reader not in STAFF:
            return _staff(answer)
        one = PEOPLE[answer.reader]
        works = one.organ == "north" and role in one.roles and answer.matter != "none"
        return 200 if works else 404

    return of


def _signed_in(status: int) -> Callable[[Answer], int]:
    """Pages of one's own account: anybody else is sent to sign in."""
    return lambda answer: 302 if answer.reader == ANYBODY else status


def _with_password(status: int) -> Callable[[Answer], int]:
    """The account without a post has no password to change, and nothing to prove itself by."""
    return lambda answer: 403 if answer.reader == "without_post" else _signed_in(status)(answer)


def _sign_in(answer: Answer) -> int:
    return 200 if answer.reader == ANYBODY else 302


# Addresses that name no matter: what each reader gets.
EXPECTED: Final[dict[str, Callable[[Answer], int]]] = {
    "center:board": _supervisors,
    "center:board-csv": _supervisors_led_on,
    "center:findings": _supervisors,
    "center:findings-csv": _supervisors,
    "center:matters-csv": _supervisors,
    "center:report": _supervisors_led_on,
    "center:wall": _supervisors,
    "center:letters": _supervisors,
    "center:map": _supervisors,
    "center:matters": _supervisors,
    "center:review": _supervisors,
    "center:model": _supervisors,
    "center:model-change": _analysts,
    "center:models": _supervisors,
    "center:disposal": _supervisors,
    "center:retention": _supervisors,
    "center:ratings": _supervisors,
    "center:ratings_list": _supervisors,
    "center:settings": _supervisors,
    "center:traces": _auditors,
    "center:trends": _supervisors,
    "apply:services": _everybody(200),
    "apply:power": _everybody(200),
    "apply:branch": _everybody(404),
    "apply:item": _everybody(404),
    "apply:again": _everybody(200),
    "apply:terminal": _everybody(404),
    "apply:leave_terminal": _everybody(405),
    "apply:who": _everybody(404),
    "apply:facts": _everybody(404),
    "apply:check": _everybody(404),
    "apply:check_certificate": _everybody(200),
    "apply:certificate_keys": _everybody(200),
    "apply:certificate_revoked": _everybody(200),
    "apply:certificate_worker": _everybody(200),
    "apply:certificates": _by_code,
    "apply:certificate_file": _everybody(404),
    "citizen:act": _everybody(404),
    "citizen:ask": _everybody(200),
    "citizen:follow": _by_code,
    "citizen:messages": _by_code,
    "citizen:rate": _everybody(404),
    "citizen:rate_ask": _everybody(200),
    "citizen:rated": _everybody(404),
    "citizen:mine": _everybody(302),
    "citizen:object": _everybody(404),
    "citizen:opening": _by_code,
    "citizen:readings": _by_code,
    "citizen:receipt": _by_code,
    "citizen:hearings": _everybody(200),
    "citizen:sittings": _everybody(200),
    "citizen:ideas": _everybody(200),
    "citizen:powers": _everybody(200),
    "citizen:powers_of": _everybody(404),
    "citizen:public": _everybody(200),
    "citizen:report": _everybody(200),
    "citizen:here": _everybody(405),
    "citizen:place": _everybody(200),
    "citizen:search": _everybody(200),
    "citizen:upload": _everybody(405),
    "citizen:upload_piece": _everybody(404),
    "citizen:start": _everybody(200),
    # One's own account and its second factors.
    "account_change_password": _with_password(200),
    "account_login": _sign_in,
    "account_logout": _everybody(405),
    "account_reauthenticate": _with_password(200),
    "mfa_activate_totp": _signed_in(200),
    "mfa_add_webauthn": _signed_in(200),
    "mfa_authenticate": _everybody(302),
    "mfa_deactivate_totp": _signed_in(404),
    "mfa_generate_recovery_codes": _signed_in(200),
    "mfa_index": _signed_in(200),
    "mfa_list_webauthn": _signed_in(200),
    "mfa_login_webauthn": _everybody(302),
    "mfa_reauthenticate": _with_password(302),
    "mfa_reauthenticate_webauthn": _with_password(302),
    "mfa_remove_webauthn": _signed_in(404),
    "mfa_view_recovery_codes": _signed_in(404),
    # Administrators only, each for the own duty.
    # The service hall: its public pages, its windows and its lobby (of the organ `north`).
    "hall:every": _everybody(200),
    "hall:tap": _by_code,
    "hall:take": _everybody(405),
    "hall:poster": _by_code,
    "hall:screen": _by_code,
    "hall:screen_part": _by_code,
    "hall:book": _by_code,
    "hall:ticket": _everybody(404),
    "hall:ticket_part": _everybody(404),
    "hall:paper": _everybody(404),
    "hall:ticket_act": _everybody(405),
    "hall:windows": _works_at("clerk"),
    "hall:window": _works_at("clerk"),
    "hall:window_part": _works_at("clerk"),
    "hall:window_act": _everybody(405),
    "hall:lobby": _works_at("cook"),
    "hall:lobby_part": _works_at("cook"),
    "hall:record": _works_at("cook"),
    "hall:lobby_act": _everybody(405),
    "identity:account": _makers,
    "identity:account_new": _alone("system-administrator", 200),
    "identity:administration": _administrators,
    "identity:invite": _alone("system-administrator", 200),
    "identity:withdraw": _alone("system-administrator", 302),
    "identity:end_post": _alone("security-administrator", 302),
    "identity:factors": _alone("security-administrator", 302),
    "identity:give_post": _alone("security-administrator", 422),
    "identity:unlock": _alone("security-administrator", 302),
    "identity:choose_post": _everybody(405),
    "identity:end_others": _everybody(405),
    "identity:invitation": _everybody(404),
    "identity:sessions": _signed_in(200),
    "identity:citizen": _everybody(200),
    "identity:citizen_code": _everybody(302),
    "identity:citizen_leave": _everybody(405),
    # The look itself: its parts, and what a reader chose about it.
    "look:choose": _everybody(405),
    "look:parts": _everybody(200),
    "officer:batch": _staff,
    "officer:calendar": _staff,
    "officer:feed": _everybody(404),
    "officer:withdraw_feed": _everybody(405),
    "officer:device": _everybody(405),
    "officer:device_entry": _everybody(405),
    "officer:device_file": _everybody(405),
    "officer:withdraw_device": _everybody(405),
    "officer:offline": _staff,
    "officer:shell": _everybody(200),
    "officer:worker": _everybody(200),
    "officer:export": lambda answer: 404 if _staff(answer) == 200 else _staff(answer),
    "officer:ratings": _staff,
    "officer:exports": _staff,
    "officer:inbox": _staff,
    "officer:login": _sign_in,
    "officer:logout": _everybody(302),
    "officer:letters": _staff,
    "officer:letters_together": _staff,
    "officer:letter": lambda answer: 404 if _staff(answer) == 200 else _staff(answer),
    "officer:letter_act": _everybody(405),
    "officer:new": _staff,
    "officer:opening": _openings,
    "officer:then": _openings,
    "officer:then_step": _everybody(405),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[Answer]]:
    """All routes, and the answers to all requests, made in a process of their own."""
    found: dict[str, Any] = walked("ask_everything", tmp_path_factory)
    return found["routes"], [Answer(*row) for row in found["answers"]]


@pytest.fixture(scope="module")
def answers(asked: tuple[list[str], list[Answer]]) -> list[Answer]:
    return asked[1]


def test_every_address_has_an_expectation_and_was_asked(
    asked: tuple[list[str], list[Answer]],
) -> None:
    routes, found = asked
    assert set(routes) == {*EXPECTED, *OF_A_MATTER, API}
    assert {one.route for one in found} == set(routes)


def expected(one: Answer) -> frozenset[int]:
    """The statuses that may come."""
    if one.route not in OF_A_MATTER:
        return frozenset({EXPECTED[one.route](one)})
    if one.reader == ANYBODY:
        return frozenset({302})
    if one.reader not in STAFF:
        return frozenset({403})
    seen = FILE[one.reader].get(one.matter, "4444")[PURPOSES.index(one.purpose)]
    if seen == "2" and one.route != "officer:file":
        return WHERE_FILE_OPENS[one.route]
    return frozenset({SEEN[seen]})


def test_every_reader_gets_what_is_expected(answers: list[Answer]) -> None:
    wrong = [
        f"{one.route} as {one.reader} of {one.matter!r} to {one.purpose!r}: {one.status}"
        f", not {sorted(expected(one))}"
        for one in answers
        if one.route != API and one.status not in expected(one)
    ]
    assert wrong == []


def test_a_machine_learns_no_more_than_a_page_tells(answers: list[Answer]) -> None:
    for one in answers:
        if one.route == API:
            known = set(FILE[one.reader].get(one.matter, "4444")) != {"4"}
            assert one.status == (422 if known else 404), one


def test_what_may_not_be_known_is_answered_like_what_does_not_exist(answers: list[Answer]) -> None:
    none = {
        (one.route, one.reader, one.purpose): one.digest
        for one in answers
        if one.matter == "none" and (one.route in OF_A_MATTER or one.route == API)
    }
    hidden = [one for one in answers if one.matter in unknown_to(one.reader)]
    assert hidden
    for one in hidden:
        assert one.digest == none[one.route, one.reader, one.purpose], one


def unknown_to(reader: str) -> frozenset[str]:
    """The matters this reader must not even know of."""
    told = FILE.get(reader, {})
    return frozenset(matter for matter, seen in told.items() if set(seen) == {"4"})


def test_no_page_no_list_and_no_search_names_what_a_reader_must_not_know(
    answers: list[Answer],
) -> None:
    for one in answers:
        unknown = unknown_to(one.reader)
        named = unknown & {word.removeprefix("id ") for word in one.told}
        if one.route.startswith("citizen:"):  # these ask with the follow code in hand
            continue
        assert not named, one


# A matter is listed where its reader has to do with it; sealed ones where they open at all.
LISTED: Final[dict[str, dict[str, set[str]]]] = {
    "handler": {"own": {"open", "reported"}, "searched": {"open", "sealed", "reported"}},
    "own_supervisor": {"own": {"open", "reported"}, "searched": {"open", "reported"}},
    "co_handler": {"helps": {"open", "reported"}, "searched": {"open", "reported"}},
    "asked": {"asked": {"open"}, "searched": {"open"}},
    "earlier_owner": {"had": {"open", "reported"}, "searched": {"open", "reported"}},
    "district_supervisor": {"reach": {"open"}, "searched": {"open", "sealed"}},
    "city_leader": {"reach": {"open", "reported"}, "searched": {"open", "sealed", "reported"}},
}


def test_lists_and_search_show_what_their_reader_may_open(answers: list[Answer]) -> None:
    for one in answers:
        if one.route == "officer:inbox" and one.reader in STAFF:
            of = one.matter.removeprefix("of ") or "own"
            numbers = {word for word in one.told if word in ("open", "sealed", "reported")}
            assert numbers == LISTED.get(one.reader, {}).get(of, set()), one


def test_who_came_is_named_to_nobody(answers: list[Answer]) -> None:
    assert [one for one in answers if OPENER in one.told] == []


def seen_by(answers: Iterable[Answer], word: str) -> set[str]:
    """Which readers of staff pages came to see it."""
    return {one.reader for one in answers if word in one.told and one.route.startswith("officer:")}


def test_the_organ_that_was_rated_does_not_see_that_it_was(answers: list[Answer]) -> None:
    assert seen_by(answers, "评价星数") == set(STAFF) - {
        *("handler", "colleague", "own_supervisor", "stranger", "far_supervisor")
    }


def test_a_talk_with_one_side_is_seen_by_the_handlers_of_the_owner_alone(
    answers: list[Answer],
) -> None:
    assert seen_by(answers, "只对调解员说的话") == {"handler", "own_supervisor"}


def test_a_phone_is_in_clear_for_those_who_handle_it_alone(answers: list[Answer]) -> None:
    assert seen_by(answers, PHONE) == {"handler", "own_supervisor", "co_handler"}
