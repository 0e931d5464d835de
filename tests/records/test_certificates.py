"""Certificates: one for what was granted, checked without us, revoked by id, prolonged by order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from haihe.commands import main
from haihe.kernel.catalogue import Order
from haihe.kernel.values import Actor, Command, Data, Datum
from haihe.records import (
    applications,
    certificates,
    database,
    drafts,
    erasure,
    jws,
    keys,
    messages,
    prolonging,
    write,
)
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.drafts import Draft
from tests.records.fresh import fresh_journal, problems
from tests.records.test_applications import APPROVER, CLERK, MORNING, WHO, city

HOUR = timedelta(hours=1)
OFFICER = Actor(person="officer", role="window", organ="hexi-police")
REVIEWER = Actor(person="reviewer", role="reviewer", organ="hexi-police")


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection
    keys.forget()


def take(matter: str, name: str, actor: Actor, data: Data, at: datetime) -> None:
    command = Command(key=f"{name} {matter}", act=name, matter=matter, actor=actor, data=data)
    done = write.submit(command, now=at)
    assert isinstance(done, Recorded), done


def pass_for_a_lorry(at: datetime = MORNING, **who: str) -> str:
    """A lorry's pass that was applied for, accepted, approved and delivered; its matter."""
    facts: Data = {"plate": "津A00001", "frame_number": "L1", "why": "送货"}
    draft = Draft(item="jg65", window="machang-station", who={**WHO, **who}, facts=facts)
    done = applications.submit(drafts.begin(draft, at), at)
    assert isinstance(done, Recorded)
    take(done.matter, "accept", CLERK, {"promise": "d1"}, at)
    unverified = {"verified_note": "电话核实"}
    take(done.matter, "verify", APPROVER, dict(unverified), at)
    take(done.matter, "approve", APPROVER, {"result_number": "津货通1号"}, at)
    take(done.matter, "deliver", CLERK, {"delivered_how": "electronic"}, at)
    return done.matter


def text_of(connection: Connection, matter: str) -> str:
    return certificates.of_matter(connection, matter)[0].text


def test_what_was_granted_is_handed_out_once_and_fits_one_code(journal: Connection) -> None:
    matter = pass_for_a_lorry()

    assert certificates.issue_new(journal, MORNING) == 1
    assert certificates.issue_new(journal, MORNING + HOUR) == 0
    text = text_of(journal, matter)
    found = certificates.check(text, certificates.public_keys(journal), [], MORNING)
    assert found.good
    assert found.claims is not None
    assert (found.claims.item, found.claims.no, found.claims.name) == (
        "通行证",
        "津货通1号",
        "王女士",
    )
    assert found.claims.iss == "天津市公安局河西分局"
    assert len(f"https://haihe.tj.example.cn/certificates/check/#{text}") < 1_195


def test_a_grant_that_is_withdrawn_revokes_its_certificate(journal: Connection) -> None:
    facts: Data = {"plate": "津A00001", "frame_number": "L1", "why": "送货"}
    draft = Draft(item="jg65", window="machang-station", who=dict(WHO), facts=facts)
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded)
    take(done.matter, "accept", CLERK, {"promise": "d1"}, MORNING)
    take(done.matter, "verify", APPROVER, {"verified_note": "电话核实"}, MORNING)
    take(done.matter, "approve", APPROVER, {"result_number": "津货通2号"}, MORNING)
    certificates.issue_new(journal, MORNING)
    take(done.matter, "withdraw", APPROVER, {"reason": "填错了编号"}, MORNING + HOUR)
    certificates.issue_new(journal, MORNING + HOUR)

    (issued,) = certificates.of_matter(journal, done.matter)
    assert issued.reason == "准予的决定已经撤回"
    assert certificates.revoked_ids(journal) == [issued.id]


