"""viewflow: assign, start and execute the waiting human task of a flow, as its views do."""

from __future__ import annotations

import sys
from typing import Any

import django
from django.conf import settings

from bench.peers.arguments import CASES_OPEN, FORM, parse, report


def configure(database: str) -> None:
    """Django with viewflow's own tables and nothing else."""
    if database.startswith("sqlite:"):
        entry: dict[str, Any] = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database[7:],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
            },
        }
    else:
        from psycopg.conninfo import conninfo_to_dict

        info = conninfo_to_dict(database)
        entry = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": info["dbname"],
            "HOST": info.get("host", ""),
            "PORT": info.get("port", ""),
            "USER": info.get("user", ""),
        }
    settings.configure(
        DATABASES={"default": entry | {"CONN_MAX_AGE": None}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "viewflow",
            "viewflow.workflow",
            "bench.peers",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def main() -> None:
    """Execute human tasks for the given seconds."""
    args = parse()
    configure(args.database)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from viewflow.workflow.models import Task

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    from bench.peers.flows import Alarm

    user = User.objects.create(username="officer")
    processes: dict[int, int] = {}

    def open_case() -> int:
        process = Alarm.start.run()
        return int(process.pk)

    for case in range(CASES_OPEN):
        processes[case] = open_case()

    def act(caller: int, turn: int) -> None:
        case = caller % CASES_OPEN
        with Alarm.lock(processes[case]):
            waiting = Task.objects.filter(
                process_id=processes[case], status__in=["NEW", "ASSIGNED"]
            ).get()
            activation = waiting.flow_task.activation_class(waiting)
            activation.assign(user)
            activation.start(request=None)
            activation.process.data = FORM | {"turn": turn}
            activation.process.save()
            activation.execute()

    report(args, act)


if __name__ == "__main__":
    main()
