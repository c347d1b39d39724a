"""The first people of a network: made at the command line, since nobody is there to invite them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from care_circle.contact import entered_email
from care_circle.professional import Professional
from care_circle.services.people import NewProfessional
from crypto.ids import ProfessionalId, new_id
from server.accounts.accounts import Invited
from server.accounts.passwords import Passwords
from server.clock import system_clock
from server.config import Config
from server.house import House, furnish, the_pathway
from server.storage.keys import Keyring
from server.storage.opening import open_engine


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[House]:
    """Open the house for a command, beside a server that may be running on the same store."""
    engine = await open_engine(config.store, system_clock)
    try:
        keyring = await Keyring.open(engine, config.master_key)
        yield furnish(
            engine,
            keyring,
            clock=system_clock,
            zone=config.zone,
            passwords=Passwords(),
            pathway=the_pathway(config.pathway),
        )
    finally:
        await engine.close()


async def add_user(house: House, new: NewProfessional) -> Invited:
    """Put a person on the register and make the invitation by which they enrol.

    Raises:
        AlreadyThere, EmailTaken: The e-mail address is taken.
        BadEmail, BadPhone, BadRpps, ProfessionMissing: The rule of that name.
    """
    entered_email(new.email)
    person = Professional(
        id=ProfessionalId(new_id()),
        family_name=new.family_name,
        given_name=new.given_name,
        role=new.role,
        email=new.email,
        profession=new.profession,
        structure=new.structure,
        rpps=new.rpps,
        phone=new.phone,
    )
    await house.stores.people.add_professional(person)
    return await house.accounts.open(person, by=None)


async def disable_user(house: House, professional: ProfessionalId) -> None:
    """Close an account and end its sessions; a running server drops its sockets in seconds.

    Its browsers are told nothing any more.

    Raises:
        NotFound: There is no such account.
    """
    await house.accounts.disable(professional)
    await house.sessions.revoke_all(professional)
    for subscription in await house.stores.subscriptions.of(professional):
        await house.stores.subscriptions.drop(subscription.id)
