"""Early care with a phrase in every field, from the prescription to the statement."""

from datetime import datetime, time

from care_circle.month import Month
from crypto.ids import new_id
from server.demonstration.cast import Actor
from tests.support.canary_walk import PARIS, Walk


async def care_early(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    """Let the physician prescribe, the coordinator open, the psychologist claim."""
    await _prescribe(walk, ana, ben, eve)
    await _claim(walk, eve)


async def state_care(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    """Let the month end, state it, pay it; correct what was stated, and close the forfait."""
    month = walk.ids["month"]
    end = Month.written(month).next.first_day
    walk.clock.move_to(max(walk.clock(), datetime.combine(end, time(9, 0), tzinfo=PARIS)))
    for actor in (ana, ben, eve):
        await actor.return_to_work()
        walk.secrets.append(actor.line.token or "")
    path = f"/professionals/{eve.id}/statements/{month}"
    shown = await eve.line.ask("GET", path)
    seen = {"lines": len(shown["lines"]), "total_cents": shown["total_cents"]}
    await eve.line.ask("POST", f"{path}/validation", seen)
    await ana.line.ask("PUT", f"{path}/payment", {"on": str(walk.today)})
    forfait = f"/forfaits/{walk.ids['forfait']}"
    why = {"cause": "other", "words": walk.phrase("CorrectionForm.words")}
    session = f"{forfait}/sessions/{walk.ids['care_session']}"
    await ana.line.ask("POST", f"{session}/correction", why)
    off = {"reason": walk.phrase("WhyForm.reason", 1)}
    await ana.line.ask("POST", f"{forfait}/closure", off)


async def _prescribe(walk: Walk, ana: Actor, ben: Actor, eve: Actor) -> None:
    wish = {
        "discipline": "psychology",
        "reason": walk.phrase("PrescriptionForm.reason"),
        "months": 6,
        "professional": eve.id,
    }
    path = f"/children/{walk.ids['child']}/prescriptions"
    off, kept = [await ben.line.ask("POST", path, wish) for _ in range(2)]
    why = {"reason": walk.phrase("WhyForm.reason")}
    await ben.line.ask("POST", f"/prescriptions/{off['id']}/cancellation", why)
    whose = {"professional": eve.id}
    opened = await ana.line.ask("POST", f"/prescriptions/{kept['id']}/forfait", whose)
    await ana.line.ask("PUT", f"/forfaits/{opened['id']}/professional", whose)
    walk.ids |= {"prescription": kept["id"], "forfait": opened["id"]}


async def _claim(walk: Walk, eve: Actor) -> None:
    name = walk.ids["care_session"] = new_id()
    walk.ids["month"] = str(walk.today)[:7]
    path = f"/forfaits/{walk.ids['forfait']}/sessions/{name}"
    held = {
        "start": f"{walk.today}T00:00:00",
        "part": "assessment",
        "done": True,
        "place": "practice",
        "minutes": 45,
        "note": walk.phrase("SessionForm.note"),
    }
    await eve.line.ask("PUT", path, held)
