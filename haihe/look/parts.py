"""The living page of the design system: every part of pages, with invented examples."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from haihe.look import forms
from haihe.look.templatetags.look import icon_names
from haihe.records.shown import Act, Cited, ClockFace, FormField, Refusal, Tone

TONES: Final[tuple[Tone, ...]] = ("plain", "good", "warn", "bad")
SAYS = ("还剩12天", "按期完成", "还剩1天", "已超期3小时")  # Chinese: examples of data
REASON = Cited(
    text="期间为30日，按自然日计算，到2026年10月8日 星期四",  # Chinese: an example of data
    article="治安管理处罚法（2025）第118条",  # Chinese: an example of data
)
REFUSAL = Refusal(
    reason="no_report",
    says="还没有送达听证通知",  # Chinese: an example of data
    instead="先组织听证",  # Chinese: an example of data
    articles=("行政处罚法（2021）第64条",),  # Chinese: an example of data
)
TYPES = (
    ("text", "事由", ""),  # Chinese: an example of data
    ("long_text", "经过", ""),  # Chinese: an example of data
    ("number", "协议金额（元）", ""),  # Chinese: an example of data
    ("yes_no", "是否涉及未成年人", ""),  # Chinese: an example of data
    ("day", "日期", ""),  # Chinese: an example of data
    ("instant", "时间", ""),  # Chinese: an example of data
    ("files", "材料", ""),  # Chinese: an example of data
)


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """Every part once, so that one look (and one run of axe) sees them all."""
    fields = tuple(
        FormField(name=f"example_{name}", label=label, type=name, required=number == 0, hint=hint)
        for number, (name, label, hint) in enumerate(TYPES)
    )
    act = Act(
        id="example",
        name="登记",  # Chinese: an example of data
        role="citizen",
        role_name="",
        general=False,
        final=True,
        articles=REFUSAL.articles,
        form=fields,
    )
    form = forms.printed_again(
        act,
        request.path,
        request.GET,
        expects=None,
        wrong={"example_text": "请填写“事由”。"},  # Chinese: an example of data
        kept={},
    )
    shown = {
        "icons": icon_names(),
        "clocks": [_clock(tone, says) for tone, says in zip(TONES, SAYS, strict=True)],
        "refusal": REFUSAL,
        "form": form,
        "scale": ("title", "large", "lead", "body", "small"),
        "tones": ("is-state", "is-good", "is-near", "is-late", "is-held"),
    }
    return render(request, "look/parts.html", shown)


def _clock(tone: Tone, says: str) -> ClockFace:
    return ClockFace(
        id=tone,
        name="办案期限",  # Chinese: an example of data
        status=tone,
        status_name=says,
        tone=tone,
        says=says,
        started="2026年9月1日 星期二 08:10",  # Chinese: an example of data
        stopped="",
        nominal="2026年10月1日 星期四",  # Chinese: an example of data
        legal="2026年10月8日 星期四",  # Chinese: an example of data
        official=tone != "warn",
        whose="",
        why=(REASON,),
        articles=(REASON.article,),
        share=60,
    )
