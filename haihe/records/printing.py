"""Turns what the kernel says into what a page prints: names, Chinese dates, forms, refusals."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel import correction
from haihe.kernel.acts import ACTS, PUT_RIGHT
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.approval import APPROVED, PROPOSED
from haihe.kernel.competence import OPENING, TRANSFER
from haihe.kernel.holders import PERSON_OF
from haihe.kernel.power import receiving_field
from haihe.kernel.procedure import LOCAL_LEVELS, ClockRule, Field, Procedure, Step
from haihe.kernel.reading import View
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Data, Datum, Event, Refused, number_words
from haihe.records.accounts import person_name
from haihe.records.database import reading_connection
from haihe.records.instants import day_words, due_words, end_of, instant_words, length_words
from haihe.records.journal import ERASE
from haihe.records.rules import Rules
from haihe.records.shown import (
    Act,
    Cited,
    ClockFace,
    FormField,
    Line,
    Refusal,
    Shown,
    Tone,
)

ERASE_NAME: Final = "依法删除个人信息"
ERASE_FIELDS: Final = {
    "erased": Field(name="删除的内容", type="texts"),
    "reason": Field(name="删除理由", type="long_text"),
}
RECORDED_LATE_SECONDS: Final = 300  # a record made this long after the fact says when it was made
FINGERPRINT_BYTES: Final = 8
SOON_SHARE: Final = 0.25  # a clock warns when a quarter of its time is left
CHOICES_MAX: Final = 2_000
_STATUS_NAMES: Final = {
    "running": "计时中",
    "suspended": "暂停计时",
    "overdue": "已超期",
    "met": "按期完成",
    "late": "超期完成",
}
# The time of a party, to object or to pay: when it is over no organ is late.
_PARTY_STATUS_NAMES: Final = _STATUS_NAMES | {
    "overdue": "时间已过",
    "met": "在期限内",
    "late": "期限过后",
}
_STATUS_TONES: Final[dict[str, Tone]] = {
    "running": "plain",
    "suspended": "plain",
    "overdue": "bad",
    "met": "good",
    "late": "bad",
}


# How long another organ may be given for its answer; a form offers these.
ANSWER_PERIODS: Final = (
    "4 hours",
    "24 hours",
    "1 working day",
    "2 working days",
    "5 working days",
    "10 working days",
)
# Those who act without a name: everybody with a follow code, and the supervision models. A page
# tells their role only.
_NAMELESS: Final = frozenset({"public", "model_runner"})
_NO_ORGAN: Final = frozenset({"public", "supervision"})
# What an event keeps beside what was given; the file tells it where it belongs (so it does with
# the values a proposal carries, masked as those of the act itself).
_UNTOLD: Final = frozenset(
    {
        ("seek_approval", "stages"),
        ("seek_approval", "chain"),
        ("seek_approval", "cites"),
        ("sign_off", "proposal"),
        (PUT_RIGHT, "record"),
        (PUT_RIGHT, "now_reads"),
    }
)
MODEL_FIELD: Final = "model"  # a text field of this name holds the id of a supervision model
_KEY: Final = re.compile(r"(?<!”)（[a-z][a-z0-9_]*）")
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def _status_name(clock: RunningClock) -> str:
    names = _STATUS_NAMES if clock.whose == "organ" else _PARTY_STATUS_NAMES
    return names[clock.status]


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints for one moment by the rules in force."""

    rules: Rules
    now: datetime

    def instant(self, at: datetime) -> str:
        """2026年9月1日 星期二 08:10."""
        return instant_words(at, self.rules.zone)

    def since(self, at: datetime) -> str:
        """How long ago: 3天2小时."""
        return length_words(self.now - at)

    def articles(self, cites: Iterable[str]) -> tuple[str, ...]:
        """Citations in words."""
        return tuple(self.rules.article(cite) for cite in cites)

    def refusal(self, refused: Refused) -> Refusal:
        """A refusal with its articles in words."""
        return Refusal(
            reason=refused.reason,
            says=self.named(refused.says),
            instead=self.named(refused.instead),
            articles=self.articles(refused.cites),
            field=refused.field,
        )

    def named(self, text: str) -> str:
        """A sentence of the kernel with the names of its organs for their ids, and without keys.

        A key is what an interface writes for a choice: 请选择：办理（handle）.
        """
        text = _KEY.sub("", text)
        return _ID.sub(lambda found: self.rules.organ_name(found[0]), text)

    def _value(self, act: str, name: str, field: Field | None, value: Datum) -> str:
        """The same, for the two fields whose meaning is in their name."""
        if (act, name) == ("request", "due"):
            return period_words(str(value))
        if name == "to_holder":
            organ, _, person = str(value).partition(PERSON_OF)
            name = self.rules.organ_name(organ)
            return f"{name} · {person_name(person)}" if person else name
        if name == MODEL_FIELD:
            return self.rules.model_name(str(value))
        return self.value(field, value)

    def organ(self, organ: str) -> str:
        """The name of an organ; "" for those who act for none."""
        return "" if organ in _NO_ORGAN else self.rules.organ_name(organ)

    def who(self, person: str, role: str) -> str:
        """李敏（接警员）, or the role alone of who has no name here."""
        name = "" if person in _NAMELESS else person_name(person)
        return f"{name}（{role}）" if name and role else name or role

    def value(self, field: Field | None, value: Datum) -> str:
        """A datum for people, by the type of its field."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list):
            if field is not None and field.type == "files":
                return f"{len(value)}个文件"
            return "、".join(value)
        if not isinstance(value, str) or field is None:
            return number_words(value) if isinstance(value, float) else str(value)
        if field.type == "organ":
            return self.rules.organ_name(value)
        if field.type == "person":
            return person_name(value)
        if field.type == "choice":
            return field.choices.get(value, value)
        if field.type in ("day", "instant"):
            return self._date(value)
        return matter_number(value) if field.type == "matter" else value

    def _date(self, text: str) -> str:
        try:
            due = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            return text
        return due_words(due, self.rules.zone)

    def clock(self, clock: RunningClock, rule: ClockRule) -> ClockFace:
        """A clock with its reasons, and its source where no law fixes the length."""
        zone = self.rules.zone
        says, tone = self.urgency(clock)
        return ClockFace(
            id=clock.id,
            name=clock.name,
            status=clock.status,
            status_name=_status_name(clock),
            tone=tone,
            says=says,
            started=self.instant(clock.started_at),
            stopped="" if clock.stopped_at is None else self.instant(clock.stopped_at),
            nominal=due_words(clock.nominal, zone),
            legal=due_words(clock.legal, zone),
            official=clock.official,
            whose=clock.whose,
            why=tuple(
                Cited(text=text, article=self.rules.article(cite) if cite else "")
                for text, cite in clock.why
            ),
            articles=self.articles(clock.cites),
            after_due=clock.after_due,
            share=self.share(clock),
            agreed=_agreed(rule),
        )

    def share(self, clock: RunningClock) -> int | None:
        """Per cent of a running clock's time that is used; None when it does not run."""
        if clock.stopped_at is not None or clock.legal is None:
            return None
        whole = end_of(clock.legal, self.rules.zone) - clock.started_at
        used = self.now - clock.started_at
        return 100 if used >= whole else max(0, int(100 * (used / whole)))

    def urgency(self, clock: RunningClock) -> tuple[str, Tone]:
        """还剩2天 / 已超期3小时 and how it should look."""
        tone = _STATUS_TONES[clock.status]
        if clock.stopped_at is not None or clock.legal is None:
            return _status_name(clock), tone if clock.whose == "organ" else "plain"
        says, overdue, soon = self.left(clock.legal, clock.started_at)
        if clock.whose == "citizen":
            return (_status_name(clock) if overdue else says), "plain"
        if overdue:
            return says, "bad"
        return says, "warn" if soon else tone

    def left(self, legal: date | datetime, started: datetime) -> tuple[str, bool, bool]:
        """Words for the time left, whether it has run out, and whether it soon will."""
        ends = end_of(legal, self.rules.zone)
        if self.now > ends:
            return f"已超期{length_words(self.now - ends)}", True, True
        soon = (ends - self.now) < (ends - started) * SOON_SHARE
        return f"还剩{length_words(ends - self.now)}", False, soon

    def step(
        self,
        procedure: Procedure,
        name: str,
        role: str,
        refused: Refused | None,
        state: State | None,
        clocks: Iterable[RunningClock] = (),
        view: View | None = None,
    ) -> Act:
        """A step of the procedure or an act of the kernel, with its form.

        What is known stands in the form already, as far as the reader sees it (`view`) in clear.
        """
        step = procedure.steps.get(name)
        act = step if step is not None else ACTS[name]
        fields = procedure.fields if step is not None else ACTS[name].fields
        known: Data = {}
        if state is not None and step is not None and view is not None:
            seen = view.fields
            known = {key: one for key, one in state.fields.items() if seen.get(key) == "clear"}
        form = [self._field(each, fields[each], known, required=True) for each in act.asks]
        form += [self._field(each, fields[each], known, required=False) for each in act.may_ask]
        opens = step is not None and not step.from_
        form = self._only_who_may_have_it(form, procedure, name, opens=opens)
        if step is None and state is not None:
            form = [_chosen(one, procedure, state, clocks) for one in form]
        told = procedure.roles.get(role)
        return Act(
            id=name,
            name=act.name,
            role=role,
            role_name=told.name if told else role,
            general=step is None,
            final=isinstance(act, Step) and act.final,
            articles=self.articles(act.cites),
            form=tuple(form),
            refusal=None if refused is None else self.refusal(refused),
        )

    def _only_who_may_have_it(
        self, form: list[FormField], procedure: Procedure, act: str, *, opens: bool
    ) -> list[FormField]:
        """The form, offering as receiver of the matter only bodies that can have it."""
        competence = self.rules.competence
        receiver = receiving_field(procedure, act)
        if not receiver or not competence.binds(procedure.kind):
            return form
        day = self.now.astimezone(self.rules.zone).date()
        gift = OPENING if opens else TRANSFER
        fit = {
            organ
            for one in form
            if one.name == receiver
            for organ, _ in one.choices
            if competence.gift_refused(procedure.kind, organ, day, gift) is None
        }
        return [
            replace(one, choices=tuple(told for told in one.choices if told[0] in fit))
            if one.name == receiver and fit
            else one
            for one in form
        ]

    def _field(self, name: str, field: Field, known: Data, *, required: bool) -> FormField:
        choices = tuple(field.choices.items())
        if field.type == "organ":
            choices = tuple(self.rules.organs().items())[:CHOICES_MAX]
        return FormField(
            name=name,
            label=field.name,
            type=field.type,
            required=required,
            personal=field.personal,
            hint=field.hint,
            choices=choices,
            at_least=field.at_least,
            at_most=field.at_most,
            pattern=field.pattern,
            value=_typed(known.get(name)),
        )

    def line(
        self,
        procedure: Procedure,
        event: Event,
        event_hash: bytes,
        personal: Data,
        undone: Collection[int],
        view: View,
    ) -> Line:
        """One event of the timeline, as far as this reader may see it."""
        late = (event.recorded_at - event.happened_at).total_seconds() > RECORDED_LATE_SECONDS
        role = procedure.roles.get(event.actor.role)
        # Who of the public acted is told by the personal fields, to whom may see them, only.
        is_public = role is not None and role.stands == "public"
        who = self.who("public" if is_public else event.actor.person, role.name if role else "")
        return Line(
            seq=event.seq,
            when=self.instant(event.happened_at),
            act=event.act,
            what=act_name(procedure, event.act),
            who=who,
            organ=self.organ(event.actor.organ),
            values=self.values(procedure, event.act, {**event.data, **personal}, view),
            recorded=self.instant(event.recorded_at) if late else "",
            undone=event.seq in undone,
            fingerprint=event_hash[:FINGERPRINT_BYTES].hex(),
        )

    def values(self, procedure: Procedure, act: str, data: Data, view: View) -> tuple[Shown, ...]:
        """Labelled values in the order of the form; fields nobody named keep their own name."""
        step = procedure.steps.get(act)
        fields: Mapping[str, Field] = procedure.fields
        if step is None and act in ACTS:
            fields = ACTS[act].fields
        elif act == ERASE:
            fields = ERASE_FIELDS
        if act == PUT_RIGHT:
            data = _put_right(procedure, data, view)
        return tuple(
            Shown(
                label=fields[name].name if name in fields else name,
                value=act_name(procedure, str(seen))
                if name == "for_act"
                else self._value(act, name, fields.get(name), seen),
                matter=str(seen) if name in fields and fields[name].type == "matter" else "",
                personal=name in fields and fields[name].personal,
                files=_digests(fields.get(name), seen),
            )
            for name, value in data.items()
            if (act, name) not in _UNTOLD
            and not name.startswith(PROPOSED)
            and name != APPROVED
            and (seen := value if fields is not procedure.fields else view.shows(name, value))
            is not None
        )


