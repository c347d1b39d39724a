"""People of one circle on either kind of device, asked the same things in the same words.

A player at a terminal has a headless device; a player at the pages reads labels and presses
buttons. What each of them sees is told in one form, so that both can be compared.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from typing_extensions import override

from channels.content import (
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
    decode,
)
from channels.headless_people import admit_member, attest_identity, open_circle, release_member
from crypto.ids import ChannelId, CircleId, DocumentId, EntryId, ProfessionalId, TaskId, new_id
from crypto.session.log import Card
from tests.support.browser_pages import Visitor
from tests.support.journey import Companion, Journey

DONE: Final = "completed"
# What was said is shown with French spaces; what counts here is what was said.
_SEEN: Final = """() => {
  const plain = (text) => text.replace(/[\\u00a0\\u202f]/g, " ");
  const seen = (each) => {
    const text = (where) => plain(each.querySelector(where)?.textContent ?? "");
    const id = each.dataset.entry;
    if (each.matches(".task-card[data-state]")) {
      return [id, "task", text(".task-card-title"), each.dataset.state];
    }
    if (each.matches(".task-card")) return [id, "document", text(".task-card-title"), ""];
    if (each.matches(".event-fault")) return [id, "fault", "", ""];
    if (each.matches(".event")) return [id, "change", text(".event-note"), ""];
    if (each.querySelector(".message-gone")) return [id, "message", "", "deleted"];
    const edited = text(".message-foot").includes("modifié") ? "edited " : "";
    const signs = [...each.querySelectorAll(".sign .number")].map((each) => each.textContent);
    return [id, "message", text(".message-text"), edited + signs.sort().join(" ")];
  };
  return [...document.querySelectorAll(".desk-main article[data-entry]")].map(seen);
}"""
_HELD: Final = """() => new Promise((done, fail) => {
  const opening = indexedDB.open("ronde");
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const asking = opening.result.transaction("log").objectStore("log").getAllKeys();
    asking.onsuccess = () => {
      opening.result.close();
      done(Math.max(0, ...asking.result.map(([, seq]) => seq)));
    };
  };
})"""

Seen = tuple[str, str, str, str]
"""An entry as somebody sees it: its id, what it is, its words, and what became of it."""


class Player(ABC):
    """Somebody of the circle, by their own device."""

    id: ProfessionalId
    name: str

    @abstractmethod
    async def say(self, text: str) -> None: ...

    @abstractmethod
    async def agree(self, to: str) -> None:
        """Set the thumb under a message."""
        ...

    @abstractmethod
    async def edit(self, was: str, text: str) -> None: ...

    @abstractmethod
    async def take_back(self, text: str) -> None: ...

    @abstractmethod
    async def give_task(self, title: str, to: "Player") -> None: ...

    @abstractmethod
    async def finish_task(self, title: str) -> None: ...

    @abstractmethod
    async def share_document(self, document: str, label: str) -> None: ...

    @abstractmethod
    async def sees(self) -> list[Seen]:
        """Tell what stands in the discussion now, oldest first."""
        ...

    @abstractmethod
    async def code(self) -> str:
        """Read the circle's code: the same digits for all who stand in the same epoch."""
        ...

    @abstractmethod
    async def held(self) -> int:
        """Tell the last place of the log that this device keeps."""
        ...

    @abstractmethod
    async def begin_document(self, story: Journey) -> str:
        """Begin the record of a visit; gives its id."""
        ...

    @abstractmethod
    async def attest(self, other: "Player") -> None:
        """Sign that somebody's identity key is theirs."""
        ...

    @abstractmethod
    async def compose(self, story: Journey, *others: "Player") -> None:
        """Open the child's circle with others in it."""
        ...

    @abstractmethod
    async def release(self, story: Journey, other: "Player") -> None: ...

    @abstractmethod
    async def arrive(self, story: Journey) -> None:
        """Go to the circle's discussion."""
        ...


