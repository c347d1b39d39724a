"""Entries as lines on a terminal: when, who, what."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import click

from channels.content import (
    Content,
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
    decode,
)
from channels.content_fields import BadContent
from channels.content_parts import Attachment, ChecklistItem
from channels.content_tasks import Uncounted, begun
from crypto.ids import EntryId, ProfessionalId
from crypto.session.effects import EntryOpened
from server.client.telling import Names, local, loud, plain

STATES: Mapping[str, str] = {
    "requested": "demandée",
    "accepted": "acceptée",
    "rejected": "refusée",
    "in-progress": "en cours",
    "completed": "faite",
    "cancelled": "annulée",
}
BELIED = "le serveur montre de cette tâche autre chose que ce qu'ont écrit ses auteurs."
_UNCOUNTED: Mapping[Uncounted, str] = {
    Uncounted.NOT_THEIRS: "ce changement ne compte pas : la tâche n'est pas à cette personne.",
    Uncounted.TOO_LATE: "ce changement ne compte pas : un autre est passé avant.",
}
_INDENT = " " * 8


async def show(
    entries: Iterable[EntryOpened],
    names: Names,
    *,
    numbers: Mapping[EntryId, int],
    uncounted: Mapping[EntryId, Uncounted] | None = None,
) -> None:
    """Print entries in order; `numbers` tells the places of those they may answer to.

    `uncounted` names the changes of tasks that do not count, where the tasks are known.
    """
    for one in entries:
        who = await names.of(one.opened.author.professional)
        click.secho(f"#{one.seq:<5} {local(one.at)}  {who}", bold=True)
        for line in plain(await _words(one, names, numbers)).split("\n"):
            click.echo(f"{_INDENT}{line}")
        why = (uncounted or {}).get(one.opened.entry.id)
        if why is not None:
            loud(_UNCOUNTED[why])
        if one.notice is not None:
            loud(f"la place de ce message est douteuse ({one.notice.value}).")


def content_of(one: EntryOpened) -> Content | None:
    """Read an entry's body, or nothing where this version does not know its kind."""
    entry = one.opened.entry
    try:
        return decode(entry.type, entry.body)
    except BadContent:
        return None


def checklist(steps: Iterable[ChecklistItem]) -> str:
    """Write the steps of a task, one on each line."""
    return "".join(
        f"\n{'☑' if step.done else '☐'} {number}. {step.text}"
        for number, step in enumerate(steps, start=1)
    )


async def _words(one: EntryOpened, names: Names, numbers: Mapping[EntryId, int]) -> str:
    content = content_of(one)
    match content:
        case Message():
            return await _message(content, names, numbers)
        case Edit() | Deletion():
            return await _correction(content, names, numbers)
        case Task():
            return await _task(content, one, names)
        case TaskChange():
            return await _change(content, names)
        case Reaction():
            return f"{content.emoji} sous {_place(content.to, numbers)}"
        case DocumentLink():
            return f"Document « {content.label} » ({content.document})"
        case None:
            return "(contenu que cette version ne sait pas montrer)"


async def _message(message: Message, names: Names, numbers: Mapping[EntryId, int]) -> str:
    answer = "" if message.reply_to is None else f"↳ {_place(message.reply_to, numbers)} : "
    urgent = "[urgent] " if message.urgent else ""
    said = f"{answer}{urgent}{message.text}{await _named(message.mentions, names)}".rstrip()
    return "\n".join((*([said] if said else ()), *map(_file, message.attachments)))


async def _correction(
    content: Edit | Deletion, names: Names, numbers: Mapping[EntryId, int]
) -> str:
    place = _place(content.of, numbers)
    if isinstance(content, Deletion):
        return f"Retrait de {place}"
    return f"Correction de {place} : {content.text}{await _named(content.mentions, names)}"


async def _named(mentions: Sequence[ProfessionalId], names: Names) -> str:
    return f" (@ {await names.of_all(mentions)})" if mentions else ""


def _file(attachment: Attachment) -> str:
    kilobytes = math.ceil(attachment.size / 1000)
    return f"Fichier « {attachment.name} » ({attachment.type}, {kilobytes} ko)"


async def _task(task: Task, one: EntryOpened, names: Names) -> str:
    signed = begun(task, one.opened.author.professional, one.card)
    said = f"Tâche « {task.title} » ({task.task})"
    if signed.assignees:
        said += f"\npour {await names.of_all(signed.assignees)}"
    if signed.due:
        said += f"\navant le {date.fromisoformat(signed.due):%d/%m/%Y}"
    if signed.contradicted:
        said += f"\n⚠ {BELIED}"
    return f"{said}{chr(10) + task.details if task.details else ''}{checklist(task.checklist)}"


async def _change(change: TaskChange, names: Names) -> str:
    said = [f"Tâche {change.task}"]
    if change.title is not None:
        said.append(f"devient « {change.title} »")
    if change.state is not None:
        said.append(STATES.get(change.state, change.state))
    if change.assignees is not None:
        said.append(f"pour {await names.of_all(change.assignees)}")
    if change.due:
        said.append(f"avant le {change.due}")
    lines = [", ".join(said), change.details or "", change.note]
    return "\n".join(line for line in lines if line) + checklist(change.checklist or ())


def _place(entry: EntryId, numbers: Mapping[EntryId, int]) -> str:
    return f"#{numbers[entry]}" if entry in numbers else entry
