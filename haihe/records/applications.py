"""From a draft to one matter: filled in from registers, judged, submitted, and resumed by itself.

A register that is down never stops an application: what it should have told is submitted 待核验 and
asked again by the worker. A register that is wrong does not either: what the citizen says instead
goes with the matter as a dispute (政务数据共享条例“数据校核”).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from haihe.kernel.allowance import Allowance, parse_allowance
from haihe.kernel.catalogue import FIELDS, Catalogue, Item, Judged, approver, judged
from haihe.kernel.procedure import Field
from haihe.kernel.sources import Answer, Down, Question, Source
from haihe.kernel.values import Actor, Command, Data, Datum, Frozen, Refused, number_words
from haihe.pack.catalogue import load_catalogue, mark
from haihe.records import (
    dead_letters,
    drafts,
    exchanges,
    followed,
    keys,
    personal,
    rules,
    sources,
    write,
)
from haihe.records.answers import Recorded
from haihe.records.chain import HASHES
from haihe.records.database import Connection, reading_connection, writing
from haihe.records.drafts import Draft, Got, Kept
from haihe.records.home import hash_name
from haihe.records.instants import instant_words, stored
from haihe.records.uses import is_identity_number

ASKED_AGAIN: Final = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
)  # fmt: skip
TRIES_MAX: Final = len(ASKED_AGAIN) + 2  # then a person is asked, and the register once a day
ASKED_DAILY: Final = timedelta(days=1)
HELD_FOR: Final = timedelta(minutes=1)  # a register at rest is not asked, and no try is counted
QUESTIONS_A_ROUND_MAX: Final = 100
ROUND_SECONDS_MAX: Final = 20.0  # the worker has other work; the rest waits for the next round
CUT_OFF_AFTER: Final = timedelta(minutes=1)
PURPOSE: Final = "source question"
CONNECTOR: Final = Actor(person="connector", role="connector", organ="supervision")
PUBLIC: Final = Actor(person="public", role="citizen", organ="public")
VEHICLE_OFFICE: Final = "vehicle_office"  # takes in what concerns traffic and nothing else
DISTRICT_DIGITS: Final = 6  # of the code of a place
TRAFFIC: Final = "traffic"
WINDOW_SORTS: Final = ("station", "district_police", "city_police", VEHICLE_OFFICE)
NUMBER: Final = "number"  # of the person who applies, in the draft
CODE: Final = "credit_code"
OF_ENTERPRISES: Final = frozenset({"business"})
EVENT_FIELDS: Final = {"expected_people": "expected_people", "held_on": "held_on"}
PRECURSOR_FIELDS: Final = {"chemical": "chemical", "quantity": "quantity"}
LEGAL: Final = {
    "24 hours": "h24", "48 hours": "h48", "1 working day": "w1", "2 working days": "w2",
    "3 working days": "w3", "3 days": "n3", "5 working days": "w5", "5 days": "n5",
    "7 days": "n7", "10 working days": "w10", "10 days": "n10", "15 working days": "w15",
    "15 days": "n15", "20 days": "n20", "20 working days": "w20", "30 days": "n30",
    "60 days": "n60", "6 months": "m6",
}  # fmt: skip
PROMISED: Final = {
    "4 office hours": "o4", "4 hours": "h4", "8 hours": "h8", "24 hours": "h24",
    "1 working day": "d1", "3 working days": "d3", "5 days": "n5", "5 working days": "d5",
    "10 working days": "d10", "15 working days": "d15", "20 working days": "d20",
    "90 working days": "d90",
}  # fmt: skip
AGENT: Final = ("agent_name", "agent_phone")
CORRECTION: Final = "data_correction"
CHECKED: Final = ("correct", "keep")
BY_HAND: Final = "answer_by_hand"
BY_HAND_FILE: Final = "answered-by-hand.json"  # in HAIHE_HOME: how far events were looked at
MARK_FILE: Final = "applications.json"  # in HAIHE_HOME: how far events were looked at
IDENTITY_CHARACTERS: Final = 18
NO_ITEMS: Final = Catalogue((), (), {}, {}, {}, (), {})


class Entry(NamedTuple):
    """One fact of an application: what was said, and what a register told of it."""

    fact: str
    field: Field
    value: Datum
    source: str = ""
    at: str = ""
    told: str = ""

    @property
    def disputed(self) -> bool:
        """Whether the citizen says other than the register."""
        return bool(self.told) and said(self.field, self.value) != said(
            self.field, typed(self.field, self.told)
        )


class Review(NamedTuple):
    """What will be submitted, for the applicant to look at first."""

    entries: tuple[Entry, ...]
    judged: tuple[Judged, ...]
    down: tuple[str, ...]  # registers that did not answer
    lacking: tuple[str, ...]  # materials that only the applicant can bring
    promised: tuple[str, ...]  # materials that a promise stands for
    shared: tuple[str, ...]  # materials that are not asked for
    approving: str
    lane: str  # the order of a green lane, "" without


class _Wanted(Frozen, frozen=True, kw_only=True):
    """A question that waits to be asked again, sealed beside its matter."""

    question: Question
    name: str


def catalogue() -> Catalogue:
    """The catalogue of the installation, read once for each set of rules in use."""
    in_use: Any = rules.current()
    kept = _CATALOGUES.get(id(in_use))
    if kept is None or kept[0] is not in_use:
        _CATALOGUES.clear()
        pack = getattr(in_use, "pack", None)  # rules given by hand have none, and no items
        read = load_catalogue(pack.law, pack.calendar) if pack is not None else NO_ITEMS
        kept = (in_use, read)
        _CATALOGUES[id(in_use)] = kept
    return kept[1]


_CATALOGUES: dict[int, tuple[object, Catalogue]] = {}


def windows(item: Item, day: date) -> list[tuple[str, str]]:
    """The windows that take an item in, with their names: those whose decider is known.

    Those of the city come first, then district by district.
    """
    in_use: Any = rules.current()
    organs = in_use.organ_register
    at_station = "station" in item.channels
    found: list[tuple[str, str]] = []
    for organ in sorted(organs.at(day), key=lambda one: (one.area or "")[:DISTRICT_DIGITS]):
        if organ.sort not in WINDOW_SORTS or (organ.sort == "station" and not at_station):
            continue
        if organ.sort == VEHICLE_OFFICE and item.branch != TRAFFIC:
            continue
        if organ.name in (name for _, name in found):
            continue
        if approver(catalogue(), item, organ.id, organs, day) is not None:
            found.append((organ.id, organ.name))
    return found


def districts_of(sites: Iterable[str], day: date) -> tuple[str, ...]:
    """The name of the district, or of the city, in which each of these bodies lies."""
    in_use: Any = rules.current()
    register, places = in_use.organ_register, in_use.places
    found = []
    for site in sites:
        body = register.known(site, day)
        place = places.current((body.area or "")[:DISTRICT_DIGITS], day) if body else None
        found.append(place.name if place is not None else "")
    return tuple(found)


def window_sites(day: date) -> frozenset[str]:
    """Every body that has windows."""
    in_use: Any = rules.current()
    return frozenset(one.id for one in in_use.organ_register.at(day) if one.sort in WINDOW_SORTS)


# ── filled in from registers ─────────────────────────────────────────────────────────────────────


def filled(
    draft: Draft,
    item: Item,
    now: datetime,
    among: Mapping[str, Source] | None = None,
    *,
    kept_id: str = "",
) -> Draft:
    """The draft with what registers tell; those that answered are not asked again."""
    connected = sources.sources() if among is None else among
    got, facts = dict(draft.got), dict(draft.facts)
    for source in item.sources:
        known = got.get(source)
        question = _question(draft, item, source, kept_id)
        if (known is not None and not known.why) or question is None:
            continue
        told = sources.asked(question, now, connected)
        if not isinstance(told, Answer):
            got[source] = Got(at=now.isoformat(), why=told.why)
            continue
        got[source] = Got(
            at=told.at.isoformat(),
            values=told.values,
            reference=told.reference,
            proof=told.proof,
        )
        for fact, text in told.values.items():
            if fact in item.asks and facts.get(fact) is None:
                facts[fact] = typed(catalogue().facts[fact], text)
    return replace(draft, got=got, facts=facts)


def _question(draft: Draft, item: Item, source: str, kept_id: str = "") -> Question | None:
    """What to ask; None while nobody said about whom. Enterprises are asked for by their code."""
    code = draft.who.get(CODE) if source in OF_ENTERPRISES else None
    number = code or draft.who.get(NUMBER)
    if not isinstance(number, str) or not number:
        return None
    return Question(
        source=source,
        name=str(draft.who.get("applicant", "")),
        number=number,
        purpose=f"办理{item.name}",
        basis=item.basis[0],
        thread=f"draft {kept_id}" if kept_id else "",
    )


def typed(field: Field, text: str) -> Datum:
    """What a register's text means for a fact; the text itself where it cannot be understood."""
    if field.type in ("integer", "number"):
        try:
            return int(text) if field.type == "integer" else float(text)
        except ValueError:
            return text
    if field.type == "yes_no":
        return text in ("yes", "true", "是")
    return text


