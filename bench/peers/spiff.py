"""SpiffWorkflow: load the serialised workflow, complete its waiting user task, store it again."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.peers.arguments import CASES_OPEN, FORM, parse, report

# A user task that leads back to itself: every step of the bench completes it once.
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="haihe">
  <process id="alarm" isExecutable="true">
    <startEvent id="start"><outgoing>a</outgoing></startEvent>
    <sequenceFlow id="a" sourceRef="start" targetRef="merge"/>
    <exclusiveGateway id="merge"><incoming>a</incoming><incoming>c</incoming>
      <outgoing>b</outgoing></exclusiveGateway>
    <sequenceFlow id="b" sourceRef="merge" targetRef="handle"/>
    <userTask id="handle" name="handle"><incoming>b</incoming><outgoing>c</outgoing></userTask>
    <sequenceFlow id="c" sourceRef="handle" targetRef="merge"/>
  </process>
</definitions>
"""


def specification() -> Any:
    """The parsed BPMN process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alarm.bpmn"
        path.write_text(PROCESS, encoding="utf-8")
        parser = BpmnParser()
        parser.add_bpmn_file(str(path))
        return parser.get_spec("alarm")


def connect(database: str) -> Any:
    """A connection of this thread's own."""
    if database.startswith("sqlite:"):
        connection = sqlite3.connect(database[7:], isolation_level=None, timeout=60)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection
    import psycopg

    return psycopg.connect(database, autocommit=True)


def main() -> None:
    """Complete user tasks for the given seconds."""
    args = parse()
    mark = "?" if args.database.startswith("sqlite:") else "%s"
    begin = "BEGIN IMMEDIATE" if mark == "?" else "BEGIN"
    lock = "" if mark == "?" else " FOR UPDATE"
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    connection = connect(args.database)
    connection.execute("CREATE TABLE spiff_case (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    connection.execute("CREATE TABLE spiff_event (id INTEGER, seq INTEGER, body TEXT NOT NULL)")
    workflow = BpmnWorkflow(specification())
    workflow.do_engine_steps()
    fresh = serializer.serialize_json(workflow)
    for case in range(CASES_OPEN):
        connection.execute(f"INSERT INTO spiff_case VALUES ({mark}, {mark})", (case, fresh))
    own = threading.local()
    form = json.dumps(FORM)

    def act(caller: int, turn: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect(args.database)
        case = caller % CASES_OPEN
        own.connection.execute(begin)
        body = own.connection.execute(
            f"SELECT body FROM spiff_case WHERE id = {mark}{lock}", (case,)
        ).fetchone()[0]
        open_case = serializer.deserialize_json(body if turn % 8 else fresh)  # a case of 8 steps
        task = open_case.get_next_task(state=TaskState.READY, manual=True)
        task.set_data(**FORM)
        task.run()
        open_case.do_engine_steps()
        stored = serializer.serialize_json(open_case)
        own.connection.execute(
            f"UPDATE spiff_case SET body = {mark} WHERE id = {mark}", (stored, case)
        )
        own.connection.execute(
            f"INSERT INTO spiff_event VALUES ({mark}, {mark}, {mark})", (case, turn, form)
        )
        own.connection.execute("COMMIT")

    report(args, act)


if __name__ == "__main__":
    main()
