"""The service catalogue of the city: counts, limits, articles, and what people say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from haihe.kernel.catalogue import Catalogue, approver, eligible, judged, power_list, tier_on
from haihe.pack import Pack, UnusablePack, load_pack
from haihe.pack.catalogue import load_catalogue, mark, marks
from haihe.pack.city import load_organs
from haihe.pack.place import city_folder

MONDAY = date(2026, 11, 23)

# What people say, and the items that answer it; one of them comes first.
SAID = """
孩子上户口 = rk01 rk02 rk03
身份证丢了 = rk53
护照到期 = cj03
我的身份证过期了怎么办 = rk51
给宝宝上户口 = rk01 rk02
结婚了想把户口迁到老公那里 = rk13
户口本丢了 = rk37
我想改个名字 = rk41 rk42
居住证怎么办 = rk57
外地人办居住证 = rk57
爷爷去世了要销户口吗 = rk08
去香港旅游 = cj12 cj13
护照丢了怎么办 = cj06
第一次办护照 = cj01
小孩办护照 = cj02
外国老婆签证 = cj34
台湾通行证到期 = cj24
驾照到期了换证 = jg46
驾照丢了 = jg47
行驶证丢了 = jg27
车牌丢了 = jg31
二手车过户 = jg17
买了新车怎么上牌 = jg01 jg02 jg05
车贷还清了解押 = jg21
电动车上牌 = jg40
车年检 = jg35
货车进城通行证 = jg65
七十岁老人驾照体检 = jg57
办演唱会要什么手续 = za01 za02
五千人的演唱会 = za02
保安证怎么考 = za28
开保安公司 = za19
买炸药 = za05
放烟花 = za16 za17
开民宿 = za39
刻公章 = za43
公章丢了 = za44
养狗办证 = za55
网站备案 = wa06 wa07
三级等保 = wa02
买盐酸备案 = jd03
易制毒购买证 = jd03
无犯罪记录证明 = xz01
出国用的无犯罪证明 = xz03
银行卡被公安冻结了 = jz04
律师会见 = jg81
给看守所里的人送钱 = jg84
不服罚款怎么办 = fz01
查出入境记录 = cj45
大学生迁户口 = rk20
退伍落户 = rk22
临时身份证 = rk55
换户主 = rk36
开户籍证明 = rk39
暂住登记 = rk60
港澳通行证丢了 = cj11
外国人住宿登记 = cj43
车报废 = jg23
"""


@cache
def pack() -> Pack:
    return load_pack()


@cache
def catalogue() -> Catalogue:
    return load_catalogue(pack().law, pack().calendar)


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A city whose catalogue has one text in one file put in the place of another."""
    shutil.copytree(city_folder() / "catalogue", tmp_path / "catalogue")

    def change(file: str, before: str, after: str) -> Path:
        path = tmp_path / "catalogue" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) >= 1
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return tmp_path

    return change


def load(city: Path) -> Catalogue:
    return load_catalogue(pack().law, pack().calendar, city)


def test_the_counts_are_those_that_were_announced() -> None:
    items = catalogue().items.values()

    assert len({one.branch for one in items}) == 12
    assert len(items) == 312
    assert sum(one.online for one in items) == 289
    assert len(catalogue().at_stations()) == 140


def test_every_item_has_a_basis_told_in_law_and_a_kind_of_matter() -> None:
    for item in catalogue().items.values():
        assert item.basis
        assert all(pack().law.resolves(cite) for cite in item.basis)
        assert item.kind in pack().procedures


@pytest.mark.parametrize("line", SAID.strip().splitlines())
def test_what_people_say_finds_the_item_first(line: str) -> None:
    said, _, codes = line.partition(" = ")

    assert catalogue().found(said)[0].code in codes.split()


def test_words_that_nothing_has_find_nothing() -> None:
    assert catalogue().found("zzzz") == ()


def test_a_promise_longer_than_the_law_is_refused(copied: Callable[[str, str, str], Path]) -> None:
    city = copied("narcotics.yaml", "promised: 8 hours", "promised: 4 days")

    with pytest.raises(UnusablePack, match=r"jd06: promised 4日 is longer than the law's 3日"):
        load(city)


def test_working_days_that_a_holiday_makes_longer_than_the_law_are_refused(
    copied: Callable[[str, str, str], Path],
) -> None:
    city = copied("public_order.yaml", "promised: 5 days", "promised: 5 working days")

    with pytest.raises(
        UnusablePack, match=r"za01: promised 5个工作日 is longer than the law's 7日"
    ):
        load(city)