def said(field: Field, value: Datum) -> str:
    """A fact in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number_words(value)
    if isinstance(value, list):
        return "、".join(value)
    return field.choices.get(str(value), str(value)) if value is not None else ""


# ── looked at ────────────────────────────────────────────────────────────────────────────────────


def entries(draft: Draft, item: Item) -> tuple[Entry, ...]:
    """The facts of the item with what was said of them and where it comes from."""
    known = catalogue()
    origin = {
        fact: (source, got.at, text)
        for source, got in draft.got.items()
        for fact, text in got.values.items()
    }
    return tuple(
        Entry(fact, known.facts[fact], draft.facts.get(fact), *origin.get(fact, ("", "", "")))
        for fact in item.asks
    )


def review(draft: Draft, item: Item, now: datetime) -> Review:
    """Everything the applicant should see before it is sent."""
    known, day = catalogue(), _day(now)
    answered = {source for source, got in draft.got.items() if not got.why}
    materials = [known.materials[one] for one in item.materials]
    lane = known.order_for(item, day)
    return Review(
        entries=entries(draft, item),
        judged=judged(item, draft.facts, day),
        down=tuple(one for one in item.sources if one not in answered),
        lacking=tuple(one.name for one in materials if one.from_ == "applicant"),
        promised=tuple(one.name for one in materials if one.from_ == "promise"),
        shared=tuple(one.name for one in materials if one.from_ == "shared"),
        approving=_approving(draft, item, day) or "",
        lane=lane.number if lane is not None else "",
    )


def _day(now: datetime) -> date:
    return now.astimezone(rules.current().zone).date()


def _approving(draft: Draft, item: Item, day: date) -> str | None:
    in_use: Any = rules.current()
    return approver(catalogue(), item, draft.window, in_use.organ_register, day)


# ── submitted ────────────────────────────────────────────────────────────────────────────────────


def submit(kept: Kept, now: datetime, actor: Actor = PUBLIC) -> Recorded | Refused:
    """Make the draft one matter, however often it is sent; its questions wait for the worker.

    `actor` is the applicant, or who takes it in at a window.
    """
    if kept.draft.actor is None:
        sent = replace(kept.draft, actor=actor, sent_at=now.isoformat())
        kept = replace(kept, draft=sent, state=drafts.SENDING)
        drafts.keep(kept, now, drafts.SENDING)
    answer = _sent(kept)
    if isinstance(answer, Refused):
        again = replace(kept.draft, actor=None, sent_at="")
        drafts.keep(replace(kept, draft=again), now)
        return answer
    _follow_up(kept, catalogue().items[kept.draft.item], answer.matter, now)
    return answer


def _sent(kept: Kept) -> Recorded | Refused:
    """The same command whenever it is sent again: as of the moment at which it was sent first."""
    item, at = catalogue().items[kept.draft.item], datetime.fromisoformat(kept.draft.sent_at)
    actor = kept.draft.actor or PUBLIC
    return write.submit(
        Command(
            key=f"draft:{kept.id}",
            act="apply" if actor.role == PUBLIC.role else "receive",
            kind=item.kind,
            actor=actor,
            data=data_of(kept.draft, item, at),
        ),
        now=at,
    )


def _follow_up(kept: Kept, item: Item, matter: str, now: datetime) -> None:
    """What a submission brings with it: questions to ask again, disputes; then no draft is left."""
    rows = []
    for source in item.sources:
        got = kept.draft.got.get(source)
        question = _question(kept.draft, item, source, kept.id)
        if question is not None and (got is None or got.why):
            rows.append(_row(matter, source, replace(question, matter=matter), now))
    for number, entry in enumerate(entries(kept.draft, item)):
        if entry.disputed:
            _dispute(kept, matter, number, entry, now)
    connection = reading_connection()
    with writing(connection):
        there = {
            row[0]
            for row in connection.rows(
                "SELECT source FROM source_question WHERE matter_id = ?", (matter,)
            )
        }
        connection.insert("source_question", [row for row in rows if row[1] not in there])
        exchanges.attach(connection, f"draft {kept.id}", matter)
        drafts.forget(connection, kept.id)
    exchanges.tell(connection, now, _in_words())


def _row(matter: str, source: str, question: Question, now: datetime) -> tuple[Any, ...]:
    wanted = _Wanted(question=question, name=catalogue().sources[source].name)
    sealed = (
        keys.store().key("content").seal(PURPOSE, msgspec.json.encode(wanted), f"{matter} {source}")
    )
    return (matter, source, sealed, stored(now), 0, stored(now + ASKED_AGAIN[0]), None)


def _dispute(kept: Kept, matter: str, number: int, entry: Entry, now: datetime) -> None:
    """Say in the matter that a register is wrong: that opens a matter at the register's keeper."""
    source = catalogue().sources[entry.source]
    write.submit(
        Command(
            key=f"draft:{kept.id}:dispute:{number}",
            act="dispute_field",
            matter=matter,
            actor=PUBLIC,
            data={
                "disputed_field": f"{entry.field.name}（{source.name}，{source.keeper}）",
                "right_value": said(entry.field, entry.value),
                **({"source_body": source.organ} if source.organ else {}),
            },
        ),
        now=now,
    )


