"""`haihe work`: the background worker - seals, delivers what was announced, runs the models.

Every few seconds the models look at what was touched; every minute the views are brought up to the
journal; once a night everything is swept; each working day begins with its draw of call-backs.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

SESSION_NOTES_KEPT = timedelta(days=2)  # longer than any session lasts

HELP = "后台工作：定时封存、投递通知、随时监督、夜间全量监督；--once 各做一次后结束"

SEAL_SECONDS: Final = 60.0
DELIVER_SECONDS: Final = 1.0
SWEEP_SECONDS: Final = 2.0
VIEWS_SECONDS: Final = 60.0
PAST_SECONDS: Final = 2.0  # how matters stood, for pages as of a past moment
WORDS_SECONDS: Final = 5.0
NIGHT_SECONDS: Final = 600.0  # how often it is asked whether the night's sweep is due
NIGHT_HOUR: Final = 2
SUCCESSION_SECONDS: Final = 60.0
SOURCES_SECONDS: Final = 10.0
LETTERS_SECONDS: Final = 5.0
CERTIFICATES_SECONDS: Final = 5.0
RATINGS_SECONDS: Final = 60.0
CALL_BACKS_SECONDS: Final = 600.0
PRUNE_SECONDS: Final = 3_600.0
HALLS_SECONDS: Final = 600.0
NOTICES_SECONDS: Final = 10.0
PLAY_SECONDS: Final = 4.0
ROUNDS_A_DELIVERY_MAX: Final = 200
PAST_ROUNDS_MAX: Final = 5  # of haihe.records.past at once: the other jobs have their turn
OUTBOX_FILE: Final = "outbox.jsonl"

log = logging.getLogger(__name__)


@dataclass
class Job:
    """Something to do every so many seconds; what it raises is logged and it is tried again."""

    name: str
    every: float
    work: Callable[[], None]
    due: float = 0.0

    def run(self, now: float) -> bool:
        """Do it; gives whether it went well."""
        self.due = now + self.every
        try:
            self.work()
        except Exception:
            log.exception("%s did not succeed; it is tried again in %s s", self.name, self.every)
            return False
        return True


def arguments(parser: argparse.ArgumentParser) -> None:
    """How often each job runs; 0 leaves it out."""
    parser.add_argument("--once", action="store_true", help="各做一次后结束")
    parser.add_argument("--seal-seconds", type=float, default=SEAL_SECONDS, help="封存间隔")
    parser.add_argument("--deliver-seconds", type=float, default=DELIVER_SECONDS, help="投递间隔")
    parser.add_argument("--sweep-seconds", type=float, default=SWEEP_SECONDS, help="监督间隔")
    parser.add_argument("--views-seconds", type=float, default=VIEWS_SECONDS, help="视图更新间隔")
    parser.add_argument(
        "--night-hour", type=int, default=NIGHT_HOUR, help="几点以后做夜间全量监督；-1 不做"
    )


def run(args: argparse.Namespace) -> int:
    """Work until told to stop (SIGTERM, Ctrl-C); with --once, 1 if any job did not succeed."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    from haihe.records import database

    try:
        database.connect_prepared().close()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return 2
    jobs = [
        job
        for job in (
            Job("seal", args.seal_seconds, seal),
            Job("deliver", args.deliver_seconds, deliver),
            Job("sweep", args.sweep_seconds, sweep),
            Job("succession", SUCCESSION_SECONDS, pass_to_heirs),
            Job("sources", SOURCES_SECONDS, resume_applications),
            Job("letters", LETTERS_SECONDS, answer_joined_letters),
            Job("certificates", CERTIFICATES_SECONDS, issue_certificates),
            Job("ratings", RATINGS_SECONDS, carry_rating_answers),
            Job("call-backs", CALL_BACKS_SECONDS, CallBacks()),
            Job("views", args.views_seconds, bring_up_views),
            Job("past", PAST_SECONDS, keep_past),
            Job("words", WORDS_SECONDS, index_words),
            Job("night", NIGHT_SECONDS if args.night_hour >= 0 else 0, Night(args.night_hour)),
            Job("prune", PRUNE_SECONDS, prune),
            Job("halls", HALLS_SECONDS, end_hall_days),
            Job("messages of halls", NOTICES_SECONDS, tell_of_halls),
            Job("hall of the demo", PLAY_SECONDS, play_hall),
        )
        if job.every > 0
    ]
    if args.once:
        went_well = [job.run(time.monotonic()) for job in jobs]
        return 0 if all(went_well) else 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while jobs and not stop.is_set():
        job = min(jobs, key=lambda one: one.due)
        if not stop.wait(max(0.0, job.due - time.monotonic())):
            job.run(time.monotonic())
            beat()
    return 0


def beat() -> None:
    """Say that the worker is at work: `haihe doctor` looks when this was last touched."""
    from haihe.records import health, home

    (home.home() / health.BEAT_FILE).touch(mode=0o600)


def seal() -> None:
    """Close what was recorded since the last seal."""

    from haihe.records import database, seals

    connection = database.connect()
    try:
        seals.close_all(connection, datetime.now(UTC))
    finally:
        connection.close()


