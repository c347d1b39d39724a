"""What a family is told of its appointments, from the booking to the letter that bounces."""

import asyncio
from datetime import datetime

from server.demonstration.cast import Actor
from tests.support.canary_phrases import OTHER_PLACE, PLACE, SMTP_ANSWER
from tests.support.canary_walk import PATIENCE_SECONDS, Walk


async def tell_family(walk: Walk, ana: Actor, ben: Actor) -> None:
    """Book, move, remind, cancel, and book once more for a letter box that refuses."""
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