def data_of(draft: Draft, item: Item, now: datetime) -> Data:
    """What the matter says from its first event on."""
    seen, day = review(draft, item, now), _day(now)
    common: Data = {
        "item_name": item.name,
        "item_code": item.code,
        "minor_involved": bool(draft.who.get("minor_involved")),
        "filled": _filled_words(draft, seen.entries),
        "judged": [_judged_words(one) for one in seen.judged],
        "promised_materials": list(seen.promised),
        "prefilled": [one.field.name for one in seen.entries if one.told],
        "prefill_sources": _source_words(draft),
        "unverified": [catalogue().sources[one].name for one in seen.down],
        **_materials(draft, item),
        "source_papers": [one.proof for one in draft.got.values() if one.proof],
        "lane_order": seen.lane,
        **{
            name: draft.who.get(name)
            for name in ("applicant", "applicant_phone", "guardian_name", *AGENT)
        },
    }
    if draft.who.get("agent_name"):
        common["agent_authorised"] = bool(draft.who.get("agent_authorised"))
    own = (
        _permit(draft, item, seen) if item.kind == "police_permit" else _service(draft, item, seen)
    )
    whole = {**common, **own, **_promise(item, day)}
    return {name: value for name, value in whole.items() if value not in (None, "", [])}


def _service(draft: Draft, item: Item, seen: Review) -> Data:
    return {
        "window_site": draft.window,
        "approving_organ": seen.approving,
        "legal_limit": LEGAL[_written(item.legal)],
    }


