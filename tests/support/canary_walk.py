"""The whole journey with a phrase in every field: real processes, real sockets, real letters."""

import asyncio
import base64
import json
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from channels.content import (
    ChecklistItem,
    Content,
    DocumentLink,
    Message,
    Reaction,
    Task,
    TaskChange,
)
from channels.headless_people import admit_member, attest_identity, open_circle, release_member
from crypto.ids import ChannelId, DocumentId, TaskId, new_id
from crypto.session.log import Card
from server.bench.command import free_port
from server.demonstration.cast import Actor, Part
from server.demonstration.clock import StoryClock
from server.demonstration.processes import World
from server.sink import Sink, listening
from tests.support.canary_phrases import (
    FATHER,
    FATHER_PHONE,
    MOTHER,
    MOTHER_PHONE,
    OTHER_PLACE,
    PASSPHRASE,
    PASSWORD,
    PLACE,
    RECORDS,
    SEALED,
    SMTP_ANSWER,
    UNPLANTED,
    days,
)
from tests.support.canary_wire import Notebook, RecordingLine, Wire, recorded
from tests.support.care_answers import ASQ, WHOLE
from tests.support.network import child_form
from tests.support.providers import MailServer, mail_server

ROOT = Path(__file__).resolve().parents[2]
PARIS = ZoneInfo("Europe/Paris")
PATIENCE_SECONDS = 30
ROLES = (("coordinator", None), ("professional", "physician"), ("professional", "psychologist"))


