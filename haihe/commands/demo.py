"""`haihe demo`: fill an empty installation with a small demo city, through the one door only."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from haihe.kernel.qualification import Held
    from haihe.records.account_book import Duty

HELP = "向空库装入演示城市：人员、事项和演示账号"

PASSWORD = "haihe-demo"  # printed at the start; never accepted outside a demo
PACE = 1000  # the most steps a demo may have

SWEPT_DAYS_AGO: Final = (6, 1)  # so that not everything is found on the day of the demo
SIMULATED_DAYS = 30
SIMULATED_DAYS_MAX = 400
SIMULATED_SCALE = 0.0005
SIMULATED_SEED = 1
SIMULATED_DISTRICTS = ("120103", "120110")  # 河西、东丽

SHADES = {"photo-before": (138, 75, 58), "photo-after": (47, 107, 79), "photo-check": (42, 95, 116)}

_LENGTH = re.compile(r"(\d+) (minutes|hours|days)")
MATTER = "@matter:"
_INSTANT = re.compile(r"@([+-]\d+)([mhd])")
_DAY = re.compile(r"@day([+-]\d+)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

SIGN_INS = (
    ("taker", "110 接警员：登记警情、派警"),
    ("officer", "派出所民警：签收、到场、处置、办结"),
    ("window", "派出所窗口民警：叫号、办理（大厅 hall/machang/windows/）"),
    ("lobby", "大堂警官：看材料、帮老人取号（大厅 hall/machang/lobby/）"),
    ("mediator", "人民调解员：受理、调解、协议、回访"),
    ("ratings", "群众评价办理：差评回访、答复，抽查电话"),
    ("mailbox", "局长信箱管理员：登记来信、交办（来信 officer/letters/）"),
    ("inspection", "督察民警：查反映单位的来信、起草答复"),
    ("bureau-chief", "分局局长：超期和反复的来信（监督 center/letters/）"),
    ("liaison-head", "园区警务服务联络办：定联络员、答复企业（保税区）"),
    ("petitions", "市信访办：反映市公安局的来信（来信 officer/letters/）"),
    ("supervisor", "执法监督员：监督发现和整改"),
    ("analyst", "数据分析员：模型工作台"),
    ("administrator", "综治中心管理员：委托移送、督办"),
)


ADMINISTRATORS: Final[dict[str, tuple[str, Duty, str]]] = {  # no county ever had this region
    "engineer": ("系统管理员秦工", "system", "12019919800101001A"),
    "security": ("安全管理员安岚", "security", "12019919800101002A"),
    "auditor": ("审计管理员沈静", "audit", "12019919800101003A"),
}


class Post(msgspec.Struct, forbid_unknown_fields=True):
    """A member of the demo's staff, who can sign in under the id of this entry."""

    name: str
    organ: str
    roles: list[str]
    supervisor: bool = False
    post: str = ""
    qualification: str = ""  # one of city/posts.yaml, as old as the post


APPOINTED: Final = date(2018, 9, 1)  # before the oldest matter of the demo


class Step(msgspec.Struct, forbid_unknown_fields=True, rename={"act": "do", "role": "as"}):
    """A step of a course: `at` is how long after the opening it is taken."""

    at: str
    act: str
    by: str
    role: str
    with_: dict[str, object] = msgspec.field(default_factory=dict, name="with")


class Course(msgspec.Struct, forbid_unknown_fields=True):
    """The way matters of a kind go."""

    kind: str
    steps: list[Step]


class Planned(msgspec.Struct, forbid_unknown_fields=True):
    """A matter on a course, opened `ago`, followed up to a step; `with_` replaces field values.

    `called` is a name by which a later one may say it: `@matter:name` is its id.
    """

    course: str
    ago: str
    upto: str = ""
    called: str = ""
    with_: dict[str, object] = msgspec.field(default_factory=dict, name="with")


class City(msgspec.Struct, forbid_unknown_fields=True):
    """What `city/demo.yaml` tells."""

    staff: dict[str, Post]
    courses: dict[str, Course]
    matters: list[Planned]


class Unfilled(Exception):
    """A planned step was refused; the message says which and why."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many days of the simulated city lie around the matters of the demo."""
    parser.add_argument(
        "--days", type=int, default=SIMULATED_DAYS, help="模拟城市的天数；0 为只有演示事项"
    )


