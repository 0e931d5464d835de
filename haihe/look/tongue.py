"""Tells a text of the rules, made in Chinese, in the language of the reader: whole or not at all.

Names, conditions, reasons and refusals come from the pack and the kernel as Chinese text, also out
of the journal, where they stand since they were written. What is known word for word has its
English (haihe/look/rules); what was made from a template (`“{name}”还没有届满`) is matched against
it and its values are told in turn; dates, lengths and lists are told by their form. Anything else
(what people wrote, names of persons, places and bodies, titles of laws) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from gettext import GNUTranslations
from typing import Final, NamedTuple

from django.utils.translation import gettext

from haihe.look.conditions import condition
from haihe.look.moments import is_form, moment, with_days
from haihe.look.rule_catalogues import compiled
from haihe.look.rule_words import HAN

TEXT_MAX: Final = 2_000  # characters; no sentence of the rules is longer
DEPTH_MAX: Final = 6
KEPT_MAX: Final = 20_000  # texts of the rules that one process remembers, never anybody's own
PERSON_MAX: Final = 6  # characters of a name of a person
FIXED_MIN: Final = 4  # Chinese characters that make a template speak for itself
_HOLE: Final = re.compile(r"\{(\w*)\}")
_HOLES: Final = re.compile(r"((?:\{\w*\})+)")
_STOPS: Final = dict(
    zip(
        "。；！？：，、（）　〔〕",  # Chinese: marks of the language itself
        (". ", "; ", "! ", "? ", ": ", ", ", ", ", " (", ") ", " ", "[", "]"),
        strict=True,
    )
)
_OPENING: Final = "（《“〔"  # Chinese: marks of the language itself
_CLOSING: Final = "）》”〕"  # Chinese: marks of the language itself
# What a text is cut at, the widest first; every part must be told, or be a name that is kept.
_CUTS: Final = ("。；！？;", "·—→", "：:", "，,", "、", "/", " ")  # Chinese: marks of the language
_GROWN_ON: Final = "。；，"  # Chinese: marks that belong to a template now and then
_IN_BRACKETS: Final = re.compile(
    r"(?P<before>[^（）]*)（(?P<inside>[^（）]+)）(?P<behind>[^（）]*)"  # Chinese: marks of it
)
_IN_QUOTES: Final = re.compile(r"“(?P<inside>[^“”]+)”")
_ARTICLES: Final = re.compile(
    r"(?P<law>《[^《》]+》|[^第，；、]+)第(?P<article>\d+)条"  # Chinese: how laws are cited
    r"(?P<more>之[一二三四五])?"  # Chinese: how laws are cited
    r"(?:第(?P<part>\d+)款)?(?:第(?P<item>\d+)项)?"  # Chinese: how laws are cited
)
_NUMBERS: Final = "一二三四五"  # Chinese: how an inserted article is numbered
_OWN_RULE: Final = re.compile(r"(?P<law>[^“”，、；]+)“(?P<rule>[^“”]+)”")  # Chinese: a rule by name
_NOTICE: Final = re.compile(r"国办发(?:明电)?〔(\d{4})〕(\d+)号")  # Chinese: how notices are cited
# `~{name}` in English stands inside a sentence: what is told there does not begin with a capital.
_FILLED: Final = re.compile(r"(~?)\{(\w*)\}")
_CAPITAL: Final = re.compile(r"(?:^|(?<=, ))[A-Z](?=[a-z]+\b)")


class Template(NamedTuple):
    """A text with holes as a pattern, the names of each hole, and its English with the same."""

    parts: tuple[str, ...]  # what stands between the holes
    pattern: re.Pattern[str]
    holes: tuple[tuple[str, ...], ...]  # holes right beside each other count as one
    english: str
    fixed: int  # Chinese characters between the holes


class Templates:
    """All texts with holes, found by two neighbouring characters that stand in them."""

    def __init__(self, english: Mapping[str, str]) -> None:
        found = [made for text, told in english.items() if (made := _template(text, told))]
        times: dict[str, int] = {}
        for _, fixed in found:
            for pair in {pair for one in fixed for pair in _pairs(one)}:
                times[pair] = times.get(pair, 0) + 1
        self._by_pair: dict[str, list[Template]] = {}
        for template, fixed in found:
            pairs = sorted({pair for one in fixed for pair in _pairs(one)}, key=times.__getitem__)
            self._by_pair.setdefault(pairs[0] if pairs else "", []).append(template)
        for listed in self._by_pair.values():
            listed.sort(key=lambda one: -one.fixed)

    def like(self, text: str) -> Iterable[Template]:
        """Templates this text may have been made from, those that say most first."""
        found = [
            one
            for pair in {"", *_pairs(text)}
            for one in self._by_pair.get(pair, ())
            if all(part in text for part in one.parts)
        ]
        return sorted(found, key=lambda one: (-one.fixed, one.parts))


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def _template(text: str, told: str) -> tuple[Template, list[str]] | None:
    cut = _HOLES.split(text)
    fixed, holes = cut[::2], [tuple(_HOLE.findall(one)) for one in cut[1::2]]
    said = sum(len(HAN.findall(one)) for one in fixed)
    if not holes or is_form("".join(fixed)):  # days and lengths are told by their form
        return None
    pattern = re.compile("(.*?)".join(map(re.escape, fixed)), re.DOTALL)
    parts = tuple(filter(None, fixed))
    return Template(parts, pattern, tuple(holes), told, said), fixed


class Tongue:
    """English for what the rules say. `is_name` knows names that stay as they are; `said` gives
    what a page says in English already, or the text itself."""

    def __init__(
        self,
        english: Mapping[str, str],
        is_name: Callable[[str], bool],
        said: Callable[[str], str] = str,
    ) -> None:
        self._said = said
        self._english = {text: told for text, told in english.items() if told}
        self._templates = Templates(self._english)
        self._is_name = is_name
        self._remembered: dict[str, str] = {}
        self._unknown: set[int] = set()  # salted hashes: texts of people are not kept themselves

    def told(self, text: str) -> str | None:
        """The text in English, names of bodies and laws within it as they are; None: not known."""
        known = self._remembered.get(text)
        if known is not None:
            return known
        if len(text) > TEXT_MAX or hash(text) in self._unknown:
            return None
        found = self._whole(text.strip(), DEPTH_MAX)
        if found is None:
            if len(self._unknown) >= KEPT_MAX:
                self._unknown.clear()
            self._unknown.add(hash(text))
        return found

    def _whole(self, text: str, depth: int) -> str | None:
        if not HAN.search(text):
            return _stops(text)
        if not HAN.search(dated := with_days(text)):
            return dated
        exact = self._english.get(text)
        if exact is None and (said := self._said(text)) != text:
            exact = said
        if exact is not None and not _HOLE.search(exact):
            return exact
        known = self._remembered.get(text)
        if known is not None or depth == 0 or hash((text, depth)) in self._unknown:
            return known
        found = (
            moment(text)
            or condition(text, lambda one: self._value(one, depth - 1))
            or self._made(text, depth - 1)
            or self._parts(text, depth - 1)
        )
        if found is None:
            self._unknown.add(hash((text, depth)))
        elif not HAN.search(found) and len(self._remembered) < KEPT_MAX:
            self._remembered[text] = found
        return found

    def _value(self, text: str, depth: int) -> str | None:
        """A part of a text: told, or a name that stays; None: something people wrote."""
        told = self._whole(text, depth) if text else ""
        if told is not None:
            return told
        return text if self.stays(text) else None

    def stays(self, text: str) -> bool:
        """Whether this is a name that has no English: of a body, a place, a law."""
        return self._is_name(text.strip("《》 "))  # Chinese: marks of a title

    def _made(self, text: str, depth: int) -> str | None:
        for template in self._templates.like(text):
            match = template.pattern.fullmatch(text)
            if match is None:
                continue
            values: dict[str, str] = {}
            known = True
            for names, value in zip(template.holes, match.groups(), strict=True):
                told = self._shared_out(value, len(names), depth)
                known = known and told is not None and self._settled(told)
                values |= dict(zip(names, told or ("", value)[-len(names) :], strict=False))
            if known or template.fixed >= FIXED_MIN:
                return _filled(template.english, values)
        return None

    def _settled(self, told: tuple[str, ...]) -> bool:
        """Whether nothing in these values is Chinese but names that stay."""
        return all(not HAN.search(one) or self.stays(one) for one in told)

    def _shared_out(self, text: str, holes: int, depth: int) -> tuple[str, ...] | None:
        """What stands in a hole, told; in two beside each other, cut where both can be told."""
        whole = self._value(text, depth)
        if whole is not None and (holes == 1 or not HAN.search(whole)):
            return (whole, *("",) * (holes - 1))
        for at in range(len(text) - 1, 0, -1) if holes > 1 else ():
            behind = self._value(text[at:], depth)
            before = self._value(text[:at], depth) if behind is not None else None
            if before is not None and behind is not None:
                return before, behind
        return None

    def _parts(self, text: str, depth: int) -> str | None:
        cited = self._cited(text, depth)
        if cited is not None:
            return cited
        for cut in _CUTS:
            parts = _outside(text, cut)
            told = self._cut(parts, depth) if parts and parts[0][1] else None
            if told is not None:
                return told if told != text else None
        return self._inside(text, depth)

    def _cited(self, text: str, depth: int) -> str | None:
        """An article of a law, a rule of our own by its name, a notice by its number."""
        notice = _NOTICE.fullmatch(text)
        if notice is not None:
            return f"Notice of the State Council Office [{notice[1]}] no. {notice[2]}"
        article = _ARTICLES.fullmatch(text)
        if article is not None:
            law = self._law(article["law"], depth)
            return _article(law, article) if law else None
        own = _OWN_RULE.fullmatch(text)
        if own is not None:
            law, rule = self._law(own["law"], depth), self._whole(own["rule"], depth)
            return f"{law} “{rule}”" if law and rule else None
        return None

    def _law(self, title: str, depth: int) -> str | None:
        """A law by its English title, or by its own where it has none; None: it is no law."""
        told = self._whole(title.strip("《》"), depth)  # Chinese: marks of a title
        return told or (title if self.stays(title) else None)

    def _cut(self, parts: list[tuple[str, str]], depth: int) -> str | None:
        """Parts with the marks behind them; each is told or a name, but for facts beside a dot.

        A template may have its mark at its end or its beginning: `。` of a sentence, `；该日是…`.
        """
        loose = any(mark == "·" for _, mark in parts)  # Chinese: a dot between facts
        told, known = "", False
        for at, (part, mark) in enumerate(parts):
            plain = part.strip()
            one, behind = self._value(plain, depth), _mark(mark)
            if one is None and mark in _GROWN_ON and mark:
                one = self._whole(plain + mark, depth) if plain else None
                behind = " " if one else behind
            led = parts[at - 1][1] if at else ""
            if (
                one is None
                and led in _GROWN_ON
                and led
                and (one := self._whole(led + plain, depth))
            ):
                told = told[: -len(_mark(led))]
            known = known or one is not None
            if one is None and not loose:
                return None
            told += f"{plain if one is None else one}{behind}"
        return told.strip() if known else None

    def _inside(self, text: str, depth: int) -> str | None:
        """`a（b）c` and `“a”`: what stands in brackets is told by itself."""
        quoted = _IN_QUOTES.fullmatch(text)
        if quoted is not None:
            told = self._value(quoted["inside"], depth)
            return told and f"“{told}”"
        match = _IN_BRACKETS.fullmatch(text)
        if match is None:
            return None
        before, inside, behind = (
            self._value(match[one].strip(), depth) for one in ("before", "inside", "behind")
        )
        bracketed = "（" + match["inside"] + "）"  # Chinese: marks of the language itself
        if inside is None and (whole := self._whole(bracketed, depth)):
            inside = whole.strip(" ()")
        if before is None and inside is not None and len(match["before"]) <= PERSON_MAX:
            before = match["before"]  # somebody's name, with the role in brackets
        if before is None or inside is None or behind is None:
            return None
        return f"{before} ({inside}) {behind}".strip()


def _outside(text: str, cut: str) -> list[tuple[str, str]]:
    """The parts between these marks, each with the mark behind it; brackets are not cut open.

    A mark between two figures belongs to them: 08:10, 1,200.
    """
    found, part, deep = [], "", 0
    for at, character in enumerate(text):
        deep += (character in _OPENING) - (character in _CLOSING)
        figures = text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal()
        if character in cut and deep <= 0 and not figures:
            found.append((part, character))
            part = ""
        else:
            part += character
    return [*found, (part, "")] if part.strip() else found


def _mark(mark: str) -> str:
    """A mark between two parts as English writes it."""
    if mark and mark in "·—→/":
        return f" {mark} "
    return f"{mark} " if mark in (";", ":", ",") else _STOPS.get(mark, mark)


def _stops(text: str) -> str:
    """Text without Chinese words, its marks as English writes them."""
    return "".join(_STOPS.get(one, one) for one in text).strip() if text else ""


def _article(law: str, found: re.Match[str]) -> str:
    more = f"-{_NUMBERS.index(found['more'][1]) + 1}" if found["more"] else ""
    part = f"({found['part']})" if found["part"] else ""
    item = f" item {found['item']}" if found["item"] else ""
    return f"{law} art. {found['article']}{more}{part}{item}"


@cache
def english() -> Tongue:
    """What this process tells rules with; read once."""
    from haihe.look.names import is_name

    return Tongue(rule_words(), lru_cache(maxsize=4_096)(is_name), gettext)


def rule_words() -> dict[str, str]:
    """Text -> English of everything the rules say."""
    path = compiled()
    if path is None:
        return {}
    with path.open("rb") as file:
        catalogue = GNUTranslations(file)
    told: Mapping[str, str] = vars(catalogue)["_catalog"]
    return {text: english for text, english in told.items() if text}


def _filled(english: str, values: dict[str, str]) -> str:
    def value(hole: re.Match[str]) -> str:
        told = values.get(hole[2], "")
        return _small(told) if hole[1] else told

    return _FILLED.sub(value, english)


def _small(told: str) -> str:
    """Inside a sentence: no capital at the beginning, nor behind a comma."""
    return _CAPITAL.sub(lambda one: one[0].lower(), told)
