"""A coordinator stays at her desk: whoever comes by the invitation finds a circle open.

In life she has seen the newcomer's key at the training; here she takes the server's word for
it, because there is nobody to show her a screen.
"""

import asyncio
from pathlib import Path

from channels.content import Message
from channels.headless import connect
from channels.headless_file import DeviceFile
from channels.headless_line import Refused, Unreachable
from channels.headless_people import NoIdentityKey, admit_member, attest_identity
from crypto.ids import ProfessionalId
from server.demonstration.clock import StoryClock
from server.demonstration.living.ledger import Host, Ledger
from server.demonstration.living.person import Person
from server.demonstration.living.script import read_script

LOOK_SECONDS = 1.5
NOT_YET = (Refused, Unreachable, NoIdentityKey)
"""No device so far, or one that has left no key packages: a moment later it has."""


async def welcome(ledger: Ledger, *, server: str, folder: Path, clock: StoryClock) -> None:
    """Wait for the newcomer, attest their key, let them in, greet them; then it is over."""
    host = ledger.host
    words = next(each for each in read_script().people.people if each.key == host.key)
    file = await asyncio.to_thread(DeviceFile.open, folder / host.device, host.password)
    async with connect(server) as line:
        person = Person(
            words=words, clock=clock, line=line, password=host.password, secret=host.secret
        )
        person.take_up(file)
        while True:
            if await _has_let_in(person, host, ledger.invitation.professional):
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _has_let_in(person: Person, host: Host, newcomer: ProfessionalId) -> bool:
    """Let the newcomer in if they have come by now; tell whether they are in."""
    try:
        await person.come()
        found = await person.line.ask("GET", f"/professionals/{newcomer}/devices")
        if found["devices"]:
            await _let_in(person, host, newcomer)
    except NOT_YET:
        return False
    return bool(found["devices"])


async def _let_in(person: Person, host: Host, newcomer: ProfessionalId) -> None:
    """Do what is left to do of it: whoever is in the group already was greeted, too."""
    device = person.device
    await device.know_circle(host.circle)
    await device.catch_up(host.channel)
    members = device.session.channels[host.channel].members
    if newcomer in {tenure.certificate.professional for tenure in members}:
        return
    if newcomer not in device.roster(host.circle).active:
        await attest_identity(device, newcomer)
        await admit_member(device, host.circle, newcomer)
    await device.add(host.channel, newcomer)
    await device.post(host.channel, Message(text=host.greeting, mentions=host.mentions))
