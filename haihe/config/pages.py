"""Every page of every face, once: axe, the screenshots and the budgets all go by this list.

An address with a page belongs in PAGES, any other in NO_PAGE with the reason; a test compares both
with the addresses of the program. `{…}` in a path stands for something of the demo city: see found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from haihe.records.lists import Of
    from haihe.records.shown import Reader

OFFICER = "officer"  # demo accounts
SUPERVISOR = "administrator"
WINDOW = "window"
LOBBY = "lobby"
ANALYST = "analyst"
MAILBOX = "mailbox"
CHIEF = "bureau-chief"
ENGINEER = "engineer"  # the three administrators
SECURITY = "security"
AUDITOR = "auditor"
HANDLE = "handle"
LISTS: Final[tuple[Of, ...]] = ("own", "had")  # of the inbox, where matters are looked for


class Page(NamedTuple):
    """One page: the name of its address, a path in the demo city, the account that opens it."""

    route: str
    path: str
    who: str = ""

    @property
    def face(self) -> str:
        """The face it belongs to."""
        return self.route.partition(":")[0] if ":" in self.route else "identity"


PAGES: Final = (
    Page("look:parts", "/look/"),
    Page("look:missing", "/nowhere/"),
    Page("citizen:start", "/"),
    Page("citizen:search", "/search/?q=楼上漏水"),  # Chinese: what a citizen types
    Page("citizen:report", "/report/"),
    Page("citizen:opening", "/report/grid_event/call_in/"),
    Page("citizen:opening", "/report/people_mediation/apply/"),
    Page("citizen:place", "/report/grid_event/call_in/place/"),
    Page("citizen:public", "/public/"),
    Page("citizen:powers", "/public/powers/"),
    Page("citizen:powers_of", "/public/powers/police_permit/"),
    Page("citizen:hearings", "/public/hearings/"),
    Page("citizen:sittings", "/public/sittings/?since=2026-05-01"),
    Page("citizen:ideas", "/public/ideas/"),
    Page("citizen:receipt", "/receipt/{code}/"),
    Page("citizen:ask", "/follow/"),
    Page("citizen:ask", "/follow/?code=2222-2222-2222"),
    Page("citizen:follow", "/follow/{code}/"),
    Page("citizen:messages", "/follow/{code}/messages/"),
    Page("citizen:readings", "/follow/{code}/readings/"),
    Page("apply:services", "/services/"),
    Page("apply:services", "/services/?q=孩子上户口"),  # Chinese: what a citizen types
    Page("apply:branch", "/services/branch/population/"),
    Page("apply:item", "/services/rk13/"),
    Page("apply:power", "/services/power/"),
    Page("apply:power", "/services/power/?branch=narcotics"),
    Page("apply:who", "/apply/{draft}/"),
    Page("apply:facts", "/apply/{draft}/facts/"),
    Page("apply:check", "/apply/{draft}/check/"),
    Page("apply:again", "/apply/"),
    Page("apply:check_certificate", "/certificates/check/"),
    Page("apply:certificates", "/certificates/of/{code}/"),
    Page("hall:every", "/hall/"),
    Page("hall:tap", "/hall/machang/"),
    Page("hall:ticket", "/hall/t/{ticket}/"),
    Page("hall:ticket", "/hall/t/{booked}/"),
    Page("hall:paper", "/hall/t/{booked}/paper/"),
    Page("hall:book", "/hall/machang/book/"),
    Page("hall:poster", "/hall/machang/poster/"),
    Page("hall:screen", "/hall/machang/screen/"),
    Page("hall:windows", "/hall/machang/windows/", WINDOW),
    Page("hall:window", "/hall/machang/windows/1/", WINDOW),
    Page("hall:lobby", "/hall/machang/lobby/", LOBBY),
    Page("hall:record", "/hall/machang/record/", LOBBY),
    Page("citizen:rate_ask", "/rate/"),
    Page("citizen:rate", "/rate/{ended}/"),
    Page("demo:start", "/demo/"),
    Page("demo:tour", "/demo/tour/citizen/"),
    Page("demo:stories", "/demo/stories/"),
    Page("demo:story", "/demo/stories/T10/"),
    Page("identity:citizen", "/identity/citizen/"),
    Page("account_login", "/officer/login/"),
    Page("officer:inbox", "/officer/", OFFICER),
    Page("officer:inbox", "/officer/?of=had", OFFICER),
    Page("officer:new", "/officer/new/", OFFICER),
    Page("officer:opening", "/officer/new/public_security_case/receive/", OFFICER),
    Page("officer:then", "/officer/new/public_security_case/receive/then/", OFFICER),
    Page("officer:letters", "/officer/letters/", MAILBOX),
    Page("officer:letters_together", "/officer/letters/together/", MAILBOX),
    Page("officer:letter", "/officer/letters/{letter}/", MAILBOX),
    Page("officer:batch", "/officer/batch/", OFFICER),
    Page("officer:calendar", "/officer/calendar/", OFFICER),
    Page("officer:offline", "/officer/offline/", OFFICER),
    Page("officer:ratings", "/officer/ratings/", OFFICER),
    Page("officer:exports", "/officer/exports/", OFFICER),
    Page("officer:sheet", "/officer/matter/{matter}/sheet/", OFFICER),
    Page("officer:file", "/officer/matter/{matter}/", OFFICER),
    Page("officer:file", "/officer/matter/{matter}/", SUPERVISOR),
    Page("officer:act", "/officer/matter/{matter}/act/{act}/", OFFICER),
    Page("officer:paper", "/officer/matter/{papered}/paper/{step}/{paper}/", OFFICER),
    Page("center:board", "/center/", SUPERVISOR),
    Page("center:board", "/center/?as_of=2026-11-01", SUPERVISOR),
    Page("center:wall", "/center/wall/", SUPERVISOR),
    Page("center:report", "/center/report/?as_of=2026-11-01", SUPERVISOR),
    Page("center:letters", "/center/letters/", CHIEF),
    Page("center:map", "/center/map/", SUPERVISOR),
    Page("center:map", "/center/map/?what=new_four_weeks&area=120103", SUPERVISOR),
    Page("center:trends", "/center/trends/", SUPERVISOR),
    Page("center:findings", "/center/findings/", SUPERVISOR),
    Page("center:matters", "/center/matters/open/", SUPERVISOR),
    Page("center:ratings", "/center/ratings/", SUPERVISOR),
    Page("center:ratings_list", "/center/ratings/rated/?service=局长信箱", SUPERVISOR),
    Page("center:review", "/center/review/", SUPERVISOR),
    Page("center:review", "/center/review/?m={matter}", SUPERVISOR),
    Page("center:settings", "/center/settings/", SUPERVISOR),
    Page("center:retention", "/center/retention/", SUPERVISOR),
    Page("center:traces", "/center/traces/", SUPERVISOR),
    Page("center:models", "/center/models/", ANALYST),
    Page("center:model", "/center/models/clock_overdue/", ANALYST),
    Page("center:model-change", "/center/models/clock_overdue/change/", ANALYST),
    Page("mfa_index", "/identity/account/", OFFICER),
    Page("account_change_password", "/identity/account/password/", OFFICER),
    Page("mfa_activate_totp", "/identity/account/totp/", OFFICER),
    Page("mfa_list_webauthn", "/identity/account/passkeys/", OFFICER),
    Page("mfa_add_webauthn", "/identity/account/passkeys/add/", OFFICER),
    Page("account_reauthenticate", "/identity/confirm/", OFFICER),
    Page("identity:sessions", "/identity/sessions/", OFFICER),
    Page("identity:administration", "/identity/administration/", ENGINEER),
    Page("identity:account_new", "/identity/administration/new/", ENGINEER),
    Page("identity:account", "/identity/administration/officer/", SECURITY),
    Page("center:traces", "/center/traces/", AUDITOR),
)

ONLY_POSTED = "only posted to; it answers with a page of this list or an error page"
A_FILE = "gives a file, not a page"
A_PART = "a part of another page, fetched by it"
LEADS_ON = "leads on to another page"
AFTER = "comes after a form: tests/pages/states.py opens it, axe looks"
SECOND_FACTOR = "needs a second factor, which no demo account has: tests/pages/states.py"
NO_PAGE: Final = {
    "look:choose": ONLY_POSTED,
    "apply:terminal": LEADS_ON,
    "apply:leave_terminal": ONLY_POSTED,
    "apply:certificate_file": "a file",
    "apply:certificate_keys": "a file for machines",
    "apply:certificate_revoked": "a file for machines",
    "apply:certificate_worker": "a script",
    "citizen:act": ONLY_POSTED,
    "citizen:mine": LEADS_ON,
    "citizen:rated": AFTER,
    "citizen:object": AFTER,
    "identity:citizen_code": AFTER,
    "identity:citizen_leave": ONLY_POSTED,
    "identity:provider": LEADS_ON,
    "openid_connect_callback": LEADS_ON,
    "identity:end_others": ONLY_POSTED,
    "identity:choose_post": ONLY_POSTED,
    "identity:invitation": AFTER,
    "identity:invite": ONLY_POSTED,
    "identity:withdraw": ONLY_POSTED,
    "identity:unlock": ONLY_POSTED,
    "identity:factors": ONLY_POSTED,
    "identity:give_post": ONLY_POSTED,
    "identity:end_post": ONLY_POSTED,
    "account_logout": ONLY_POSTED,
    "mfa_authenticate": SECOND_FACTOR,
    "mfa_login_webauthn": SECOND_FACTOR,
    "mfa_reauthenticate": SECOND_FACTOR,
    "mfa_reauthenticate_webauthn": SECOND_FACTOR,
    "mfa_deactivate_totp": SECOND_FACTOR,
    "mfa_remove_webauthn": SECOND_FACTOR,
    "mfa_view_recovery_codes": SECOND_FACTOR,
    "mfa_generate_recovery_codes": SECOND_FACTOR,
    "officer:login": "the same page as account_login",
    "officer:logout": ONLY_POSTED,
    "officer:export": A_FILE,
    "officer:letter_act": ONLY_POSTED,
    "officer:kept_file": A_FILE,
    "officer:docx": A_FILE,
    "officer:issue": ONLY_POSTED,
    "center:disposal": ONLY_POSTED,
    "citizen:here": ONLY_POSTED,
    "citizen:upload": ONLY_POSTED,
    "citizen:upload_piece": ONLY_POSTED,
    "demo:enter": ONLY_POSTED,
    "demo:end": ONLY_POSTED,
    "demo:stop": LEADS_ON,
    "hall:take": ONLY_POSTED,
    "hall:lobby_act": ONLY_POSTED,
    "hall:window_act": ONLY_POSTED,
    "hall:ticket_act": ONLY_POSTED,
    "hall:lobby_part": A_PART,
    "hall:screen_part": A_PART,
    "hall:window_part": A_PART,
    "hall:ticket_part": A_PART,
    "officer:device": ONLY_POSTED,
    "officer:then_step": ONLY_POSTED,
    "officer:device_entry": ONLY_POSTED,
    "officer:device_file": ONLY_POSTED,
    "officer:withdraw_device": ONLY_POSTED,
    "officer:withdraw_feed": ONLY_POSTED,
    "officer:feed": A_FILE,
    "officer:worker": A_FILE,
    "officer:shell": A_PART,
    "center:board-csv": A_FILE,
    "center:matters-csv": A_FILE,
    "center:findings-csv": A_FILE,
}

LOOKED_MAX = 1_000  # matters of the demo city among which one is sought


class NothingToShow(Exception):
    """The installation lacks what a page needs: it was not filled with the demo city."""


def found() -> tuple[Page, ...]:
    """PAGES with something of this demo city in every path; opening files leaves its traces."""
    pages = sought()
    for page, lacks in pages:
        if lacks:
            raise NothingToShow(f"{page.route}: no matter of {OFFICER} gives {lacks}")
    return tuple(page for page, _ in pages)


def sought() -> tuple[tuple[Page, str], ...]:
    """The same, each with the word of its path that nothing in this demo city gives, or ""."""
    from django.contrib.auth import get_user_model

    from haihe.records import lists, read

    user = get_user_model().objects.filter(username=OFFICER).first()
    reader = read.reader_of(user) if user else None
    if reader is None:
        raise NothingToShow(f"no account {OFFICER}: fill the demo city in with `haihe demo`")
    values = {"draft": _begun()}
    for of in LISTS:
        for item in lists.inbox(reader, of=of).items:
            if "paper" in values and "act" in values:
                break
            values = {**_of_file(item.matter, reader), **values}
    values |= _of_hall()
    values |= _letter() | _ended()
    return tuple(_filled(page, values) for page in PAGES)


def _filled(page: Page, values: dict[str, str]) -> tuple[Page, str]:
    try:
        return page._replace(path=page.path.format(**values)), ""
    except KeyError as error:
        return page, str(error.args[0])


def _of_hall() -> dict[str, str]:
    """A number taken in the demo's hall now, and one with an appointment for a later day."""
    from datetime import timedelta

    from haihe.kernel.values import Data, Refused
    from haihe.queueing.plan import slots
    from haihe.queueing.steps import free_in
    from haihe.records import halls, halls_demo

    site, today = halls_demo.SITE, halls.today()
    if site not in halls.every_hall():
        return {}
    tomorrow = today + timedelta(days=1)
    with halls.looking(site, tomorrow) as day:
        hall = day.hall
        errand, *_ = (one.id for one in hall.plan.errands)
        free = [one for one in slots(hall.plan) if free_in(hall, one, errand) > 0]
    values: dict[str, str] = {}
    wanted: Data = {"errands": [errand], "channel": "phone", "appointed": free[-1] if free else 0}
    for name, act, on in (("ticket", "take", today), ("booked", "book", tomorrow)):
        secret = halls.new_secret()
        answer = halls.act(site, on, act, data=wanted, secret=secret)
        if isinstance(answer, Refused):
            raise NothingToShow(f"no number in hall {site}: {answer.says}")
        values[name] = halls.code_of(site, on, secret, answer)
    return values


