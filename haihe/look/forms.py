"""Forms generated from a procedure's fields: what to show, what was typed, and what it means.

Typed text becomes data of the kind the field asks for (a number, a day, a list of texts). What
cannot be understood is said beside its field, and everything typed is shown again: nothing is lost.
Whether the data is *allowed* is not judged here but by the kernel, whose refusal may name a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Literal, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from haihe.kernel.values import Data, Datum, Frozen
from haihe.look import typed_days
from haihe.records import files, pictures
from haihe.records.shown import Act, FormField, Refusal

TYPED_CHARACTERS_MAX = 20_000  # of one field
TEXTS_MAX = 50  # entries of a list of texts
FILES_MAX = 20  # files of one field
RADIOS_MAX = 6  # more choices than this become a drop-down list (a scale of 1 to 5 is radios too)

Sent: TypeAlias = "MultiValueDict[str, UploadedFile[bytes]]"

Keep: TypeAlias = Callable[[Iterable[bytes]], str]

# "settled" is known already: it is told, and sent along.
Widget = Literal[
    "line", "area", "number", "radios", "drop", "day", "instant", "yes_no", "files", "settled"
]

PLAIN_WIDGETS: dict[str, Widget] = {
    "text": "line",
    "long_text": "area",
    "number": "number",
    "integer": "number",
    "yes_no": "yes_no",
    "day": "day",
    "instant": "instant",
    "texts": "area",
    "files": "files",
    "organ": "line",
    "person": "line",
    "place": "line",
    "matter": "line",
}

HAPPENED_AT = "_happened_at"


class Entry(Frozen, frozen=True, kw_only=True):
    """One field as it is printed: its control, what was typed, and what was wrong with it."""

    id: str
    name: str
    label: str
    hint: str
    required: bool
    widget: Widget
    choices: tuple[tuple[str, str], ...]
    typed: str
    wrong: str
    step: str  # of a number field: "any" or "1"
    many: bool  # a list of texts, one a line
    kept: tuple[str, ...] = ()  # digests of files that already arrived
    within: tuple[str, ...] = ()  # the heading of each choice, where they have any

    @property
    def grouped(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The choices under their headings, in their order; one group without a heading else."""
        if len(self.within) != len(self.choices):
            return (("", self.choices),)
        pairs = zip(self.within, self.choices, strict=True)
        return tuple(
            (heading, tuple(choice for _, choice in some))
            for heading, some in groupby(pairs, key=lambda pair: pair[0])
        )

    @property
    def told(self) -> str:
        """The words of what is chosen."""
        return dict(self.choices).get(self.typed, self.typed)


class ActForm(Frozen, frozen=True, kw_only=True):
    """An act with its form as a page prints it; `key` lets a double click act only once."""

    act: Act
    href: str  # where the form is sent
    entries: tuple[Entry, ...]
    wrongs: tuple[Entry, ...]  # the entries that need another look
    refusal: Refusal | None  # what the rules said to the last try
    key: str
    expects: int | None  # the last event its reader saw
    tried: bool  # it was sent once and came back
    uploads: bool  # it has files to send


class Typed(Frozen, frozen=True, kw_only=True):
    """What a submitted form says: data that was understood, and by field what was not."""

    data: Data
    wrong: dict[str, str]
    kept: dict[str, tuple[str, ...]]  # files that arrived, by field, so that none is sent twice


def widget(field: FormField) -> Widget:
    """The control of a field: few choices are radio buttons, many a drop-down list.

    A person who may be left out is chosen from a list too: a radio button is never taken back.
    """
    chosen = choices(field)
    if chosen and field.type == "person" and not field.required:
        return "drop"
    if chosen:
        return "radios" if len(chosen) <= RADIOS_MAX else "drop"
    return PLAIN_WIDGETS.get(field.type, "line")


