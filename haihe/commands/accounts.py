"""`haihe accounts`: the three administrators at installation, and what else needs the server."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.records.account_book import Duty, Entry

HELP = "账号：安装时设三种管理员；邀请、停用、解锁；接口令牌"

DAYS = 90
BY = "haihe accounts"
NUMBER = re.compile(r"[0-9]{17}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


class Unusable(Exception):
    """Words of the command line that cannot be used; the message says what to write."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which account."""
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    first = what.add_parser(
        "first", help="安装后第一次：设系统、安全、审计三名管理员，给出邀请链接"
    )
    for duty, words in (("system", "系统"), ("security", "安全"), ("audit", "审计")):
        first.add_argument(
            f"--{duty}",
            required=True,
            metavar="账号,姓名,身份证号",
            help=f"{words}管理员；身份证号只留下加密索引，用来防止一人担任两种",
        )
    appoint = what.add_parser("appoint", help="再设一名管理员")
    appoint.add_argument("duty", choices=("system", "security", "audit"))
    appoint.add_argument("who", metavar="账号,姓名,身份证号")
    for name, words in (
        ("invite", "重新发邀请（忘记密码、过期）"),
        ("withdraw", "停用账号，马上退出"),
        ("unlock", "解锁"),
        ("clear-factors", "清除第二验证方式（手机丢了）"),
        ("token", "签发接口令牌，只显示一次"),
    ):
        one = what.add_parser(name, help=words)
        one.add_argument("account", help="登录用的账号")
        if name == "token":
            one.add_argument("--scope", action="append", required=True, help="steps:open steps:act")
            one.add_argument("--label", required=True, help="给哪个系统用")
            one.add_argument("--days", type=int, default=DAYS, help=f"有效天数（默认{DAYS}）")
    end = what.add_parser("end-token", help="收回接口令牌，半分钟内失效")
    end.add_argument("token", help="令牌的编号，见 haihe accounts tokens")
    what.add_parser("tokens", help="列出接口令牌")
    what.add_parser("list", help="列出账号")
    for one in (first, appoint, what.choices["invite"]):
        one.add_argument(
            "--address", default="http://127.0.0.1:8000/", help="邀请链接以什么地址开头"
        )


