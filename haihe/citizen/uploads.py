"""Photos sent in pieces by static/citizen/upload.js: a cut line loses one piece, not the photo."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from haihe.identity.addresses import address_of
from haihe.look import forms
from haihe.records import files, pictures, uploads

DIGITS_MAX = 12


@require_http_methods(["POST"])
def begin(request: HttpRequest) -> JsonResponse:
    """Begin a file of `size` bytes: the name under which its pieces come."""
    size = _whole(request.POST.get("size", ""))
    try:
        id = uploads.begin(size or 0, address_of(request), timezone.now())
    except files.FileTooLarge:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large())
    except uploads.TooMany:
        says = gettext("现在传的文件太多了，请过一会儿再传；急的先提交文字，照片以后补。")
        return _refused(HTTPStatus.TOO_MANY_REQUESTS, says)
    except ValueError:
        return _refused(HTTPStatus.BAD_REQUEST, gettext("这个文件是空的，请重新选。"))
    told = {"id": id, "at": 0, "piece": uploads.PIECE_BYTES}
    return JsonResponse(told, status=HTTPStatus.CREATED)


@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: HttpRequest, id: str) -> JsonResponse:
    """How far a file is (GET); its next piece from byte `at` on (POST)."""
    try:
        if request.method != "POST":
            return _standing(uploads.standing(id))
        return _standing(uploads.add(id, _whole(request.GET.get("at", "")) or 0, _body(request)))
    except uploads.NoUpload:
        return _refused(HTTPStatus.NOT_FOUND, gettext("这次上传已经过期，请重新选照片。"))
    except uploads.Elsewhere as elsewhere:
        return JsonResponse({"at": elsewhere.at}, status=HTTPStatus.CONFLICT)
    except files.FileTooLarge:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large())
    except pictures.NotCleaned as refused:
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, forms.not_cleaned(refused))


def _body(request: HttpRequest) -> bytes:
    """The piece, if all of it came; a cut one counts as none, so its sender begins it anew."""
    try:
        body = request.body
    except UnreadablePostError:
        return b""
    whole = request.META.get("CONTENT_LENGTH") in (None, "", str(len(body)))
    return body if whole else b""


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else None


def _standing(now: uploads.Standing) -> JsonResponse:
    return JsonResponse({"at": now.at, "size": now.size, "digest": now.digest})


def _refused(status: HTTPStatus, says: str) -> JsonResponse:
    return JsonResponse({"says": says}, status=status)


def _too_large() -> str:
    megabytes = files.FILE_BYTES_MAX // 1024 // 1024
    return gettext("一个文件最多 %(most)s 兆，请压缩后再传。") % {"most": megabytes}
