"""A town for agendas: a child's circle with a physician and a carer, and how one books there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from care_circle.role import Profession
from tests.support.actors import Answer, Person, stranger
from tests.support.network import Member, Network, network_of
from tests.support.server import Running

SLOT: dict[str, Any] = {
    "start": "2026-12-01T14:30:00",
    "zone": "Europe/Paris",
    "duration_minutes": 45,
    "place_label": "12 rue des Lilas",
}


class Town(NamedTuple):
    """A child's circle: a coordinator, a physician and a carer in it, somebody outside."""

    network: Network
    ana: Person
    ben: Member
    kim: Member
    eve: Member

    @property
    def path(self) -> str:
        return f"/children/{self.network.child}"


@asynccontextmanager
async def agenda_town(server: Running, ana: Person) -> AsyncIterator[Town]:
    """Bring the town together for the length of a block."""
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(stranger(server)) for _ in range(3)]
        network = await network_of(ana)
        ben = await network.join(people[0], name="Ben")
        kim = await network.join(people[1], name="Kim", profession=Profession.PHYSIOTHERAPIST)
        eve = await network.join(people[2], name="Eve", profession=Profession.PSYCHOLOGIST)
        await network.settle(ben)
        assert (await network.admit(kim, role="physiotherapist")).status == 200
        yield Town(network, ana, ben, kim, eve)


async def book(town: Town, who: Member | None = None, **changes: Any) -> Answer:  # noqa: ANN401 -- JSON
    slot = {name: changes.pop(name) for name in list(changes) if name in (*SLOT, "map_address")}
    form = {"professional": (who or town.ben).id, "slot": SLOT | slot} | changes
    return await town.ana.post(f"{town.path}/appointments", form)