def _put_right(procedure: Procedure, data: Data, view: View) -> Data:
    """What was put right, in words; the value only as far as the reader sees the item."""
    number, _, name = str(data["item"]).partition(correction.SEPARATOR)
    field = procedure.fields.get(name)
    seen = view.shows(name, data["now_reads"])
    item = f"第{number}号记录“{field.name if field is not None else name}”"
    return {**data, "item": item, "value": seen if seen is None else data["value"]}


def act_name(procedure: Procedure, act: str) -> str:
    """The name of a step, of an act of the kernel, or of the journal's own act."""
    step = procedure.steps.get(act)
    if step is not None:
        return step.name
    known = ACTS.get(act)
    return known.name if known else ERASE_NAME if act == ERASE else act


def _digests(field: Field | None, value: Datum) -> tuple[str, ...]:
    """The files of a field that is seen in clear; a masked digest leads nowhere."""
    if field is None or field.type != "files" or not isinstance(value, list):
        return ()
    return tuple(one for one in value if "*" not in one)


def _typed(value: Datum) -> str:
    """A known value as it would be typed into its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(value) if isinstance(value, list) else str(value)


def _chosen(
    field: FormField, procedure: Procedure, state: State, clocks: Iterable[RunningClock]
) -> FormField:
    """A field of a kernel act whose possible values the matter itself knows."""
    choices: tuple[tuple[str, str], ...] = ()
    if field.name == "clock":
        choices = tuple(
            (one.id.partition("#")[0], one.name) for one in clocks if one.stopped_at is None
        )
    elif field.name == "rank":
        ranks = [
            rank for rule in procedure.clocks.values() for leg in rule.extensions for rank in leg.by
        ]
        choices = tuple((rank, rank) for rank in dict.fromkeys(ranks))
    elif field.name == "ground":
        choices = tuple((name, ground.name) for name, ground in procedure.suspend.items())
    elif field.name == "request":
        choices = tuple(
            (str(one.seq), one.question) for one in state.requests if one.answered_seq is None
        )
    elif field.name == "item":
        choices = tuple(
            (
                one.key,
                f"第{one.done.seq}号记录“{procedure.steps[one.done.act].name}”：{one.field.name}",
            )
            for one in correction.items(procedure, state)
        )
    elif field.name == "due":
        choices = tuple((text, period_words(text)) for text in ANSWER_PERIODS)
        return replace(field, choices=choices, hint="")
    return replace(field, choices=choices) if choices else field


def matter_number(matter: str) -> str:
    """The number of a matter, or its id if it is not here."""
    rows = reading_connection().rows("SELECT number FROM matter WHERE matter_id = ?", (matter,))
    return str(rows[0][0]) if rows else matter


def _agreed(rule: ClockRule) -> str:
    """Where a local length comes from; "" for what the law fixes."""
    if rule.level not in LOCAL_LEVELS:
        return ""
    checked = f"，{day_words(rule.checked_on)}核对" if rule.checked_on else ""
    return f"这个长短由本市约定，来源：{rule.source}{checked}。"


def period_words(text: str) -> str:
    """A period as people say it: 2 working days -> 2个工作日; text that is none stays itself."""
    try:
        return str(parse_allowance(text))
    except ValueError:
        return text