def run(args: argparse.Namespace) -> int:
    """Fill an empty installation; leave one that has matters alone (exit code 1)."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    if not 0 <= args.days <= SIMULATED_DAYS_MAX:
        print(f"--days 在0与{SIMULATED_DAYS_MAX}之间。", file=sys.stderr)
        return 2
    count = fill(days=args.days)
    if count == 0:
        print("这里已经有事项，没有装入演示城市。请换一个空的 HAIHE_HOME。", file=sys.stderr)
        return 1
    print(f"已装入 {count} 件演示事项。\n{welcome('')}", file=sys.stderr)
    return 0


def welcome(address: str) -> str:
    """Addresses of the faces and the demo accounts that are here, for the terminal."""
    from haihe.records.accounts import person_name

    lines = [
        f"  从这里开始：选一个身份，一点就进，每个身份有两分钟的导览 {address}demo/",
        f"  群众     {address}",
        f"  办理     {address}officer/",
        f"  监督     {address}center/",
        f"  大厅     {address}hall/",
    ]
    here = [(name, what) for name, what in SIGN_INS if person_name(name) != name]
    if not here:
        return "\n".join([*lines, "这里原来就有事项，没有装入演示城市，也没有演示账号。"])
    accounts = [f"  {name:<14}{what}" for name, what in here]
    return "\n".join([*lines, f"演示账号（口令都是 {PASSWORD}）：", *accounts])


def holds_accounts() -> bool:
    """Whether somebody can sign in here with the password of the demo, which everybody knows."""
    from django.contrib.auth import get_user_model

    from haihe.records import account_book

    if account_book.holds_demo():
        return True
    named = get_user_model().objects.filter(username__in=[name for name, _ in SIGN_INS])
    return any(user.check_password(PASSWORD) for user in named)


def fill(now: datetime | None = None, days: int | None = None) -> int:
    """Fill an empty installation with the demo city as of `now`; gives how many matters it opened.

    Around the planned matters lie those of `days` (default: SIMULATED_DAYS) of the simulated city.
    0 means that there were matters already and nothing was done. Raises Unfilled when the rules
    refuse a planned step, which is a mistake of city/demo.yaml.
    """
    from haihe.commands.sweep import sweep_all
    from haihe.records import database, halls_demo, lists, ratings_demo
    from haihe.records.sweeping import sweep_as_of

    if not lists.is_empty():
        return 0
    city = load()
    _appoint(city)
    _appoint_administrators()
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    plan = sorted(_planned(city, now), key=lambda one: one[0])
    assert len(plan) <= PACE
    opened: dict[int, str] = {}
    for at, number, step in plan:
        _take(at, number, step, city, opened)
    simulated = _simulate(now, SIMULATED_DAYS if days is None else days)
    told = _tell_stories(now)
    _answer_for_areas(_local_day(now))
    halls_demo.fill(now)
    ratings_demo.fill(database.reading_connection(), now)
    for days in SWEPT_DAYS_AGO:
        sweep_as_of(now - timedelta(days=days))
    sweep_all(now)
    return len(opened) + simulated + told


def _tell_stories(now: datetime) -> int:
    """The told stories, each so late that it has just ended; gives how many matters."""
    from django.contrib.auth.hashers import make_password

    from haihe.stories.playing import Broken
    from haihe.stories.running import tell_all

    try:
        return tell_all(now, make_password(PASSWORD))
    except Broken as error:
        raise Unfilled(f"stories/: {error}") from error


def _simulate(now: datetime, days: int) -> int:
    """Some weeks of the simulated city in the demo's districts; gives how many matters."""
    from haihe.pack import load_pack
    from haihe.pack.city import load_organs
    from haihe.records import write
    from haihe.records.simulated import found_bodies, keep_beside
    from haihe.simulation.book import load_book
    from haihe.simulation.city import Simulation
    from haihe.simulation.telling import Chronicler

    if not days:
        return 0
    known = load_organs().by_name()
    simulation = Simulation(
        load_pack(), load_book(), SIMULATED_SEED, known=known, only=SIMULATED_DISTRICTS
    )
    told = Chronicler(simulation, now, days, SIMULATED_SCALE)
    found_bodies(simulation.city)
    matters = 0
    for taken in write.submit_many(told.chronicles(), now=now):
        for one in taken.refused:
            raise Unfilled(f"simulation/: {one.key}: {one.refused.says} {one.refused.instead}")
        matters += taken.matters
    keep_beside(told)
    return matters