def test_a_paper_result_is_not_handed_out_as_a_certificate(journal: Connection) -> None:
    draft = Draft(item="rk33", window="machang-station", who=dict(WHO))
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded)
    at_station = Actor(person="approver", role="approver", organ="machang-station")
    take(done.matter, "accept", CLERK, {"promise": "d1"}, MORNING)
    take(done.matter, "approve", at_station, {"result_number": "户1号"}, MORNING)

    assert certificates.issue_new(journal, MORNING) == 0


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_letter_is_noticed(journal: Connection, part: int) -> None:
    text = text_of_new(journal)
    parts = text.split(".")
    letter = "A" if parts[part][5] != "A" else "B"
    parts[part] = parts[part][:5] + letter + parts[part][6:]
    found = certificates.check(".".join(parts), certificates.public_keys(journal), [], MORNING)

    assert found.claims is None
    assert found.wrong


def text_of_new(connection: Connection) -> str:
    matter = pass_for_a_lorry()
    certificates.issue_new(connection, MORNING)
    return text_of(connection, matter)


def test_a_stranger_key_and_other_statements_of_ours_are_none(journal: Connection) -> None:
    text = text_of_new(journal)
    public = certificates.public_keys(journal)
    listed = certificates.revoked_list(journal, MORNING)

    assert certificates.check(text, {"c1": bytes(32)}, [], MORNING).claims is None
    assert certificates.check(text, {"c9": public["c1"]}, [], MORNING).claims is None
    assert certificates.check(listed, public, [], MORNING).claims is None
    for nothing in ("", "a.b", "a.b.c", "é.é.é", "." * 30_000):
        assert certificates.check(nothing, public, [], MORNING).claims is None


def test_it_ends_on_its_last_day(journal: Connection) -> None:
    text, public = text_of_new(journal), certificates.public_keys(journal)

    assert certificates.check(text, public, [], MORNING + timedelta(days=29)).good
    late = certificates.check(text, public, [], MORNING + timedelta(days=31))
    assert (late.good, late.expired) == (False, True)


def test_a_revoked_one_is_on_the_signed_list_by_its_id(journal: Connection) -> None:
    matter = pass_for_a_lorry()
    certificates.issue_new(journal, MORNING)
    issued = certificates.of_matter(journal, matter)[0]
    public = certificates.public_keys(journal)

    assert certificates.revoke(journal, issued.id, "车辆已报废", MORNING)
    assert not certificates.revoke(journal, issued.id, "再来一次", MORNING)
    listed, made = certificates.ids_of(certificates.revoked_list(journal, MORNING), public)
    assert (listed, made) == ([issued.id], MORNING)
    assert certificates.check(issued.text, public, listed, MORNING).revoked


def test_a_rotated_key_leaves_older_certificates_good(journal: Connection) -> None:
    before = text_of_new(journal)
    keys.rotate("certificates")
    after = text_of_new(journal)
    public = certificates.public_keys(journal)

    assert sorted(public) == ["c1", "c2"]
    assert certificates.check(before, public, [], MORNING).good
    assert certificates.check(after, public, [], MORNING).good
    keys.retire("certificates", 1)
    assert certificates.check(before, certificates.public_keys(journal), [], MORNING).good


def test_it_lies_sealed_and_goes_with_the_personal_values(
    journal: Connection, tmp_path: Path
) -> None:
    matter = pass_for_a_lorry()
    certificates.issue_new(journal, MORNING)
    ((sealed,),) = journal.rows("SELECT sealed FROM certificate")
    name = jws.letters("王女士".encode())

    assert name not in bytes(sealed)
    done = erasure.erase(matter, None, approved_by=APPROVER, reason="保存期满", now=MORNING)
    assert isinstance(done, Recorded), done
    assert certificates.of_matter(journal, matter)[0].text == ""


FLOOD = Order(
    id="flood",
    sort="prolong",
    number="津公〔2026〕99号",
    says="防汛期间顺延",
    since=date(2026, 11, 1),
    items=("jg65", "za28", "za39"),
    expires_from=date(2026, 12, 20),
    expires_to=date(2026, 12, 31),
    until=date(2027, 1, 31),
    running=True,
)