def _materials(draft: Draft, item: Item) -> Data:
    """The files, those with a name first, in the order of the names; what is used again last."""
    known = catalogue().materials
    named = [
        (known[one].name, file) for one in item.materials for file in draft.brought.get(one, ())
    ]
    again = [(known[one].name, draft.reused[one]) for one in item.materials if one in draft.reused]
    came = [file for _, file in named] + list(draft.files)
    used = [file for _, one in again for file in one.files]
    return {
        "material_names": [name for name, _ in named],
        "material_files": list(dict.fromkeys(came + used)),
        "reused_materials": [f"{name}：{one.says}" for name, one in again],
    }


def _promise(item: Item, day: date) -> Data:
    """What the catalogue promises; a green lane makes its own promise."""
    order = catalogue().order_for(item, day)
    promised = item.promised if order is None else parse_allowance(order.promise)
    return {"promise": PROMISED[_written(promised)]}


def _permit(draft: Draft, item: Item, seen: Review) -> Data:
    facts = draft.facts
    wanted = {"precursor": PRECURSOR_FIELDS, "large_event": EVENT_FIELDS}
    sort = str(item.data.get("permit_kind", "generic"))
    used = facts.get("use") or facts.get("event_name") or item.name
    person = {"person": "person", "organisation": "organisation"}.get(str(facts.get("buyer")))
    is_company = person is None and "business" in item.sources
    return {
        **item.data,
        "window_site": draft.window,
        "permit_office": seen.approving,
        "applicant_kind": person or ("company" if is_company else "person"),
        "purpose": used if isinstance(used, str) and len(used) > 1 else item.name,
        "applicant": facts.get("enterprise_name") or draft.who.get("applicant"),
        **{field: facts.get(fact) for fact, field in wanted.get(sort, {}).items()},
    }


