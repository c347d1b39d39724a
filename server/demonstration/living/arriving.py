"""The first morning: accounts, devices, conventions, identity keys seen face to face."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from channels.headless_people import attest_identity
from crypto.ids import ProfessionalId
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Scene
from server.demonstration.living.script import Structure
from server.demonstration.processes import World, command

PIECES = ("convention", "charter", "practitioner_sheet", "bank_details")
MODULES = ("pathway", "child_support", "tool")
SIGNED_ON = -25
ENDED_ON = -3
AT_ONCE = 4


async def found(scene: Scene, world: World) -> Person:
    """Make the first coordinator at the command line."""
    first = scene.letters.office
    words = first.words
    told = await command(
        world, "user", "add", "--email", words.email, "--family-name", words.family_name,
        "--given-name", words.given_name, "--role", words.role,
    )  # fmt: skip
    lines = (line.split() for line in told.splitlines())
    invitation = next(said[1] for said in lines if said and said[0] == "invitation")
    await first.begin(invitation, scene.folder)
    await attest_identity(first.device, first.id)
    return first


async def invite_all(scene: Scene, first: Person, structures: Mapping[str, Structure]) -> None:
    """Put everybody else on the register, and let them begin."""
    places = {key: await _structure(first, structure) for key, structure in structures.items()}
    gate = asyncio.Semaphore(AT_ONCE)

    async def arrive(person: Person) -> None:
        async with gate:
            await _arrive(scene, first, person, places)

    others = [person for person in scene.people.values() if person is not first]
    await asyncio.gather(*map(arrive, others))


async def invite(by: Person, person: Person) -> datetime:
    """Make an invitation for somebody on the register, and tell until when it serves."""
    invited = await by.line.ask("POST", f"/professionals/{person.id}/invitation")
    person.invitation = invited["token"]
    return datetime.fromisoformat(invited["until"])


async def _arrive(scene: Scene, first: Person, person: Person, places: Mapping[str, str]) -> None:
    words = person.words
    form = {
        "family_name": words.family_name,
        "given_name": words.given_name,
        "role": words.role,
        "profession": words.profession,
        "email": words.email,
        "phone": words.phone,
        "structure": None if words.structure is None else places[words.structure],
    }
    made = await first.line.ask("POST", "/professionals", form)
    person.id = ProfessionalId(made["id"])
    if words.convention != "none":
        await _sign_convention(scene, first, person)
    if not words.invited:
        await _begin(scene, first, person)


async def _begin(scene: Scene, first: Person, person: Person) -> None:
    await invite(first, person)
    await person.begin(person.invitation, scene.folder)
    seen = person.device.session.pins.keys[person.id]
    await attest_identity(first.device, person.id, seen=seen)


async def _sign_convention(scene: Scene, first: Person, person: Person) -> None:
    ask, day = first.line.ask, scene.days.day(SIGNED_ON).isoformat()
    convention = await ask("POST", f"/professionals/{person.id}/conventions")
    path = f"/conventions/{convention['id']}"
    for piece in PIECES:
        await ask("POST", f"{path}/pieces", {"code": piece, "on": day})
    ended = person.words.convention == "ended"
    until = scene.days.day(ENDED_ON).isoformat() if ended else None
    signature = {"signed_on": day, "active_from": day, "active_to": until}
    await ask("PUT", f"{path}/signature", signature)
    for module in MODULES:
        await ask("POST", f"{path}/trainings", {"module": module, "on": day})


async def _structure(first: Person, structure: Structure) -> str:
    label = {"name": structure.name, "neutral_label": structure.neutral_label}
    made = await first.line.ask("POST", "/structures", label)
    return str(made["id"])