def run(args: argparse.Namespace) -> int:
    """0 done, 1 refused, 2 unusable words."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from haihe.records.account_book import NotSeparate
    from haihe.records.clients import UnusableToken

    try:
        told: int = ACTS[args.what](args)
    except (Unusable, UnusableToken) as wrong:
        print(f"haihe accounts: {wrong}", file=sys.stderr)
        return 2
    except NotSeparate as refused:
        print(f"haihe accounts: {refused}", file=sys.stderr)
        return 1
    return told


# ── Administrators ───────────────────────────────────────────────────────────────────────────


def first(args: argparse.Namespace) -> int:
    """Three accounts for three persons, each with an invitation; nobody has a password yet."""
    from haihe.records import account_book

    taken = account_book.duties_taken()
    if taken:
        names = "、".join(account_book.DUTIES[one] for one in account_book.DUTIES if one in taken)
        raise account_book.NotSeparate(f"已经有{names}了。再设一名用 haihe accounts appoint。")
    told: dict[Duty, tuple[str, str, str]] = {
        "system": who(args.system),
        "security": who(args.security),
        "audit": who(args.audit),
    }
    for at, of in ((0, "账号"), (2, "身份证号")):
        if len({one[at] for one in told.values()}) < len(told):
            raise account_book.NotSeparate(f"三名管理员的{of}不能相同：必须是三个人。")
    for duty, (person, name, number) in told.items():
        _appoint(duty, person, name, number, args.address)
    print("每人用自己的链接设定密码，再设第二验证方式。链接三天内有效，只能用一次。")
    return 0


def appoint(args: argparse.Namespace) -> int:
    """One more administrator: another person, another account."""
    _appoint(args.duty, *who(args.who), args.address)
    return 0


def who(text: str) -> tuple[str, str, str]:
    """账号,姓名,身份证号; raises Unusable."""
    from haihe.identity.administration import NO_PERSON, PERSON

    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    if len(parts) != 3 or not parts[1]:
        raise Unusable(f"{text}：写成 账号,姓名,身份证号")
    person, name, number = parts[0], parts[1], parts[2].upper()
    if not PERSON.fullmatch(person):
        raise Unusable(f"{person}：{NO_PERSON}")
    if not is_identity_number(number):
        raise Unusable(f"{name}的身份证号不对：18位，末位是校验码。")
    return person, name, number


def is_identity_number(number: str) -> bool:
    """GB 11643-1999: 17 digits with a real birthday, and the check character."""
    if not NUMBER.fullmatch(number):
        return False
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return CHECKS[total % 11] == number[17]


def _appoint(duty: Duty, person: str, name: str, number: str, address: str) -> None:
    from django.contrib.auth import get_user_model

    from haihe.identity.administration import make_account
    from haihe.records import account_acts, account_book

    if get_user_model().objects.filter(username=person).exists():
        raise account_book.NotSeparate(f"账号 {person} 已经有人用了：管理员用新的账号。")
    account_book.check_human(number)
    entry = make_account(person, name, by=BY, origin="installation")
    account_book.appoint(entry.user_id, duty, number, by=BY)
    account_acts.note(BY, "appointed", person, more=duty)
    print(f"{account_book.DUTIES[duty]} {name}（{person}）：{_invited(entry.user_id, address)}")


# ── One account ──────────────────────────────────────────────────────────────────────────────


def invite(args: argparse.Namespace) -> int:
    """A new link for a forgotten password."""
    from haihe.records import account_acts

    entry = _known(args.account)
    account_acts.note(BY, "invited", entry.person)
    print(_invited(entry.user_id, args.address))
    return 0


def withdraw(args: argparse.Namespace) -> int:
    """Nobody signs in with it any more."""
    from haihe.identity.administration import withdraw_account
    from haihe.records import account_acts

    entry = _known(args.account)
    withdraw_account(entry, by=BY)
    account_acts.note(BY, "withdrawn", entry.person)
    print(f"{entry.person} 已停用。")
    return 0


def unlock(args: argparse.Namespace) -> int:
    """Let somebody try again at once."""
    from haihe.identity import staff_door
    from haihe.records import account_acts, attempts

    entry = _known(args.account)
    attempts.unlock(staff_door.PASSWORD, staff_door.lock_name(entry.person))
    attempts.unlock(staff_door.FACTOR, str(entry.user_id))
    account_acts.note(BY, "unlocked", entry.person)
    print(f"{entry.person} 已解锁。")
    return 0


def clear_factors(args: argparse.Namespace) -> int:
    """A lost phone: the next sign-in sets up a new second factor."""
    from haihe.identity import administration
    from haihe.records import account_acts

    entry = _known(args.account)
    administration.clear_factors(entry)
    account_acts.note(BY, "factors_reset", entry.person)
    print(f"{entry.person} 的第二验证方式已清除，下次登录重新设置。")
    return 0


def list_all(_args: argparse.Namespace) -> int:
    """Every account, a line each."""
    from haihe.records import account_book

    for one in account_book.entries():
        duty = account_book.duty_name(one.duty)
        state = "已停用" if one.withdrawn_at else ""
        print("\t".join(word for word in (one.person, one.name, duty, one.origin, state) if word))
    return 0


# ── Tokens of machines ───────────────────────────────────────────────────────────────────────


def token(args: argparse.Namespace) -> int:
    """A token for the machines of an account."""
    from haihe.records import account_acts, clients

    issued = clients.issue_token(
        args.account,
        scopes=args.scope,
        label=args.label,
        made_by=BY,
        lasts=timedelta(days=args.days),
    )
    account_acts.note(BY, "token_issued", args.account, more=f"{issued.id} {args.label}")
    print(f"编号 {issued.id}，{args.days}天内有效，只显示这一次：", file=sys.stderr)
    print(issued.text)
    return 0


def end_token(args: argparse.Namespace) -> int:
    """Make a token useless."""
    from haihe.records import account_acts, clients

    if not clients.withdraw_token(args.token, by=BY):
        raise Unusable(f"没有编号为 {args.token} 的有效令牌；编号见 haihe accounts tokens。")
    account_acts.note(BY, "token_withdrawn", args.token)
    print(f"{args.token} 已收回，半分钟内失效。")
    return 0


def tokens(_args: argparse.Namespace) -> int:
    """Every token, a line each; never the token itself."""
    from haihe.records import clients

    now = datetime.now(UTC)
    for one in clients.tokens():
        over = "已收回" if one.withdrawn_at else "已过期" if one.expires_at <= now else "有效"
        until = f"{one.expires_at:%Y-%m-%d}"
        print("\t".join((one.id, one.person, one.label, " ".join(one.scopes), until, over)))
    return 0


def _known(person: str) -> Entry:
    from haihe.records import account_book

    entry = account_book.entry_of(person)
    if entry is None or entry.withdrawn_at is not None:
        raise Unusable(f"没有账号 {person}，或者已经停用；全部账号见 haihe accounts list。")
    return entry


def _invited(user_id: int, address: str) -> str:
    from django.urls import reverse

    from haihe.records import account_book

    word = account_book.invite(user_id, by=BY, now=datetime.now(UTC))
    return address.rstrip("/") + reverse("identity:invitation", args=[word])


ACTS = {
    "first": first,
    "appoint": appoint,
    "invite": invite,
    "withdraw": withdraw,
    "unlock": unlock,
    "clear-factors": clear_factors,
    "list": list_all,
    "token": token,
    "end-token": end_token,
    "tokens": tokens,
}
