"""Axe over a page that a visitor without a browser was given, in the state it was in."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from playwright.sync_api import Page as Tab

from tests.pages.visitor import Page

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# What axe finds against WCAG 2.2 A and AA, each as one line.
JUDGED: Final = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.flatMap(one => one.nodes.slice(0, 3).map(node =>
    `${one.id}: ${node.target} ${node.any.concat(node.all).map(c => c.message).join('; ')}`));
}"""


def faults(tab: Tab, page: Page) -> list[str]:
    """What axe finds, and what lies sideways; the page is shown without its scripts."""
    tab.route("**/*.js", lambda asked: asked.abort())
    tab.route(
        page.address,
        lambda asked: asked.fulfill(content_type="text/html; charset=utf-8", body=page.html),
    )
    tab.goto(page.address)
    tab.unroute(page.address)
    tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    sideways = tab.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    tab.evaluate(AXE)
    told = [f"{page.path}: {one}" for one in tab.evaluate(JUDGED)]
    return [*told, *([f"{page.path}: it lies sideways"] if sideways else [])]