def number_line(number: str) -> str:
    """How an application has the number of who applies."""
    return f"证件号码：{number}"


def _filled_words(draft: Draft, told: Iterable[Entry]) -> list[str]:
    number = draft.who.get(NUMBER)
    first = [number_line(str(number))] if number else []
    return first + [
        f"{one.field.name}：{said(one.field, one.value)}" for one in told if one.value is not None
    ]


def _judged_words(one: Judged) -> str:
    met = {True: "符合", False: "不符合", None: "还不能判断"}[one.met]
    articles = "、".join(rules.current().article(cite) for cite in one.condition.cites)
    return f"{one.condition.says}：{met}（{articles}）"


def _source_words(draft: Draft) -> list[str]:
    known = catalogue().sources
    zone = rules.current().zone
    return [
        f"{known[source].name}：{known[source].keeper}，"
        f"{datetime.fromisoformat(got.at).astimezone(zone):%Y-%m-%d %H:%M}取得"
        for source, got in draft.got.items()
        if got.values
    ]


def _written(allowance: Allowance) -> str:
    """As the pack writes it: 5 working days."""
    unit = allowance.unit.replace("_", " ")
    return f"{allowance.n} {unit if allowance.n != 1 else unit.removesuffix('s')}"


# ── resumed by itself ────────────────────────────────────────────────────────────────────────────


class Resumed(NamedTuple):
    """What a round did: answers written into matters, registers still down, drafts completed,
    results of corrections written back.
    """

    answered: int = 0
    down: int = 0
    completed: int = 0
    settled: int = 0


