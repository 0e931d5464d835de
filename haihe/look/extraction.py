"""Find the words of the interface in templates and in Python, and those that nobody marked.

A word is marked by `{% translate %}`, `{% blocktranslate %}`, `_("…")` in a template, and by
gettext and its kin in Python. Chinese outside of them is an oversight, unless its line ends with
`# Chinese: <why it stays>`: what is stored, or compared, stays as it is in every language.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # full-width marks too
STAYS = re.compile(r"# Chinese: \S")
_IN_TAG = re.compile(r"""_\((?:"([^"]*)"|'([^']*)')\)""")
_ENDS = ("endblocktranslate", "endblocktrans")

# How many of the first arguments are words, and whether a context stands before them.
CALLS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (1, True),
    "pgettext_lazy": (1, True),
    "npgettext": (2, True),
    "npgettext_lazy": (2, True),
}


class Said(NamedTuple):
    """One piece of text to translate; `plural` is "" where there is only one form."""

    text: str
    plural: str
    context: str
    file: str


class Unmarked(NamedTuple):
    """Chinese that no language but Chinese would ever show."""

    file: str
    line: int
    text: str


def in_template(source: str, file: str) -> Iterator[Said | Unmarked]:
    """What a template says, marked or not."""
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        word = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        block = token.token_type == TokenType.BLOCK
        if block and word == "comment":
            _until(tokens, ("endcomment",))
        elif block and word in ("blocktranslate", "blocktrans"):
            yield from _elsewhere(token, file)
            yield _block(token, _until(tokens, _ENDS), file)
        elif block and word in ("translate", "trans"):
            yield _single(token, file)
        elif token.token_type != TokenType.COMMENT:
            inside = token.token_type != TokenType.TEXT
            yield from _elsewhere(token, file) if inside else _text(token, file)


def _until(tokens: Iterator[Token], ends: tuple[str, ...]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.strip() in ends:
            break
        found.append(token)
    return found


def _block(opening: Token, inside: list[Token], file: str) -> Said:
    forms: list[str] = [""]
    for token in inside:
        if token.token_type == TokenType.TEXT:
            forms[-1] += token.contents.replace("%", "%%")
        elif token.token_type == TokenType.VAR:
            forms[-1] += f"%({token.contents})s"
        elif token.contents.strip() == "plural":
            forms.append("")
    if "trimmed" in opening.contents.split():
        forms = [trim_whitespace(form) for form in forms]
    return Said(forms[0], forms[1] if len(forms) > 1 else "", _context(opening), file)


def _single(token: Token, file: str) -> Said:
    literal = list(smart_split(token.contents))[1]
    text = literal[1:].rsplit(literal[0], 1)[0]
    return Said(text.replace("%", "%%"), "", _context(token), file)


def _context(token: Token) -> str:
    bits = list(smart_split(token.contents))
    return bits[bits.index("context") + 1].strip("\"'") if "context" in bits else ""


def _elsewhere(token: Token, file: str) -> Iterator[Said | Unmarked]:
    """`_("…")` inside other tags; Chinese beside it is not marked."""
    for found in _IN_TAG.finditer(token.contents):
        yield Said((found[1] or found[2] or "").replace("%", "%%"), "", "", file)
    if CHINESE.search(_IN_TAG.sub("", token.contents)):
        yield Unmarked(file, token.lineno or 0, token.contents)


def _text(token: Token, file: str) -> Iterator[Unmarked]:
    for number, line in enumerate(token.contents.splitlines(), token.lineno or 0):
        if CHINESE.search(line):
            yield Unmarked(file, number, line.strip())


def in_python(source: str, file: str) -> Iterator[Said | Unmarked]:
    """What a module says, marked or not; docstrings and comments speak to its readers."""
    tree = ast.parse(source)
    lines = source.splitlines()
    passed = {id(one) for one in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (said := _called(node, file)):
            yield said
            passed |= {id(one) for argument in node.args for one in ast.walk(argument)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in passed:
            continue
        where = lines[node.lineno - 1 : node.end_lineno]
        if (
            isinstance(node.value, str)
            and CHINESE.search(node.value)
            and not any(map(STAYS.search, where))
        ):
            yield Unmarked(file, node.lineno, node.value)


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _called(node: ast.Call, file: str) -> Said | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in CALLS:
        return None
    count, has_context = CALLS[name]
    words = [one.value for one in node.args if isinstance(one, ast.Constant)]
    texts = [str(one) for one in words[: count + has_context]]
    if len(texts) < count + has_context:
        return None
    context = texts.pop(0) if has_context else ""
    return Said(texts[0], texts[1] if count == 2 else "", context, file)


def of_package(folder: Path) -> list[Said | Unmarked]:
    """Everything that one package says, file by file in the order of their names."""
    found: list[Said | Unmarked] = []
    root = folder.parents[1]
    for path in sorted([*folder.rglob("*.py"), *folder.glob("templates/**/*.html")]):
        read = in_python if path.suffix == ".py" else in_template
        name = path.relative_to(root).as_posix()
        found += read(path.read_text(encoding="utf-8"), name)
    return found
