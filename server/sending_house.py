"""What watches over sending, put together: the list of notices, and the pause button."""

from dataclasses import dataclass, field

from aiohttp import web

from care_circle.services.notices import NoticesService
from care_circle.services.sending import SendingService
from notifications.senders import Mailer, Texter
from notifications.store import Outbox
from notifications.ways import WaysOut
from server.pathway_house import Ground
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.ledger import EngineLedger
from server.storage.sending import EngineSending


@dataclass(slots=True)
class Receipting:
    """The ways out, by name, that say later whether a message arrived: known once they are open."""

    names: frozenset[str] = frozenset()

    def learn(self, ways: WaysOut) -> None:
        """Take what the ways themselves declare."""
        every: tuple[Mailer | Texter, ...] = (*ways.mailers, *ways.texters)
        self.names = frozenset(each.name for each in every if each.capabilities.receipts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHouse:
    """The services of whoever looks after sending, and the valve that the workers ask."""

    notices: NoticesService
    switch: SendingService
    ledger: EngineLedger
    valve: EngineSending
    receipting: Receipting = field(default_factory=Receipting)


SENDING: web.AppKey[SendingHouse] = web.AppKey("sending", SendingHouse)


def furnish_sending(here: Ground, engine: Engine, keyring: Keyring, outbox: Outbox) -> SendingHouse:
    """Put the services on their ground; nothing runs yet."""
    ledger, valve = EngineLedger(engine, keyring), EngineSending(engine, keyring)
    stores = here.stores
    return SendingHouse(
        notices=NoticesService(
            ledger=ledger,
            outbox=outbox,
            appointments=stores.appointments,
            errands=stores.errands,
            children=stores.children,
            people=stores.people,
            duties=stores.duties,
            guard=here.guard,
            surroundings=here.around,
        ),
        switch=SendingService(
            switch=valve,
            ledger=ledger,
            people=stores.people,
            guard=here.guard,
            surroundings=here.around,
        ),
        ledger=ledger,
        valve=valve,
    )