@dataclass(slots=True, kw_only=True)
class AtTerminal(Player):
    """A player with a headless device."""

    companion: Companion
    id: ProfessionalId
    name: str
    _channel: ChannelId = field(default=ChannelId(""), repr=False)

    @override
    async def arrive(self, story: Journey) -> None:
        await self.companion.device.synchronise()
        (self._channel,) = self.companion.device.session.channels

    @override
    async def say(self, text: str) -> None:
        await self.companion.say(self._channel, text)

    @override
    async def agree(self, to: str) -> None:
        await self.companion.post(self._channel, Reaction(to=await self._entry(to), emoji="👍"))

    @override
    async def edit(self, was: str, text: str) -> None:
        await self.companion.post(self._channel, Edit(of=await self._entry(was), text=text))

    @override
    async def take_back(self, text: str) -> None:
        await self.companion.post(self._channel, Deletion(of=await self._entry(text)))

    @override
    async def give_task(self, title: str, to: Player) -> None:
        task = TaskId(new_id())
        card = Card(task=task, state="requested", assignees=(to.id,))
        await self.companion.post(self._channel, Task(task=task, title=title), card=card)

    @override
    async def finish_task(self, title: str) -> None:
        task = next(
            content.task
            for content in await self.companion.history(self._channel)
            if isinstance(content, Task) and content.title == title
        )
        change = TaskChange(task=task, state=DONE, due="", assignees=(self.id,))
        card = Card(task=task, state=DONE, assignees=(self.id,))
        await self.companion.post(self._channel, change, card=card)

    @override
    async def share_document(self, document: str, label: str) -> None:
        link = DocumentLink(document=DocumentId(document), label=label)
        await self.companion.post(self._channel, link)

    @override
    async def sees(self) -> list[Seen]:
        device = self.companion.device
        await device.synchronise()
        told = Told()
        for one in await device.history(self._channel):
            entry = one.opened.entry
            told.take(entry.id, entry.type, entry.body)
        return told.seen()

    @override
    async def code(self) -> str:
        await self.companion.device.synchronise()
        return self.companion.device.circle_code(self._channel)

    @override
    async def held(self) -> int:
        return self.companion.device.session.channels[self._channel].cursor

    @override
    async def begin_document(self, story: Journey) -> str:
        draft = {"form": "F26", "visit": "V24", "answers": {}}
        path = f"/circles/{story.circle}/documents"
        return str((await self.companion.line.ask("POST", path, draft))["id"])

    @override
    async def attest(self, other: Player) -> None:
        await attest_identity(self.companion.device, other.id)

    @override
    async def compose(self, story: Journey, *others: Player) -> None:
        device = self.companion.device
        story.circle = await open_circle(device, story.child)
        channel = await device.open_channel(story.circle)
        for other in others:
            await admit_member(device, story.circle, other.id)
            await device.add(channel, other.id)

    @override
    async def release(self, story: Journey, other: Player) -> None:
        device = self.companion.device
        await release_member(device, story.circle, other.id)
        await device.remove(self._channel, ())

    async def _entry(self, text: str) -> EntryId:
        return EntryId(next(seen[0] for seen in await self.sees() if seen[2] == text))


