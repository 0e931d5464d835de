"""From the journal through the views and the models to a rectification, and back again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from haihe.commands.sweep import sweep_all
from haihe.kernel.values import Actor, Command, Data
from haihe.pack.models import load_models
from haihe.pack.place import models_folder
from haihe.records import mirror, published, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection, writing
from haihe.records.installed import InstalledRules
from haihe.supervision.views import data_fields, open_views, segments

TUESDAY = datetime(2026, 9, 1, 8, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PHOTO = "a3" * 32
STREET, BUREAU = "dayingmen-street", "power-south"
WORKER = Actor(person="sun", role="grid_worker", organ=STREET)
DISPATCHER = Actor(person="wang", role="dispatcher", organ=STREET)
HANDLER = Actor(person="li", role="handler", organ=BUREAU)
RECTIFIER = Actor(person="wang", role="rectifier", organ=STREET)


INSTALLED = InstalledRules()
MODELS = tuple(
    one
    for one in load_models(models_folder())
    if one.id in ("clock_overdue", "clock_ended_late", "request_unanswered")
)


@pytest.fixture
def city(journal: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """An empty journal under the installed pack with three of its models."""
    rules.use(INSTALLED)
    monkeypatch.setattr(published, "load_models", lambda _: MODELS)
    return journal


def at(hours: float) -> datetime:
    """Some hours after Tuesday 1 September 2026, 08:10."""
    return TUESDAY + timedelta(hours=hours)


def act(
    actor: Actor, name: str, hours: float, matter: str | None = None, data: Data | None = None
) -> Recorded:
    """One act that must be allowed."""
    answer = write.submit(
        Command(
            key=f"{name}-{matter}-{hours}",
            act=name,
            actor=actor,
            matter=matter,
            kind=None if matter else "grid_event",
            data=data or {},
        ),
        now=at(hours),
    )
    assert isinstance(answer, Recorded), answer
    return answer


def report(hours: float = 0) -> str:
    """A grid event; gives its id."""
    data: Data = {
        "street": STREET,
        "category": "facility",
        "what": "电线被风刮落",
        "place": "谊城公寓3号楼",
        "photos_before": [PHOTO],
    }
    return act(WORKER, "report", hours, data=data).matter


def one_model(told: dict[str, Any], model: str) -> dict[str, Any]:
    """What a sweep said of one model."""
    found: dict[str, Any] = told["models"][model]
    return found


def rectification_of(connection: Connection, matter: str) -> tuple[Any, ...]:
    """The row of the rectification of a matter's only finding."""
    ((rectification,),) = connection.rows(
        "SELECT rectification FROM finding WHERE matter_id = ?", (matter,)
    )
    ((row),) = connection.rows(
        "SELECT matter_id, kind, owner_organ, state FROM matter WHERE matter_id = ?",
        (rectification,),
    )
    return row


def test_a_clock_that_ran_out_opens_a_rectification_owned_by_the_organ_that_has_the_matter(
    city: Connection,
) -> None:
    matter = report()
    assert one_model(sweep_all(at(1)), "clock_overdue")["open"] == 0
    raised = one_model(sweep_all(at(3)), "clock_overdue")
    assert (raised["open"], raised["new"], raised["refused"]) == (1, 1, [])
    _, kind, organ, state = rectification_of(city, matter)
    assert (kind, organ, state) == ("rectification", STREET, "raised")
    ((says, events),) = city.rows("SELECT says, events FROM finding")
    assert says == "期限届满未办：受理期限"
    assert events == "[1]"


def test_a_second_sweep_raises_nothing_twice(city: Connection) -> None:
    report()
    sweep_all(at(3))
    again = one_model(sweep_all(at(4)), "clock_overdue")
    assert (again["open"], again["new"]) == (1, 0)
    assert city.rows("SELECT count(*) FROM matter WHERE kind = 'rectification'") == [(1,)]


def test_a_sweep_cut_off_before_the_finding_was_written_opens_no_second_rectification(
    city: Connection,
) -> None:
    matter = report()
    sweep_all(at(3))
    first = rectification_of(city, matter)[0]
    with writing(city):
        city.run("DELETE FROM finding")
    sweep_all(at(4))
    assert rectification_of(city, matter)[0] == first