@dataclass(slots=True, kw_only=True)
class Walk:
    """A world, the people in it, and everything that was seen so far."""

    folder: Path
    settings: Mapping[str, str] = field(repr=False)
    clock: StoryClock
    wire: Wire = field(repr=False)
    letters: MailServer = field(repr=False)
    texts: Sink = field(repr=False)
    server: asyncio.subprocess.Process
    stack: AsyncExitStack = field(repr=False)
    notebook: Notebook = field(default_factory=Notebook, repr=False)
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list, repr=False)
    links: list[str] = field(default_factory=list, repr=False)
    cast: dict[str, Actor] = field(default_factory=dict)
    said: list[Content] = field(default_factory=list, repr=False)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where everybody asks: the recording proxy."""
        return f"http://127.0.0.1:{self.wire.port}"

    @property
    def today(self) -> date:
        """The day of the story in Paris."""
        return self.clock().astimezone(PARIS).date()

    async def line(self, who: str) -> RecordingLine:
        """Open a line for somebody."""
        http = await self.stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        planted = frozenset({*RECORDS, *self.days, *UNPLANTED, "EnrolmentForm.password"})
        return RecordingLine(
            url=self.url, http=http, who=who, notebook=self.notebook, planted=planted
        )

    async def actor(self, number: int) -> Actor:
        """Bring somebody on stage; nobody knows them yet."""
        email = RECORDS["ProfessionalForm.email"][number]
        role, profession = ROLES[min(number, len(ROLES) - 1)]
        key = email.partition("@")[0]
        part = Part(
            key=key,
            given_name=RECORDS["ProfessionalForm.given_name"][number],
            family_name=RECORDS["ProfessionalForm.family_name"][number],
            says="",
            role=role,
            profession=profession,
        )
        world = World(folder=self.folder / "devices", url=self.url, environment={})
        line = await self.line(key)
        return Actor(
            part=part,
            world=world,
            clock=self.clock,
            line=line,
            password=PASSWORD,
            passphrase=PASSPHRASE,
        )

    async def begin(self, actor: Actor, invitation: str) -> None:
        """Enrol somebody; what only they may know is looked for from here on."""
        self.secrets.append(invitation)
        await actor.begin(invitation)
        self.secrets += [actor.secret, actor.line.token or ""]

    def phrase(self, name: str, number: int = 0) -> str:
        """Give what is planted in a field."""
        return (self.days.get(name) or RECORDS[name])[number]


@asynccontextmanager
async def begun(folder: Path) -> AsyncIterator[Walk]:
    """Start the letter boxes, the server and the wire for the length of a block."""
    for name in ("store", "devices", "letters"):
        (folder / name).mkdir()
    clock, secret = StoryClock(file=folder / "clock"), secrets.token_urlsafe(24)
    clock.move_to(_next_morning(clock()))
    async with AsyncExitStack() as stack:
        letters = await stack.enter_async_context(mail_server())
        sink = Sink(folder=folder / "letters", secret=secret, clock=clock)
        texts = await stack.enter_async_context(listening(sink))
        port = free_port()
        wire = await stack.enter_async_context(recorded(port))
        settings = {
            "RONDE_STORE": str(folder / "store" / "ronde.sqlite3"),
            "RONDE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "RONDE_PORT": str(port),
            "RONDE_PUBLIC_URL": f"http://127.0.0.1:{wire.port}",
            "RONDE_SMTP_URL": f"smtp://127.0.0.1:{letters.port}",
            "RONDE_MAIL_FROM": "rendez-vous@ronde.example",
            "RONDE_SMS_URL": texts.sms_url,
            "RONDE_SMS_KEY": secret,
            "RONDE_SMS_KEY_HOURS": "24",
            "RONDE_PHONE": "04 65 71 00 00",
            "RONDE_LOG_LEVEL": "debug",
        }
        server = await _serve(folder, settings, stack)
        walk = Walk(
            folder=folder,
            settings=settings,
            clock=clock,
            wire=wire,
            letters=letters,
            texts=texts,
            server=server,
            stack=stack,
        )
        walk.days = days(walk.today)
        walk.secrets += [settings["RONDE_MASTER_KEY"], secret]
        await _ready(walk)
        yield walk


async def walk_everything(walk: Walk) -> None:
    """Fill every field there is, tell the family, and let somebody go."""
    ana, ben, eve, dora = [await walk.actor(number) for number in range(4)]
    walk.cast = {"ana": ana, "ben": ben, "eve": eve, "dora": dora}
    await _found_network(walk, ana, (ben, eve, dora))
    await _include_child(walk, ana, ben)
    await _gather(walk, ana, ben, eve)
    await _talk(walk, ana, ben)
    await _write_documents(walk, ben)
    await _tell_family(walk, ana, ben)
    await release_member(ana.device, _circle(walk), eve.id)
    await ben.device.post(_channel(walk), Message(text=SEALED["Message.text"]))
    walk.ids |= {"professional": ben.id, "device": ben.device.session.device.id, "form": "v24"}
    await _change_child(walk, ana)
    # Somebody lost their telephone: an invitation that waits is in the store too.
    invited = await ana.line.ask("POST", f"/professionals/{dora.id}/invitation")
    walk.secrets.append(invited["token"])


async def _found_network(walk: Walk, ana: Actor, others: Sequence[Actor]) -> None:
    told = await command(walk, "user", "add", "--email", ana.part.email, "--family-name",
                         ana.part.family_name, "--given-name", ana.part.given_name,
                         "--role", "coordinator")  # fmt: skip
    invitation = next(line.split()[1] for line in told.splitlines() if "invitation" in line)
    await walk.begin(ana, invitation)
    await attest_identity(ana.device, ana.id)
    for number in range(2):
        form = {
            "name": walk.phrase("StructureForm.name", number),
            "neutral_label": walk.phrase("StructureForm.neutral_label", number),
            "finess": f"75071218{number}",
        }
        walk.ids["structure"] = (await ana.line.ask("POST", "/structures", form))["id"]
    for number, actor in enumerate(others):
        person_form = actor.part.form() | {
            "structure": walk.ids["structure"],
            "rpps": walk.phrase("ProfessionalForm.rpps", number),
            "phone": walk.phrase("ProfessionalForm.phone", number),
        }
        person = await ana.line.ask("POST", "/professionals", person_form)
        invited = await ana.line.ask("POST", f"/professionals/{person['id']}/invitation")
        await walk.begin(actor, invited["token"])
        await attest_identity(ana.device, actor.id)
        await _sign_convention(walk, ana, actor)


async def _sign_convention(walk: Walk, ana: Actor, actor: Actor) -> None:
    ask, today = ana.line.ask, str(walk.today)
    convention = await ask("POST", f"/professionals/{actor.id}/conventions")
    path, walk.ids["convention"] = f"/conventions/{convention['id']}", convention["id"]
    for piece in convention["pieces"]:
        await ask("POST", f"{path}/pieces", {"code": piece["code"], "on": today})
    until = str(walk.today + timedelta(days=300))
    await ask(
        "PUT",
        f"{path}/signature",
        {"signed_on": today, "active_from": today, "active_to": until},
    )
    await ask("POST", f"{path}/trainings", {"module": "tool", "on": today})
    await ask("PUT", f"{path}/end", {"last_day": until})


async def _include_child(walk: Walk, ana: Actor, ben: Actor) -> None:
    child = await ana.line.ask("POST", "/children", _child_form(walk, ben))
    walk.ids["child"] = child["id"]
    walk.ids["contact"] = child["contacts"][0]["id"]
    for contact in child["contacts"]:
        word = {
            "contact": contact["id"],
            "word": "agreed",
            "on": walk.phrase("WordForm.on"),
            "language": walk.phrase("WordForm.language"),
            "document": walk.phrase("WordForm.document"),
        }
        await ana.line.ask("POST", f"/children/{child['id']}/consent", word)
    grandmother = _contact(walk, 2, relation="QUAL", email="mamivonne@famille.example")
    await ana.line.ask("PUT", f"/children/{child['id']}/contacts/{new_id()}", grandmother)
    await ana.line.ask("POST", f"/children/{child['id']}/inclusion")


def _child_form(walk: Walk, ben: Actor) -> dict[str, Any]:
    form = child_form(ben.id)
    form["identity"] = {
        "birth_family_name": walk.phrase("IdentityForm.birth_family_name"),
        "birth_given_names": list(RECORDS["IdentityForm.birth_given_names"]),
        "birth_date": walk.phrase("IdentityForm.birth_date"),
        "birth_place": walk.phrase("IdentityForm.birth_place"),
        "usual_family_name": walk.phrase("IdentityForm.usual_family_name"),
        "usual_given_name": walk.phrase("IdentityForm.usual_given_name"),
        "sex": "female",
        "reliability": "VALI",
        "ins": {
            "number": walk.phrase("InsForm.number"),
            "kind": "urn:oid:1.2.250.1.213.1.4.10",
        },
    }
    form["perinatal"]["discharged_on"] = walk.phrase("PerinatalForm.discharged_on")
    form["contacts"] = [
        _contact(walk, 0, email=MOTHER, phone=MOTHER_PHONE),
        _contact(walk, 1, email=FATHER, phone=FATHER_PHONE),
    ]
    return form


def _contact(walk: Walk, number: int, **reached: str) -> dict[str, Any]:
    authority = {
        "status": "holder",
        "since": walk.phrase("AuthorityForm.since"),
        "until": walk.phrase("AuthorityForm.until"),
    }
    return {
        "family_name": walk.phrase("ContactForm.family_name", number),
        "given_name": walk.phrase("ContactForm.given_name", number),
        "authorities": [authority],
        "language": "fr",
        "zone": "Europe/Paris",
        **reached,
    }


async def _gather(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    circle = await open_circle(ana.device, walk.ids["child"])  # type: ignore[arg-type]  # ids are text
    walk.ids["circle"] = circle
    channel = walk.ids["channel"] = await ana.device.open_channel(circle)
    for actor in (ben, eve):
        await admit_member(ana.device, circle, actor.id)
        await ana.device.add(channel, actor.id)
        await actor.device.synchronise()


async def _talk(walk: Walk, ana: Actor, ben: Actor) -> None:
    async def say(actor: Actor, content: Content, card: Card | None = None) -> Any:  # noqa: ANN401 -- an id of any kind
        walk.said.append(content)
        await actor.device.catch_up(_channel(walk))
        return (await actor.device.post(_channel(walk), content, card=card))[0]

    async with ana.line.live([_channel(walk)]) as news:
        text = SEALED["Message.text"]
        first = await say(ben, Message(text=text))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await news.get()
        await say(ana, Message(text=text, reply_to=first, mentions=(ben.id,)))
        await say(ana, Reaction(to=first, emoji=SEALED["Reaction.emoji"]))
        steps = (ChecklistItem(text=SEALED["ChecklistItem.text"]),)
        task, due = TaskId(new_id()), walk.today + timedelta(days=7)
        card = Card(task=task, state="requested", assignees=(ben.id,), due=due)
        sealed = Task(
            task=task,
            title=SEALED["Task.title"],
            details=SEALED["Task.details"],
            checklist=steps,
        )
        await say(ana, sealed, card)
        change = TaskChange(
            task=task,
            title=SEALED["TaskChange.title"],
            details=SEALED["TaskChange.details"],
            checklist=steps,
            note=SEALED["TaskChange.note"],
            state="accepted",
        )
        await say(ben, change, replace(card, state="accepted", document=DocumentId(new_id())))
        link = DocumentLink(document=DocumentId(new_id()), label=SEALED["DocumentLink.label"])
        await say(ben, link)


async def _write_documents(walk: Walk, ben: Actor) -> None:
    ask, path = ben.line.ask, f"/circles/{walk.ids['circle']}/documents"
    concern = {"parents_concerned": True, "visit_date": str(walk.today)}
    answers = WHOLE | ASQ | concern
    draft = answers | {"parents_concern": walk.phrase("DraftForm.answers")}
    document = await ask("POST", path, {"form": "v24", "visit": "V24", "answers": draft})
    place = f"/documents/{document['id']}"
    walk.ids["document"] = document["id"]
    saved = answers | {"parents_concern": walk.phrase("AnswersForm.answers")}
    document = await ask("PUT", f"{place}/draft", {"answers": saved}, version=document["edition"])
    document = await ask("POST", f"{place}/signature", version=document["edition"])
    amended = answers | {"parents_concern": walk.phrase("AmendmentForm.answers")}
    form = {"answers": amended, "reason": walk.phrase("AmendmentForm.reason")}
    document = await ask("POST", f"{place}/amendments", form, version=document["edition"])
    form = {"reason": walk.phrase("StrikeForm.reason")}
    await ask("POST", f"{place}/strike", form, version=document["edition"])


async def _tell_family(walk: Walk, ana: Actor, ben: Actor) -> None:
    path = f"/children/{walk.ids['child']}/appointments"
    booking = {"professional": ben.id, "visit": "V24", "slot": _slot(walk, 0, PLACE)}
    booked = await ana.line.ask("POST", path, booking)
    walk.ids["appointment"] = booked["id"]
    await _until_told(walk, ana, "booked")
    moved = f"/appointments/{booked['id']}/slot"
    await ana.line.ask("PUT", moved, _slot(walk, 1, OTHER_PLACE))
    await _until_told(walk, ana, "changed")
    await _remind(walk, ana)
    await ben.return_to_work()
    await _open_links(walk)
    await ana.line.ask("POST", f"/appointments/{booked['id']}/cancellation")
    await _until_told(walk, ana, "cancelled")
    walk.letters.refuse_recipient = f"550 5.1.1 {SMTP_ANSWER}"
    booking = {"professional": ben.id, "slot": _slot(walk, 2, PLACE)}
    walk.ids["appointment"] = (await ana.line.ask("POST", path, booking))["id"]
    await _until_told(walk, ana, "booked", by="sms")


async def _remind(walk: Walk, ana: Actor) -> None:
    """Skip to the morning two days before, and sign in again: sessions are over by then."""
    shown = await ana.line.ask("GET", f"/appointments/{walk.ids['appointment']}")
    planned = [one["next_at"] for one in shown["notices"] if one["rule"] == "reminder"]
    walk.clock.move_to(max(datetime.fromisoformat(at) for at in planned if at))
    await ana.return_to_work()
    walk.secrets.append(ana.line.token or "")
    await _until_told(walk, ana, "reminder")


async def _open_links(walk: Walk) -> None:
    """Open a family's link as whoever finds the telephone."""
    finder = await walk.line("finder")
    for text in walk.texts.texts:
        token = text.text.partition("/r/")[2].split()[0].rstrip(".")
        walk.links.append(token)
        await finder.exchange("GET", f"/r/{token}")