@dataclass(slots=True, kw_only=True)
class AtPages(Player):
    """A player in a browser."""

    visitor: Visitor
    id: ProfessionalId
    name: str

    @override
    async def arrive(self, story: Journey) -> None:
        await self.visitor.goes(f"/circles/{story.circle}")
        await self.visitor.page.locator(".desk-main .composer-field").wait_for()

    @override
    async def say(self, text: str) -> None:
        await self.visitor.writes(text)
        await self.visitor.sees(text)

    @override
    async def agree(self, to: str) -> None:
        await self._act(to, "d'accord")

    @override
    async def edit(self, was: str, text: str) -> None:
        await self._act(was, "Modifier")
        await self.visitor.sees("Vous modifiez votre message")
        await self.visitor.writes(text)

    @override
    async def take_back(self, text: str) -> None:
        await self._act(text, "Supprimer")
        await (
            self.visitor.page.get_by_role("dialog").get_by_role("button", name="Supprimer").click()
        )

    @override
    async def give_task(self, title: str, to: Player) -> None:
        page = self.visitor.page
        await page.get_by_role("button", name="Ajouter").click()
        await page.get_by_role("menuitem", name="Une tâche").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Ce qu'il faut faire").fill(title)
        await dialog.get_by_role("button", name=to.name).click()
        await dialog.get_by_role("button", name="Donner la tâche").click()
        await dialog.wait_for(state="detached")

    @override
    async def finish_task(self, title: str) -> None:
        page = self.visitor.page
        await page.locator(".task-card-title", has_text=title).first.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Terminer").click()
        await dialog.get_by_text("Terminée").wait_for()
        await page.keyboard.press("Escape")
        await dialog.wait_for(state="detached")

    @override
    async def share_document(self, document: str, label: str) -> None:
        here = self.visitor.page.url
        await self.visitor.goes(f"/documents/{document}")
        await self.visitor.presses("Partager dans la discussion")
        await self.visitor.sees("Partagé dans la discussion.")
        await self.visitor.goes(here)

    @override
    async def sees(self) -> list[Seen]:
        seen = await self.visitor.page.evaluate(_SEEN)
        return [(one[0], one[1], one[2], one[3]) for one in seen]

    @override
    async def code(self) -> str:
        page = self.visitor.page
        tabs = page.get_by_role("navigation", name="Le cercle")
        await tabs.get_by_role("link", name="Membres").click()
        code = await page.locator(".circle-code").text_content()
        await tabs.get_by_role("link", name="Discussion").click()
        await page.locator(".desk-main .composer-field").wait_for()
        return code or ""

    @override
    async def held(self) -> int:
        held: int = await self.visitor.page.evaluate(_HELD)
        return held

    @override
    async def begin_document(self, story: Journey) -> str:
        page = self.visitor.page
        await self.visitor.goes(f"/circles/{story.circle}/write")
        await page.get_by_role("button", name=re.compile("24.mois")).first.click()
        await page.wait_for_url(re.compile("/documents/."))
        document = page.url.rpartition("/")[2]
        await self.arrive(story)
        return document

    @override
    async def attest(self, other: Player) -> None:
        page = self.visitor.page
        await self.visitor.goes(f"/coordination/attest/{other.id}")
        await page.get_by_role("checkbox", name="Je l'ai comparé avec la personne").check()
        await self.visitor.presses("L'identité est vérifiée")
        await self.visitor.sees(f"L'identité de {other.name} est vérifiée.")

    @override
    async def compose(self, story: Journey, *others: Player) -> None:
        page = self.visitor.page
        await self.visitor.goes(f"/coordination/circles/{story.child}")
        for other in others:
            await page.get_by_role("checkbox", name=re.compile(re.escape(other.name))).check()
        await self.visitor.presses("Ouvrir le cercle avec")
        await self.visitor.sees("Le cercle est ouvert.")
        header = await story.ana.line.ask("GET", f"/children/{story.child}/header")
        story.circle = CircleId(header["circle"])

    @override
    async def release(self, story: Journey, other: Player) -> None:
        page = self.visitor.page
        await self.visitor.goes(f"/coordination/circles/{story.child}")
        await self.visitor.presses(f"Actions pour {other.name}")
        await page.get_by_role("menuitem", name="Retirer du cercle").click()
        await page.get_by_role("dialog").get_by_role("button", name="Retirer du cercle").click()
        await self.visitor.sees("La personne a quitté le cercle.")
        await self.arrive(story)

    async def _act(self, text: str, name: str) -> None:
        """Choose from what can be done with a message."""
        page = self.visitor.page
        message = page.locator("article.message", has=page.get_by_text(text, exact=True)).last
        await message.hover()
        await message.get_by_role("button", name="Que faire de ce message").click()
        await page.get_by_role("menuitem", name=name).click()


class Told:
    """What a discussion's entries come to, as the pages show it."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._signs: dict[str, list[str]] = {}
        self._tasks: dict[TaskId, str] = {}

    def take(self, entry: EntryId, kind: str, body: bytes) -> None:
        match decode(kind, body):
            case Message() as said:
                self._seen[entry] = (entry, "message", said.text, "")
            case Edit() as said:
                self._seen[said.of] = (said.of, "message", said.text, "edited ")
            case Deletion() as said:
                self._seen[said.of] = (said.of, "message", "", "deleted")
            case Reaction() as said:
                self._signs.setdefault(said.to, []).append(said.emoji)
            case Task() as said:
                self._tasks[said.task] = entry
                self._seen[entry] = (entry, "task", said.title, "requested")
            case TaskChange() as said:
                given = self._seen[self._tasks[said.task]]
                self._seen[given[0]] = (*given[:3], said.state or given[3])
                self._seen[entry] = (entry, "change", said.note, "")
            case DocumentLink() as said:
                self._seen[entry] = (entry, "document", said.label, "")

    def seen(self) -> list[Seen]:
        return [self._signed(one) for one in self._seen.values()]

    def _signed(self, one: Seen) -> Seen:
        entry, kind, words, state = one
        if state == "deleted":
            return one
        counts = Counter(self._signs.get(entry, [])).values()
        signs = " ".join(sorted(map(str, counts)))
        return (entry, kind, words.replace("\u00a0", " "), state + signs)
