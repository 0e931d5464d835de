"""Pages in English: what the rules say is told in it, what stays Chinese is marked as Chinese.

This is the one place where the rules' words are translated, on the way out of the program: so
nothing that is stored, compared, signed or exported can be touched by it, no page has to think of
it, and a page in Chinese is not looked at. What stands in an element marked as Chinese (a paper,
what people wrote) stays as it is; a screen reader reads the rest with the right voice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from haihe.look import tongue
from haihe.look.rule_words import HAN
from haihe.look.words import LANGUAGE

CHINESE: Final = 'lang="zh-Hans"'
_PIECES: Final = re.compile(
    r"(<!--.*?-->|<(?:script|style|textarea)\b.*?</(?:script|style|textarea)>"
    r"""|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL | re.IGNORECASE,
)
_OPENS: Final = re.compile(r"<([a-zA-Z][\w-]*)")
_MARKED: Final = re.compile(r"""\slang=["']?zh""")
_HAS_LANGUAGE: Final = re.compile(r"\slang=")
_SPOKEN: Final = re.compile(
    r"""(\s(?:aria-label|title|alt|placeholder|label|data-name|aria-description|data-[\w-]*))="([^"]*)\""""
)
_SUBMITS: Final = re.compile(r"\svalue(?:=|[\s>])")
VOID: Final = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr", "path", "circle", "rect", "line", "use", "polygon", "polyline"),
        *("ellipse", "stop"),
    }
)
_NO_SPAN: Final = frozenset(("option", "title", "text", "tspan", "optgroup"))
_MARKS: Final = "，。；：！？、（）《》“”〔〕·—…"  # Chinese: marks of the language itself
_CHINESE_MARKS: Final = {"(": "（", ")": "）", ",": "、", ";": "；", ":": "："}  # Chinese: marks
_ENGLISH_MARKS: Final = re.compile(r" \((?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?:\)|[,;:] )")
_CHARACTER: Final = rf"[\u3400-\u9fff{_MARKS}]"
# A stretch of Chinese in other text: characters and marks, with figures and letters grown into it.
_GROWN: Final = (
    rf"(?:{_CHARACTER}|[A-Za-z0-9_.%/:+-]+(?={_CHARACTER})"
    rf"| (?=[\u3400-\u9fff]|\d\d:\d\d)|(?<= )\d\d:\d\d(?::\d\d)?|\d+)*"
)
_RUN: Final = re.compile(
    rf"[《“（〔]?(?:\d[\d.,:]* ?)?[\u3400-\u9fff]{_GROWN}"  # Chinese: marks that open
)
_NAME: Final = re.compile(
    r"[《“]?[\u3400-\u9fff]"  # Chinese: marks that open
    r"(?:[\u3400-\u9fff《》“”（）·]|[A-Za-z0-9]+(?=[\u3400-\u9fff）》”]))*"  # Chinese: marks
)


def told_to_reader(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page whose reader chose English leaves in English."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            translation.get_language() == LANGUAGE
            and not response.streaming
            and response.headers.get("Content-Type", "").startswith("text/html")
        ):
            page = response.content.decode(response.charset or "utf-8")
            if HAN.search(page):
                response.content = told(page).encode(response.charset or "utf-8")
                if "Content-Length" in response.headers:
                    response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer


def told(page: str, words: tongue.Tongue | None = None) -> str:
    """A page, or a part of one, with the rules' words in English and the rest of Chinese marked."""
    return "".join(_told(_PIECES.split(page), words or tongue.english()))


def said(text: str, words: tongue.Tongue | None = None) -> str:
    """One text in the language its reader chose: for an answer that is data and no page."""
    if translation.get_language() != LANGUAGE or not HAN.search(text):
        return text
    return "".join(one for one, _ in _said(text, words or tongue.english()))


def _told(pieces: list[str], words: tongue.Tongue) -> Iterator[str]:
    """Text stands at even places, tags and what is no text (scripts, comments) at odd ones."""
    apart, deep = "", 0  # the element marked as Chinese that we are in, and how often it is open
    for number, piece in enumerate(pieces):
        if number % 2:
            opens = _OPENS.match(piece)
            name = opens[1].lower() if opens else ""
            if apart:
                deep += (name == apart and name not in VOID) - piece.startswith(f"</{apart}>")
                apart = apart if deep else ""
                yield piece
                continue
            if _MARKED.search(piece) and name not in ("", *VOID):
                apart, deep = name, 1
                yield piece
                continue
            after = pieces[number + 1] if number + 1 < len(pieces) else ""
            whole = bool(name) and number + 2 < len(pieces) and pieces[number + 2].startswith("</")
            yield _tag(piece, name, after if whole else "", words)
        elif apart or not HAN.search(piece):
            yield piece
        else:
            before = pieces[number - 1] if number else ""
            opened = _OPENS.match(before)
            alone = (
                opened is not None
                and number + 1 < len(pieces)
                and pieces[number + 1].startswith("</")
            )
            name = opened[1].lower() if opened else ""
            alone = alone and name not in VOID
            yield _text(piece, words, marked=alone, spans=name not in _NO_SPAN)


def _tag(tag: str, name: str, inside: str, words: tongue.Tongue) -> str:
    """A tag with its spoken attributes told; marked where all it holds stays Chinese."""
    if HAN.search(tag):
        tag = _SPOKEN.sub(lambda one: f'{one[1]}="{_plain(one[2], words)}"', tag)
    if name in ("", *VOID) or not HAN.search(inside):
        return tag
    if name == "option" and not _SUBMITS.search(tag):
        tag = f'{tag[:-1]} value="{escape(unescape(inside.strip()))}">'
    stays = [one for _, one in _said(unescape(inside.strip()), words)]
    if not _HAS_LANGUAGE.search(tag) and (all(stays) or (any(stays) and name in _NO_SPAN)):
        return f"{tag[:-1]} {CHINESE}>"
    return tag


def _plain(text: str, words: tongue.Tongue) -> str:
    """Escaped text told, without marks: for attributes."""
    if not HAN.search(text):
        return text
    return "".join(escape(one) for one, _ in _said(unescape(text), words))


def _text(text: str, words: tongue.Tongue, *, marked: bool, spans: bool) -> str:
    """Text between tags told; what stays Chinese in a span, unless its element is marked for it."""
    lead = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :]
    said = list(_said(unescape(text.strip()), words))
    if marked and all(stays for _, stays in said):
        return text
    told = "".join(
        f"<span {CHINESE}>{escape(one)}</span>" if stays and spans else escape(one)
        for one, stays in said
    )
    return f"{lead}{told}{tail}"


def _with_chinese_marks(text: str) -> str:
    """Chinese parts that a sentence in English put marks between, as one Chinese text again."""
    return _ENGLISH_MARKS.sub(lambda one: _CHINESE_MARKS[one[0].strip()], text)


def _said(text: str, words: tongue.Tongue) -> Iterator[tuple[str, bool]]:
    """The text in parts, with whether each stays Chinese."""
    plain = " ".join(text.split())
    whole = words.told(plain)
    if whole is None and not re.search(r"[A-Za-z]", plain):
        whole = words.told(_with_chinese_marks(plain))
        if whole is None:
            yield text, True
            return
    if whole is not None and not HAN.search(whole):
        yield whole, False
        return
    at = 0
    source = whole if whole is not None else plain
    for run in (_RUN if whole is None else _NAME).finditer(source):
        if run.start() > at:
            yield source[at : run.start()], False
        told = words.told(run[0]) if whole is None else None
        yield (run[0], True) if told is None or HAN.search(told) else (told, False)
        at = run.end()
    if at < len(source):
        yield source[at:], False