def load(folder: Path | None = None) -> City:
    """The demo city of a city folder; msgspec.ValidationError names what is not as it should be."""
    import yaml

    from haihe.pack.place import city_folder

    text = ((folder or city_folder()) / "demo.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, Loader=yaml.CSafeLoader), City)


def _appoint(city: City) -> None:
    from django.contrib.auth.hashers import make_password

    from haihe.records import account_book
    from haihe.records.accounts import create_staff

    hashed = make_password(PASSWORD)  # once: a good hash is slow, and all share the password
    for person, post in city.staff.items():
        user_id = create_staff(
            person,
            name=post.name,
            organ=post.organ,
            roles=post.roles,
            hashed=hashed,
            supervisor=post.supervisor,
            post=post.post,
            since=APPOINTED,
            qualifications=_qualifications(person, post),
        )
        account_book.enter(user_id, person, post.name, origin="demo", made_by="演示程序")


def _appoint_administrators() -> None:
    """The three administrators, each a human being of their own; their numbers are nobody's."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    from haihe.records import account_acts, account_book
    from haihe.records.accounts import enrol

    for person, (name, duty, human) in ADMINISTRATORS.items():
        user, _ = get_user_model().objects.get_or_create(username=person)
        user.password = make_password(PASSWORD)
        user.save()
        enrol(person, name, int(user.pk))
        account_book.enter(user.pk, person, name, origin="demo", made_by="演示程序")
        account_book.appoint(user.pk, duty, human, by="演示程序")
        account_acts.note("演示程序", "appointed", person, more=duty)


def _answer_for_areas(day: date) -> None:
    """Everybody who answers for a place, a grid or a beat: invented, without an account."""
    from random import Random

    from haihe.records import rules
    from haihe.records.responsible import fill_posts
    from haihe.simulation.people import name

    chance = Random(SIMULATED_SEED)
    fill_posts(rules.current(), day, APPOINTED, lambda: name(chance))


def _qualifications(person: str, post: Post) -> list[Held]:
    from haihe.kernel.qualification import Held

    kind = post.qualification
    number = f"演示-{person}"
    return [Held(qualification=kind, number=number, since=APPOINTED)] if kind else []


def _planned(city: City, now: datetime) -> Iterator[tuple[datetime, int, Step]]:
    """Every step that lies in the past: when, of which matter (its number), with its values."""
    for number, matter in enumerate(city.matters):
        opening = now - length(matter.ago)
        for step in city.courses[matter.course].steps:
            at = opening + length(step.at)
            if at > now:
                break
            told = {name: matter.with_.get(name, value) for name, value in step.with_.items()}
            values = {name: _value(value, opening) for name, value in told.items()}
            yield at, number, msgspec.structs.replace(step, with_=values)
            if step.act == matter.upto:
                break


def _take(at: datetime, number: int, step: Step, city: City, opened: dict[int, str]) -> None:
    from haihe.kernel.values import Actor, Command, Refused
    from haihe.records import read, write

    kind = city.courses[city.matters[number].course].kind
    post = city.staff.get(step.by)  # none: a member of the public
    actor = Actor(person=step.by, role=step.role, organ=post.organ if post else read.PUBLIC)
    command = Command(
        key=f"demo:{number}:{step.act}",
        act=step.act,
        actor=actor,
        matter=opened.get(number),
        kind=None if number in opened else kind,
        data=msgspec.convert(
            {name: _named(value, city, opened) for name, value in step.with_.items()},
            dict[str, str | int | float | bool | list[str] | None],
        ),
    )
    answer = write.submit(command, now=at)
    if isinstance(answer, Refused):
        raise Unfilled(
            f"city/demo.yaml, matter {number}, {step.act}: {answer.says} {answer.instead}"
        )
    opened[number] = answer.matter


def _named(value: object, city: City, opened: dict[int, str]) -> object:
    """A value; of `@matter:name` the id of the matter that is called so."""
    if not isinstance(value, str) or not value.startswith(MATTER):
        return value
    for number, matter in enumerate(city.matters):
        if matter.called == value.removeprefix(MATTER) and number in opened:
            return opened[number]
    raise Unfilled(f"city/demo.yaml: {value!r} names no matter that is open by then")


def length(text: str) -> timedelta:
    """`90 minutes`, `3 hours`, `2 days`."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise Unfilled(f"city/demo.yaml: {text!r} must be like '90 minutes', '3 hours' or '2 days'")
    return timedelta(**{found[2]: int(found[1])})


def _value(value: object, opening: datetime) -> object:
    """A field's value; times counted from the opening become instants and days, photos digests."""
    if isinstance(value, list):
        return [_value(one, opening) for one in value]
    if not isinstance(value, str):
        return value
    if found := _INSTANT.fullmatch(value):
        return (opening + timedelta(**{_UNITS[found[2]]: int(found[1])})).isoformat()
    if found := _DAY.fullmatch(value):
        return _local_day(opening + timedelta(days=int(found[1]))).isoformat()
    if value in SHADES:
        return _photo(value)
    return value


def _local_day(at: datetime) -> date:
    return at.astimezone(_zone()).date()


def _zone() -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Shanghai")


def _photo(name: str) -> str:
    """A drawn picture stands for a photograph; it is kept like any file that is sent in."""
    from haihe.records import files
    from haihe.stories.pictures import picture

    return files.keep([picture(*SHADES[name])])
