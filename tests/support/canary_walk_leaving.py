"""Meetings, a departure that is taken back and a relay file, with a phrase in every field."""

from datetime import timedelta
from typing import Any

from server.demonstration.cast import Actor
from tests.support.canary_walk import Walk


async def meet_and_leave(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    """Hold a meeting, call another one off, let the child go and come back."""
    await _meet(walk, ana, ben, eve)
    await _leave(walk, ana, ben)


async def _meet(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    ask, path = ana.line.ask, f"/children/{walk.ids['child']}/meetings"
    calling = {
        "starts_at": f"{walk.today + timedelta(days=9)}T18:30:00",
        "zone": "Europe/Paris",
        "place": walk.phrase("CallingForm.place"),
        "link": walk.phrase("CallingForm.link"),
        "subject": walk.phrase("CallingForm.subject"),
        "invited": [ben.id, eve.id],
        "minutes": 45,
    }
    _, off, held = [await ask("POST", path, calling) for _ in range(3)]
    later = calling | {"starts_at": f"{walk.today + timedelta(days=10)}T18:30:00"}
    moved = await ask("PUT", f"/meetings/{off['id']}/calling", later, version=off["edition"])
    why = {"reason": walk.phrase("MeetingReasonForm.reason")}
    await ask("POST", f"/meetings/{moved['id']}/cancellation", why)
    place, walk.ids["meeting"] = f"/meetings/{held['id']}", held["id"]
    held = await ask("PUT", f"{place}/minutes", _minutes(walk, ben), version=held["edition"])
    held = await ask("POST", f"{place}/signature", version=held["edition"])
    corrected = {
        "minutes": _minutes(walk, ben, 1),
        "reason": walk.phrase("CorrectedMinutesForm.reason"),
    }
    await ask("POST", f"{place}/corrections", corrected, version=held["edition"])


def _minutes(walk: Walk, ben: Actor, number: int = 0) -> dict[str, Any]:
    decision = {
        "decision": walk.phrase("DecisionForm.decision"),
        "id": walk.ids["circle"],
        "owner": ben.id,
        "by": str(walk.today + timedelta(days=30)),
    }
    return {
        "held_on": str(walk.today),
        "points": walk.phrase("MinutesForm.points", number),
        "present": [ben.id],
        "decisions": [decision],
    }


async def _leave(walk: Walk, ana: Actor, ben: Actor) -> None:
    ask = ana.line.ask
    said = {
        "reason": "camsp",
        "on": str(walk.today),
        "structure": walk.ids["structure"],
        "contact": walk.phrase("FarewellForm.contact"),
        "relay": "asked",
        "relay_on": str(walk.today),
        "answers": {"exit_words": walk.phrase("FarewellForm.answers")},
        "close_forfaits": True,
    }
    left = await ask("POST", f"/children/{walk.ids['child']}/departures", said)
    walk.ids["departure"] = left["id"]
    heard = {
        "state": "accepted",
        "on": str(walk.today),
        "contact": walk.phrase("RelayForm.contact"),
    }
    await ask("POST", f"/departures/{left['id']}/relay", heard)
    for kind in ("paper", "bundle"):
        path = f"/children/{walk.ids['child']}/relay/{kind}"
        made = await ben.line.http.get(f"{walk.url}/api/v1{path}", headers=_bearer(ben))
        assert made.status == 200
    why = {"reason": walk.phrase("TakingBackForm.reason")}
    await ask("POST", f"/departures/{left['id']}/undoing", why)


def _bearer(actor: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {actor.line.token}"}
