"""What a family is told of its appointments, from the booking to the letter that bounces."""

import asyncio
from datetime import datetime

from server.demonstration.cast import Actor
from tests.support.canary_phrases import OTHER_PLACE, PLACE, SMTP_ANSWER
from tests.support.canary_walk import PATIENCE_SECONDS, Walk
from tests.support.families import Screen

_AS_A_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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
    await _open_links(walk)
    await _answer(walk)
    await _verify(walk, ana)
    await _remind(walk, ana)
    await ben.return_to_work()
    await _open_links(walk)
    await _hand_over(walk, ben)
    await ana.line.ask("POST", f"/appointments/{booked['id']}/cancellation")
    await _until_told(walk, ana, "cancelled")
    walk.letters.refuse_recipient = f"550 5.1.1 {SMTP_ANSWER}"
    booking = {"professional": ben.id, "slot": _slot(walk, 2, PLACE)}
    walk.ids["appointment"] = (await ana.line.ask("POST", path, booking))["id"]
    await _until_told(walk, ana, "booked", by="sms")
    await _settle(walk, ana)


async def pause_sending(walk: Walk, ana: Actor) -> None:
    """Stop all that leaves, let it go on, and stop it again: so it stays in the store."""
    stop = {"paused": True, "reason": walk.phrase("SendingForm.reason")}
    for form in (stop, {"paused": False, "confirmed": True}, stop):
        await ana.line.ask("PUT", "/sending", form)
    await ana.line.ask("GET", "/sending")


async def _settle(walk: Walk, ana: Actor) -> None:
    """Note that one whom the letter box refused was told otherwise; the others stay in need."""
    told = (await ana.line.ask("GET", f"/notices?child={walk.ids['child']}&state=in_need"))["items"]
    assert len(told) > 1
    place = f"/notices/{told[0]['kind']}/{told[0]['carrier']}/{told[0]['id']}"
    await ana.line.ask("POST", f"{place}/settled", {"note": walk.phrase("SettledForm.note")})


async def _remind(walk: Walk, ana: Actor) -> None:
    """Skip to the first reminder, and sign in again: sessions are over by then."""
    shown = await ana.line.ask("GET", f"/appointments/{walk.ids['appointment']}")
    planned = {one["id"]: one["next_at"] for one in shown["notices"] if one["rule"] == "before"}
    first = min(datetime.fromisoformat(at) for at in planned.values() if at)
    walk.clock.move_to(first)
    await ana.return_to_work()
    walk.secrets.append(ana.line.token or "")
    due = {one for one, at in planned.items() if at and datetime.fromisoformat(at) == first}
    await _until_told(walk, ana, "before", of=due)


async def _open_links(walk: Walk) -> None:
    """Open a family's link as whoever finds the telephone."""
    finder = await walk.line("finder")
    for token in dict.fromkeys(_tokens(walk)):
        walk.links.append(token)
        for path in (f"/r/{token}", f"/r/{token}/stop", f"/r/{token}/calendar"):
            await finder.exchange("GET", path)


def _tokens(walk: Walk) -> list[str]:
    """Give the links that texts carry; some name a number to call instead."""
    told = (text.text.partition("/r/")[2].split() for text in walk.texts.texts)
    return [words[0].rstrip(".") for words in told if words]


async def _answer(walk: Walk) -> None:
    """Say everything that can be said through the last link, and something that cannot."""
    finder, token = await walk.line("finder"), _tokens(walk)[-1]
    for act in ("coming", "not_coming", "call_me", "stop", "resume", "paper"):
        shown = await finder.exchange("GET", f"/r/{token}")
        form = Screen(shown.body.decode()).forms[0].fields["form"]
        said = f"form={form}&act={act}&half=mon_am".encode()
        await finder.exchange("POST", f"/r/{token}", data=said, headers=_AS_A_FORM)
    await finder.exchange("POST", f"/r/{token}/document", data=b"day=1", headers=_AS_A_FORM)


async def _verify(walk: Walk, ana: Actor) -> None:
    """Note at the office that the family was reached by every medium, as routine asks."""
    child = await ana.line.ask("GET", f"/children/{walk.ids['child']}")
    for contact in child["contacts"]:
        for medium, address in (("sms", contact["phone"]), ("email", contact["email"])):
            if address is not None:
                place = f"/children/{child['id']}/contacts/{contact['id']}/media/{medium}"
                await ana.line.ask("POST", place, {"deed": "confirmed"})


async def _hand_over(walk: Walk, ben: Actor) -> None:
    """Hand a signed document to the family, with a code."""
    ask, begun = ben.line.ask, {"form": "F31", "answers": {"asq_done": False}}
    document = await ask("POST", f"/children/{walk.ids['child']}/documents", begun)
    place = f"/documents/{document['id']}"
    await ask("POST", f"{place}/signature", version=document["edition"])
    handed = await ask("POST", f"{place}/handing", {"with_code": True})
    walk.secrets.append(handed["code"])


async def _until_told(
    walk: Walk, ana: Actor, rule: str, *, by: str | None = None, of: set[str] | None = None
) -> None:
    """Wait until no notice of a rule, or of some of them, is still to leave."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            shown = await ana.line.ask("GET", f"/appointments/{walk.ids['appointment']}")
            ours = [one for one in shown["notices"] if one["rule"] == rule]
            ours = [one for one in ours if of is None or one["id"] in of]
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