def resume(
    connection: Connection, now: datetime, among: Mapping[str, Source] | None = None
) -> Resumed:
    """Ask what registers owe, write their answers into the matters, and complete cut-off drafts."""
    done = Resumed(
        completed=_complete(connection, now),
        settled=_settle(connection, now),
        answered=_by_hand(connection, now),
    )
    _let_go(connection, now)
    rows = connection.rows(
        "SELECT matter_id, source, sealed, tries FROM source_question "
        "WHERE answered_at IS NULL AND next_at <= ? ORDER BY next_at LIMIT ?",
        (stored(now), QUESTIONS_A_ROUND_MAX),
    )
    connected = sources.sources() if among is None else among
    stop_at = time.monotonic() + ROUND_SECONDS_MAX
    for matter, source, sealed, tries in rows:
        if time.monotonic() > stop_at:
            break
        plain = keys.store().key("content").open(PURPOSE, bytes(sealed), f"{matter} {source}")
        wanted = msgspec.json.decode(plain, type=_Wanted)
        told = sources.asked(wanted.question, now, connected)
        if isinstance(told, Answer):
            _answered(connection, matter, source, wanted.name, told, now)
            done = done._replace(answered=done.answered + 1)
        else:
            _later(connection, wanted, tries, told, now)
            done = done._replace(down=done.down + 1)
    exchanges.tell(connection, now, _in_words())
    return done


def _let_go(connection: Connection, now: datetime) -> None:
    """Nothing more is asked for matters that have ended: the purpose has gone."""
    with writing(connection):
        connection.run(
            "UPDATE source_question SET answered_at = ? WHERE answered_at IS NULL AND EXISTS "
            "(SELECT 1 FROM matter m WHERE m.matter_id = source_question.matter_id AND m.ended)",
            (stored(now),),
        )


def _later(connection: Connection, wanted: _Wanted, tries: int, told: Down, now: datetime) -> None:
    """When a register is asked again; after TRIES_MAX, or if it refuses, a person is asked too."""
    question = wanted.question
    tries += not told.held
    given_up = told.refused or tries >= TRIES_MAX
    if given_up:
        register = catalogue().sources.get(question.source)
        keeper = register.organ if register is not None else ""
        first = _first_told(connection, question.matter)
        decides = str(first.get("approving_organ") or first.get("permit_office") or "")
        who = dead_letters.Who(keeper, decides, minor=bool(first.get("minor_involved")))
        name = _in_words().get(question.source, wanted.name)
        dead_letters.open_for(connection, question, name, who, told, now)
    wait = ASKED_DAILY if given_up else ASKED_AGAIN[min(tries, len(ASKED_AGAIN) - 1)]
    next_at = now + (HELD_FOR if told.held else wait)
    with writing(connection):
        connection.run(
            "UPDATE source_question SET tries = ?, next_at = ? WHERE matter_id = ? AND source = ?",
            (tries, stored(next_at), question.matter, question.source),
        )


def _first_told(connection: Connection, matter: str) -> dict[str, Any]:
    """What a matter said when it opened, without what is personal."""
    rows = connection.rows("SELECT data FROM event WHERE matter_id = ? AND seq = 1", (matter,))
    return msgspec.json.decode(rows[0][0], type=dict[str, Any]) if rows else {}


def _in_words() -> dict[str, str]:
    return {id: f"{one.keeper}的{one.name}" for id, one in catalogue().sources.items()}


def _answered(
    connection: Connection,
    matter: str,
    source: str,
    name: str,
    told: Answer,
    now: datetime,
    by_hand: Sequence[str] = (),
) -> None:
    """Write an answer into its matter; one that has moved on no longer needs it."""
    ((left,),) = connection.rows(
        "SELECT count(*) FROM source_question "
        "WHERE matter_id = ? AND source <> ? AND answered_at IS NULL",
        (matter, source),
    )
    gives = catalogue().sources[source].gives
    words = [*by_hand] or [f"{gives.get(one, one)}：{text}" for one, text in told.values.items()]
    write.submit(
        Command(
            key=f"source:{matter}:{source}",
            act="source_answered",
            matter=matter,
            actor=CONNECTOR,
            data={
                "answered_source": name,
                "source_answer": words or ["没有登记"],
                "all_answered": left == 0,
                **({"source_papers": [told.proof]} if told.proof else {}),
            },
        ),
        now=now,
    )
    with writing(connection):
        connection.run(
            "UPDATE source_question SET answered_at = ? WHERE matter_id = ? AND source = ?",
            (stored(now), matter, source),
        )


