"""A family at home, of whom the register knows both media as theirs, and the office."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from care_circle.follow_up.duty import SAID_BY_FAMILY
from crypto.ids import ChildId
from notifications import link
from notifications.errand import Errand, open_errand
from notifications.notice import Rule, Telling
from server.notices import link_key
from tests.support.actors import Person, stranger
from tests.support.families import Phone, Shown
from tests.support.network import Network, network_of
from tests.support.server import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A mother of whom the register knows both media as hers, and the office."""

    ana: Person
    ben: Person
    network: Network
    server: Running

    async def told(self, rule: Rule) -> str:
        """Open an errand, and give the link of its SMS once the worker has taken it."""
        child = ChildId(self.network.child)
        held = await self.server.house.stores.children.child(child)
        now = self.server.clock()
        errand = open_errand(
            Telling(code="N5", rule=rule),
            child=child,
            subject="V24",
            recipients=held.recipients(now.date()),
            expires_at=now + timedelta(days=90),
            now=now,
        )
        await self.server.house.stores.errands.add(errand)
        return await self.link_of(errand)

    async def link_of(self, errand: Errand) -> str:
        for _ in range(100):
            held = await self.server.house.stores.errands.errand(errand.id)
            taken = [each for each in held.notices if each.medium == "sms" and each.link]
            if taken:
                return "/r/" + link.token(link_key(self.server.config), taken[0].id)
            await asyncio.sleep(0.1)
        raise AssertionError("the worker did not come")

    async def duties(self) -> dict[str, dict[str, Any]]:
        found = (await self.ana.get(f"/children/{self.network.child}/duties")).body["items"]
        said = (each for each in found if each["reason"] in SAID_BY_FAMILY)
        return {each["reason"]: each for each in said if each["state"] == "open"}

    async def sign(self, form: str = "F31", **answers: object) -> str:
        """Sign a document about the child, and give its id."""
        draft = await self.ben.post(
            f"/children/{self.network.child}/documents",
            {"form": form, "answers": answers or {"asq_done": False}},
        )
        assert draft.status == 201, draft
        path = f"/documents/{draft.body['id']}"
        signed = await self.ben.post(f"{path}/signature", headers={"If-Match": '"1"'})
        assert signed.status == 200, signed
        document: str = draft.body["id"]
        return document

    async def hand(self, **form: object) -> tuple[str, dict[str, Any]]:
        """Sign a document and hand it over; give its link and what the office was told."""
        return await self.give(f"/documents/{await self.sign()}/handing", **form)

    async def give(self, path: str, **form: object) -> tuple[str, dict[str, Any]]:
        """Hand over what stands at a path; give its link and what the office was told."""
        handed = await self.ben.post(path, dict(form))
        assert handed.status == 201, handed
        errand = await self.server.house.stores.errands.errand(handed.body["id"])
        return await self.link_of(errand), handed.body


@asynccontextmanager
async def at_home(ana: Person, server: Running) -> AsyncIterator[Home]:
    """Bring a child in, whose mother's media are both confirmed."""
    async with stranger(server) as person:
        network = await network_of(ana)
        ben = await network.join(person, name="Ben")
        await network.settle(ben)
        for medium in ("sms", "email"):
            contact = f"/children/{network.child}/contacts/{network.contacts[0]}"
            await ana.post(f"{contact}/media/{medium}", {"deed": "confirmed"})
        yield Home(ana=ana, ben=person, network=network, server=server)


def document_form(shown: Shown) -> str | None:
    """Give what the form of the second item carries, if it is there."""
    forms = [form for form in shown.screen.forms if form.action.endswith("/document")]
    return forms[0].fields["form"] if forms else None


async def unlock(phone: Phone, path: str, **item: str) -> Shown:
    """Open the page and answer its question."""
    form = document_form(await phone.open(path))
    fields = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in item.items())
    return await phone.post(f"{path}/document", f"form={form}&{fields}")
