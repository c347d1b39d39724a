"""Middle chapters: the circle talks, a task is given and done, all of it sealed."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date, timedelta

from channels.content import Content, Message, Reaction, Task, TaskChange, decode
from channels.content_tasks import with_card
from crypto.ids import ChannelId, EntryId, TaskId, new_id
from crypto.session.effects import EntryOpened
from crypto.session.log import Card
from server.client.reading import STATES
from server.demonstration.cast import Actor
from server.demonstration.stage import PARIS, Stage
from server.spoken import spoken_date

FIRST_WORDS = "Le sommeil reste agité ; les parents s'inquiètent de la motricité fine."
ANSWER = "Je l'ai vu mardi : la pince est acquise à droite, hésitante à gauche."
QUESTION = "Peux-tu préparer un bilan de motricité avant la visite ?"
TASK_TITLE = "Bilan de motricité avant la visite"
DONE_NOTE = "Fait ce matin : rien d'alarmant, compte rendu demain."


async def talk(stage: Stage) -> None:
    """Let three members talk while the coordinator's device listens on a live socket."""
    narrator, helene, yanis, ines = stage.narrator, stage["helene"], stage["yanis"], stage["ines"]
    narrator.chapter("Le cercle parle ; le serveur transporte sans lire")
    camille = stage["camille"]
    async with camille.line.live([stage.channel]) as news:
        first = await say(stage, helene, Message(text=FIRST_WORDS))
        await say(stage, yanis, Message(text=ANSWER, reply_to=first))
        await say(stage, ines, Reaction(to=first, emoji="👍"))
        await say(stage, helene, Message(text=QUESTION, mentions=(yanis.id,)))
        await _until_seen(stage, camille, news)
    entries = await camille.device.history(stage.channel)
    narrator.tell(f"Camille a tout reçu en direct : {len(entries)} entrées, auteurs vérifiés.")
    for entry in entries:
        narrator.quote(_name(stage, entry), _in_words(stage, entry))
    await _show_log(stage)


async def give_task(stage: Stage) -> None:
    """Assign a task, accept it, complete it; the board sees the card and no word."""
    narrator, helene, yanis = stage.narrator, stage["helene"], stage["yanis"]
    narrator.chapter("Une tâche, donnée et faite")
    task = TaskId(new_id())
    due = stage.clock().astimezone(PARIS).date() + timedelta(days=7)
    card = Card(task=task, state="requested", assignees=(yanis.id,), due=due)
    await say(stage, helene, with_card(Task(task=task, title=TASK_TITLE), card), card=card)
    narrator.tell(f"Hélène confie à Yanis : « {TASK_TITLE} », pour le {spoken_date(due)}.")
    accepted = Card(task=task, state="accepted", assignees=(yanis.id,), due=due)
    await say(stage, yanis, with_card(TaskChange(task=task), accepted), card=accepted)
    done = Card(task=task, state="completed", assignees=(yanis.id,), due=due)
    change = with_card(TaskChange(task=task, note=DONE_NOTE), done)
    await say(stage, yanis, change, card=done)
    narrator.tell(f"Yanis l'accepte, puis la rend : « {DONE_NOTE} »")
    board = await helene.line.ask("GET", f"/circles/{stage.circle}/tasks")
    shown = board["items"][0]
    sealed = not any(words in json.dumps(shown, ensure_ascii=False) for words in stage.said)
    stage.expect(sealed)
    narrator.tell("Ce que le serveur sait de cette tâche :")
    assignees = ", ".join(_called(stage, one) for one in shown["assignees"])
    narrator.detail(
        f"{STATES[shown['state']]}, par {assignees}, "
        f"pour le {spoken_date(date.fromisoformat(shown['due']))} ; "
        f"titre et notes : {'scellés' if sealed else 'LUS'}"
    )


async def say(stage: Stage, actor: Actor, content: Content, *, card: Card | None = None) -> EntryId:
    """Post, and remember the words, so that they can be looked for where they must not be."""
    stage.said += words_in(content)
    await actor.device.catch_up(stage.channel)
    entry, _ = await actor.device.post(stage.channel, content, card=card)
    return entry


async def _until_seen(stage: Stage, actor: Actor, news: asyncio.Queue[ChannelId]) -> None:
    """Wait for live hints until nothing of what was said is missing."""
    wanted = len(stage.said)
    async with asyncio.timeout(10):
        while True:
            await news.get()
            await actor.device.catch_up(stage.channel)
            read = await actor.device.history(stage.channel)
            if sum(len(words_in(content_of(entry))) for entry in read) >= wanted:
                return


async def _show_log(stage: Stage) -> None:
    page = await stage["helene"].line.ask("GET", f"/channels/{stage.channel}/entries?limit=200")
    item = next(one for one in page["items"] if one["kind"] == "entry")
    stage.narrator.tell("Ce que le serveur garde de la première phrase :")
    stage.narrator.detail(f"n° {item['seq']}, époque {item['epoch']}, {item['body'][:56]}…")


def _in_words(stage: Stage, entry: EntryOpened) -> str:
    match content_of(entry):
        case Message(text=text, mentions=mentions):
            named = "".join(f"   (@{_called(stage, one)})" for one in mentions)
            return f"{text}{named}"
        case Reaction(emoji=emoji):
            return emoji
        case other:
            return type(other).__name__


def words_in(content: Content) -> Sequence[str]:
    """List the phrases of a content that are long enough to look for."""
    match content:
        case Message(text=text):
            return (text,)
        case Task(title=title):
            return (title,)
        case TaskChange(note=note) if note:
            return (note,)
        case _:
            return ()


def content_of(entry: EntryOpened) -> Content:
    """Read what an opened entry says."""
    signed = entry.opened.entry
    return decode(signed.type, signed.body)


def _name(stage: Stage, entry: EntryOpened) -> str:
    return _called(stage, entry.opened.author.professional)


def _called(stage: Stage, professional: str) -> str:
    return next(one.part.given_name for one in stage.cast.values() if one.id == professional)
