"""Tasks: their words are sealed, their cards are in clear for the server to remind of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

from care_circle.task import TaskState
from channels.content import MAX_TITLE, Task, TaskChange
from channels.content_parts import ChecklistItem
from crypto.ids import CircleId, DocumentId, TaskId, new_id
from crypto.session.log import Card
from crypto.session.state import Phase
from server.client.board import BoardTask, fold
from server.client.desk import SHORTEST, Desk, Visit
from server.client.french import FrenchCommand, Misused, Refusal
from server.client.reading import STATES, checklist
from server.client.telling import loud, plain

_DUE = click.DateTime(["%Y-%m-%d"])


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
        steps = tuple(ChecklistItem(text=step) for step in check)
        words = Task(task=made, title=title, details=details, checklist=steps)
        card = Card(
            task=made,
            state=TaskState.REQUESTED.value,
            assignees=tuple(visit.professional(each) for each in assign),
            due=None if due is None else due.date(),
            document=None if document is None else DocumentId(document),
        )
        await visit.say(where, words, card=card)
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
        held = _task_named(fold(await visit.device.history(where)), named)
        circle = visit.device.session.channels[where].circle
        cards = await _cards(visit, circle)
        if held.task not in cards:
            raise Refusal("Le serveur n'a pas de carte pour cette tâche : « ronde client tasks ».")
        card = _card(visit, cards[held.task], wanted)
        await visit.say(where, _change(held, card, wanted), card=card)

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
                board |= fold(await visit.device.history(channel))
        for card in cards.values():
            await _show(visit, card, board.get(TaskId(card["id"])))
        if not cards:
            click.echo("Aucune tâche dans ce cercle.")

    desk.run(work)


async def _show(visit: Visit, card: Mapping[str, Any], words: BoardTask | None) -> None:
    title = "(mots illisibles pour votre appareil)" if words is None else f"« {words.title} »"
    click.echo(f"{card['id']}  {plain(title)}  {STATES.get(card['state'], card['state'])}")
    due = f", avant le {date.fromisoformat(card['due']):%d/%m/%Y}" if card["due"] else ""
    click.echo(f"    pour {await visit.names.of_all(card['assignees'])}{due}")
    if words is None:
        return
    for line in plain(words.details + checklist(words.checklist)).split("\n"):
        if line:
            click.echo(f"    {line}")
    if _contradicts(card, words):
        loud("la carte que montre le serveur n'est pas celle que l'auteur a signée.")


def _contradicts(card: Mapping[str, Any], words: BoardTask) -> bool:
    """Tell whether the clear card says otherwise than the last signed change."""
    shown = (card["state"], card["due"] or "", set(card["assignees"]))
    signed = (
        shown[0] if words.state is None else words.state,
        shown[1] if words.due is None else words.due,
        shown[2] if words.assignees is None else set(words.assignees),
    )
    return shown != signed


def _change(held: BoardTask, card: Card, wanted: Mapping[str, Any]) -> TaskChange:
    """Write the change with the whole card under its author's signature."""
    return TaskChange(
        task=held.task,
        title=wanted["title"],
        details=wanted["details"],
        checklist=_ticked(held, wanted["done"]) if wanted["done"] else None,
        state=card.state,
        due="" if card.due is None else card.due.isoformat(),
        assignees=card.assignees,
        note=wanted["note"],
    )


def _card(visit: Visit, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> Card:
    due = date.fromisoformat(held["due"]) if held["due"] else None
    named = tuple(visit.professional(each) for each in wanted["assign"])
    return Card(
        task=TaskId(held["id"]),
        state=wanted["state"] or held["state"],
        assignees=named or tuple(held["assignees"]),
        due=wanted["due"].date() if wanted["due"] else due,
        document=held["document"],
    )


def _ticked(held: BoardTask, done: Sequence[int]) -> tuple[ChecklistItem, ...]:
    if not all(1 <= number <= len(held.checklist) for number in done):
        raise Refusal(f"Cette tâche a {len(held.checklist)} étape(s) : « ronde client tasks ».")
    return tuple(
        ChecklistItem(text=step.text, done=step.done or number in done)
        for number, step in enumerate(held.checklist, start=1)
    )


def _task_named(board: Mapping[TaskId, BoardTask], text: str) -> BoardTask:
    found = [one for one in board.values() if len(text) >= SHORTEST and one.task.startswith(text)]
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
