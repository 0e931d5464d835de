"""What holds for every page, whoever opens it: axe, targets for a finger, keyboard, width."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from playwright.sync_api import Page as Tab

from tests.pages.visitor import Page

TARGET_PIXELS_MIN: Final = 44
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# What axe finds against WCAG 2.2 A and AA, each as one line.
JUDGED: Final = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return found.violations.flatMap(one => one.nodes.slice(0, 3).map(node =>
    `${one.id}: ${node.target} ${node.any.concat(node.all).map(c => c.message).join('; ')}`));
}"""

# Elements that reach beyond the window, those that scroll inside themselves left out.
SIDEWAYS: Final = """() => document.documentElement.scrollWidth > window.innerWidth
  ? [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
      .map(e => e.tagName + '.' + e.className).slice(0, 5)
  : []"""

# Controls smaller than a finger. As WCAG 2.2 has it, a link inside a sentence may be; and one of a
# picture, beside which a table has the same links. The label is the target of a box to tick, the
# row that of a link which covers it.
SMALL: Final = """least => {
  const inSentence = e => {
    if (e.tagName !== 'A' || getComputedStyle(e).display !== 'inline') return false;
    let box = e.parentElement;
    while (getComputedStyle(box).display.startsWith('inline')) box = box.parentElement;
    const words = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const {textContent, parentElement} = words.currentNode;
      const isAside = parentElement.closest('a, button, .unseen');
      if (textContent.trim().length > 1 && !isAside) return true;
    }
    return false;
  };
  const target = e => e.matches('[type=radio], [type=checkbox]') ? e.labels[0] || e
    : e.matches('.cover') ? e.closest('li') : e;
  const told = (e, box) => `${e.tagName}.${e.className} ${Math.round(box.width)} × `
    + `${Math.round(box.height)} ${(e.textContent || e.name).trim().slice(0, 20)}`;
  return [...document.querySelectorAll(
      'a[href]:not(.skip), button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => !e.closest('svg') && e.checkVisibility({visibilityProperty: true}))
    .filter(e => !inSentence(e))
    .map(e => [e, target(e).getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < least - 0.5)
    .map(([e, box]) => told(e, box)).slice(0, 5);
}"""

# Controls that the Tab key misses or meets out of turn, that do not show their focus or lie under
# something else. Asked for after a key was pressed: then focus shows as it does to who types.
UNREACHED: Final = """() => {
  const told = e => `${e.tagName} ${(e.textContent || e.name || '').trim().slice(0, 20)}`;
  const lines = e => [e, ...e.querySelectorAll('path, circle, rect')].map(one => {
    const {outlineStyle, outlineWidth, stroke, strokeWidth} = getComputedStyle(one);
    return outlineStyle === 'none' ? stroke + strokeWidth : outlineStyle + outlineWidth;
  }).join();
  const covered = e => {
    const {left, right, top, bottom} = e.getBoundingClientRect();
    const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
    const at = document.elementFromPoint(
      middle(left, right, innerWidth), middle(top, bottom, innerHeight));
    return !at || !(e.contains(at) || at.contains(e) || e.closest('label')?.contains(at));
  };
  const found = [];
  document.activeElement.blur();
  for (const e of document.querySelectorAll(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')) {
    if (e.disabled || !e.checkVisibility({visibilityProperty: true})) continue;
    if (e.tabIndex < 0) {
      if (e.matches('a, button, input, select, textarea')) found.push(`left out: ${told(e)}`);
      continue;
    }
    if (e.tabIndex > 0) found.push(`out of turn: ${told(e)}`);
    const before = lines(e);
    e.focus();
    if (document.activeElement !== e) found.push(`takes no focus: ${told(e)}`);
    else if (lines(e) === before) found.push(`shows no focus: ${told(e)}`);
    else if (!e.closest('svg') && covered(e)) found.push(`lies under something: ${told(e)}`);
  }
  return found.slice(0, 5);
}"""


def faults_on(tab: Tab) -> list[str]:
    """What is wrong with the page of a tab 320 pixels wide, as it is and in bigger type."""
    found = [f"small: {one}" for one in tab.evaluate(SMALL, TARGET_PIXELS_MIN)]
    found += [f"sideways: {one}" for one in tab.evaluate(SIDEWAYS)]
    unfold(tab)
    found += [f"small when unfolded: {one}" for one in tab.evaluate(SMALL, TARGET_PIXELS_MIN)]
    found += [f"sideways when unfolded: {one}" for one in tab.evaluate(SIDEWAYS)]
    tab.keyboard.press("Tab")
    found += [f"keyboard: {one}" for one in tab.evaluate(UNREACHED)]
    tab.evaluate(AXE)
    found += tab.evaluate(JUDGED)
    tab.evaluate("document.documentElement.classList.add('is-big')")
    found += [f"sideways in big type: {one}" for one in tab.evaluate(SIDEWAYS)]
    if not tab.evaluate("document.documentElement.classList.contains('is-wall')"):
        tab.evaluate("document.documentElement.style.fontSize = '200%'")  # a wall sizes itself
        found += [f"sideways in type twice as big: {one}" for one in tab.evaluate(SIDEWAYS)]
    return found


def unfold(tab: Tab) -> None:
    """Open whatever is folded."""
    tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")


def faults(tab: Tab, page: Page) -> list[str]:
    """The same of a page that a visitor without a browser was given, shown without scripts."""
    tab.route("**/*.js", lambda asked: asked.abort())
    tab.route(
        page.address,
        lambda asked: asked.fulfill(content_type="text/html; charset=utf-8", body=page.html),
    )
    tab.goto(page.address)
    tab.unroute(page.address)
    return [f"{page.path}: {one}" for one in faults_on(tab)]
