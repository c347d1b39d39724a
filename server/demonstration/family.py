"""Later chapters: the visit is booked and moved, the family told; the document is signed."""

import asyncio
import email
import email.policy
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from channels.content import DocumentLink, Message, decode
from crypto.ids import DocumentId
from server.demonstration.cast import Actor
from server.demonstration.network import DAYS_BEFORE_VISIT
from server.demonstration.stage import PARIS, Stage, moment
from server.demonstration.talk import say
from server.sink import MAILS_FILE, TEXTS_FILE

PLACE = "12 rue des Tilleuls, Nîmes"
PATIENCE_SECONDS = 30
REMINDER_DAYS = 1
PARTS_OF_MAIL = {"text/plain": "texte", "text/html": "page", "text/calendar": "agenda"}
CONCERN = "Il bute souvent à gauche quand il court."


async def book_visit(stage: Stage) -> None:
    """Book the 24-month visit; the family is told when a decent hour comes."""
    narrator, camille = stage.narrator, stage["camille"]
    narrator.chapter("Une famille prévenue")
    start = _visit_start(stage, days=DAYS_BEFORE_VISIT.days)
    booking = {"professional": stage["helene"].id, "visit": "V24", "slot": _slot(start)}
    path = f"/children/{stage.child}/appointments"
    booked = await camille.line.ask("POST", path, booking)
    narrator.tell(f"Visite des 24 mois : {moment(start)}, {PLACE}.")
    await _skip_to_notices(stage, booked)
    await _all_told(stage, booked["id"], rule="booked")
    await _show_mail_and_text(stage)
    await _move(stage, booked["id"], start + timedelta(days=1, hours=1))


async def remind_family(stage: Stage) -> None:
    """Skip to the day before: the reminder leaves by itself."""
    narrator, camille = stage.narrator, stage["camille"]
    listed = await camille.line.ask("GET", f"/children/{stage.child}/appointments")
    appointment = listed["items"][0]
    waiting = [n for n in appointment["notices"] if n["rule"] == "before" and n["next_at"]]
    stage.clock.move_to(max(_instant(notice["next_at"]) for notice in waiting))
    narrator.tell(f"Le récit saute à la veille : {stage.day}.")
    await camille.return_to_work()
    await _all_told(stage, appointment["id"], rule="before")
    await _quote_text(stage)


async def sign_document(stage: Stage) -> None:
    """On the day of the visit: draft, sign and link the 24-month document."""
    narrator, helene, yanis = stage.narrator, stage["helene"], stage["yanis"]
    narrator.chapter("Le jour de la visite : le document des 24 mois")
    stage.clock.move_to(stage.clock() + timedelta(days=REMINDER_DAYS))
    for actor in stage.cast.values():
        await actor.return_to_work()
    draft = {"form": "F26", "visit": "V24", "answers": _answers(stage.clock().date())}
    ask, circle = helene.line.ask, stage.circle
    document = await ask("POST", f"/circles/{circle}/documents", draft)
    path = f"/documents/{document['id']}"
    signed = await ask("POST", f"{path}/signature", version=document["edition"])
    narrator.tell(
        "Hélène remplit et signe : consultation, développement, vision, audition, mesures."
    )
    amended = dict(_answers(stage.clock().date())) | {"weight_kg": 11.6}
    reason = {"answers": amended, "reason": "balance relue"}
    final = await ask("POST", f"{path}/amendments", reason, version=signed["edition"])
    narrator.tell(f"Elle corrige un poids : {len(final['versions'])} versions, rien d'écrasé.")
    link = DocumentLink(document=document["id"], label="Visite des 24 mois")
    await say(stage, helene, link)
    await say(stage, helene, Message(text="Le document des 24 mois est signé, merci à tous."))
    linked = await _newest_link(stage, yanis)
    read = await yanis.line.ask("GET", f"/documents/{linked}")
    narrator.tell(f"Yanis suit le lien du canal et lit la version {len(read['versions'])}.")


async def _newest_link(stage: Stage, actor: Actor) -> DocumentId:
    """Find the document that the channel points to, as somebody's device reads it."""
    signed = [one.opened.entry for one in await actor.device.history(stage.channel)]
    contents = [decode(entry.type, entry.body) for entry in signed]
    return [one.document for one in contents if isinstance(one, DocumentLink)][-1]


async def _move(stage: Stage, appointment: str, start: datetime) -> None:
    narrator = stage.narrator
    path = f"/appointments/{appointment}/slot"
    moved = await stage["camille"].line.ask("PUT", path, _slot(start))
    narrator.tell(f"Hélène est empêchée ; la visite passe au {moment(start)}.")
    await _skip_to_notices(stage, moved)
    await _all_told(stage, appointment, rule="changed")
    await _quote_text(stage)


