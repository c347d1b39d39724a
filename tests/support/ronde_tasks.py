"""The operations of our own vectors on tasks; `tests/client/support/ronde_tasks.ts` is the twin."""

import base64
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from channels.content import Task, TaskChange, decode
from channels.content_tasks import SignedTask, begun, changed
from crypto.ids import CircleId, ProfessionalId
from crypto.membership import verify_chain
from crypto.session.log import Card

Given = Mapping[str, Any]
Values = dict[str, object]


def _follow_task(given: Given) -> Values:
    """Follow a task through its entries; who is first gives it."""
    (first, *others), uncounted = given["entries"], list[str | None]()
    words = decode("task", base64.b64decode(first["body"]))
    assert isinstance(words, Task)
    task = begun(words, ProfessionalId(first["by"]), _card(words, first))
    for entry in others:
        change = decode("task_change", base64.b64decode(entry["body"]))
        assert isinstance(change, TaskChange)
        task, why = changed(
            task,
            change,
            by=ProfessionalId(entry["by"]),
            coordinates=entry["coordinates"],
            card=_card(words, entry),
        )
        uncounted.append(None if why is None else why.value)
    return {**_told(task), "uncounted": uncounted}


def _told(task: SignedTask) -> Values:
    return {
        "author": task.author,
        "title": task.title,
        "details": task.details,
        "steps": [[step.text, step.done] for step in task.checklist],
        "state": task.state,
        "due": task.due,
        "assignees": list(task.assignees),
        "document": task.document,
        "contradicted": task.contradicted,
    }


def _card(words: Task, entry: Given) -> Card | None:
    for card in entry["card"]:
        return Card(
            task=words.task,
            state=card["state"],
            assignees=tuple(card["assignees"]),
            due=date.fromisoformat(card["due"]) if card["due"] else None,
            document=card["document"] or None,
        )
    return None


def _coordinated(given: Given) -> Values:
    chain = [base64.b64decode(one) for one in given["chain"]]
    roster = verify_chain(chain, CircleId(given["circle"]))
    who = ProfessionalId(given["professional"])
    lengths = range(len(chain) + 2)
    return {"coordinates": [roster.coordinated(who, length) for length in lengths]}


TASK_OPERATIONS: Mapping[str, Callable[[Given], Values]] = {
    "follow_task": _follow_task,
    "coordinated": _coordinated,
}
