"""`haihe bench pages`: what every page costs its reader on a slow phone, against named limits.

Chromium opens each page of the demo city with an empty cache on a phone of 360 by 740 pixels, whose
processor is four times slower and whose line has 1.6 Mbit/s and 150 ms. Counted are the bytes that
come over the line until the page has loaded, how far things shift after they were shown, and when
the largest thing is painted. Every figure is a share of its limit: above 1 is too much.
"""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple

from playwright.sync_api import Page as Tab

from bench.browser import MODES, Visits, chromium, pages_of
from bench.installation import installation, served
from haihe.config.pages import Page

HELP = "every page on a throttled phone: first load, layout shift, largest paint"

CITIZEN_BYTES_MAX = 100_000  # the house's promise for pages of the public
STAFF_BYTES_MAX = 250_000
SHIFT_MAX = 0.1  # what browsers call good
LARGEST_PAINT_SECONDS_MAX = 2.5  # the same
LINE_BYTES_PER_SECOND = 1_600_000 / 8
LATENCY_MILLISECONDS = 150
PROCESSOR_SLOWER = 4
SETTLE_MILLISECONDS = 500
PUBLIC_FACES = ("citizen", "hall", "look")

# Both kinds of entries are kept by the browser from the beginning of the page.
PAINTED = """async settle => {
  const seen = type => new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries())).observe({type, buffered: true}));
  const wait = new Promise(done => setTimeout(() => done([]), settle));
  const paints = await Promise.race([seen('largest-contentful-paint'), wait]);
  const shifts = await Promise.race([seen('layout-shift'), wait]);
  const last = paints.length ? paints[paints.length - 1].startTime : 0;
  return [last, shifts.reduce((sum, one) => sum + one.value, 0)];
}"""


class Cost(NamedTuple):
    """What one page costs."""

    page: Page
    load_bytes: int
    shift: float
    largest_paint_seconds: float

    def shares(self) -> dict[str, float]:
        """Each figure as a share of its limit."""
        most = CITIZEN_BYTES_MAX if self.page.face in PUBLIC_FACES else STAFF_BYTES_MAX
        return {
            "first_load": round(self.load_bytes / most, 3),
            "layout_shift": round(self.shift / SHIFT_MAX, 3),
            "largest_paint": round(self.largest_paint_seconds / LARGEST_PAINT_SECONDS_MAX, 3),
        }


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which pages, and whether to print JSON."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--rounds", type=int, default=2, help="of which the quickest counts")
    parser.add_argument("--page", default="", help="only pages with this in their address")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 1 when a page is above a limit."""
    with installation(None) as fresh:
        fresh.environment["HAIHE_DEMO"] = "1"
        fresh.python("-m", "haihe", "demo")
        pages = [page for page in pages_of(fresh.environment) if args.page in page.path]
        with served(fresh) as port, chromium() as browser:
            visits = Visits(browser, f"http://127.0.0.1:{port}")
            costs = [cost(visits, page, args.rounds) for page in pages]
    figures = {"limits": limits(), "worst": worst(costs), "pages": [told(one) for one in costs]}
    if args.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for one in sorted(costs, key=lambda one: -max(one.shares().values())):
            shares = "  ".join(f"{name} {share:.2f}" for name, share in one.shares().items())
            print(f"{one.load_bytes:>8} B  {shares}  {one.page.path} {one.page.who}")
        print("worst: " + "  ".join(f"{name} {share:.2f}" for name, share in worst(costs).items()))
    return 1 if max(worst(costs).values()) > 1 else 0


def cost(visits: Visits, page: Page, rounds: int) -> Cost:
    """Open one page as for the first time on a slow phone, several times.

    The quickest round counts for the paint, because whatever else this machine does only makes it
    later; of the bytes and the shift it is the worst.
    """
    seen = []
    for _ in range(rounds):
        tab = visits.fresh_tab(page.who, MODES["phone"])
        seen.append(_measured(tab, visits, page))
        tab.context.close()
    return Cost(
        page,
        max(one.load_bytes for one in seen),
        max(one.shift for one in seen),
        min(one.largest_paint_seconds for one in seen),
    )


def _measured(tab: Tab, visits: Visits, page: Page) -> Cost:
    session = tab.context.new_cdp_session(tab)
    came: list[float] = []
    session.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line = {"downloadThroughput": LINE_BYTES_PER_SECOND, "uploadThroughput": LINE_BYTES_PER_SECOND}
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MILLISECONDS, **line},
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR_SLOWER})
    tab.goto(visits.address_of(page), wait_until="load")
    tab.wait_for_timeout(SETTLE_MILLISECONDS)
    painted, shift = tab.evaluate(PAINTED, SETTLE_MILLISECONDS)
    return Cost(page, int(sum(came)), shift, painted / 1000)


def limits() -> dict[str, float]:
    """The limits by name."""
    return {
        "citizen_bytes": CITIZEN_BYTES_MAX,
        "staff_bytes": STAFF_BYTES_MAX,
        "layout_shift": SHIFT_MAX,
        "largest_paint_seconds": LARGEST_PAINT_SECONDS_MAX,
    }


def worst(costs: list[Cost]) -> dict[str, float]:
    """The highest share of each limit over all pages."""
    names = costs[0].shares() if costs else {}
    return {name: max(one.shares()[name] for one in costs) for name in names}


def told(one: Cost) -> dict[str, Any]:
    """One page as JSON."""
    return {
        "path": one.page.path,
        "who": one.page.who,
        "bytes": one.load_bytes,
        "shift": round(one.shift, 4),
        "largest_paint_seconds": round(one.largest_paint_seconds, 3),
        **{f"{name}_share": share for name, share in one.shares().items()},
    }
