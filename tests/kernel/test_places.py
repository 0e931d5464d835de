"""What people call a place: names of today and of old, codes, addresses, names of many places."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haihe.kernel.places import Place, Places, UnusablePlaces, moved

TODAY = date(2026, 11, 23)  # Monday
JOINED = date(2009, 11, 9)  # Monday


def place(code: str, name: str, kind: str, above: str = "", **told: object) -> Place:
    return Place(code=code, name=name, kind=kind, above=above, **told)  # type: ignore[arg-type]  # words of a table


LISTED = (
    place("12", "天津市", "city"),
    place("120101", "和平区", "district", "12"),
    place("120103", "河西区", "district", "12"),
    place("120116", "滨海新区", "district", "12", since=JOINED),
    place("120107", "塘沽区", "district", "12", until=JOINED, now="120116"),
    place("120119", "蓟州区", "district", "12", since=date(2016, 7, 28)),
    place("120225", "蓟县", "district", "12", until=date(2016, 7, 28), now="120119"),
    place("120114", "武清区", "district", "12"),
    place("120114109", "河西务镇", "town", "120114"),
    place("120103005", "马场街道", "street", "120103"),
    place("120103005002", "四化里社区居委会", "community", "120103005"),
    place("120116001", "塘沽街道", "street", "120116"),
    place("120116054", "海滨街道", "street", "120116"),
    place("120114004", "海滨街道", "street", "120114"),
    place("120119101", "洇溜镇", "town", "120119"),
    place("120119101201", "洇溜村委会", "village", "120119101"),
)
PLACES = Places(LISTED)


def found(words: str, day: date = TODAY) -> list[str]:
    return [one.place.code for one in PLACES.resolve(words, day)]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("塘沽区", ["120116"]),
        ("天津市塘沽区", ["120116"]),
        ("塘沽", ["120116", "120116001"]),
        ("蓟县", ["120119"]),
        ("蓟县洇溜镇", ["120119101"]),
        ("蓟县洇溜", ["120119101", "120119101201"]),
        ("海滨街道", ["120116054", "120114004"]),
        ("滨海新区海滨街道", ["120116054"]),
        ("河西", ["120103"]),
        ("河西务镇一街5号", ["120114109"]),
        ("河西区马场街道四化里社区3号楼", ["120103005002"]),
        ("河西区马场道12号", ["120103"]),
        ("马场道12号", []),
        ("和平里12号", []),
        ("场街", ["120103005"]),
        ("120107", ["120116"]),
        ("120107001", ["120116"]),
        ("120225", ["120119"]),
        ("１２０１０３００５", ["120103005"]),
        ("区", []),
        ("没有这个地方", []),
    ],
)
def test_words_mean_every_place_they_may_mean_and_no_other(words: str, codes: list[str]) -> None:
    assert sorted(found(words)) == sorted(codes)


def test_an_old_name_is_told_beside_the_place_of_today_and_what_is_left_over() -> None:
    (one,) = PLACES.resolve("蓟县洇溜镇东街1号", TODAY)
    assert (one.place.name, one.was, one.rest) == ("洇溜镇", "蓟县", "东街1号")


@pytest.mark.parametrize(
    ("day", "code"), [(JOINED - timedelta(days=1), "120107"), (JOINED, "120116")]
)
def test_an_old_district_is_itself_until_the_day_before_its_end(day: date, code: str) -> None:
    current = PLACES.current("120107", day)
    assert current is not None
    assert current.code == code
    assert code in found("塘沽区", day)


def test_a_street_that_moves_lies_elsewhere_from_the_day_on_and_its_communities_with_it() -> None:
    day = date(2027, 1, 1)  # Friday
    street = next(one for one in LISTED if one.code == "120103005")
    others = [one for one in LISTED if one is not street]
    places = Places([*others, *moved(street, day, "120101", "津政函〔2026〕9号")])

    for when, district in ((day - timedelta(days=1), "河西区"), (day, "和平区")):
        names = [one.name for one in places.lineage("120103005002", when)]
        assert names == ["天津市", district, "马场街道", "四化里社区居委会"]
    assert [one.place.code for one in places.resolve("和平区马场街道", day)] == ["120103005"]
    assert [one.rest for one in places.resolve("河西区马场街道", day)] == ["马场街道"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (place("120199", "某区", "district", "13"), "there is no place `13`"),
        (place("120199", "某区", "district"), "a district lies in a place"),
        (place("120199", "某区", "district", "12", until=TODAY), "now: say which place"),
        (
            place("120199", "某区", "district", "12", until=TODAY, now="120107"),
            "there is no place `120107` on 2026-11-23",
        ),
        (place("120101", "和平县", "district", "12", since=TODAY), "the next since 2026-11-23"),
    ],
)
def test_places_that_contradict_one_another_are_refused(wrong: Place, says: str) -> None:
    with pytest.raises(UnusablePlaces, match=says):
        Places([*LISTED, wrong])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("我家楼下在河西区马场街道，每晚有烧烤摊", "120103005"),
        ("马场街的路灯坏了三盏", "120103005"),
        ("以前住塘沽区，现在还在那儿", "120116"),
        ("蓟县的洇溜镇路不好走", "120119101"),
        ("蓟县路不好走", "120119"),
        ("海滨街道太吵", ""),  # two have this name
        ("武清区的海滨街道太吵", "120114004"),
        ("河西区四化里社区居委会门口", "120103005002"),
        ("四化里社区居委会门口", ""),  # a community counts within what else is named
        ("从马场街道到洇溜镇的公交", ""),  # both lie in the city only
        ("我是和平区的，在武清区河西务镇丢了东西", ""),
        ("我想提个建议", ""),
    ],
)
def test_a_text_in_sentences_is_about_the_narrowest_place_it_surely_names(
    said: str, code: str
) -> None:
    found = PLACES.mentioned(said, TODAY)
    assert (found.code if found is not None else "") == code


def test_a_name_of_several_places_is_that_of_the_one_around_whoever_reads() -> None:
    around = PLACES.mentioned("海滨街道太吵", TODAY, "120114")
    assert around is not None
    assert around.code == "120114004"
    inside = PLACES.mentioned("四化里社区居委会门口", TODAY, "120103")
    assert inside is not None
    assert inside.code == "120103005002"
