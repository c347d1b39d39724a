"""Two parents of one child, told of one appointment, each by a link of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from care_circle.follow_up.duty import SAID_BY_FAMILY
from tests.support.actors import Person, stranger
from tests.support.families import SLOT, links_of
from tests.support.network import Network, network_of
from tests.support.server import Running

FATHER = {
    "family_name": "Courtepaille",
    "given_name": "Barnabé",
    "email": "barnabe@famille.example",
    "phone": "+33639980155",
    "language": "en",
    "interpreter": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Two parents, one appointment, and the links that each of them got."""

    ana: Person
    ben: Person
    network: Network
    path: str
    links: dict[tuple[str, str], str]

    def link(self, parent: int, medium: str = "sms") -> str:
        """Give the link that a parent got by a medium."""
        return self.links[self.network.contacts[parent], medium]

    async def contact(self, parent: int) -> dict[str, Any]:
        """Read a parent as the office sees them."""
        record = (await self.ana.get(f"/children/{self.network.child}")).body
        wanted = self.network.contacts[parent]
        return next(each for each in record["contacts"] if each["id"] == wanted)

    async def duties(self) -> dict[str, dict[str, Any]]:
        """Read the open duties that a family raised, by reason."""
        found = (await self.ana.get(f"/children/{self.network.child}/duties")).body["items"]
        said = (each for each in found if each["reason"] in SAID_BY_FAMILY)
        return {each["reason"]: each for each in said if each["state"] == "open"}

    async def answers(self) -> list[bool]:
        """Read what was said of coming, in order."""
        return [each["coming"] for each in (await self.ana.get(self.path)).body["answers"]]


@asynccontextmanager
async def two_parents(ana: Person, server: Running) -> AsyncIterator[Family]:
    """Book one appointment of a child with two parents, and read the links that they got."""
    async with stranger(server) as person:
        network = await network_of(ana)
        ben = await network.join(person, name="Ben")
        await network.include_child(ben.id)
        await network.open_circle()
        await ana.ask("PUT", f"/children/{network.child}/contacts/{'f' * 26}", FATHER)
        record = (await ana.get(f"/children/{network.child}")).body
        network.contacts = [each["id"] for each in record["contacts"]]
        for parent in network.contacts:
            word = {"contact": parent, "word": "agreed", "on": "2026-11-21"}
            paper = {"language": "fr", "document": "C-1"}
            await ana.post(f"/children/{network.child}/consent", word | paper)
        await network.admit(ben)
        booked = await ana.post(
            f"/children/{network.child}/appointments", {"professional": ben.id, "slot": SLOT}
        )
        assert booked.status == 201, booked
        path = booked.headers["Location"].removeprefix("/api/v1")
        links = await links_of(server, ana, path)
        yield Family(ana=ana, ben=person, network=network, path=path, links=links)