def dated(act: Act) -> Act:
    """The act with a field for when it really happened: staff may write it up later."""
    happened = FormField(
        name=HAPPENED_AT,
        label=_("实际发生时间"),
        type="instant",
        required=False,
        hint=_("现在办的不用填；补记早先发生的事才填。登记时间另外如实记下。"),
    )
    return msgspec.structs.replace(act, form=(*act.form, happened))


def printed(act: Act, href: str, *, expects: int | None = None) -> ActForm:
    """The form of an act, filled with what is known already."""
    return ActForm(
        act=act,
        href=href,
        entries=entries(act.form, form=act.id),
        wrongs=(),
        refusal=None,
        key=uuid4().hex,
        expects=expects,
        tried=False,
        uploads=_uploads(act),
    )


def printed_again(
    act: Act,
    href: str,
    post: QueryDict,
    *,
    expects: int | None,
    wrong: dict[str, str],
    kept: dict[str, tuple[str, ...]],
    refusal: Refusal | None = None,
) -> ActForm:
    """The form as it was sent, with what was wrong beside its fields; nothing typed is lost."""
    shown = entries(act.form, form=act.id, post=post, wrong=wrong, kept=kept)
    return ActForm(
        act=act,
        href=href,
        entries=shown,
        wrongs=tuple(entry for entry in shown if entry.wrong),
        refusal=refusal,
        key=uuid4().hex,
        expects=expects,
        tried=True,
        uploads=_uploads(act),
    )


def choices(field: FormField) -> tuple[tuple[str, str], ...]:
    """What may be chosen; a short scale of whole numbers is chosen from, not typed."""
    if field.choices or field.type != "integer":
        return field.choices
    if field.at_least is None or field.at_most is None:
        return ()
    scale = range(int(field.at_least), int(field.at_most) + 1)
    if len(scale) > RADIOS_MAX:
        return ()
    return tuple((str(number), str(number)) for number in scale)


def entries(
    fields: Iterable[FormField],
    *,
    form: str,
    post: QueryDict | None = None,
    wrong: dict[str, str] | None = None,
    kept: dict[str, tuple[str, ...]] | None = None,
) -> tuple[Entry, ...]:
    """The printed fields of form `form`, with what `post` typed or else what is known already."""
    wrong, kept = wrong or {}, kept or {}
    return tuple(
        Entry(
            id=f"{form}-{field.name}",
            name=field.name,
            label=field.label,
            hint=_hint(field),
            required=field.required,
            widget=widget(field),
            choices=choices(field),
            typed=field.value if post is None else post.get(field.name, ""),
            wrong=wrong.get(field.name, ""),
            step="1" if field.type == "integer" else "any",
            many=field.type == "texts",
            kept=kept.get(field.name, ()),
            within=field.within,
        )
        for field in fields
    )


def read(
    fields: Iterable[FormField],
    post: QueryDict,
    sent: Sent,
    zone: ZoneInfo,
    keep: Keep = files.keep,
) -> Typed:
    """Turn what was typed into data; empty fields are left out, required ones are asked for.

    `keep` is what keeps a file that came: as it is, or without what a picture tells (the public).
    """
    data: Data = {}
    wrong: dict[str, str] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for field in fields:
        try:
            if field.type == "files":
                kept[field.name] = _files(field, post, sent, keep)
                given: Datum = list(kept[field.name])
            else:
                given = _given(field, post.get(field.name, "").strip(), zone)
        except ValueError as error:
            wrong[field.name] = str(error)
            continue
        if given not in (None, []):
            data[field.name] = given
        elif field.required:
            wrong[field.name] = _missing(field)
    return Typed(data=data, wrong=wrong, kept=kept)


def _given(field: FormField, text: str, zone: ZoneInfo) -> Datum:
    if not text:
        return None
    if len(text) > TYPED_CHARACTERS_MAX:
        raise ValueError(
            _("“%(label)s”最多写 %(most)s 个字，请精简。")
            % {"label": field.label, "most": TYPED_CHARACTERS_MAX}
        )
    return _datum(field, text, zone)