def _complete(connection: Connection, now: datetime) -> int:
    cut = drafts.cut_off(connection, now - CUT_OFF_AFTER, QUESTIONS_A_ROUND_MAX)
    for kept in cut:
        submit(kept, now)
    return len(cut)


def marks(item: Item) -> dict[str, tuple[str, str]]:
    """What each field of an item rests on: lawA … assumed, and the article in words."""
    in_use: Any = rules.current()
    found = {field: mark(item, field, in_use.pack.law) for field in FIELDS}
    return {
        field: (one.basis + one.level, in_use.article(one.cite) if one.basis == "law" else "")
        for field, one in found.items()
    }


def _settle(connection: Connection, now: datetime) -> int:
    """Write what a keeper found into the application it came from; the same again does nothing."""
    written = 0
    for one in followed.since(connection, MARK_FILE, CHECKED):
        rows = connection.rows(
            "SELECT from_matter, outcome FROM matter WHERE matter_id = ? AND kind = ? AND ended",
            (one.matter, CORRECTION),
        )
        if not rows or rows[0][0] is None:
            continue
        origin, outcome = rows[0]
        answer = write.submit(
            Command(
                key=f"correction:{one.matter}",
                act="settle_dispute",
                matter=origin,
                actor=CONNECTOR,
                data={
                    "dispute_result": outcome,
                    "dispute_settled": not _still_checked(connection, origin),
                },
            ),
            now=now,
        )
        written += isinstance(answer, Recorded) and not answer.replayed
    return written


def _by_hand(connection: Connection, now: datetime) -> int:
    """Write what a keeper answered by hand into the application; the same again does nothing."""
    written = 0
    for one in followed.since(connection, BY_HAND_FILE, (BY_HAND,)):
        asked = _first_told(connection, one.matter)
        matter = str(asked.get("concerned_matter", ""))
        told = personal.latest_values(connection, one.matter, keys.store(), HASHES[hash_name()])
        words = told.get("hand_answer")
        sources_of = {name: id for id, name in _in_words().items()}
        source = sources_of.get(str(asked.get("asked_source", "")), "")
        waits = connection.rows(
            "SELECT 1 FROM source_question "
            "WHERE matter_id = ? AND source = ? AND answered_at IS NULL",
            (matter, source),
        )
        if waits and isinstance(words, list):
            told_by_hand = Answer(source=source, at=now, values={})
            name = f"{catalogue().sources[source].name}（人工答复）"
            _answered(connection, matter, source, name, told_by_hand, now, words)
            written += 1
    return written


def _still_checked(connection: Connection, origin: str) -> bool:
    """Whether another keeper still looks into what an application said is wrong."""
    return bool(
        connection.rows(
            "SELECT 1 FROM matter WHERE from_matter = ? AND kind = ? AND NOT ended LIMIT 1",
            (origin, CORRECTION),
        )
    )


# ── names, for pages ─────────────────────────────────────────────────────────────────────────────


def articles(cites: Iterable[str]) -> list[str]:
    """Citations in words."""
    return [rules.current().article(cite) for cite in cites]


def organ_name(organ: str) -> str:
    """The name of a body."""
    return rules.current().organ_name(organ)


def day_of(now: datetime) -> date:
    """The day it is in the city."""
    return _day(now)


def local(at: str) -> str:
    """An instant as it was kept, in the city's time: 2026年11月23日 星期一 09:00."""
    return instant_words(datetime.fromisoformat(at), rules.current().zone)


def is_number_of_a_person(number: str) -> bool:
    """Whether this is an identity number with a right check character."""
    return len(number) == IDENTITY_CHARACTERS and is_identity_number(number)