def test_an_order_prolongs_every_certificate_it_names_once_and_tells_its_holder(
    journal: Connection,
) -> None:
    matters = [pass_for_a_lorry(), pass_for_a_lorry()]
    certificates.issue_new(journal, MORNING)
    sent: list[tuple[str, str]] = []

    def tell(phone: str, words: str) -> bool:
        sent.append((phone, words))
        return len(sent) != 1  # the first message does not go out

    done = prolonging.prolong(journal, FLOOD, MORNING + HOUR, tell)
    ran = [clocks_of(journal, matter)["tell_prolonged"] for matter in matters]
    again = prolonging.prolong(journal, FLOOD, MORNING + 2 * HOUR, tell)

    assert (len(done.moved), done.refused, done.told, len(done.untold)) == (2, (), 1, 1)
    assert sorted(ran) == ["met", "running"]
    assert (again.moved, again.told, again.untold) == ((), 1, ())
    assert {phone for phone, _ in sent} == {"13900000004"}
    assert "津公〔2026〕99号顺延到2027-01-31" in sent[0][1]
    for matter in matters:
        new, old = certificates.of_matter(journal, matter)
        assert new.valid_until is not None
        assert new.valid_until.date() == date(2027, 2, 1)  # Monday, its first instant
        assert (old.reason, old.instead) == ("依津公〔2026〕99号顺延，换发新证", new.id)
        public, listed = certificates.public_keys(journal), certificates.revoked_ids(journal)
        assert certificates.check(new.text, public, listed, MORNING + timedelta(days=60)).good
        assert certificates.check(old.text, public, listed, MORNING).revoked
        assert clocks_of(journal, matter)["tell_prolonged"] == "met"
        assert any(one.what == "统一顺延有效期" for one in messages.messages(matter))
    assert problems() == []


def clocks_of(connection: Connection, matter: str) -> dict[str, str]:
    rows = connection.rows("SELECT clock, status FROM clock WHERE matter_id = ?", (matter,))
    return {row[0]: row[1] for row in rows}


def asked_for(item: str, **facts: Datum) -> str:
    who = {**WHO, "credit_code": "91120199MA0000000X"}
    draft = Draft(item=item, window="hexi-police", who=who, facts={**facts})
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded), done
    return done.matter


ACCEPTED: Data = {
    "materials_complete": True,
    "joint": False,
    "counted_from": MORNING.isoformat(),
    "office_level": "county",
}


def test_an_order_moves_permits_on_paper_and_renewals_that_are_being_decided(
    journal: Connection,
) -> None:
    paper = asked_for("za39")
    grantor = Actor(person="reviewer", role="reviewer", organ="hexi-police")
    take(paper, "accept", OFFICER, dict(ACCEPTED), MORNING)
    take(paper, "verify", grantor, {"verified_note": "执照有效"}, MORNING)
    granted: Data = {"permit_number": "津旅1号", "granted_until": "2026-12-31T23:59:00+08:00"}
    take(paper, "grant", grantor, granted, MORNING)
    take(paper, "deliver", OFFICER, {}, MORNING)
    asked: Data = {
        "permit_office": "hexi-police",
        "permit_valid_until": "2026-12-31T23:59:00+08:00",
        "purpose": "旅馆业许可延续",
        "applicant": "某旅馆",
        "minor_involved": False,
        "item_code": "za39",
    }
    renewal = write.submit(
        Command(
            key="renew",
            act="renew",
            kind="police_permit",
            actor=applications.PUBLIC,
            data=asked,
        ),
        now=MORNING,
    )
    assert isinstance(renewal, Recorded), renewal
    done = prolonging.prolong(journal, FLOOD, MORNING + HOUR, lambda *_: True)
    again = prolonging.prolong(journal, FLOOD, MORNING + 2 * HOUR, lambda *_: True)

    assert (done.papers, done.renewals, done.refused) == ((paper,), (renewal.matter,), ())
    assert (done.told, again.papers, again.renewals, again.told) == (1, (), (), 0)
    moved = certificates.held(journal, renewal.matter)
    assert moved is not None
    assert moved.state.fields["permit_valid_until"] == "2027-01-31T23:59:00+08:00"
    assert problems() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE certificate SET certificate_id = 'other'", "its text does not open"),
        ("UPDATE certificate SET valid_until = valid_until + 86400000000", "ends on another day"),
        ("UPDATE certificate_key SET public_key = x'00'", "no published key signed"),
        ("UPDATE certificate SET matter_id = 'none'", "nothing was granted"),
        ("UPDATE certificate SET instead = 'none'", "what replaced it is not there"),
        ("UPDATE source_question SET matter_id = 'none'", "belongs to no matter"),
    ],
)
def test_verify_names_a_row_that_nothing_bears_out(
    journal: Connection, change: str, says: str
) -> None:
    pass_for_a_lorry()
    certificates.issue_new(journal, MORNING)
    assert problems() == []
    journal.run(change)

    assert [says in one.says for one in problems()] == [True]