def _files(field: FormField, post: QueryDict, sent: Sent, keep: Keep) -> tuple[str, ...]:
    """Digests of files that came now or with an earlier try of the same form."""
    earlier = [digest for digest in post.getlist(f"_kept_{field.name}") if files.kept(digest)]
    new = sent.getlist(field.name)
    if len(earlier) + len(new) > FILES_MAX:
        raise ValueError(
            _("“%(label)s”一次最多 %(most)s 个文件。") % {"label": field.label, "most": FILES_MAX}
        )
    try:
        digests = [*earlier, *(keep(upload.chunks()) for upload in new)]
    except files.FileTooLarge:
        megabytes = files.FILE_BYTES_MAX // 1024 // 1024
        raise ValueError(
            _("“%(label)s”里有文件超过 %(most)s 兆，请压缩后再传。")
            % {"label": field.label, "most": megabytes}
        ) from None
    except pictures.NotCleaned as refused:
        raise ValueError(not_cleaned(refused)) from None
    return tuple(dict.fromkeys(digests))


def not_cleaned(refused: pictures.NotCleaned) -> str:
    """Why a picture was not taken, and what to do."""
    if isinstance(refused, pictures.Damaged):
        return _("有一张照片不完整或者打不开，请重新选一次，或者再拍一张。")
    return _(
        "有一张照片的格式（HEIC、TIFF）去不掉里面的拍摄位置，所以没有收。"
        "请截屏后传截图，或者把相机格式改成“兼容性最佳”再拍。"
    )


def _uploads(act: Act) -> bool:
    return any(field.type == "files" for field in act.form)


def _hint(field: FormField) -> str:
    if field.type == "texts":
        return field.hint + _("每行写一项。")
    return field.hint


def _missing(field: FormField) -> str:
    choose = choices(field) or field.type in ("yes_no", "day", "instant", "files")
    told = _("请选择“%(label)s”。") if choose else _("请填写“%(label)s”。")
    return told % {"label": field.label}


def _datum(field: FormField, text: str, zone: ZoneInfo) -> Datum:
    """The datum a field's text stands for; ValueError says in Chinese how to write it."""
    match field.type:
        case "integer":
            return _integer(field, text)
        case "number":
            return _number(field, text)
        case "yes_no":
            return _yes_no(field, text)
        case "day":
            return _day(field, text).isoformat()
        case "instant":
            return _instant(field, text, zone).isoformat()
        case "texts":
            return _texts(field, text)
    if field.choices and text not in dict(field.choices):
        raise ValueError(_("“%(label)s”请从列出的选项里选。") % {"label": field.label})
    return text.replace("\r\n", "\n")


def _integer(field: FormField, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(_("“%(label)s”请填整数，例如 3。") % {"label": field.label}) from None


def _number(field: FormField, text: str) -> float:
    try:
        number = float(text.replace(",", "").replace(",", ""))
    except ValueError:
        raise ValueError(
            _("“%(label)s”请填数字，例如 1200.50。") % {"label": field.label}
        ) from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(_("“%(label)s”请填数字，例如 1200.50。") % {"label": field.label})
    return number


def _yes_no(field: FormField, text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(_("“%(label)s”请选“是”或“否”。") % {"label": field.label})
    return text == "yes"


def _day(field: FormField, text: str) -> date:
    found = typed_days.day(text)
    if found is None:
        raise ValueError(_("“%(label)s”请填日期，例如 2026-09-01。") % {"label": field.label})
    return found


def _instant(field: FormField, text: str, zone: ZoneInfo) -> datetime:
    found = typed_days.moment(text, zone)
    if found is None:
        raise ValueError(
            _("“%(label)s”请按“年-月-日 时:分”填，例如 2026-09-01 08:10。") % {"label": field.label}
        )
    return found


def _texts(field: FormField, text: str) -> list[str]:
    texts = [line.strip() for line in text.splitlines() if line.strip()]
    if len(texts) > TEXTS_MAX:
        raise ValueError(
            _("“%(label)s”最多 %(most)s 项。") % {"label": field.label, "most": TEXTS_MAX}
        )
    return texts
