"""Half an hour without a network: what was filled in and photographed arrives once and in order."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import (
    BrowserContext,
    FilePayload,
    Page,
    Playwright,
    Route,
    sync_playwright,
)

from haihe.commands.demo import PASSWORD
from tests.conftest import CHROMIUM_FLAGS, PAGE_WAIT_MILLISECONDS_MAX
from tests.pages.conftest import STOP_SECONDS_MAX, free_port, serving
from tests.pages.test_officer_approval import received
from tests.pages.test_officer_pages import called, graded
from tests.pages.visitor import Visitor

REPORT = "officer/new/grid_event/report/"
PHOTO_BYTES = 60_000
MINUTES_APART = 10
# A shop's 1×1 picture, padded: each photo of the test is another file.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c63f8cfc0000000030001c9c9e0fb0000000049454e44ae426082"
)

# The kept files of the device's database, as text: they are sealed.
KEPT_FILES = """async () => {
  const open = indexedDB.open("haihe");
  await new Promise((done) => { open.onsuccess = done; });
  const asked = open.result.transaction("file").objectStore("file").getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  const text = new TextDecoder();
  return asked.result.map((one) => JSON.stringify(one) + text.decode(one.sealed));
}"""


class Server:
    """A server of its own over the demo city, that can be killed and started again."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings, self.port, self.stack = settings, free_port(), ExitStack()
        self.address = ""
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        self.address, self.process = self.stack.enter_context(serving(self.settings, self.port))

    def kill(self) -> None:
        """Every process of it at once, in whatever it was doing."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)


@pytest.fixture(scope="module")
def server(settings: dict[str, str]) -> Iterator[Server]:
    made = Server(settings)
    with made.stack:
        yield made


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Callable[[], BrowserContext]:
    """Opens the same phone: what it keeps is still there after it was closed."""

    def opened() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "phone",
            executable_path=shutil.which("chromium"),
            args=CHROMIUM_FLAGS,
            viewport={"width": 360, "height": 740},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(2 * PAGE_WAIT_MILLISECONDS_MAX)  # servers start meanwhile
        return context

    return opened


@contextmanager
def journal(settings: dict[str, str]) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(Path(settings["HAIHE_HOME"]) / "haihe.sqlite3")
    try:
        yield connection
    finally:
        connection.close()


def cut_network(context: BrowserContext) -> None:
    """Also for a service worker that started meanwhile: it is told of changes only."""
    context.set_offline(False)
    context.set_offline(True)


def sign_in(page: Page, server: Server, person: str) -> None:
    page.goto(f"{server.address}officer/login/?next=/officer/offline/")
    page.get_by_label("账号").fill(person)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/officer/offline/")
    page.wait_for_selector("html[data-device=open]")


def take_along(page: Page, *subjects: str) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    for subject in subjects:
        page.locator("#take label", has_text=subject).locator("input").check()
    page.get_by_role("button", name="存到本机").click()
    page.wait_for_selector("#take-done:not([hidden])")


def photo(name: str) -> FilePayload:
    filling = name.encode() * (PHOTO_BYTES // len(name))
    return FilePayload(name=f"{name}.png", mimeType="image/png", buffer=PICTURE + filling)


def write_report(page: Page, what: str, *, send: bool = True) -> None:
    """Fill in a report with a photo."""
    page.get_by_label("河西区大营门街道").check()
    page.get_by_label("大类").select_option(index=1)
    page.get_by_label("事由").fill(what)
    page.get_by_label("地点").fill("离线路2号")
    page.get_by_label("处置前照片").set_input_files([photo(what)])
    if send:
        page.get_by_role("button", name="登记", exact=True).click()
        page.wait_for_url("**/officer/offline/?kept=*")


def states(page: Page) -> list[str]:
    return [one.get_attribute("data-state") or "" for one in page.locator("#outbox > li").all()]


def wait_for_states(page: Page, *wanted: str) -> None:
    """The newest is on top."""
    told = ",".join(wanted)
    page.wait_for_function(
        "told => [...document.querySelectorAll('#outbox > li')].map(e => e.dataset.state)"
        ".join() === told",
        arg=told,
    )


def test_half_an_hour_without_a_network_arrives_once_in_order_and_with_both_times(
    server: Server, phone: Callable[[], BrowserContext], settings: dict[str, str]
) -> None:
    started = datetime.now(UTC) - timedelta(minutes=3 * MINUTES_APART + 1)
    whats = [f"离线第{number}件" for number in (1, 2, 3)]

    context = phone()
    context.clock.install(time=started)
    page = context.pages[0]
    sign_in(page, server, "grid")
    take_along(page)
    cut_network(context)
    for what in whats[:2]:
        page.goto(server.address + REPORT)
        assert "现在没有网络" in page.inner_text("main")
        write_report(page, what)
        context.clock.fast_forward(timedelta(minutes=MINUTES_APART).seconds * 1000)
    wait_for_states(page, "ready", "ready")
    page.goto(server.address + REPORT)
    write_report(page, whats[2], send=False)
    context.clock.fast_forward(2000)
    page.wait_for_timeout(500)
    context.close()

    again = phone()
    again.clock.install(time=started + timedelta(minutes=2 * MINUTES_APART))
    again.set_offline(True)
    page = again.pages[0]
    page.goto(server.address + REPORT)
    page.get_by_text("上次没有填完，已从本机恢复").wait_for()
    cut_network(again)
    assert page.get_by_label("事由").input_value() == whats[2]
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/officer/offline/?kept=3")
    again.clock.fast_forward(timedelta(minutes=MINUTES_APART).seconds * 1000)

    # The network is back; the server takes the first in and dies before it could say so.
    def die_after_the_first(route: Route) -> None:
        assert route.fetch().json()["state"] == "recorded"
        server.kill()
        route.abort()

    # The browser was closed, so the session is over; nothing is lost by that.
    again.set_offline(False)
    page.goto(f"{server.address}officer/offline/")
    assert "/officer/login/" in page.url
    page.route("**/officer/offline/entry/", die_after_the_first, times=1)
    sign_in(page, server, "grid")
    while server.process.poll() is None:
        page.wait_for_timeout(100)  # milliseconds; the test's own limit ends it
    assert "recorded" not in states(page)
    server.start()
    page.reload()
    wait_for_states(page, "recorded", "recorded", "recorded")
    assert page.locator("[data-waiting]").inner_text() == ""

    # What the draft kept of its photo is named by nothing any more, and goes.
    assert page.evaluate(KEPT_FILES)
    again.clock.fast_forward(timedelta(hours=2) // timedelta(milliseconds=1))
    page.reload()
    page.wait_for_selector("html[data-device=open]")
    assert page.evaluate(KEPT_FILES) == []
    again.close()

    with journal(settings) as connection:
        opened = connection.execute(
            "SELECT e.data, e.happened_at, e.recorded_at, d.number, d.made_at, d.sent_at, "
            "d.received_at, d.tries FROM event e LEFT JOIN device_entry d "
            "ON d.matter_id = e.matter_id AND d.seq = e.seq AND d.state = 'recorded' "
            "WHERE e.data LIKE '%离线第%' ORDER BY e.position"
        ).fetchall()
        digests = connection.execute(
            "SELECT count(DISTINCT u.digest) FROM file_use u JOIN device_entry d "
            "ON d.matter_id = u.matter_id"
        ).fetchone()
    assert [next(what for what in whats if what in row[0]) for row in opened] == whats
    assert [row[3] for row in opened] == [1, 2, 3]
    assert digests == (3,)
    made = [datetime.fromtimestamp(row[4] / 1e6, UTC) for row in opened]
    received = [datetime.fromtimestamp(row[6] / 1e6, UTC) for row in opened]
    for number, row in enumerate(opened):
        apart = made[number] - started - timedelta(minutes=MINUTES_APART * number)
        assert timedelta(0) <= apart < timedelta(minutes=1), "the device's clock is kept"
        assert received[number] - made[number] > timedelta(minutes=10), "and so is ours"
        assert row[1] == row[6] - (row[5] - row[4]), "as long before it came as the device says"
        assert row[2] >= row[6], "it was recorded when it came"
    assert received == sorted(received)


def test_a_refused_step_waits_visibly_is_mended_and_those_after_it_follow(
    server: Server, phone: Callable[[], BrowserContext], settings: dict[str, str]
) -> None:
    taker = Visitor(server.address)
    taker.sign_in("taker", PASSWORD)
    page_of_call = graded(taker, called(taker))
    typed = {"unit": "machang-station", "response_ring": "three"}
    sent = taker.send(page_of_call, page_of_call.form("/act/dispatch/"), typed)
    assert "已记下：派警" in sent.text
    matter = re.findall(r"/officer/matter/([0-9a-f]{32})/", sent.address)[0]

    context = phone()
    page = context.pages[0]
    sign_in(page, server, "officer")
    page.goto(f"{server.address}officer/matter/{matter}/sheet/")
    page.wait_for_selector("html[data-device=open]")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    opening = f"{server.address}officer/new/public_security_case/receive/"
    spot = f"{server.address}officer/new/hazard_spot/report_patrol/"
    desk = Visitor(server.address)
    desk.sign_in("officer", PASSWORD)
    case = received(desk).path.split("?")[0]
    signing = f"{server.address.rstrip('/')}{case}sheet/"
    for address in (opening, f"{opening}then/", spot, f"{spot}then/", signing):
        page.goto(address)
    asked = desk.get(f"{case}act/seek_approval/?purpose=handle&for_act=judge_jurisdiction")
    named = {"text": "请宋文看", "signer": "station-legal", "with.jurisdiction": "ours"}
    desk.send(asked, asked.form("/act/seek_approval/"), named)
    page.wait_for_timeout(300)
    cut_network(context)
    sheet = f"{server.address}officer/matter/{matter}/sheet/"

    def step(name: str, fill: Callable[[], object], on: str = sheet) -> None:
        page.goto(on)
        page.wait_for_selector("html[data-device=open]")
        page.locator("details.act").evaluate_all("all => all.forEach(one => { one.open = true })")
        fill()
        page.locator(f"#form-{name} button[type=submit]").click()
        page.wait_for_url("**/officer/offline/?kept=*")

    step("acknowledge", lambda: page.locator("#acknowledge-officers").fill("张建国\n刘洋"))
    step("arrive", lambda: None)  # nothing was filled in
    step("handle", lambda: page.locator("#handle-scene_found").fill("双方已经劝开。"))

    # A matter that only this device has goes on as well: its first step lacks a field, too.
    page.goto(opening)
    page.get_by_label("报案时间").fill("2026-03-02T08:10")
    page.get_by_label("报警内容").fill("只在本机的案件")
    page.get_by_label("地点").fill("离线路9号")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/officer/offline/?kept=4")
    page.get_by_role("link", name="接着办").click()
    page.wait_for_url("**/then/?on=4")
    here = page.locator("#judge_jurisdiction-jurisdiction").get_by_label("本单位管辖")
    step("judge_jurisdiction", lambda: None, page.url)
    step("judge_jurisdiction", here.check, f"{opening}then/?on=4")
    # A step that somebody else has to sign meanwhile.
    step("judge_jurisdiction", here.check, signing)

    # Each step of a matter that only this device has may carry photos of its own.
    page.goto(spot)
    page.get_by_label("地点").fill("滨河路临水弯道")
    page.get_by_label("隐患情况").fill("护栏断裂三十米")
    page.get_by_label("隐患种类").select_option("water")
    page.locator("input[name=photos_before]").set_input_files([photo("巡查一")])
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/officer/offline/?kept=8")

    def verified() -> None:
        page.locator("#verify-officers").fill("张建国\n刘洋")
        page.locator("#verify-hazard_found").fill("护栏断裂")
        for field, chosen in (("hazard_real", "是"), ("imminent", "是"), ("hazard_grade", "一般")):
            page.locator(f"#verify-{field}").get_by_label(chosen, exact=True).check()
        page.locator("#verify-scene_photos").set_input_files([photo("核实一"), photo("核实二")])

    def secured() -> None:
        page.locator("#protect-protection").fill("封闭外侧车道")
        page.locator("#protect-scene_photos").set_input_files([photo("防护一")])

    step("verify", verified, f"{spot}then/?on=8")
    step("protect", secured, f"{spot}then/?on=8")
    kept = page.evaluate(KEPT_FILES)
    assert len(kept) == 4
    assert not [one for one in kept if "巡查" in one or "核实" in one or "防护" in one]

    wait_for_states(page, *["ready"] * 10)
    context.set_offline(False)
    page.reload()
    spots = ["recorded"] * 3
    first = ["held", "refused", "recorded", "held", "refused", "recorded"]
    wait_for_states(page, *spots, "refused", *first)
    waits = page.locator("#outbox > li[data-number='7']")
    assert "“判断管辖”还在审签，等" in waits.inner_text()
    assert "请等审签完" in waits.inner_text()
    file = waits.get_by_role("link", name="打开卷宗核对").get_attribute("href")
    assert file is not None
    assert file.startswith(f"/{case.lstrip('/')}")
    colleague = Visitor(server.address)
    colleague.sign_in("station-legal", PASSWORD)
    signed = colleague.get(case)
    colleague.send(signed, signed.form("/act/sign_off/"), {"verdict": "agree"})
    waits.get_by_role("link", name="改").click()
    page.locator("#form-judge_jurisdiction button[type=submit]").first.click()
    page.wait_for_url("**/officer/offline/?kept=7")
    wait_for_states(page, *spots, "recorded", *first)
    page.locator("#outbox > li[data-number='5']").get_by_role("link", name="改").click()
    page.get_by_text("这一项上次没有办成").wait_for()
    here.check()
    page.locator("#form-judge_jurisdiction button[type=submit]").click()
    page.wait_for_url("**/officer/offline/?kept=5")
    alone = ["recorded"] * 7
    wait_for_states(page, *alone, "held", "refused", "recorded")
    refused = page.locator("#outbox > li[data-state=refused]")
    assert "请填写" in refused.inner_text()

    refused.get_by_role("link", name="改", exact=True).click()
    page.get_by_text("这一项上次没有办成").wait_for()
    page.locator("#arrive-officers").fill("张建国\n刘洋")
    page.locator("#arrive-recording_on").get_by_label("是", exact=True).check()
    page.locator("#form-arrive button[type=submit]").click()
    page.wait_for_url("**/officer/offline/?kept=2")
    wait_for_states(page, *alone, "refused", "recorded", "recorded")
    page.locator("#outbox > li[data-state=refused] summary").click()
    page.get_by_role("button", name="删除这一项").click()
    wait_for_states(page, *alone, "dropped", "recorded", "recorded")
    context.close()

    with journal(settings) as connection:
        acts = connection.execute(
            "SELECT act FROM event WHERE matter_id = ? AND act IN ('acknowledge', 'arrive', "
            "'handle') ORDER BY seq",
            (matter,),
        ).fetchall()
        taken = connection.execute(
            "SELECT d.number, e.seq, e.act, count(*) OVER () FROM event e JOIN device_entry d "
            "ON d.matter_id = e.matter_id AND d.seq = e.seq WHERE d.thread IN "
            "(SELECT matter_id FROM device_entry WHERE number = 4) ORDER BY e.seq"
        ).fetchall()
        photos = connection.execute(
            "SELECT d.number, e.seq, e.act, e.data FROM event e JOIN device_entry d "
            "ON d.matter_id = e.matter_id AND d.seq = e.seq WHERE d.number >= 8 ORDER BY e.position"
        ).fetchall()
    assert acts == [("acknowledge",), ("arrive",)]
    judged = "judge_jurisdiction"
    assert taken == [(4, 1, "receive", 3), (5, 2, judged, 3), (6, 3, judged, 3)]
    assert [row[:3] for row in photos] == [
        (8, 1, "report_patrol"),
        (9, 2, "verify"),
        (10, 3, "protect"),
    ]
    arrived = [re.findall(r'"[0-9a-f]{64}"', row[3]) for row in photos]
    assert [len(one) for one in arrived] == [1, 2, 1]
    assert len({digest for one in arrived for digest in one}) == 4


def test_another_account_on_the_same_device_sees_nothing_of_what_was_kept(
    server: Server, phone: Callable[[], BrowserContext]
) -> None:
    context = phone()
    page = context.pages[0]
    sign_in(page, server, "grid")
    take_along(page)
    cut_network(context)
    page.goto(server.address + REPORT)
    write_report(page, "只有本人能看")
    page.get_by_role("button", name="退出").or_(page.locator("main")).first.wait_for()
    context.set_offline(False)
    page.route("**/officer/offline/entry/", lambda route: route.abort())
    page.goto(f"{server.address}officer/")
    page.get_by_role("button", name="退出").click()
    page.wait_for_load_state()

    cut_network(context)
    page.goto(f"{server.address}officer/offline/")
    page.get_by_text("本机没有解锁：联网登录一次以后").wait_for()
    assert "只有本人能看" not in page.content()

    context.set_offline(False)
    sign_in(page, server, "officer")
    page.get_by_text("本机还有别的账号没有送出的内容").wait_for()
    assert states(page) == []
    cut_network(context)
    page.goto(server.address + REPORT)
    assert "巡查上报" not in page.title(), "forms kept for another account do not open either"

    context.set_offline(False)
    page.unroute("**/officer/offline/entry/")
    page.goto(f"{server.address}officer/")
    page.get_by_role("button", name="退出").click()
    page.wait_for_load_state()
    sign_in(page, server, "grid")
    wait_for_states(page, "recorded")
    context.close()