def test_an_item_too_few_is_refused(copied: Callable[[str, str, str], Path]) -> None:
    city = copied("harbour.yaml", "      sg08: {name: 停泊点治安登记, words: [小船停泊登记]}\n", "")

    with pytest.raises(UnusablePack, match="items: announced 312, there are 311"):
        load(city)


def test_an_article_that_law_does_not_tell_is_refused(
    copied: Callable[[str, str, str], Path],
) -> None:
    city = copied("harbour.yaml", "basis: [catalogue-settings#1]", "basis: [catalogue-settings#99]")

    with pytest.raises(UnusablePack, match="law/ tells no article `catalogue-settings#99`"):
        load(city)


def test_a_condition_on_a_fact_that_is_not_asked_is_refused(
    copied: Callable[[str, str, str], Path],
) -> None:
    city = copied("traffic.yaml", "asks: [age, health]", "asks: [age]")

    with pytest.raises(UnusablePack, match="jg42: a condition looks at `health`"):
        load(city)


def test_a_field_says_whether_law_or_an_assumption_is_behind_it() -> None:
    card = catalogue().items["rk53"]

    assert mark(card, "legal", pack().law) == ("law", "identity-card-2011#12", "A")
    assert mark(card, "promised", pack().law).basis == "assumed"
    assert mark(catalogue().items["jd03"], "promised", pack().law).basis == "seed"


def test_the_handbook_tells_how_many_fields_rest_on_law() -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    counted = marks(catalogue(), pack().law)

    for basis in ("lawA", "lawB", "lawC", "seed", "assumed"):
        assert f"{counted[basis]:,}" in handbook


def test_the_same_tenant_is_judged_otherwise_on_the_day_the_rule_changes() -> None:
    item = catalogue().items["rk17"]
    tenant = {"home": "rented", "insured_months": 30}

    before = judged(item, tenant, date(2026, 8, 31))  # Monday
    on_the_day = judged(item, tenant, date(2026, 9, 1))  # Tuesday

    assert (eligible(before), eligible(on_the_day)) == (False, True)
    assert before[0].condition.says == "在本市有自有住房"
    assert judged(item, tenant, date(2026, 8, 31)) == before


def test_what_is_not_known_is_neither_met_nor_unmet() -> None:
    found = judged(catalogue().items["rk57"], {"months_lived": 8}, MONDAY)

    assert [one.met for one in found] == [True, None]
    assert eligible(found) is None


def test_every_item_at_every_one_window_station_has_a_body_that_decides() -> None:
    organs = load_organs()
    stations = [one for one in organs.ids() if one.startswith("binhai-station-")]

    assert len(stations) == 39
    for station in stations:
        for item in catalogue().at_stations():
            body = approver(catalogue(), item, station, organs, MONDAY)
            tier = tier_on(catalogue(), item, "120116", MONDAY)
            wanted = {"station": station, "district": "binhai-police", "city": "tj-police"}[tier]
            assert body == wanted


def test_a_power_is_handed_on_by_an_order_from_its_day() -> None:
    organs, guard = load_organs(), catalogue().items["za28"]
    station = "binhai-station-01"

    assert approver(catalogue(), guard, station, organs, date(2026, 2, 28)) == "tj-police"
    assert approver(catalogue(), guard, station, organs, date(2026, 3, 1)) == "binhai-police"
    assert approver(catalogue(), guard, "machang-station", organs, MONDAY) == "tj-police"


def test_a_green_lane_holds_from_its_first_to_its_last_day() -> None:
    item = catalogue().items["jd06"]

    assert catalogue().order_for(item, date(2026, 6, 30)) is None
    assert catalogue().order_for(item, date(2026, 7, 1)) is not None
    assert catalogue().order_for(item, date(2027, 1, 1)) is None


def test_the_power_list_has_every_item_with_who_decides_and_by_what() -> None:
    rows = {row.code: row for row in power_list(catalogue())}

    assert len(rows) == 312
    assert (rows["cj01"].tier, rows["cj01"].legal, rows["cj01"].power) == (
        "city",
        "15日",
        "licence",
    )


def test_a_city_without_a_catalogue_has_none(tmp_path: Path) -> None:
    assert load(tmp_path).items == {}
