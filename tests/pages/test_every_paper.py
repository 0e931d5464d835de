"""Every paper of the pack as .docx and as a page, from worked cases that reach its step."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.template import Context, Engine
from django.template.backends.django import get_installed_libraries
from django.urls import include, path, set_urlconf

from haihe.kernel.clocks import clocks
from haihe.kernel.paper import BLANK, PaperTemplate
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import View
from haihe.pack.cases import Taken, load_cases, taken
from haihe.records import database
from haihe.records.installed import InstalledRules
from haihe.records.papers import Known, row_of, written
from haihe.records.printing import Printer
from haihe.records.shown import Paper
from tests.own_settings import own_settings
from tests.pack.mutations import pack

ROOT = Path(__file__).resolve().parents[2]
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module", autouse=True)
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty journal: a paper that names another matter looks for its number there."""
    with pytest.MonkeyPatch.context() as told:
        told.setenv("HAIHE_HOME", str(tmp_path_factory.mktemp("journal")))
        told.delenv("HAIHE_DATABASE_URL", raising=False)
        database.forget_reading_connection()
        connection = database.connect()
        database.create_tables(connection)
        yield
        connection.close()
        database.forget_reading_connection()


@cache
def rules() -> InstalledRules:
    return InstalledRules(pack(), ())


class Issued(NamedTuple):
    template: PaperTemplate
    paper: Paper


def paper(one: Taken, template: PaperTemplate) -> Paper:
    """The paper as the organ that took the step sees it, right after the step."""
    printer = Printer(rules=rules(), now=one.at)
    view = View(
        fields=dict.fromkeys(one.procedure.fields, "clear"), history=True, acts=True, personal=True
    )
    running = clocks(one.procedure, one.state, pack().calendar, one.at, explain=False)
    known = Known("X-2026-000001", one.procedure, one.state, one.personal, running)
    done = one.state.done[-1]
    row = row_of(printer, one.procedure, one.state, view, frozenset(), template, done)
    return written(printer, known, view, template, done, row)


def templates_of(procedure: Procedure, step: str) -> tuple[PaperTemplate, ...]:
    return rules().papers(procedure, step) if step in procedure.steps else ()


def issued(kind: str) -> Iterator[Issued]:
    """Papers of the cases of a kind: for every step and version until one has no blank."""
    complete: set[tuple[object, ...]] = set()
    for one in taken(pack(), kind, load_cases(pack(), kind)):
        for template in templates_of(one.procedure, one.act):
            key = (one.procedure.since, one.act, template.id)
            if key in complete:
                continue
            found = paper(one, template)
            if not any(BLANK in line.text for line in found.lines if line.kind != "signature"):
                complete.add(key)
            yield Issued(template, found)


def document(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = ElementTree.fromstring(archive.read("word/document.xml"))
    return ["".join(paragraph.itertext()) for paragraph in tree.iter(f"{WORDS}p")]


def nothing(request: object, matter: str = "") -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def sheet(tmp_path: Path) -> Iterator[Callable[[Paper], str]]:
    """Prints a paper with the template of the officer's page; no installation is needed for it."""
    own_settings(tmp_path)
    frame = {"look/base.html": "{% block main %}{% endblock %}"}
    templates = [str(ROOT / "haihe" / "officer" / "templates")]
    filesystem = ("django.template.loaders.filesystem.Loader", templates)
    locmem = ("django.template.loaders.locmem.Loader", frame)
    engine = Engine(loaders=[locmem, filesystem], libraries=get_installed_libraries())
    template = engine.get_template("officer/paper.html")
    ways = [path("file/<matter>/", nothing, name="file"), path("", nothing, name="inbox")]
    set_urlconf((path("", include((ways, "officer"))),))
    yield lambda found: template.render(Context({"paper": found, "matter": "x"}))
    set_urlconf(None)


@pytest.mark.parametrize("kind", sorted(pack().procedures))
def test_every_paper_of_a_kind_is_a_document_and_a_page_with_what_is_known(
    kind: str, sheet: Callable[[Paper], str]
) -> None:
    names: dict[str, PaperTemplate] = {}
    for template, found in issued(kind):
        texts = [line.text for line in found.lines]
        assert not [text for text in texts if "{" in text or "}" in text]
        assert document(found.file) == texts
        if template.id not in names:
            names[template.id] = template
            printed = unescape(sheet(found))
            assert not [text for text in texts if text not in printed]
    wanted = {one.id for one in pack().papers if kind in one.kinds}
    assert set(names) == wanted


def test_a_paper_of_a_full_case_has_no_blank_but_those_for_a_hand() -> None:
    (first, *_) = [
        found for template, found in issued("alarm") if template.id == "alarm-dispatch-order"
    ]
    blanks = [line.kind for line in first.lines if BLANK in line.text]
    assert set(blanks) == {"signature"}


def test_a_party_s_own_application_bears_no_seal_and_the_court_s_answer_does() -> None:
    sealed = {
        template.id: any(line.kind == "seal" for line in found.lines)
        for template, found in issued("enforcement")
    }
    assert not sealed["enf-third-objection"]
    assert not sealed["enf-property-report"]
    assert sealed["enf-no-acceptance"]
