"""Tasks: their words are sealed, their cards are in clear for the server to remind of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

from care_circle.task import TaskState
from channels.content import MAX_TITLE, Task, TaskChange
from channels.content_parts import ChecklistItem
from channels.content_tasks import SignedTask, contradicts, may_word, with_card
from crypto.ids import CircleId, DocumentId, TaskId, new_id
from crypto.session.log import Card
from crypto.session.state import Phase
from server.client.board import BoardTask, fold
from server.client.desk import SHORTEST, Desk, Visit
from server.client.french import FrenchCommand, Misused, Refusal
from server.client.reading import BELIED, STATES, checklist
from server.client.telling import loud, plain

_DUE = click.DateTime(["%Y-%m-%d"])
_MOVING = ("state", "assign", "due")


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("title", metavar="TITRE")
@click.option("--details", default="", metavar="TEXTE", help="ce qu'il y a à savoir")
@click.option("--check", multiple=True, metavar="ÉTAPE", help="une étape à cocher (répétable)")
@click.option("--assign", multiple=True, metavar="PROFESSIONNEL", help="qui s'en charge")
@click.option("--due", type=_DUE, metavar="AAAA-MM-JJ", help="pour quand")
@click.option("--document", metavar="DOCUMENT", help="le document de parcours concerné")
@click.pass_obj
def task(
    desk: Desk,
    *,
    channel: str,
    title: str,
    details: str,
    check: Sequence[str],
    assign: Sequence[str],
    due: datetime | None,
    document: str | None,
) -> None:
    """Donne une tâche dans un canal."""

    async def work(visit: Visit) -> None:
        where, made = await visit.joined(channel), TaskId(new_id())
        card = Card(
            task=made,
            state=TaskState.REQUESTED.value,
            assignees=tuple(visit.professional(each) for each in assign),
            due=None if due is None else due.date(),
            document=None if document is None else DocumentId(document),
        )
        steps = tuple(ChecklistItem(text=step) for step in check)
        words = Task(task=made, title=title, details=details, checklist=steps)
        await visit.say(where, with_card(words, card), card=card)
        click.echo(f"tâche  {made}")

    desk.run(work)


@click.command("task-change", cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("named", metavar="TÂCHE")
@click.option("--state", type=click.Choice([state.value for state in TaskState]), help="son état")
@click.option("--title", metavar="TITRE", help=f"nouveau titre, {MAX_TITLE} octets au plus")
@click.option("--details", metavar="TEXTE", help="nouveaux détails")
@click.option("--done", multiple=True, type=int, metavar="N", help="coche l'étape n° N")
@click.option("--assign", multiple=True, metavar="PROFESSIONNEL", help="qui s'en charge désormais")
@click.option("--due", type=_DUE, metavar="AAAA-MM-JJ", help="pour quand désormais")
@click.option("--note", default="", metavar="TEXTE", help="un mot sur ce changement")
@click.pass_obj
def task_change(desk: Desk, /, *, channel: str, named: str, **wanted: Any) -> None:  # noqa: ANN401 -- the options above
    """Change une tâche : son état, ses mots, qui s'en charge, pour quand."""
    if not any(wanted.values()):
        raise Misused("Rien à changer : dites --state, --done, --assign, --due…")

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        roster = visit.device.roster(visit.device.session.channels[where].circle)
        board = fold(await visit.device.history(where), roster)
        held = _task_named(board.tasks, named).signed
        me = visit.device.professional
        _check_words(held, wanted, may=may_word(held, me, coordinates=me in roster.coordinators))
        change = _change(held, wanted)
        if not any(wanted[moving] for moving in _MOVING):
            await visit.say(where, change)
            return
        card = _card(visit, held, wanted)
        await visit.say(where, with_card(change, card), card=card)

    desk.run(work)


