"""The catalogue for the public: search in everyday words, branches, one item, the power list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from haihe.apply import begun, terminal
from haihe.kernel.allowance import Allowance
from haihe.kernel.catalogue import FIELDS, Item, power_list
from haihe.records import applications, drafts
from haihe.records.drafts import Draft

QUESTION_CHARACTERS_MAX: Final = 60
SHOWN_MAX: Final = 12
OFTEN: Final = ("rk01", "rk13", "rk53", "rk51", "rk57", "cj03", "jg47", "jg17", "xz01")
TERMINAL: Final = "terminal"
ONLINE: Final = "online"
Words = Mapping[str, "str | Promise"]

CHANNELS: Final[Words] = {
    "online": _("网上"),
    "window": _("窗口"),
    "terminal": _("自助机"),
    "station": _("一窗通办派出所"),
}
TIERS: Final[Words] = {
    "station": _("派出所"),
    "district": _("公安分局"),
    "city": _("市公安局"),
}
POWERS: Final[Words] = {
    "licence": _("行政许可"),
    "confirmation": _("行政确认"),
    "record": _("备案、登记"),
    "service": _("公共服务"),
}
FIELD_NAMES: Final[Words] = {
    "name": _("名称"),
    "basis": _("依据"),
    "conditions": _("条件"),
    "materials": _("材料"),
    "legal": _("法定时限"),
    "promised": _("承诺时限"),
    "channels": _("在哪办"),
    "tier": _("谁审批"),
    "fee": _("费用"),
    "result": _("结果"),
    "remedy": _("不服怎么办"),
    "words": _("平常的说法"),
}
BASES: Final[Words] = {
    "lawA": _("法律原文"),
    "lawB": _("法律节录"),
    "lawC": _("凭记忆，待核对"),
    "seed": _("公开报道"),
    "assumed": _("本市设定"),
}


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Search, what is done most, and the branches."""
    asked = request.GET.get("q", "").strip()[:QUESTION_CHARACTERS_MAX]
    known = applications.catalogue()
    values = {
        "here": "services",
        "asked": asked,
        "found": known.found(asked)[:SHOWN_MAX] if asked else (),
        "often": [known.items[code] for code in OFTEN if code in known.items],
        "branches": [(one, len(known.of_branch(one.id))) for one in known.branches.values()],
        "items": len(known.items),
        "online": sum(one.online for one in known.items.values()),
    }
    return render(request, "apply/services.html", values)


@require_safe
def branch(request: HttpRequest, branch: str) -> HttpResponse:
    """The items of a branch in their groups."""
    known = applications.catalogue()
    if branch not in known.branches:
        raise Http404
    groups: dict[str, list[Item]] = {}
    for one in known.of_branch(branch):
        groups.setdefault(one.group, []).append(one)
    values = {"here": "services", "branch": known.branches[branch], "groups": groups.items()}
    return render(request, "apply/branch.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, item: str) -> HttpResponse:
    """One item: what it takes, how long it may, on what that rests; POST begins an application."""
    known = applications.catalogue()
    chosen = known.items.get(item)
    if chosen is None:
        raise Http404
    now = datetime.now(UTC)
    if request.method == "POST":
        there = terminal.of(request)
        site = str(there["site"]) if there is not None else ""
        takes = {organ for organ, _name in applications.windows(chosen, applications.day_of(now))}
        draft = Draft(
            item=chosen.code,
            channels=(ONLINE if there is None else TERMINAL,),
            who={},
            likely=site if site in takes else "",
        )
        kept = drafts.begin(draft, now)
        terminal.opens(request, kept.code)
        return redirect("apply:who", kept.code)
    values = {"here": "services", "unsent": begun.unsent(request, chosen.code, now)}
    return render(request, "apply/item.html", {**values, **_told(chosen, now)})


@require_safe
def power(request: HttpRequest) -> HttpResponse:
    """The power list, generated from the catalogue: how many powers by branch, and one branch."""
    known, chosen = applications.catalogue(), request.GET.get("branch", "")
    if chosen and chosen not in known.branches:
        raise Http404
    rows = [
        {
            "row": row,
            "power": POWERS[row.power],
            "tier": TIERS[row.tier],
            "articles": _("、").join(applications.articles(row.basis)),
        }
        for row in (power_list(known) if chosen else ())
        if known.items[row.code].branch == chosen
    ]
    values = {
        "here": "services",
        "branch": known.branches.get(chosen),
        "rows": rows,
        "branches": [(one, len(known.of_branch(one.id))) for one in known.branches.values()],
        "items": len(known.items),
    }
    return render(request, "apply/power.html", values)


def _told(chosen: Item, now: datetime) -> dict[str, Any]:
    known = applications.catalogue()
    day = applications.day_of(now)
    materials = [known.materials[one] for one in chosen.materials]
    marks = applications.marks(chosen)
    lane = known.order_for(chosen, day)
    return {
        "item": chosen,
        "branch": known.branches[chosen.branch],
        "brought": [one.name for one in materials if one.from_ == "applicant"],
        "shared": [
            (one.name, known.sources[one.source].keeper if one.source else "")
            for one in materials
            if one.from_ == "shared"
        ],
        "promises": [one.name for one in materials if one.from_ == "promise"],
        "conditions": [
            (one, _("、").join(applications.articles(one.cites)))
            for one in chosen.conditions
            if one.in_force(day)
        ],
        "channels": [CHANNELS[one] for one in chosen.channels],
        "tier": TIERS[chosen.tier],
        "power": POWERS[chosen.power],
        "basis": _("、").join(applications.articles(chosen.basis)),
        "legal": words_of(chosen.legal),
        "promised": words_of(chosen.promised),
        "legal_article": marks["legal"][1],
        "marks": [(FIELD_NAMES[one], BASES[marks[one][0]], marks[one][1]) for one in FIELDS],
        "lane": lane,
    }


def words_of(allowance: Allowance) -> str:
    """A limit as people read it."""
    return str(allowance)
