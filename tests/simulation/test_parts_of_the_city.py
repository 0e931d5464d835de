"""The parts of the simulated city: identities that are nobody's, delays, areas, openings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import pytest

from haihe.pack import Pack, load_pack
from haihe.simulation import people
from haihe.simulation.book import load_book
from haihe.simulation.city import Simulation
from haihe.simulation.delays import into_office, later, parse_delay, sample
from haihe.simulation.organs import Area, UnknownSort

PACK: Pack = load_pack()
BOOK = load_book()
CITY = Simulation(PACK, BOOK, 7, faults=False)
REAL_TAILS = ("11010519491231002X", "120101199003077653", "120105200802290013")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACK.zone)


def test_a_synthetic_number_can_belong_to_nobody() -> None:
    chance = Random(3)
    numbers = [people.id_number(chance) for _ in range(2_000)]

    assert all(len(number) == 18 and number.startswith(people.REGION) for number in numbers)
    assert all(people.check_character(number[:17]) != number[17] for number in numbers)
    assert not any(people.could_be_real(number) for number in numbers)


@pytest.mark.parametrize("number", REAL_TAILS)
def test_a_number_with_a_right_check_character_in_a_real_region_is_told_from_them(
    number: str,
) -> None:
    assert people.could_be_real(number)
    assert not people.could_be_real(number[:17] + ("0" if number[17] != "0" else "1"))


def test_phones_plates_and_names_are_nobodys() -> None:
    chance = Random(4)
    for _ in range(500):
        assert people.phone(chance).startswith("12")
        assert people.plate(chance).startswith("津Z")
        assert people.name(chance)[1] == "某"


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-09-01T09:00", 60, "2026-09-01T10:00"),  # Tuesday
        ("2026-09-30T17:00", 60, "2026-10-08T09:00"),  # Wednesday before National Day
        ("2026-09-18T09:00", 480, "2026-09-20T09:00"),  # Friday; Sunday is a make-up working day
    ],
)
def test_office_time_passes_over_nights_and_holidays(start: str, minutes: int, end: str) -> None:
    found = later(at(start), minutes, PACK.calendar, office=True)

    assert found.replace(minute=0) == at(end)


def test_who_comes_at_night_finds_the_office_open_in_the_morning() -> None:
    opened = into_office(at("2026-10-02T23:10"), PACK.calendar)  # Friday of National Day

    assert opened.date() == date(2026, 10, 8)


@pytest.mark.parametrize(
    "text", ["soon", "5 weeks", "9..3 hours", "1..2", "past pay", "follows 2 days"]
)
def test_a_delay_that_cannot_be_read_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"working_hours|smaller number"):
        parse_delay(text)


def test_a_delay_lies_between_its_bounds() -> None:
    delay, chance = parse_delay("2..6 hours"), Random(1)

    assert all(120 <= sample(delay, chance, load) <= 360 for load in (0.5, 1, 2) for _ in range(99))


def test_sixteen_districts_have_their_streets_and_every_organ_its_own_id() -> None:
    organs = CITY.city.everything()

    assert len(CITY.city.names) == 16
    assert len(CITY.city.areas) == sum(len(one) for one in BOOK.city.districts.values())
    assert len({one.id for one in organs}) == len(organs)
    assert len({one.name for one in organs}) >= 0.97 * len(organs)  # two towns may share a name


def test_an_organ_the_city_lists_already_keeps_its_id() -> None:
    book = {"马场派出所": "machang-station"}
    city = Simulation(PACK, BOOK, 1, known=book, only=("120103",)).city
    street = BOOK.city.districts["120103 河西区"].index("马场街道")

    assert city.organ("station", Area(2, street)) == "machang-station"
    assert {area.district for area in city.areas} == {2}


def test_a_sort_of_organ_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownSort, match="no sort of organ `navy`"):
        CITY.city.organ("navy", Area(0, 0))


@pytest.mark.parametrize("kind", ["alarm", "service_item", "civil_first_instance"])
def test_a_year_of_openings_comes_to_its_yearly_figure(kind: str) -> None:
    volume = BOOK.figures.volumes[kind]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    expected = sum(CITY.expected(volume, day) for day in days)

    assert expected == pytest.approx(volume.yearly, rel=0.02)


def test_a_working_day_at_a_hundredth_opens_as_many_as_expected_in_order() -> None:
    day = date(2026, 9, 1)  # Tuesday
    found = CITY.openings(day, 0.01)
    expected = sum(CITY.expected(one, day) for one in BOOK.figures.volumes.values()) * 0.01

    assert len(found) == pytest.approx(expected, abs=len(BOOK.figures.volumes))
    assert [one[0] for one in found] == sorted(one[0] for one in found)
    assert len({key for _, _, key in found}) == len(found)


def test_rest_days_are_quiet_in_offices_and_not_at_the_emergency_line() -> None:
    figures = BOOK.figures.volumes
    monday, sunday = date(2026, 9, 14), date(2026, 9, 13)

    assert CITY.expected(figures["police_permit"], sunday) < 0.2 * CITY.expected(
        figures["police_permit"], monday
    )
    assert CITY.expected(figures["alarm"], sunday) > CITY.expected(figures["alarm"], monday)
