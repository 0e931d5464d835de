"""What a step would come to, before it is taken or proposed: its conditions and its papers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, QueryDict

from haihe.kernel.approval import values_of
from haihe.kernel.values import Data
from haihe.look import acting, forms
from haihe.records import read
from haihe.records.shown import Act, File, Foretold, Reader

SEEK: Final = "seek_approval"
LOOK: Final = "_preview"  # the name of the button that shows the papers and does nothing else


def of_typed(
    request: HttpRequest, act: Act, href: str, file: File, reader: Reader, purpose: str, need: str
) -> tuple[forms.ActForm, Foretold | None]:
    """The form as it was sent, nothing of it carried out, and what it would come to."""
    post = request.POST
    typed = forms.read(act.form, post, request.FILES, acting.zone())
    form = forms.printed_again(
        act, href, post, expects=file.seq, wrong=typed.wrong, kept=typed.kept
    )
    typed.data.pop(forms.HAPPENED_AT, None)
    given = values_of(typed.data) if act.id == SEEK else typed.data
    return form, _foretold(act, file, post, reader, purpose, need, given)


def of_known(
    act: Act, file: File, asked: QueryDict, reader: Reader, purpose: str, need: str
) -> Foretold | None:
    """What an act that is to be proposed needs, while its form is empty; None for any other."""
    return _foretold(act, file, asked, reader, purpose, need, None) if act.id == SEEK else None


def may_be_looked_at(act: Act, file: File, asked: QueryDict) -> bool:
    """Whether the act issues papers that can be shown before."""
    about = _about(act, file, asked)
    return about is not None and bool(about.papers)


def status(form: forms.ActForm) -> HTTPStatus:
    """Of a page that shows what was typed: it was well understood, or not."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.wrongs else HTTPStatus.OK


def _foretold(
    act: Act,
    file: File,
    asked: QueryDict,
    reader: Reader,
    purpose: str,
    need: str,
    given: Data | None,
) -> Foretold | None:
    about = _about(act, file, asked)
    if about is None:
        return None
    return read.foretell(file.matter, reader, purpose, (about.id, about.role), given, need=need)


def _about(act: Act, file: File, asked: QueryDict) -> Act | None:
    """The act whose papers are meant: that which is proposed, or the act itself."""
    if act.id != SEEK:
        return act
    return next((one for one in file.acts if one.id == asked.get("for_act")), None)
