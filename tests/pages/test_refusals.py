"""Refusals are written for people: every one has a way out, and no word of a machine in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from haihe.kernel.needs import attempt, refusal_of
from haihe.kernel.values import Actor
from haihe.look import errors
from haihe.pack import load_pack
from haihe.records import write
from haihe.records.answers import unusable
from haihe.records.read import refusal
from tests.own_settings import own_settings

ROOT = Path(__file__).resolve().parents[2] / "haihe"
PLACES = ("kernel", "records", "queueing", "hall", "citizen", "officer", "apply", "center")
REFUSING = {"Refused", "Refusal", "_refused", "_no", "unusable", "_refusal", "Wrong", "_unfit"}
HAN = re.compile("[\u4e00-\u9fff]")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(\+08:00)?)?")
PUT_IN = re.compile(r"%\(\w+\)[sd]")
FOREIGN = re.compile(r"[A-Za-z]{2,}|[A-Za-z0-9]+_[A-Za-z0-9_]+")


def said(node: ast.AST) -> str:
    """The constant text of an expression; what a program puts in is left out."""
    if isinstance(node, ast.FormattedValue | ast.Subscript | ast.Dict):
        return ""
    if isinstance(node, ast.Constant):
        return PUT_IN.sub("", node.value) if isinstance(node.value, str) else ""
    return "".join(said(one) for one in ast.iter_child_nodes(node))


def refusing() -> Iterator[tuple[str, ast.Call]]:
    """Every call that makes a refusal, with where it stands."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if name in REFUSING:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_refusal_of_the_program_has_a_way_out_and_no_foreign_word() -> None:
    found = list(refusing())
    assert len(found) > 150
    for where, call in found:
        named = {one.arg: one.value for one in call.keywords}
        if "says" in named:
            way = named.get("instead")
            assert way is not None, f"{where}: no way out"
            assert not isinstance(way, ast.Constant) or way.value, f"{where}: an empty way out"
        texts = [said(one) for one in (*call.args, *named.values())]
        told = [one for one in texts if HAN.search(one)]
        for text in told:
            assert not FOREIGN.search(MOMENT.sub("", text)), f"{where}: {text}"


def test_every_need_of_every_procedure_says_why_by_which_article_and_what_to_do() -> None:
    pack = load_pack()
    at = datetime(2026, 9, 1, 2, tzinfo=UTC)  # Tuesday
    checked = 0
    for versions in pack.procedures.values():
        for procedure in versions:
            for act, step in procedure.steps.items():
                actor = Actor(person="p", role=step.by[0], organ="o")
                for need in step.needs:
                    tried = attempt(procedure, None, actor, {}, at, pack.calendar)
                    refused = refusal_of(need, step, tried)
                    where = f"{procedure.kind}.{act}: {refused.says} → {refused.instead}"
                    assert HAN.search(refused.says), where
                    assert HAN.search(refused.instead), where
                    assert refused.cites, where
                    assert not FOREIGN.search(refused.says + refused.instead), where
                    checked += 1
    assert checked > 1000


def test_a_field_with_a_pattern_tells_people_how_to_write_it() -> None:
    for versions in load_pack().procedures.values():
        for procedure in versions:
            for name, field in procedure.fields.items():
                assert not field.pattern or HAN.search(field.hint), f"{procedure.kind}.{name}"


def test_a_page_tells_the_choices_without_the_keys_of_the_interface() -> None:
    told = refusal(unusable("how", "没有这一选项", "可选：当场（at_once）、改日（later）"))
    assert told.instead == "可选：当场、改日"


def database_away(request: HttpRequest) -> HttpResponse:
    """The page where the database does not answer."""
    try:
        raise OSError from write.Failure[0]()
    except OSError:
        return errors.broken(request)


@pytest.mark.parametrize("path", ["/", "/officer/matter/x/"])
def test_every_page_of_an_error_has_a_way_on(
    monkeypatch: pytest.MonkeyPatch, path: str, tmp_path: Path
) -> None:
    own_settings(tmp_path)
    shown: list[dict[str, Any]] = []

    def keep(
        _request: HttpRequest, _page: str, values: dict[str, Any], status: int
    ) -> HttpResponse:
        shown.append(values)
        return HttpResponse(status=status)

    monkeypatch.setattr(errors, "render", keep)
    monkeypatch.setattr(errors, "_", str)
    request = HttpRequest()
    request.path = path
    answers = [
        errors.bad_request(request),
        errors.bad_request(request, RequestDataTooBig()),
        errors.not_allowed(request, PermissionDenied("这一页只对管理员开放。")),
        errors.not_found(request),
        errors.broken(request),
        database_away(request),
        errors.forged(request),
    ]
    assert [one.status_code for one in answers] == [400, 413, 403, 404, 500, 503, 403]
    for values in shown:
        assert all(HAN.search(values[name]) for name in ("heading", "says", "instead")), values
        assert values["ways"], values
        assert not FOREIGN.search(values["says"] + values["instead"]), values
