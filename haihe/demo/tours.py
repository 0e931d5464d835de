"""The guided tours: for each role who one becomes, and which pages to look at in two minutes.

A stop leads to an address of the program, or to a matter of a story told here (`T14:withdrawn` its
file, `T10:wire!` its public page, `T10:wire?` who looked at it). Where the story is not told here,
the stop leads to the list of stories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haihe.stories.keeping import kept

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

SESSION: Final = "demo tour"


class Stop(NamedTuple):
    """A page and what to see there."""

    where: str
    says: Words


class Tour(NamedTuple):
    """A role of the demo: `person` is the account one enters, "" for the public."""

    role: str
    name: Words
    says: Words
    person: str
    stops: tuple[Stop, ...]


def _tour(role: str, name: Words, says: Words, person: str, *stops: tuple[str, Words]) -> Tour:
    return Tour(role, name, says, person, tuple(Stop(*one) for one in stops))


TOURS: Final = (
    _tour(
        "citizen", _("群众"), _("反映一件事，跟着它走到底。不用账号。"), "",
        ("/", _("从您要办的事开始找，不用知道该找哪个单位。")),
        ("/report/", _("这里是可以反映的事。填表之前先看有没有同样的。")),
        ("T10:wire!", _("一件事一个查询码：现在怎样、谁在办、到什么时候、您能做什么。")),
        ("T10:wire?", _("谁看过您的信息，一条条记在这里；没人看过就是空的。不该看的可提出异议。")),
        ("/hall/machang/", _("到派出所办事：手机碰一下取号，先看要等多久。")),
    ),
    _tour(
        "window", _("窗口人员"), _("叫号、收件、一次说清，送回同一个窗口。"), "window",
        ("/hall/machang/windows/", _("5号窗口留给您。下一位是谁由规则定，老人和残疾人优先。")),
        ("/hall/machang/screen/", _("大厅屏幕和您看到的是同一个次序。")),
        ("/services/", _("每一件事要什么材料、多久办好，都写在这里，一次说清。")),
        ("/officer/new/", _("一张表收下，哪个部门办由系统分。")),
    ),
    _tour(
        "police", _("派出所民警"), _("从接警到办结，每一步有规则、有钟、有记录。"), "officer",
        ("/officer/", _("收件箱：先到期的在上面，每件有两个钟。")),
        ("/officer/?of=had", _("经手过的：到了别的单位，后来怎样也看得到。")),
        ("/officer/new/", _("不用选表：写下事情，系统提出种类。")),
        ("/officer/offline/", _("没有网也能写：存在这台设备里，有网再送，不丢不重。")),
    ),
    _tour(
        "grid", _("网格员"), _("拍照上报、现场核查，结果会回来告诉您。"), "t10-grid",
        ("T10:wire", _("谊城公寓的那根电线：谁报的、谁修的、谁核查的，前后照片都在。")),
        ("/officer/new/", _("上报一件新的：照片、地点、一句话。")),
        ("/officer/", _("等您核查的事。修的人不能核查自己。")),
    ),
    _tour(
        "mediator", _("人民调解员"), _("背靠背听双方，协议写清，到期有人问。"), "t18-mediator",
        ("T18:care", _("郭老太和三个儿子：三个人的义务各写各的，到期没有下文会提醒。")),
        ("T18:care!", _("当事人看到的只有进展，没有谈话内容。")),
        ("/officer/", _("您手上的纠纷，快到期的在上面。")),
    ),
    _tour(
        "court", _("法官"), _("提出司法建议，跟着它看：答复了没有，改了没有。"), "t03-judge",
        ("T03:advice", _("犀地社区的司法建议：从调研到回访，在一份卷宗里。")),
        ("/officer/?of=had", _("法院经手过的事，到了别的单位也一直看得到。")),
        ("/officer/new/", _("办案中发现一类问题，从这里登记。")),
    ),
    _tour(
        "legal", _("法制监督员"), _("每一件新案都看一眼，撤回的也不例外。"), "t14-lee",
        ("T14:withdrawn", _("撤回的“仙人跳”：看经过里法制怎样恢复办理、转成刑事。")),
        ("/officer/?of=reach", _("监督范围：下面的单位正在办的事，每一件都看得到。")),
        ("/officer/exports/", _("名单要带走，须第二个人同意。")),
    ),
    _tour(
        "analyst", _("检察院数据分析员"), _("模型是公开的规则，有依据、有示例。"), "analyst",
        ("/center/models/", _("在用的模型：找什么、依据哪条、准不准。")),
        ("/center/models/likely_series/", _("一个模型的全部，也写着什么时候会误报。")),
        ("/center/findings/", _("发现了什么，由哪几步证明，开了哪件整改。")),
    ),
    _tour(
        "leader", _("领导"), _("一屏看全市，每个数都能点开。"), "administrator",
        ("/center/", _("今天的数。每个数是一份名单，名单的长度就是这个数。")),
        ("/center/map/", _("地图：事在哪里。只有地方，没有人。")),
        ("/center/trends/", _("和自己的过去比，不给单位和人排名。")),
        ("/center/wall/", _("大屏幕用的同一页。")),
    ),
    _tour(
        "engineer", _("城市的系统管理员"), _("管账号和零件，不能看办案内容。"), "engineer",
        ("/identity/administration/", _("账号由邀请产生；三种管理员是三个人。")),
        ("/identity/sessions/", _("在哪里登录着，可以一次结束。")),
        ("/look/", _("所有页面用的零件，都在这一页。")),
        ("/officer/", _("管理员打开办案页面：进不去，告诉您为什么。")),
    ),
    _tour(
        "auditor", _("审计管理员"), _("谁看过什么、搜过什么、被拒绝过什么。"), "auditor",
        ("/center/traces/", _("每一次查看都有人、有时间、有目的，改不了也删不掉。")),
        ("/identity/administration/", _("账号的变动也在这里看得到。")),
        ("/officer/", _("审计管理员不办案：这里进不去。")),
    ),
)  # fmt: skip
TOURS_BY_ROLE: Final = {one.role: one for one in TOURS}


def shown(tour: Tour) -> dict[str, Any]:
    """A tour for the page that offers it."""
    return {
        "role": tour.role,
        "name": tour.name,
        "says": tour.says,
        "person": tour.person,
        "count": len(tour.stops),
        "first": address(tour.stops[0]),
    }


def stops(tour: Tour) -> list[dict[str, Any]]:
    """Its stops, numbered from 1."""
    return [
        {"number": number, "says": one.says, "where": address(one)}
        for number, one in enumerate(tour.stops, 1)
    ]


def stop_of(place: str) -> dict[str, Any] | None:
    """The stop that `role/number` names, as the bar on a page shows it."""
    role, _sep, told = place.partition("/")
    tour = TOURS_BY_ROLE.get(role)
    if tour is None or not told.isdecimal() or not 1 <= int(told) <= len(tour.stops):
        return None
    number = int(told)
    return {
        "role": role,
        "name": tour.name,
        "number": number,
        "count": len(tour.stops),
        "says": tour.stops[number - 1].says,
        "before": number - 1 if number > 1 else 0,
        "after": number + 1 if number < len(tour.stops) else 0,
    }


def address(stop: Stop) -> str:
    """Where a stop leads."""
    if stop.where.startswith("/"):
        return stop.where
    story, _sep, name = stop.where.rstrip("!?").partition(":")
    told = kept().get(story)
    matter = told.matters.get(name) if told is not None else None
    if matter is None:
        return reverse("demo:stories")
    if stop.where.endswith("!"):
        return reverse("citizen:follow", args=[matter.code])
    if stop.where.endswith("?"):
        return reverse("citizen:readings", args=[matter.code])
    return reverse("officer:file", args=[matter.id])