@click.command("tasks", cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.pass_obj
def list_tasks(desk: Desk, *, circle: str) -> None:
    """Liste les tâches d'un cercle : leurs mots, qui s'en charge, où elles en sont."""

    async def work(visit: Visit) -> None:
        where = await visit.circle(circle)
        await visit.synchronise()
        cards, board = await _cards(visit, where), dict[TaskId, BoardTask]()
        for channel, state in visit.device.session.channels.items():
            if state.circle == where and state.phase is not Phase.WAITING:
                entries = await visit.device.history(channel)
                board |= fold(entries, visit.device.roster(where)).tasks
        for card in cards.values():
            await _show(visit, card, board.get(TaskId(card["id"])))
        if not cards:
            click.echo("Aucune tâche dans ce cercle.")

    desk.run(work)


async def _show(visit: Visit, card: Mapping[str, Any], held: BoardTask | None) -> None:
    """Print a task as it was signed; as the server has it only where its words are not ours."""
    shown, said = _read_card(card), None if held is None else held.signed
    title = "(mots illisibles pour votre appareil)" if said is None else f"« {said.title} »"
    state, day = (shown.state, shown.due) if said is None else (said.state, _day(said.due))
    click.echo(f"{card['id']}  {plain(title)}  {STATES.get(state, state)}")
    due = f", avant le {day:%d/%m/%Y}" if day else ""
    assignees = shown.assignees if said is None else said.assignees
    click.echo(f"    pour {await visit.names.of_all(assignees)}{due}")
    if held is None or said is None:
        return
    for line in plain(said.details + checklist(said.checklist)).split("\n"):
        if line:
            click.echo(f"    {line}")
    head = visit.device.session.channels[held.channel].cursor
    comparable = held.seq <= card["seq"] <= head
    if said.contradicted or (comparable and contradicts(shown, said)):
        loud(BELIED)


def _check_words(held: SignedTask, wanted: Mapping[str, Any], *, may: bool) -> None:
    """Refuse to rewrite a task that is none of ours.

    Raises:
        Refusal: It would not count.
    """
    worded = wanted["title"], wanted["details"], wanted["done"]
    if not may and any(worded):
        raise Refusal(
            f"« {held.title} » n'est pas à vous : commentez-la (--note), ou prenez-la (--assign)."
        )


def _change(held: SignedTask, wanted: Mapping[str, Any]) -> TaskChange:
    """Write what is said of a task, without what its card says."""
    return TaskChange(
        task=held.task,
        title=wanted["title"],
        details=wanted["details"],
        checklist=_ticked(held, wanted["done"]) if wanted["done"] else None,
        note=wanted["note"],
    )


def _card(visit: Visit, held: SignedTask, wanted: Mapping[str, Any]) -> Card:
    """Write the whole card anew from what was signed, never from what the server shows."""
    named = tuple(visit.professional(each) for each in wanted["assign"])
    return Card(
        task=held.task,
        state=wanted["state"] or held.state,
        assignees=named or held.assignees,
        due=wanted["due"].date() if wanted["due"] else _day(held.due),
        document=held.document or None,
    )


def _read_card(shown: Mapping[str, Any]) -> Card:
    return Card(
        task=TaskId(shown["id"]),
        state=shown["state"],
        assignees=tuple(shown["assignees"]),
        due=_day(shown["due"] or ""),
        document=shown["document"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _ticked(held: SignedTask, done: Sequence[int]) -> tuple[ChecklistItem, ...]:
    if not all(1 <= number <= len(held.checklist) for number in done):
        raise Refusal(f"Cette tâche a {len(held.checklist)} étape(s) : « ronde client tasks ».")
    return tuple(
        ChecklistItem(text=step.text, done=step.done or number in done)
        for number, step in enumerate(held.checklist, start=1)
    )


def _task_named(board: Mapping[TaskId, BoardTask], text: str) -> BoardTask:
    found = [task for id_, task in board.items() if len(text) >= SHORTEST and id_.startswith(text)]
    if len(found) != 1:
        raise Refusal("Aucune tâche lisible, ou plusieurs, de ce nom : « ronde client tasks ».")
    return found[0]


async def _cards(visit: Visit, circle: CircleId) -> dict[TaskId, Mapping[str, Any]]:
    cards: dict[TaskId, Mapping[str, Any]] = {}
    after: str | None = ""
    while after is not None:
        page = await visit.line.ask("GET", f"/circles/{circle}/tasks?after={after}")
        cards |= {TaskId(card["id"]): card for card in page["items"]}
        after = page["next"]
    return cards
