"""What is done for a child beside the talk: register, consent, circle, visits, documents."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels.headless_people import admit_member, open_circle
from crypto.ids import AppointmentId, ChildId, DocumentId
from server.demonstration.living import script
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Case, Paper, Scene
from server.demonstration.living.weekdays import PARIS

CHARTER = "charte des parents"


async def register(scene: Scene, case: Case, person: Person, _deed: script.Register) -> None:
    """Take a child into the register."""
    child = await person.line.ask("POST", "/children", _child_form(scene, case.words))
    case.id = ChildId(child["id"])
    case.contacts = tuple(contact["id"] for contact in child["contacts"])


async def consent(scene: Scene, case: Case, person: Person, deed: script.Consent) -> None:
    """Write down what a parent said."""
    await _note(scene, case, person, case.contacts[deed.contact], deed.word)


async def include(scene: Scene, case: Case, person: Person, _deed: script.Include) -> None:
    """Write down that all parents agreed, and include."""
    for contact in case.contacts:
        await _note(scene, case, person, contact, "agreed")
    await person.line.ask("POST", f"/children/{case.id}/inclusion")


async def open_(scene: Scene, case: Case, person: Person, deed: script.Open) -> None:
    """Open the circle, let everybody in, begin the channel with their devices in it."""
    case.circle = await open_circle(person.device, case.id)
    for key in deed.members:
        await admit_member(person.device, case.circle, scene.people[key].id)
    case.channel = await person.device.open_channel(case.circle)
    for key in deed.members:
        await person.device.add(case.channel, scene.people[key].id)


async def admit(scene: Scene, case: Case, person: Person, deed: script.Admit) -> None:
    """Let somebody in later; they are given the past that the circle's rules grant."""
    newcomer = scene.people[deed.who].id
    await admit_member(person.device, case.circle, newcomer)
    await person.device.add(case.channel, newcomer)


async def depart(scene: Scene, case: Case, person: Person, deed: script.Depart) -> None:
    """Note that the family moves away."""
    day = scene.days.day(deed.on).isoformat()
    await person.line.ask("PATCH", f"/children/{case.id}", {"left_territory_on": day})


async def book(scene: Scene, case: Case, person: Person, deed: script.Book) -> None:
    """Book an appointment."""
    booking = {
        "professional": scene.people[deed.professional].id,
        "visit": deed.visit,
        "slot": _slot(scene, deed.start, deed.place, deed.minutes),
    }
    booked = await person.line.ask("POST", f"/children/{case.id}/appointments", booking)
    case.appointments[deed.name] = AppointmentId(booked["id"])


async def move(scene: Scene, case: Case, person: Person, deed: script.Move) -> None:
    """Move an appointment to another time at the same place."""
    path = f"/appointments/{case.appointments[deed.name]}"
    slot = (await person.line.ask("GET", path))["slot"]
    moved = _slot(scene, deed.start, slot["place_label"], slot["duration_minutes"])
    await person.line.ask("PUT", f"{path}/slot", moved)


async def cancel(_scene: Scene, case: Case, person: Person, deed: script.Cancel) -> None:
    """Call an appointment off."""
    path = f"/appointments/{case.appointments[deed.name]}/cancellation"
    await person.line.ask("POST", path)


async def close(_scene: Scene, case: Case, person: Person, deed: script.Close) -> None:
    """Say whether the family came."""
    path = f"/appointments/{case.appointments[deed.name]}/outcome"
    await person.line.ask("PUT", path, {"honoured": deed.honoured})


async def draft(scene: Scene, case: Case, person: Person, deed: script.Draft) -> None:
    """Begin a document."""
    answers = _dated(scene, deed.answers)
    form = {"form": deed.form, "visit": deed.visit, "answers": answers}
    made = await person.line.ask("POST", f"/circles/{case.circle}/documents", form)
    _keep(case, deed.name, made, answers)


async def fix(_scene: Scene, case: Case, person: Person, deed: script.Fix) -> None:
    """Sign a document."""
    paper = case.papers[deed.name]
    path = f"/documents/{paper.id}/signature"
    signed = await person.line.ask("POST", path, version=paper.edition)
    _keep(case, deed.name, signed, paper.answers)


async def amend(scene: Scene, case: Case, person: Person, deed: script.Amend) -> None:
    """Correct a signed document: a further version, with its reason."""
    paper = case.papers[deed.name]
    answers = {**paper.answers, **_dated(scene, deed.changes)}
    form = {"answers": answers, "reason": deed.reason}
    path = f"/documents/{paper.id}/amendments"
    amended = await person.line.ask("POST", path, form, version=paper.edition)
    _keep(case, deed.name, amended, answers)


async def _note(scene: Scene, case: Case, person: Person, contact: str, word: str) -> None:
    today = scene.clock().astimezone(PARIS).date().isoformat()
    said = {"contact": contact, "word": word, "on": today, "language": "fr", "document": CHARTER}
    await person.line.ask("POST", f"/children/{case.id}/consent", said)


def _keep(case: Case, name: str, made: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    case.papers[name] = Paper(
        id=DocumentId(made["id"]), edition=made["edition"], answers=dict(answers)
    )


def _dated(scene: Scene, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put dates where the script names working days."""
    return {
        code: scene.days.day(int(said.removeprefix("day "))).isoformat()
        if isinstance(said, str) and said.startswith("day ")
        else said
        for code, said in answers.items()
    }


def _slot(scene: Scene, start: str, place: str, minutes: int) -> dict[str, object]:
    return {
        "start": scene.days.wall(start).isoformat(),
        "zone": PARIS.key,
        "duration_minutes": minutes,
        "place_label": place,
    }


def _child_form(scene: Scene, words: script.ChildWords) -> dict[str, object]:
    birth = words.birth
    born = scene.days.newest - timedelta(days=birth.days_ago)
    facts = {"gestational_age": {"weeks": birth.weeks, "days": birth.days}, **words.facts}
    if birth.hospital_days:
        facts["discharged_on"] = (born + timedelta(days=birth.hospital_days)).isoformat()
    physician = None if words.physician is None else scene.people[words.physician].id
    return {
        "identity": {
            "birth_family_name": words.family_name,
            "birth_given_names": [words.given_name],
            "birth_date": born.isoformat(),
            "sex": words.sex,
        },
        "perinatal": facts,
        "contacts": [_contact(words.family_name, parent) for parent in words.parents],
        "referring_physician": physician,
    }


def _contact(family_name: str, parent: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a parent who was asked, when registering, whether both addresses are theirs.

    Whose part says what was confirmed was asked about that only.
    """
    reached = [medium for medium, key in (("email", "email"), ("sms", "phone")) if parent.get(key)]
    return {"family_name": family_name, "confirmed": reached, **parent}