async def _until_told(walk: Walk, ana: Actor, rule: str, *, by: str | None = None) -> None:
    """Wait until no notice of a rule is still to leave."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            shown = await ana.line.ask("GET", f"/appointments/{walk.ids['appointment']}")
            ours = [one for one in shown["notices"] if one["rule"] == rule]
            left = [one for one in ours if one["state"] == "sent" and by in (None, one["medium"])]
            waiting = [one for one in ours if one["state"] in ("planned", "claimed", "sending")]
            if left and not waiting:
                return
            await asyncio.sleep(0.2)


def _slot(walk: Walk, number: int, place: str) -> dict[str, object]:
    return {
        "start": walk.phrase("SlotForm.start", number),
        "zone": "Europe/Paris",
        "duration_minutes": 45,
        "place_label": place,
        "map_address": walk.phrase("SlotForm.map_address"),
    }


async def _change_child(walk: Walk, ana: Actor) -> None:
    """Correct an identity, and note that the family moved away."""
    identity = _child_form(walk, ana)["identity"]
    identity["birth_family_name"] = walk.phrase("IdentityForm.birth_family_name", 1)
    changes = {
        "identity": identity,
        "referring_physician": walk.cast["ben"].id,
        "left_territory_on": walk.phrase("ChangesForm.left_territory_on"),
    }
    await ana.line.ask("PATCH", f"/children/{walk.ids['child']}", changes)


async def command(walk: Walk, *arguments: str) -> str:
    """Run a `ronde` command as the operator does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *arguments),
        cwd=ROOT,
        env={"PYTHONUTF8": "1", **walk.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


def copy_store(walk: Walk, to: Path) -> None:
    """Copy the store's files as they lie, write-ahead log included."""
    shutil.copytree(walk.folder / "store", to)


async def _serve(
    folder: Path, settings: Mapping[str, str], stack: AsyncExitStack
) -> asyncio.subprocess.Process:
    out = stack.enter_context((folder / "stdout.log").open("wb"))
    errors = stack.enter_context((folder / "stderr.log").open("wb"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.canary_server", str(folder / "clock")),
        cwd=ROOT,
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=out,
        stderr=errors,
    )
    stack.push_async_callback(end, process)
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    return process


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a server to stop, and wait until it has."""
    if process.returncode is None:
        process.terminate()
        await process.wait()


async def _ready(walk: Walk) -> None:
    line = await walk.line("nobody")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await line.exchange("GET", "/readyz")
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return


def _next_morning(now: datetime) -> datetime:
    """Find the next Tuesday at ten in Paris: families are told at decent hours only."""
    local = now.astimezone(PARIS)
    ahead = (1 - local.weekday()) % 7 or 7
    return (local + timedelta(days=ahead)).replace(hour=10, minute=0, second=0, microsecond=0)


def _channel(walk: Walk) -> ChannelId:
    return ChannelId(walk.ids["channel"])


def _circle(walk: Walk) -> Any:  # noqa: ANN401 -- an id
    return walk.ids["circle"]