async def _skip_to_notices(stage: Stage, appointment: Mapping[str, Any]) -> None:
    """Skip the hours in which nobody is disturbed, if the demonstration runs at night."""
    planned = [
        _instant(n["next_at"])
        for n in appointment["notices"]
        if n["rule"] != "before" and n["next_at"]
    ]
    if planned and max(planned) > stage.clock():
        stage.clock.move_to(max(planned))
        stage.narrator.tell(f"Rien ne part la nuit ni le dimanche. Le récit saute au {stage.day}.")
        await stage["camille"].return_to_work()


async def _all_told(stage: Stage, appointment: str, *, rule: str) -> None:
    """Wait until every notice of a rule has left."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            shown = await stage["camille"].line.ask("GET", f"/appointments/{appointment}")
            states = [n["state"] for n in shown["notices"] if n["rule"] == rule]
            if states and set(states) <= {"sent", "cancelled"} and "sent" in states:
                await _tell_what_came(stage)
                return
            await asyncio.sleep(0.2)


async def _tell_what_came(stage: Stage) -> None:
    """Count what reached the letter box since the last time, beside what the server says."""
    sent, held = await _settled(stage)
    mails, texts = (now - before for now, before in zip(held, stage.received, strict=True))
    left = sent - sum(stage.received)
    stage.received = held
    stage.expect(mails + texts == left)
    stage.narrator.tell(f"{left} avis partis ; chez les parents : {mails} courriels, {texts} SMS.")


async def _settled(stage: Stage) -> tuple[int, tuple[int, int]]:
    """Count all that was sent and all that came, once they agree or patience is over.

    More than the visit is told: questionnaires leave on their own, while this is read.
    """
    folder, path = stage.world.folder, f"/notices?child={stage.child}&state=sent&limit=100"
    left = PATIENCE_SECONDS * 5
    while True:
        shown = await stage["camille"].line.ask("GET", path)
        held = len(await _lines(folder / MAILS_FILE)), len(await _lines(folder / TEXTS_FILE))
        if len(shown["items"]) == sum(held) or left == 0:
            return len(shown["items"]), held
        left -= 1
        await asyncio.sleep(0.2)


async def _show_mail_and_text(stage: Stage) -> None:
    raws = [mail["raw"] for mail in await _lines(stage.world.folder / MAILS_FILE)]
    mails = [email.message_from_string(raw, policy=email.policy.default) for raw in raws]
    mail = next(each for each in reversed(mails) if "rendez-vous" in each["subject"])
    plain = mail.get_body(("plain",))
    stage.narrator.quote("courriel", f"Objet : {mail['subject']}")
    for line in (plain.get_content() if plain else "").strip().splitlines():
        stage.narrator.quote("", line)
    types = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    stage.narrator.quote("", f"({' + '.join(PARTS_OF_MAIL.get(one, one) for one in types)})")
    await _quote_text(stage)


async def _quote_text(stage: Stage) -> None:
    """Show the last SMS about the visit."""
    texts = [text["text"] for text in await _lines(stage.world.folder / TEXTS_FILE)]
    stage.narrator.quote("SMS", next(each for each in reversed(texts) if "RDV" in each))


async def opened_mails(folder: Path) -> list[bytes]:
    """Give every part of every e-mail as its reader sees it: no encoding hides a word."""
    raws = [mail["raw"] for mail in await _lines(folder / MAILS_FILE)]
    mails = [email.message_from_string(raw, policy=email.policy.default) for raw in raws]
    parts = [part for mail in mails for part in mail.walk() if not part.is_multipart()]
    return [str(mail.items()).encode() for mail in mails] + [
        str(part.get_content()).encode() for part in parts
    ]


async def _lines(file: Path) -> list[dict[str, str]]:
    text = await asyncio.to_thread(file.read_text, "utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _visit_start(stage: Stage, *, days: int) -> datetime:
    """Choose half past nine on a weekday, in Paris's wall time."""
    day = stage.clock().astimezone(PARIS).date() + timedelta(days=days)
    while day.weekday() > 3:  # noqa: PLR2004 -- leaves a weekday to move it to
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, 30)  # noqa: DTZ001 -- wall time, its zone beside it


def _slot(start: datetime) -> dict[str, object]:
    return {
        "start": start.isoformat(),
        "zone": PARIS.key,
        "duration_minutes": 45,
        "place_label": PLACE,
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _answers(today: date) -> dict[str, object]:
    return {
        "visit_date": today.isoformat(),
        "visit_kind": "in_person",
        "accompanied_by": "both_parents",
        "parents_concerned": True,
        "parents_concern": CONCERN,
        "conclusion": "watch",
        "walks_alone": True,
        "walking_age_months": 16,
        "gross_motor": "normal",
        "fine_motor": "doubtful",
        "words_spoken": "10_to_50",
        "joins_two_words": True,
        "points_with_finger": True,
        "asq_done": False,
        "vision_result": "normal",
        "eye_examined": False,
        "hearing_result": "normal",
        "hearing_examined": False,
        "weight_kg": 11.4,
        "height_cm": 85.5,
        "head_circumference_cm": 48.2,
    }
