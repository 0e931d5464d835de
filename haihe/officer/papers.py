"""Pages of the papers that a matter's steps issue: to print, to issue once, to take as .docx."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haihe.kernel.values import Actor, Command, Refused
from haihe.look.staff import staff_page
from haihe.officer.views import HANDLE, ISSUE, NEED_MAX, PURPOSES
from haihe.records import files, read, write
from haihe.records.shown import Paper, Reader, Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Asked(NamedTuple):
    """For which purpose a paper is read, and why personal values are needed, if they are."""

    purpose: str
    need: str

    def query(self) -> str:
        """Both as they go on from page to page of one matter."""
        return urlencode({"purpose": self.purpose} | ({"need": self.need} if self.need else {}))


@require_safe
@staff_page
def page(request: HttpRequest, reader: Reader, matter: str, step: int, paper: str) -> HttpResponse:
    """The paper as this reader may see it, ready to print."""
    asked = _asked(request)
    found = _found(read.paper(matter, step, paper, reader, asked.purpose, need=asked.need))
    return _printed(request, reader, matter, asked, found)


@require_safe
@staff_page
def docx(request: HttpRequest, reader: Reader, matter: str, step: int, paper: str) -> HttpResponse:
    """The file that was issued, for who sees every field of it in clear."""
    asked = _asked(request)
    found = _found(
        read.paper(matter, step, paper, reader, asked.purpose, need=asked.need, sort="download")
    )
    if found.row.draft:
        raise Http404
    if not found.row.clear:
        raise PermissionDenied(_("文书里有您这次不能看的个人信息，请看遮盖后的打印页。"))
    try:
        content = files.load(found.row.digest)
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = f"attachment; filename={paper}-{found.row.digest[:12]}.docx"
    return response


@require_POST
@staff_page
def issue(request: HttpRequest, reader: Reader, matter: str, step: int, paper: str) -> HttpResponse:
    """Keep the file and note its digest in the journal; a second click changes nothing."""
    now, asked = timezone.now(), _asked(request)
    opened = read.open_file(matter, reader, asked.purpose, now, need=asked.need)
    found = _found(read.paper(matter, step, paper, reader, asked.purpose, now, need=asked.need))
    if isinstance(opened, Refusal):
        raise PermissionDenied(opened.says)
    back = f"{reverse('officer:file', args=[matter])}?{asked.query()}"
    if found.row.draft:
        raise PermissionDenied(_("这一步还没有办，文书要等办了以后才能出具。"))
    if found.row.issued:
        return redirect(f"{back}#papers-head")
    act = next((one for one in opened.acts if one.id == ISSUE), None)
    if act is None or act.refusal is not None or not found.row.clear:
        raise PermissionDenied(_("这份文书不由您出具，请由承办单位或者办理那一步的单位出具。"))
    command = Command(
        key=f"{reader.person}:issue:{matter}:{step}:{paper}:{opened.seq}",
        act=act.id,
        actor=Actor(person=reader.person, role=act.role, organ=reader.organ),
        matter=matter,
        data={"paper": found.row.name, "digest": files.keep([found.file]), "step": step},
        expects=opened.seq,
    )
    answer = write.submit(command, now=now)
    if isinstance(answer, Refused):
        return _printed(request, reader, matter, asked, found, read.refusal(answer))
    return redirect(f"{back}&done={answer.seq}#papers-head")


def _asked(request: HttpRequest) -> Asked:
    purpose = request.GET.get("purpose", "") or HANDLE
    if purpose not in PURPOSES:
        raise Http404
    return Asked(purpose, request.GET.get("need", "")[:NEED_MAX])


def _found(paper: Paper | Refusal | None) -> Paper:
    if paper is None or (isinstance(paper, Refusal) and paper.reason == "unknown_matter"):
        raise Http404
    if isinstance(paper, Refusal):
        raise PermissionDenied(paper.says)
    return paper


def _printed(
    request: HttpRequest,
    reader: Reader,
    matter: str,
    asked: Asked,
    paper: Paper,
    refusal: Refusal | None = None,
) -> HttpResponse:
    values = {
        "reader": reader,
        "here": "",
        "matter": matter,
        "asked": asked.query(),
        "paper": paper,
        "refusal": refusal,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "officer/paper.html", values, status=status)
