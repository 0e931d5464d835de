"""What a ticket opens at a window: a matter with what the errand says; nothing is typed twice."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.queueing.plan import Errand
from haihe.records import halls, read, write
from haihe.records.shown import Reader

NAME_MAX = 60


def opened_in(reader: Reader, errand: Errand | None) -> bool:
    """Whether this reader may open the matter of an errand."""
    return _role(reader, errand) is not None


def _role(reader: Reader, errand: Errand | None) -> str | None:
    if errand is None or not errand.kind:
        return None
    for kind in read.openings(reader):
        for act in kind.acts:
            if (kind.kind, act.id) == (errand.kind, errand.step):
                return act.role
    return None


def open_matter(request: HttpRequest, reader: Reader, site: str, number: str) -> Refused | None:
    """Open the matter of the errand this ticket is being served with, and let the ticket carry it.

    The same ticket and errand open one matter, however often the button is pressed.
    """
    day = halls.today()
    with halls.looking(site, day) as one:
        ticket = one.hall.tickets[number]
        errand = one.hall.errand(ticket.errand)
        organ, key = one.hall.plan.organ, f"hall:{one.id}:{number}:{ticket.step}"
    role = _role(reader, errand)
    if role is None:
        return Refused(
            reason="no_post",
            says=_("您的岗位不能登记这件事项。"),
            instead=_("请由有窗口受理岗位的同事办理。"),
        )
    minor = request.POST.get("minor") == "true"
    guardian = request.POST.get("guardian", "").strip()[:NAME_MAX]
    data: Data = {**errand.data, "window_site": organ, "minor_involved": minor}
    if minor and guardian:
        data["guardian_name"] = guardian
    actor = Actor(person=reader.person, role=role, organ=reader.organ)
    answer = write.submit(
        Command(key=key, act=errand.step, actor=actor, kind=errand.kind, data=data)
    )
    if isinstance(answer, Refused):
        return answer
    carried = halls.act(
        site,
        day,
        "carry",
        by=reader.person,
        data={"number": number, "matter": answer.matter},
    )
    return carried if isinstance(carried, Refused) else None
