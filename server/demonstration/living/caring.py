"""Early care in the seeded weeks, by the same requests that the pages make."""

from typing import Any

from crypto.ids import new_id
from server.demonstration.living import care_deeds
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Case, Scene
from server.demonstration.living.weekdays import PARIS


async def prescribe(scene: Scene, case: Case, person: Person, deed: care_deeds.Prescribe) -> None:
    """Sign a prescription."""
    words = deed.words
    wished = None if words.professional is None else scene.people[words.professional].id
    form = {
        "discipline": words.discipline,
        "reason": words.reason,
        "sessions": words.sessions,
        "months": words.months,
        "professional": wished,
        "urgent": words.urgent,
    }
    signed = await person.line.ask("POST", f"/children/{case.id}/prescriptions", form)
    case.prescriptions[deed.name] = signed["id"]


async def open_forfait(scene: Scene, case: Case, person: Person, deed: care_deeds.Forfait) -> None:
    """Open the forfait that was prescribed."""
    holder = None if deed.professional is None else scene.people[deed.professional].id
    path = f"/prescriptions/{case.prescriptions[deed.name]}/forfait"
    opened = await person.line.ask("POST", path, {"professional": holder})
    case.forfaits[deed.name] = opened["id"]


async def report(scene: Scene, case: Case, person: Person, deed: care_deeds.Session) -> None:
    """Report a session."""
    words, session = deed.words, new_id()
    form = {
        "start": scene.days.wall(deed.start).isoformat(),
        "part": words.part,
        "done": words.done,
        "place": words.place,
        "minutes": words.minutes if words.done else None,
        "note": words.note,
    }
    await person.line.ask("PUT", f"/forfaits/{case.forfaits[deed.name]}/sessions/{session}", form)
    case.sessions[deed.name, deed.start] = session


async def take_back(_scene: Scene, case: Case, person: Person, deed: care_deeds.TakeBack) -> None:
    """Take a session back; what was stated already comes back as a credit."""
    session = case.sessions[deed.name, deed.start]
    path = f"/forfaits/{case.forfaits[deed.name]}/sessions/{session}/correction"
    await person.line.ask("POST", path, {"cause": deed.cause, "words": ""})


async def state(_scene: Scene, _case: Case, person: Person, _deed: care_deeds.State) -> None:
    """Validate what may be validated."""
    for each in await _statements(person, person):
        if each["may_be_validated"]:
            seen = {"lines": len(each["lines"]), "total_cents": each["total_cents"]}
            path = f"/professionals/{person.id}/statements/{each['month']}/validation"
            await person.line.ask("POST", path, seen)


async def pay(scene: Scene, _case: Case, person: Person, deed: care_deeds.Pay) -> None:
    """Mark what somebody validated as paid today."""
    whose = scene.people[deed.professional]
    today = scene.clock().astimezone(PARIS).date().isoformat()
    for each in await _statements(person, whose):
        if each["state"] == "validated":
            path = f"/professionals/{whose.id}/statements/{each['month']}/payment"
            await person.line.ask("PUT", path, {"on": today})


async def _statements(person: Person, whose: Person) -> list[dict[str, Any]]:
    listed = await person.line.ask("GET", f"/professionals/{whose.id}/statements")
    items: list[dict[str, Any]] = listed["items"]
    return items
