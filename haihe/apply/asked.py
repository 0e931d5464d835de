"""The forms of an application: who applies, what the item asks, what has to be brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec.structs import replace

from haihe.kernel.catalogue import Item
from haihe.kernel.procedure import Field
from haihe.kernel.values import Data, Datum, number_words
from haihe.look.forms import Typed
from haihe.records import applications
from haihe.records.drafts import Draft, Reused
from haihe.records.instants import day_words
from haihe.records.materials import Earlier
from haihe.records.shown import Act, FormField

WHO: Final = (
    "applicant", "number", "credit_code", "applicant_phone", "window", "minor_involved",
    "guardian_name", "agent_name", "agent_phone", "agent_authorised",
)  # fmt: skip
EARLIER_CODE: Final = "earlier_code"
BROUGHT: Final = "brought_"  # begins the name of a place for the files of a material
AGAIN: Final = "again_"  # begins the name of the choice to use an earlier one
EARLIER, NEW = "earlier", "new"


def act(id: str, name: str, form: tuple[FormField, ...]) -> Act:
    """The act of a form that is no step of a procedure."""
    return Act(
        id=id,
        name=name,
        role="citizen",
        role_name="",
        general=False,
        final=False,
        articles=(),
        form=form,
    )


def who_form(draft: Draft, item: Item, now: datetime) -> tuple[FormField, ...]:
    """Who applies, for whom, through which window."""
    day = applications.day_of(now)
    windows = applications.windows(item, day)
    chosen = draft.window or draft.likely
    labels: dict[str, tuple[str, str, bool, str]] = {
        "applicant": (_("您的姓名"), "text", True, ""),
        "number": (
            _("身份证号"),
            "text",
            bool(item.sources),
            _("用来向有关部门查您已有的证照，不用您再交。"),
        ),
        "applicant_phone": (_("手机号"), "text", True, _("有结果时通知您。")),
        "window": (_("由哪个窗口收件、领取"), "choice", True, ""),
        "minor_involved": (_("是给未满十八周岁的人办吗"), "yes_no", True, ""),
        "guardian_name": (_("监护人姓名"), "text", False, _("给未成年人办的，请写。")),
        "agent_name": (_("代办人姓名"), "text", False, _("您是替别人代办的，请写您的姓名。")),
        "agent_phone": (_("代办人手机号"), "text", False, ""),
        "agent_authorised": (_("申请人已经授权代办"), "yes_no", False, ""),
    }
    if "business" in item.sources:
        labels["credit_code"] = (
            _("统一社会信用代码"),
            "text",
            True,
            _("用来查营业执照，不用您再交。"),
        )
    return tuple(
        FormField(
            name=name,
            label=labels[name][0],
            type=labels[name][1],
            required=labels[name][2],
            hint=labels[name][3],
            choices=tuple(windows) if name == "window" else (),
            within=applications.districts_of((one for one, _ in windows), day)
            if name == "window"
            else (),
            value=chosen if name == "window" else _typed(draft.who.get(name)),
        )
        for name in WHO
        if name in labels
    )


def wrong_number(data: Data) -> dict[str, str]:
    """What is wrong with an identity number, by its field."""
    number = str(data.get("number", "")).upper()
    if not number or applications.is_number_of_a_person(number):
        return {}
    return {"number": _("身份证号是十八位，最后一位可以是X。这个号对不上，请照着证件再核对一遍。")}


def wrong_agent(data: Data) -> dict[str, str]:
    """What is missing where somebody acts for another, by its field: told now, not on sending."""
    if not data.get("agent_name"):
        return {}
    wrong = {}
    if not data.get("agent_phone"):
        wrong["agent_phone"] = _("替别人代办的，请留代办人的手机号。")
    if data.get("agent_authorised") is not True:
        wrong["agent_authorised"] = _(
            "申请人授权了才能代办：请先征得同意再选“是”，或者由本人申请。"
        )
    return wrong


def facts_form(draft: Draft, item: Item, offers: Mapping[str, Earlier]) -> tuple[FormField, ...]:
    """What the item asks, and each material that only the applicant can bring."""
    known = applications.catalogue().materials
    form = [
        _fact(one.fact, one.field, draft.facts.get(one.fact), _origin(one))
        for one in applications.entries(draft, item)
    ]
    brought = [one for one in item.materials if known[one].from_ == "applicant"]
    for one in brought:
        form += _material(one, known[one].name, draft, offers.get(one))
    if any(known[one].keeps for one in brought):
        hint = _("办别的事交过的，不用再交：写那一件的查询码，或者先登录。")
        form.append(
            FormField(
                name=EARLIER_CODE,
                label=_("以前交过材料的查询码"),
                type="text",
                required=False,
                hint=hint,
            )
        )
    return tuple(form)


def _material(material: str, name: str, draft: Draft, offer: Earlier | None) -> list[FormField]:
    """One material: the choice to use an earlier one again, and a place for a new one."""
    came = len(draft.brought.get(material, ()))
    told = _("已收到 %(n)s 个文件，可以再加。") % {"n": came} if came else ""
    hint = told or _("照片或者扫描件；也可以到窗口再交。")
    fields = []
    if offer is not None:
        words = {"day": f"{day_words(offer.handed)}", "number": offer.number, "until": offer.until}
        again = _("用%(day)s随%(number)s交的那一份，可用到%(until)s") % words
        fields.append(
            FormField(
                name=f"{AGAIN}{material}",
                label=_("%(name)s：您以前交过") % {"name": name},
                type="choice",
                required=False,
                choices=((EARLIER, again), (NEW, _("交新的"))),
                value=NEW if came and material not in draft.reused else EARLIER,
            )
        )
        hint = _("用以前那一份的，这里不用交。")
    fields.append(
        FormField(name=f"{BROUGHT}{material}", label=name, type="files", required=False, hint=hint)
    )
    return fields


def chosen(draft: Draft, item: Item, typed: Typed, offers: Mapping[str, Earlier]) -> Draft:
    """The draft with what came and what the applicant chose to use again."""
    came = dict(draft.brought)
    reused = {}
    for one in item.materials:
        new = typed.kept.get(f"{BROUGHT}{one}", ())
        if new:
            came[one] = tuple(dict.fromkeys((*came.get(one, ()), *new)))
        if one in offers and not new and typed.data.get(f"{AGAIN}{one}") == EARLIER:
            reused[one] = Reused(files=offers[one].files, says=offers[one].says)
            came.pop(one, None)
    return replace(draft, brought=came, reused=reused)


def _origin(entry: applications.Entry) -> str:
    source = applications.catalogue().sources.get(entry.source)
    if source is None:
        return ""
    return _("来自%(keeper)s的%(name)s，%(at)s查到。不对就改，我们请来源单位核对。") % {
        "keeper": source.keeper,
        "name": source.name,
        "at": applications.local(entry.at),
    }


def _fact(name: str, field: Field, value: Datum, origin: str) -> FormField:
    return FormField(
        name=name,
        label=field.name,
        type=field.type,
        required=False,
        personal=field.personal,
        hint=origin or field.hint,
        choices=tuple(field.choices.items()),
        at_least=field.at_least,
        at_most=field.at_most,
        value=_typed(value),
    )


def _typed(value: Datum) -> str:
    """A datum as a form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    return "\n".join(value) if isinstance(value, list) else str(value or "")


def zone() -> ZoneInfo:
    """The zone in which days and hours are typed."""
    zone = timezone.get_default_timezone()
    assert isinstance(zone, ZoneInfo)
    return zone
