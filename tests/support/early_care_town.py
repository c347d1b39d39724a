"""A child's circle with a physician and a physiotherapist, and what they do about early care."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from care_circle.role import Profession, Role
from crypto.ids import new_id
from tests.support.actors import Answer, Person, founded, stranger
from tests.support.network import Member, Network, network_of
from tests.support.server import Running

DISCIPLINE = "physiotherapy"
REASON = "retard de la motricité globale"


@dataclass(slots=True, kw_only=True)
class Town:
    """A coordinator, the referring physician, a physiotherapist and a colleague outside."""

    network: Network
    ana: Person
    doc: Member
    kim: Member
    lea: Member
    stack: AsyncExitStack

    async def prescribe(self, **otherwise: object) -> Answer:
        """Let the physician prescribe ten sessions and the assessment."""
        form = {"discipline": DISCIPLINE, "reason": REASON, "sessions": 10, "months": 6}
        path = f"/children/{self.network.child}/prescriptions"
        return await self.doc.person.post(path, form | otherwise)

    async def open(self, *, whose: Member | None = None, **otherwise: object) -> Answer:
        """Prescribe, and let the coordinator open the forfait."""
        written = await self.prescribe(**otherwise)
        assert written.status == 201, written
        form = {"professional": whose.id} if whose else {}
        return await self.ana.post(f"/prescriptions/{written.body['id']}/forfait", form)

    async def opened(self, **otherwise: Any) -> str:  # noqa: ANN401 -- handed on to open
        """Open a forfait that is the physiotherapist's, and give its id."""
        answer = await self.open(whose=self.kim, **otherwise)
        assert answer.status == 201, answer
        return str(answer.body["id"])

    async def claim(
        self,
        forfait: str,
        *,
        by: Member | None = None,
        session: str | None = None,
        **otherwise: object,
    ) -> Answer:
        """Claim a session of this day, in the morning."""
        today = self.ana.server.clock().date()
        form = {
            "start": f"{today}T09:00:00",
            "minutes": 45,
            "part": "session",
            "done": True,
            "place": "practice",
        }
        path = f"/forfaits/{forfait}/sessions/{session or new_id()}"
        return await (by or self.kim).person.ask("PUT", path, form | otherwise)

    async def statement(self, month: str) -> Answer:
        """Let the physiotherapist read a statement of theirs."""
        return await self.kim.person.get(f"/professionals/{self.kim.id}/statements/{month}")

    async def validate(self, month: str) -> Answer:
        """Let the physiotherapist validate a month as it stands."""
        seen = (await self.statement(month)).body
        form = {"lines": len(seen["lines"]), "total_cents": seen["total_cents"]}
        path = f"/professionals/{self.kim.id}/statements/{month}/validation"
        return await self.kim.person.post(path, form)

    async def admit(self, physiotherapist: Member) -> None:
        """Let a physiotherapist into the circle."""
        admitted = await self.network.admit(physiotherapist, role=Profession.PHYSIOTHERAPIST.value)
        assert admitted.status == 200, admitted

    async def review(self) -> None:
        """Let the physiotherapist write and sign the review of their forfait."""
        answers = {
            "reviewed_on": self.today,
            "discipline": DISCIPLINE,
            "progress": "good",
            "progress_words": "elle nage",
            "proposal": "renew",
            "sessions_proposed": 5,
        }
        form = {"form": "F39", "answers": answers}
        begun = await self.kim.person.post(f"/circles/{self.network.circle}/documents", form)
        path = begun.headers["Location"].removeprefix("/api/v1")
        tag = {"If-Match": begun.headers["ETag"]}
        signed = await self.kim.person.post(f"{path}/signature", headers=tag)
        assert signed.status == 200, signed

    @property
    def today(self) -> str:
        """The day it is."""
        return str(self.ana.server.clock().date())

    @property
    def month(self) -> str:
        """The month it is."""
        return str(self.ana.server.clock().date())[:7]

    async def pay(self, month: str) -> Answer:
        """Let the coordinator mark the physiotherapist's statement as paid today."""
        path = f"/professionals/{self.kim.id}/statements/{month}/payment"
        return await self.ana.ask("PUT", path, {"on": str(self.ana.server.clock().date())})

    async def end_convention(self, member: Member, last_day: date) -> None:
        """Let a member's convention end on a day."""
        held = await self.ana.get(f"/professionals/{member.id}/conventions")
        path = f"/conventions/{held.body['conventions'][0]['id']}/end"
        assert (await self.ana.ask("PUT", path, {"last_day": str(last_day)})).status == 200

    async def secretary(self) -> Person:
        """Let somebody of the office come in."""
        sam = await self.stack.enter_async_context(stranger(self.ana.server))
        return await founded(sam, role=Role.SECRETARY, name="Sam")

    async def pass_days(self, days: int) -> None:
        """Let days pass, and everybody sign in again."""
        self.ana.server.clock.move(days=days)
        for person in (self.ana, self.doc.person, self.kim.person, self.lea.person):
            await person.sign_in()


@asynccontextmanager
async def settled_town(server: Running, ana: Person) -> AsyncIterator[Town]:
    """Found a town for the length of a block."""
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(stranger(server)) for _ in range(3)]
        network = await network_of(ana)
        physio = Profession.PHYSIOTHERAPIST
        doc = await network.join(people[0], name="Doc")
        kim = await network.join(people[1], name="Kim", profession=physio)
        lea = await network.join(people[2], name="Lea", profession=physio)
        await network.settle(doc)
        town = Town(network=network, ana=ana, doc=doc, kim=kim, lea=lea, stack=stack)
        await town.admit(kim)
        yield town