def test_t30_a_precursor_certificate_is_there_within_half_a_working_day_without_a_visit(
    journal: Connection,
) -> None:
    facts: Data = {"buyer": "company", "chemical": "盐酸", "quantity": 200.0, "use": "清洗设备"}
    dairy = {**WHO, "applicant": "津北乳业有限公司", "credit_code": "91120199MA0000000X"}
    draft = Draft(item="jd03", window="hexi-police", who=dict(dairy), facts=facts)
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded)
    matter = done.matter
    take(matter, "accept", OFFICER, dict(ACCEPTED), MORNING + timedelta(minutes=20))
    applications.resume(journal, MORNING + HOUR, {})
    take(matter, "verify", REVIEWER, {"verified_note": "执照有效"}, MORNING + 2 * HOUR)
    take(matter, "grant", REVIEWER, {"permit_number": "津易制毒购88号"}, MORNING + 3 * HOUR)
    take(matter, "deliver", OFFICER, {}, MORNING + 3 * HOUR + timedelta(minutes=30))
    certificates.issue_new(journal, MORNING + 3 * HOUR + timedelta(minutes=31))

    text = text_of(journal, matter)
    assert certificates.check(text, certificates.public_keys(journal), [], MORNING).good
    rows = journal.rows(
        "SELECT clock, status FROM clock WHERE matter_id = ? AND clock IN (?, ?) ORDER BY clock",
        (matter, "decide", "promise"),
    )
    assert [tuple(row) for row in rows] == [("decide", "met"), ("promise", "met")]


def test_anybody_checks_a_file_offline_with_what_is_published(
    journal: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matter = pass_for_a_lorry(datetime.now(UTC))
    certificates.issue_new(journal, datetime.now(UTC))
    issued = certificates.of_matter(journal, matter)[0]
    file, published, listed = (tmp_path / name for name in ("c.jws", "keys.json", "revoked.jws"))
    file.write_text(f"https://example.cn/certificates/check/#{issued.text}")
    published.write_text(json.dumps(certificates.key_set(journal)))
    listed.write_text(certificates.revoked_list(journal, datetime.now(UTC)))
    words = ["certificates", "check", str(file), "--keys", str(published), "--json"]

    assert main([*words, "--revoked", str(listed)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["claims"]["name"]) == (True, "王女士")
    certificates.revoke(journal, issued.id, "车辆已报废", datetime.now(UTC))
    listed.write_text(certificates.revoked_list(journal, datetime.now(UTC)))
    assert main([*words, "--revoked", str(listed)]) == 1
    file.write_text("不是证照")
    assert main(words) == 1
    assert main(["certificates", "check", str(tmp_path / "none"), "--keys", str(published)]) == 2
    database.forget_reading_connection()
