"""The whole journey with a phrase in every field, from an empty store to a changed child."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from channels.headless_people import admit_member, attest_identity, open_circle, release_member
from crypto.ids import BlobId, ChannelId, DocumentId, TaskId, new_id
from crypto.mls.suite import Secret
from crypto.session.log import Card
from server.demonstration.cast import Actor
from tests.support.canary_phrases import FATHER, FATHER_PHONE, MOTHER, MOTHER_PHONE, RECORDS, SEALED
from tests.support.canary_walk import PATIENCE_SECONDS, PROFESSIONS, Walk, command
from tests.support.canary_walk_agenda import mind_agendas
from tests.support.canary_walk_documents import write_every_form
from tests.support.canary_walk_duties import mind_duties
from tests.support.canary_walk_early_care import care_early, state_care
from tests.support.canary_walk_family import pause_sending, tell_family
from tests.support.canary_walk_files import keep_backup, leave_files
from tests.support.canary_walk_imports import bring_in
from tests.support.canary_walk_leaving import meet_and_leave
from tests.support.canary_walk_self import mind_oneself
from tests.support.care_answers import ASQ, WHOLE
from tests.support.network import child_form


async def walk_everything(walk: Walk) -> None:
    """Fill every field there is, tell the family, and let somebody go."""
    ana, ben, eve, dora, *carers = [await walk.actor(each) for each in range(len(PROFESSIONS))]
    walk.cast = {"ana": ana, "ben": ben, "eve": eve, "dora": dora}
    await _found_network(walk, ana, (ben, eve, dora, *carers))
    await _include_child(walk, ana, ben)
    await _gather(walk, ana, ben, eve)
    await _talk(walk, ana, ben)
    await _write_documents(walk, ben)
    await write_every_form(walk, (ana, ben, eve, *carers))
    await mind_duties(walk, ana, ben)
    await meet_and_leave(walk, ana, ben, eve)
    await care_early(walk, ana, ben, eve)
    await tell_family(walk, ana, ben)
    await mind_agendas(walk, ana, ben)
    await bring_in(walk, ana)
    await mind_oneself(walk)
    await leave_files(walk, ben, _channel(walk))
    await keep_backup(walk, ben)
    await release_member(ana.device, _circle(walk), eve.id)
    await ben.device.post(_channel(walk), Message(text=SEALED["Message.text"]))
    walk.ids |= {"professional": ben.id, "device": ben.device.session.device.id, "form": "F26"}
    await _change_child(walk, ana)
    await state_care(walk, ana, ben, eve)
    # Somebody lost their telephone: an invitation that waits is in the store too.
    invited = await ana.line.ask("POST", f"/professionals/{dora.id}/invitation")
    walk.secrets.append(invited["token"])
    await pause_sending(walk, ana)


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
        await say(ben, Message(text=text, attachments=(_file(),), urgent=True))
        await say(ben, Edit(of=first, text=SEALED["Edit.text"], mentions=(ana.id,)))
        await say(ben, Deletion(of=first))
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


def _file() -> Attachment:
    return Attachment(
        blob=BlobId(new_id()),
        key=Secret(bytes(32)),
        size=4,
        sha256=bytes(32),
        type=SEALED["Attachment.type"],
        name=SEALED["Attachment.name"],
    )


async def _write_documents(walk: Walk, ben: Actor) -> None:
    ask, path = ben.line.ask, f"/circles/{walk.ids['circle']}/documents"
    concern = {"parents_concerned": True, "visit_date": str(walk.today)}
    answers = WHOLE | ASQ | concern
    words = dict.fromkeys(("parents_concern", "remarks"), walk.phrase("DraftForm.answers"))
    draft = answers | words
    document = await ask("POST", path, {"form": "F26", "visit": "V24", "answers": draft})
    place = f"/documents/{document['id']}"
    walk.ids["document"] = document["id"]
    saved = answers | {"parents_concern": walk.phrase("AnswersForm.answers")}
    document = await ask("PUT", f"{place}/draft", {"answers": saved}, version=document["edition"])
    document = await ask("POST", f"{place}/signature", version=document["edition"])
    await ask("GET", f"/professionals/{ben.id}/statements/{str(walk.today)[:7]}")
    amended = answers | {"parents_concern": walk.phrase("AmendmentForm.answers")}
    form = {"answers": amended, "reason": walk.phrase("AmendmentForm.reason")}
    document = await ask("POST", f"{place}/amendments", form, version=document["edition"])
    form = {"reason": walk.phrase("StrikeForm.reason")}
    await ask("POST", f"{place}/strike", form, version=document["edition"])


async def _change_child(walk: Walk, ana: Actor) -> None:
    """Correct an identity, and note that the family moved away."""
    identity = _child_form(walk, ana)["identity"]
    identity["birth_family_name"] = walk.phrase("IdentityForm.birth_family_name", 1)
    changes = {
        "identity": identity,
        "referring_physician": walk.cast["ben"].id,
        "left_territory_on": walk.phrase("ChangesForm.left_territory_on"),
        "chosen_holder": walk.ids["contact"],
    }
    await ana.line.ask("PATCH", f"/children/{walk.ids['child']}", changes)


def _channel(walk: Walk) -> ChannelId:
    return ChannelId(walk.ids["channel"])


def _circle(walk: Walk) -> Any:  # noqa: ANN401 -- an id
    return walk.ids["circle"]