def deliver() -> None:
    """Hand every waiting notice to the sink: a file of JSON lines in HAIHE_HOME."""

    from haihe.records import database, home, outbox

    sink = outbox.FileSink(home.home() / OUTBOX_FILE)
    connection = database.connect()
    try:
        for _ in range(ROUNDS_A_DELIVERY_MAX):
            if outbox.deliver(connection, sink, datetime.now(UTC)) == 0:
                break
    finally:
        connection.close()


def keep_past() -> None:
    """Write down how matters stood, up to the last event."""
    from haihe.records import past

    past.catch_up(PAST_ROUNDS_MAX)


def pass_to_heirs() -> None:
    """Hand what closed bodies still have to their heirs."""

    from haihe.records import database, succession

    connection = database.connect()
    try:
        told = succession.apply(connection, datetime.now(UTC))
    finally:
        connection.close()
    for matter, says in told.left:
        log.warning("matter %s of a closed body has no heir: %s", matter, says)


def end_hall_days() -> None:
    """Close the days of service halls that are over; empty those that are kept no longer."""

    from haihe.records import halls_night

    now = datetime.now(UTC)
    halls_night.end_days(now)
    halls_night.dispose(now)


def tell_of_halls() -> None:
    """Send what is due to the phones of people who wait in a hall."""

    from haihe.hall import notices

    notices.send_due(datetime.now(UTC))


def play_hall() -> None:
    """Let the hall of a demo go on; a hall where people work is left alone."""

    from haihe.records import halls_demo

    halls_demo.go_on(datetime.now(UTC))


def resume_applications() -> None:
    """Ask the registers of other departments what they still owe to applications."""

    from haihe.records import applications, database

    connection = database.connect()
    try:
        done = applications.resume(connection, datetime.now(UTC))
    finally:
        connection.close()
    if done.down:
        log.info("%s questions to registers are still without an answer", done.down)


def carry_rating_answers() -> None:
    """Write what rated units answered into the files of the bad ratings."""

    from haihe.records import database, rating_answers

    connection = database.connect()
    try:
        rating_answers.carry(connection, datetime.now(UTC))
    finally:
        connection.close()


def answer_joined_letters() -> None:
    """Give the writers of joined letters the answers that were sent."""

    from haihe.records import database, letter_joins

    connection = database.connect()
    try:
        letter_joins.answer_joined(connection, datetime.now(UTC))
    finally:
        connection.close()


def issue_certificates() -> None:
    """Hand out what was granted as certificates."""

    from haihe.records import certificates, database

    connection = database.connect()
    try:
        certificates.issue_new(connection, datetime.now(UTC))
    finally:
        connection.close()


def prune() -> None:
    """Forget notices that were delivered long ago, old tries, invitations, drafts and sessions."""

    from haihe.records import account_book, attempts, database, drafts, outbox, sessions

    now = datetime.now(UTC)
    connection = database.connect()
    try:
        outbox.prune(connection, now)
        drafts.prune(connection, now)
    finally:
        connection.close()
    attempts.forget_old(now)
    account_book.prune(now)
    sessions.forget_unused(now - SESSION_NOTES_KEPT)


def sweep() -> None:
    """Run the models over what was touched since the last sweep and raise what they find."""

    from haihe.records import sweeping

    told = sweeping.sweep_touched(datetime.now(UTC))
    if told.left:
        log.warning("too many linked matters: %s run in full next time", ", ".join(told.left))


def index_words() -> None:
    """Bring the index of words up to the journal, so that a search need not."""
    from haihe.records.database import reading_connection
    from haihe.records.words import catch_up

    catch_up(reading_connection())


def bring_up_views() -> None:
    """Bring the published views up to the journal, for whoever reads them."""

    from haihe.records import mirror, rules
    from haihe.records.database import reading_connection

    in_use = rules.current()
    mirror.refresh(reading_connection(), in_use, in_use.every_version(), datetime.now(UTC))


class CallBacks:
    """Opens the spot call-backs of each working day, soon after midnight; looked at once a day."""

    def __init__(self) -> None:
        self._done: date | None = None

    def __call__(self) -> None:
        """Draw today's, if this worker did not look yet; what did not succeed is tried again."""
        from haihe.records import daily_draw, database, rules

        now = datetime.now(UTC)
        today = now.astimezone(rules.current().zone).date()
        if self._done == today:
            return
        connection = database.connect()
        try:
            told = daily_draw.draw_today(connection, now)
        finally:
            connection.close()
        self._done = today
        if told is not None and not told.made_before:
            log.info("call-backs of %s: %s by seed %s", told.day, len(told.drawn), told.seed)


class Night:
    """Sweeps everything once a night, after an hour; the worker's first night is the next one."""

    def __init__(self, hour: int) -> None:
        self._hour = hour
        self._done: date | None = None

    def __call__(self) -> None:
        """Sweep, if tonight's sweep is due and was not done."""
        from haihe.records import rules, sweeping

        now = datetime.now(UTC)
        if self.is_due(now.astimezone(rules.current().zone)):
            sweeping.sweep_all(now)

    def is_due(self, local: datetime) -> bool:
        """Whether to sweep at this local instant: once a night, after the hour.

        A worker that starts before the hour still has its night before it.
        """
        tonight = local.date() if local.hour >= self._hour else local.date() - timedelta(days=1)
        before, self._done = self._done, tonight
        return before is not None and before < tonight
