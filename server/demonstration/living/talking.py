"""What people of a circle say to each other: every word sealed by a real device."""

import re
from collections.abc import Sequence
from dataclasses import replace

from channels.content import (
    Content,
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
)
from channels.content_parts import Attachment, ChecklistItem
from channels.content_tasks import with_card
from crypto.ids import EntryId, ProfessionalId, TaskId, new_id
from crypto.session.log import Card
from server.demonstration.living import script
from server.demonstration.living.attaching import attach
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Case, HeldTask, Scene

_NAMED = re.compile(r"@([a-z]+)")
_DAY = re.compile(r"\{([+-]?\d+)\}")


async def say(scene: Scene, case: Case, person: Person, deed: script.Say) -> None:
    """Say something, perhaps with files."""
    entry, more = EntryId(new_id()), deed.more
    text, mentions = spoken(scene, deed.text)
    message = Message(
        text=text,
        mentions=mentions,
        reply_to=None if more.re is None else case.entries[more.re],
        urgent=more.urgent,
        attachments=await _attached(case, person, entry, more.files),
    )
    thread = None if more.under is None else case.entries[more.under]
    await _post(case, person, message, thread=thread, entry=entry)
    if deed.name:
        case.entries[deed.name] = entry


async def sign(_scene: Scene, case: Case, person: Person, deed: script.Sign) -> None:
    """Put a sign under something."""
    await _post(case, person, Reaction(to=case.entries[deed.to], emoji=deed.emoji))


async def edit(scene: Scene, case: Case, person: Person, deed: script.Edit) -> None:
    """Say one's own words otherwise."""
    text, mentions = spoken(scene, deed.text)
    await _post(case, person, Edit(of=case.entries[deed.of], text=text, mentions=mentions))


async def delete(_scene: Scene, case: Case, person: Person, deed: script.Delete) -> None:
    """Take one's own words back."""
    await _post(case, person, Deletion(of=case.entries[deed.of]))


async def give(scene: Scene, case: Case, person: Person, deed: script.Task) -> None:
    """Give a task."""
    words, entry = deed.more, EntryId(new_id())
    card = Card(
        task=TaskId(new_id()),
        state="requested",
        assignees=_ids(scene, words.to),
        due=None if words.due is None else scene.days.day(words.due),
    )
    steps = tuple(ChecklistItem(text=step) for step in words.steps)
    details, _ = spoken(scene, words.details)
    task = Task(task=card.task, title=deed.title, details=details, checklist=steps)
    await _post(case, person, with_card(task, card), card=card, entry=entry)
    case.tasks[deed.name] = HeldTask(card=card, steps=steps)
    case.entries[deed.name] = entry


async def change(scene: Scene, case: Case, person: Person, deed: script.Change) -> None:
    """Change a task, with the whole card under its author's signature."""
    held, words = case.tasks[deed.name], deed.more
    card = replace(
        held.card,
        state=words.state or held.card.state,
        assignees=_ids(scene, words.to) or held.card.assignees,
        due=held.card.due if words.due is None else scene.days.day(words.due),
    )
    steps = tuple(
        replace(step, done=step.done or number in words.done)
        for number, step in enumerate(held.steps, start=1)
    )
    told = TaskChange(
        task=card.task,
        checklist=steps if steps != held.steps else None,
        note=spoken(scene, words.note)[0],
    )
    if card == held.card and words.note and steps == held.steps:
        await _post(case, person, TaskChange(task=card.task, note=told.note))
        return
    await _post(case, person, with_card(told, card), card=card)
    case.tasks[deed.name] = HeldTask(card=card, steps=steps)


async def link(_scene: Scene, case: Case, person: Person, deed: script.Link) -> None:
    """Point to a document."""
    await _post(case, person, DocumentLink(document=case.papers[deed.name].id, label=deed.label))


async def read(_scene: Scene, case: Case, person: Person, _deed: script.Read) -> None:
    """Read what is new, without a word."""
    await come_in(case, person)
    await person.read(case.channel)


async def come_in(case: Case, person: Person) -> None:
    """Know the circle and its channel."""
    if case.channel not in person.device.session.channels:
        await person.device.know_circle(case.circle)


def spoken(scene: Scene, text: str) -> tuple[str, tuple[ProfessionalId, ...]]:
    """Give a text of the script with names and days as people write them, and whom it names."""
    named = [key for key in _NAMED.findall(text) if key in scene.people]
    said = _NAMED.sub(lambda found: _called(scene, found), text)
    said = _DAY.sub(lambda found: scene.days.name(int(found[1])), said)
    return said, _ids(scene, tuple(dict.fromkeys(named)))


def _called(scene: Scene, found: re.Match[str]) -> str:
    person = scene.people.get(found[1])
    return found[0] if person is None else f"@{person.words.name}"


def _ids(scene: Scene, keys: Sequence[str]) -> tuple[ProfessionalId, ...]:
    return tuple(scene.people[key].id for key in keys)


async def _attached(
    case: Case, person: Person, entry: EntryId, files: Sequence[str]
) -> tuple[Attachment, ...]:
    return tuple([await attach(person.line, case.channel, entry, name) for name in files])


async def _post(
    case: Case,
    person: Person,
    content: Content,
    *,
    card: Card | None = None,
    thread: EntryId | None = None,
    entry: EntryId | None = None,
) -> None:
    """Read what the others said before, then speak."""
    await come_in(case, person)
    await person.read(case.channel)
    await person.device.post(case.channel, content, card=card, thread=thread, entry=entry)
