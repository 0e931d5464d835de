"""One alarm from the call to its end, in Chromium: a desk for 110, phones for patrol and caller.

The refusals and clocks on the way are those the procedure gives; no page is made for the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from haihe.commands.demo import PASSWORD
from tests.conftest import opened_page

PHOTO = b"\xff\xd8\xff\xe0walk"


@pytest.fixture
def caller_page(browser: Browser) -> Iterator[Page]:
    """The phone of the person who called, with cookies of its own."""
    yield from opened_page(browser, width=390, height=844)


@pytest.fixture
def supervisor_page(browser: Browser) -> Iterator[Page]:
    """A supervisor's desk."""
    yield from opened_page(browser, width=1366, height=768)


def sign_in(page: Page, city: str, person: str) -> None:
    page.goto(f"{city}officer/login/")
    page.get_by_label("账号").fill(person)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="待办")).to_be_visible()


def step(page: Page, name: str) -> None:
    """Open the form of a step if it is folded."""
    box = page.locator("details.act").filter(has=page.locator("summary", has_text=name)).first
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()


def choose(page: Page, legend: str, words: str) -> None:
    page.locator("fieldset:visible").filter(has_text=legend).get_by_label(
        words, exact=True
    ).first.check()


def fill(page: Page, label: str, text: str) -> None:
    page.locator("textarea:visible, input:visible").and_(
        page.get_by_label(re.compile(f"^{re.escape(label)}"))
    ).first.fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


def recorded(page: Page, name: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(f"已记下：{name}")


def test_an_alarm_goes_from_the_call_to_its_end_and_the_caller_can_follow_it(
    city: str,
    desk_page: Page,
    phone_page: Page,
    caller_page: Page,
    supervisor_page: Page,
    tmp_path: Path,
) -> None:
    photo = tmp_path / "scene.jpg"
    photo.write_bytes(PHOTO)

    # 110 takes the call, grades it and sends a station.
    sign_in(desk_page, city, "taker")
    desk_page.get_by_role("link", name="登记新事项").click()
    desk_page.get_by_role("link", name="接警").click()
    choose(desk_page, "来源", "电话报警")
    fill(desk_page, "地点", "走查路7号")
    fill(desk_page, "报警内容", "邻里因停车争吵，请民警到场。")
    choose(desk_page, "是否正在发生或者情况紧急", "否")
    press(desk_page, "登记")
    recorded(desk_page, "接警")
    expect(desk_page.get_by_text("下达处警指令", exact=True)).to_be_visible()
    code = desk_page.get_by_text("群众查询码").locator("strong").inner_text()
    matter = desk_page.url.split("/matter/")[1].split("/")[0]

    step(desk_page, "定级分类")
    desk_page.get_by_label("警情类别").locator("visible=true").select_option(label="治安")
    choose(desk_page, "警情级别", "三级")
    press(desk_page, "定级分类")
    recorded(desk_page, "定级分类")
    step(desk_page, "派警")
    desk_page.get_by_label("处警单位").locator("visible=true").select_option(label="马场派出所")
    choose(desk_page, "处警圈", "3分钟圈")
    press(desk_page, "派警")
    recorded(desk_page, "派警")

    # The caller follows with the code: what happens now, who has it, until when and why.
    caller_page.goto(city)
    caller_page.get_by_label("查询码").fill(code.lower())
    caller_page.get_by_role("button", name="查进度").click()
    expect(caller_page.get_by_text("已经通知处警单位")).to_be_visible()
    expect(caller_page.get_by_text("马场派出所").first).to_be_visible()
    caller_page.get_by_text("为什么是这个日子").locator("visible=true").first.click()
    expect(caller_page.locator("ol.why").locator("visible=true").first).to_contain_text("起")

    # The patrol, on a phone: sign, arrive, handle.
    sign_in(phone_page, city, "officer")
    phone_page.get_by_role("link", name="走查路7号").click()
    step(phone_page, "签收指令")
    fill(phone_page, "处警人员", "张建国\n刘洋")
    press(phone_page, "签收指令")
    recorded(phone_page, "签收指令")
    step(phone_page, "到达现场")
    fill(phone_page, "处警人员", "张建国\n刘洋")
    choose(phone_page, "是否全程视音频记录", "否")
    press(phone_page, "到达现场")

    # Refused: no recording. The article and the way out are told, what was typed is still there.
    refusal = phone_page.get_by_role("alert")
    expect(refusal).to_contain_text("处警应当全程视音频记录")
    expect(refusal).to_contain_text("可以这样办：请打开执法记录仪")
    expect(refusal).to_contain_text("依据：")
    expect(phone_page.locator("#arrive-officers")).to_have_value("张建国\n刘洋")
    choose(phone_page, "是否全程视音频记录", "是")
    press(phone_page, "到达现场")
    recorded(phone_page, "到达现场")

    step(phone_page, "现场处置")
    fill(phone_page, "处警人员", "张建国\n刘洋")
    choose(phone_page, "是否全程视音频记录", "是")
    choose(phone_page, "现场工作", "接报案、登记、调解、服务")
    fill(phone_page, "现场情况", "双方因停车位口角，无人受伤，已劝开。")
    fill(phone_page, "受伤人数", "0")
    choose(phone_page, "有无未成年人", "否")
    press(phone_page, "现场处置")
    recorded(phone_page, "现场处置")
    step(phone_page, "移交视音频")
    phone_page.get_by_label("视音频文件").locator("visible=true").set_input_files(photo)
    choose(phone_page, "保存期限", "不少于六个月")
    press(phone_page, "移交视音频")
    recorded(phone_page, "移交视音频")
    step(phone_page, "反馈")
    fill(phone_page, "处警结果", "双方和解，移走车辆。")
    choose(phone_page, "管辖判断", "本单位管辖")
    choose(phone_page, "报警人是否陈述有损失", "否")
    choose(phone_page, "是否有违法犯罪事实", "否")
    press(phone_page, "反馈")
    recorded(phone_page, "反馈")
    step(phone_page, "办结")
    choose(phone_page, "是否已告知报警人", "是")
    press(phone_page, "办结")
    recorded(phone_page, "办结")

    # 110 calls back; the officer who was there could not have done it.
    desk_page.goto(f"{city}officer/matter/{matter}/?purpose=handle")
    step(desk_page, "回访")
    choose(desk_page, "报警人是否认可处理", "认可")
    fill(desk_page, "回访情况", "报警人表示满意。")
    press(desk_page, "回访")
    recorded(desk_page, "回访")

    # The caller sees the end and may still contest it.
    caller_page.reload()
    expect(caller_page.get_by_text("您的报警已经办结。")).to_be_visible()
    expect(caller_page.locator(".timeline")).to_contain_text("办结")
    expect(caller_page.get_by_text("异议").first).to_be_visible()

    # A supervisor finds it in today's list, opens it, and it counts as seen.
    sign_in(supervisor_page, city, "supervisor")
    supervisor_page.goto(f"{city}center/matters/new_today/")
    row = supervisor_page.locator(".rows > li").filter(has_text="走查路7号")
    expect(row).to_contain_text("未查看")
    row.get_by_role("link").click()
    expect(supervisor_page.locator(".timeline")).to_contain_text("张建国")
    supervisor_page.goto(f"{city}center/matters/new_today/")
    expect(row).to_contain_text("已监督查看")