def test_the_finding_closes_when_its_cause_is_gone_and_the_answer_is_rechecked(
    city: Connection,
) -> None:
    matter = report()
    sweep_all(at(3))
    rectification = rectification_of(city, matter)[0]
    reply: Data = {"answer_facts": "派遣员交接漏看", "cause": "交接无清单", "measures": "已受理"}
    act(RECTIFIER, "reply", 3.5, rectification, reply)
    assert (sweep_all(at(3.6))["rechecked"], rectification_of(city, matter)[3]) == (1, "rechecked")
    act(DISPATCHER, "accept", 4, matter, {"urgency": "utility", "category": "facility"})
    gone = one_model(sweep_all(at(4.5)), "clock_overdue")
    assert (gone["open"], gone["gone"]) == (0, 1)
    assert city.rows(
        "SELECT count(*) FROM finding WHERE closed_at IS NULL AND model = 'clock_overdue'"
    ) == [(0,)]


def test_a_request_without_answer_is_a_finding_against_the_organ_asked_and_may_return(
    city: Connection,
) -> None:
    matter = report()
    act(DISPATCHER, "accept", 0.1, matter, {"urgency": "utility", "category": "facility"})
    ask: Data = {"organ": BUREAU, "question": "何时恢复", "due": "2 hours"}
    asked = act(DISPATCHER, "request", 0.2, matter, ask)
    raised = one_model(sweep_all(at(2.5)), "request_unanswered")
    assert raised["new"] == 1
    findings = "SELECT rectification, times FROM finding WHERE model = 'request_unanswered'"
    ((first, times),) = city.rows(findings)
    owner = "SELECT owner_organ FROM matter WHERE matter_id = ?"
    assert (times, city.rows(owner, (first,))) == (1, [(BUREAU,)])
    act(HANDLER, "answer", 2.6, matter, {"request": asked.seq, "text": "今日十八时前"})
    assert one_model(sweep_all(at(2.7)), "request_unanswered")["gone"] == 1
    act(DISPATCHER, "request", 2.8, matter, ask)
    assert one_model(sweep_all(at(5)), "request_unanswered")["returned"] == 1
    ((second, times),) = city.rows(findings)
    assert times == 2
    assert second != first


def test_a_model_on_trial_tells_and_opens_nothing(city: Connection) -> None:
    matter = report()
    act(DISPATCHER, "accept", 5, matter, {"urgency": "utility", "category": "facility"})
    told = one_model(sweep_all(at(5.1)), "clock_ended_late")
    assert told["new"] == 1
    assert city.rows("SELECT rectification FROM finding WHERE model = 'clock_ended_late'") == [
        (None,)
    ]


def test_the_views_grow_with_the_journal_and_hold_no_person_and_no_personal_field(
    city: Connection,
) -> None:
    matter = report()
    sweep_all(at(0.5))
    act(DISPATCHER, "accept", 0.6, matter, {"urgency": "utility", "category": "facility"})
    sweep_all(at(0.7))
    folder = mirror.folder()
    views = open_views(folder, data_fields(rules.current().every_version()))
    rows = views.sql(
        "SELECT seq, act, person, category, urgency FROM event ORDER BY seq"
    ).fetchall()
    assert [row[:2] for row in rows] == [(1, "report"), (2, "accept")]
    assert rows[1][3:] == ("facility", "utility")
    assert {"sun", "wang"}.isdisjoint({row[2] for row in rows})
    columns = {row[0] for row in views.sql("DESCRIBE event").fetchall()}
    assert not columns & {"reporter", "reporter_phone"}


def test_a_journal_that_was_replaced_is_mirrored_anew(city: Connection) -> None:
    report()
    report(0.1)
    sweep_all(at(0.5))
    with writing(city):
        city.run("DELETE FROM event WHERE position > 1")
    mirror.refresh(city, rules.current(), rules.current().every_version(), at(0.6))
    views = open_views(mirror.folder())
    assert views.sql("SELECT count(*) FROM event").fetchall() == [(1,)]
    assert len(segments(mirror.folder(), "event")) == 1
