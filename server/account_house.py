"""Accounts put together: who somebody is, what they sign in with, where they are signed in."""

from dataclasses import dataclass
from functools import partial

from crypto.ids import DeviceId, ProfessionalId
from server.accounts.accounts import Accounts
from server.accounts.accounts import People as Directory
from server.accounts.devices import AttestedIdentities, Devices, DeviceStore
from server.accounts.me import Me
from server.accounts.passkeys import Passkeys
from server.accounts.passwords import Passwords
from server.accounts.sessions import Sessions
from server.accounts.sign_in import SignIn
from server.accounts.webauthn import Site, Webauthn
from server.audit import Audit
from server.clock import Clock
from server.live.announcer import RosterChanges
from server.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What accounts stand on."""

    stores: Stores
    people: Directory
    clock: Clock
    audit: Audit
    passwords: Passwords
    changes: RosterChanges
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHouse:
    """The services that tell who is asking."""

    accounts: Accounts
    sessions: Sessions
    devices: Devices
    passkeys: Passkeys
    sign_in: SignIn
    me: Me


def furnish_accounts(on: Grounds) -> AccountHouse:
    """Put the services on their stores; nothing runs yet."""
    stores, clock, audit = on.stores, on.clock, on.audit
    accounts = Accounts(
        store=stores.accounts, people=on.people, passwords=on.passwords, clock=clock, audit=audit
    )
    sessions = Sessions(
        store=stores.sessions,
        clock=clock,
        seen=stores.devices.seen,
        removed=partial(_was_removed, stores.devices),
    )
    devices = Devices(
        store=stores.devices,
        keys=AttestedIdentities(stores.people),
        clock=clock,
        audit=audit,
        bind=sessions.bind,
        added=on.changes.announce,
        removed=partial(_device_removed, sessions, on),
    )
    passkeys = Passkeys(
        store=stores.passkeys,
        accounts=accounts,
        webauthn=Webauthn(site=on.site),
        clock=clock,
        audit=audit,
    )
    return AccountHouse(
        accounts=accounts,
        sessions=sessions,
        devices=devices,
        passkeys=passkeys,
        sign_in=SignIn(accounts=accounts, devices=devices, sessions=sessions, passkeys=passkeys),
        me=_me(stores),
    )


def _me(stores: Stores) -> Me:
    return Me(
        people=stores.people,
        choices=stores.preferences,
        passkeys=stores.passkeys,
        backups=stores.backups,
    )


async def _was_removed(devices: DeviceStore, device: DeviceId) -> bool:
    found = await devices.find(device)
    return found is not None and found.removed_at is not None


async def _device_removed(
    sessions: Sessions, on: Grounds, professional: ProfessionalId, device: DeviceId
) -> None:
    """End what a removed device has: its sessions, what it is told, its place in channels."""
    await sessions.revoke_all(professional, device=device)
    for subscription in await on.stores.subscriptions.of(professional):
        if subscription.device == device:
            await on.stores.subscriptions.drop(subscription.id)
    await on.changes.announce()