def _begun() -> str:
    """The code of an application that was begun: nothing of it is sent, it goes after a month."""
    from datetime import UTC, datetime

    from haihe.records import drafts
    from haihe.records.drafts import Draft, Got

    now = datetime.now(UTC)
    told = {"spouse_name": "刘某", "married_on": "2020-05-20"}  # Chinese: what a register tells
    draft = Draft(
        item="rk13",
        window="machang-station",
        channels=("online",),
        who={"applicant": "王女士", "number": "120199199003070019", "minor_involved": False},
        facts={**told, "married_on": "2020-05-21", "home": "rented"},
        got={"marriage": Got(at=now.isoformat(), values=told)},
    )
    return drafts.begin(draft, now).code


def _letter() -> dict[str, str]:
    """A letter that waits for its registration, of the mailbox of the demo."""
    from django.contrib.auth import get_user_model

    from haihe.records import lists, read

    user = get_user_model().objects.filter(username=MAILBOX).first()
    reader = read.reader_of(user) if user else None
    if reader is None:
        return {}
    waiting = lists.Condition("m.kind = 'chief_letter' AND m.state = 'received'")
    found = lists.with_own(reader, waiting).items
    return {"letter": found[0].matter} if found else {}


def _ended() -> dict[str, str]:
    """The code of a matter that ended and was brought without a phone: anybody with it may rate."""
    from haihe.records import keys, ratings
    from haihe.records.codes import follow_code
    from haihe.records.database import reading_connection

    newest = "SELECT matter_id FROM matter ORDER BY opened_at DESC LIMIT ?"
    for (matter,) in reading_connection().rows(newest, (LOOKED_MAX,)):
        code = follow_code(matter, keys.store().codes)
        one = ratings.served(code)
        if one is not None and not one.phones:
            return {"ended": code}
    return {}


def _of_file(matter: str, reader: Reader) -> dict[str, str]:
    """What a file has that a page needs: something to do with its code, a paper."""
    from haihe.records import read
    from haihe.records.shown import File

    file = read.open_file(matter, reader, HANDLE)
    values: dict[str, str] = {}
    if not isinstance(file, File):
        return values
    steps = [act for act in file.acts if act.refusal is None and not act.general]
    if steps and file.code:
        values |= {"matter": matter, "act": steps[0].id, "code": file.code}
    if file.papers:
        row = file.papers[0]
        values |= {"papered": matter, "step": str(row.step), "paper": row.id}
    return values
