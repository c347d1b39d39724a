"""Accounts, sessions and devices on the generic repository."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from care_circle.access import NotFound
from crypto.ids import DeviceId, ProfessionalId
from server.accounts.accounts import Account, AccountStore, EmailTaken, normalised
from server.accounts.accounts import Decide as DecideAccount
from server.accounts.devices import DeviceStore, RegisteredDevice
from server.accounts.passkeys import Passkey, PasskeyStore
from server.accounts.sessions import Session, SessionStore
from server.identity import SessionId
from server.storage.engine import Engine, Stale, Taken
from server.storage.keys import Keyring
from server.storage.repository import Missing, Repository
from server.storage.shape import Plain, Shape

_PAGE: Final = 200
_LEASE: Final = timedelta(minutes=5)
_ALL: Final = "all"


class EngineAccounts(AccountStore):
    """Accounts by professional; the e-mail is sealed and found by its blind index alone."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        shape = Shape(
            kind="account",
            type=Account,
            id_of=lambda account: account.professional,
            unique_of=lambda account: self._blind(account.email),
            tags_of=_account_tags,
            sealed=frozenset({"email", "password", "totp_secret"}),
        )
        self._accounts = Repository(engine, keyring, shape)

    @override
    async def create(self, account: Account) -> None:
        try:
            await self._accounts.create(account)
        except Stale:
            return
        except Taken:
            if await self.find(account.professional) is None:
                raise EmailTaken from None

    @override
    async def find(self, professional: ProfessionalId) -> Account | None:
        return await self._accounts.get(professional)

    @override
    async def by_email(self, email: str) -> Account | None:
        return await self._accounts.find_one(self._blind(email))

    @override
    async def by_invitation(self, digest: str) -> Account | None:
        return await self._accounts.find_one(f"invitation:{digest}")

    @override
    async def change(self, professional: ProfessionalId, decide: DecideAccount) -> Account:
        try:
            return await self._accounts.change(professional, decide)
        except Missing:
            raise NotFound from None

    @override
    async def everyone(self) -> tuple[Account, ...]:
        return await self._accounts.all_of(_ALL)

    def _blind(self, email: str) -> str:
        return self._keyring.blind("account", "email", normalised(email))


class EngineSessions(SessionStore):
    """Sessions by the digest of their token."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="session",
            type=Session,
            id_of=lambda session: session.id,
            tags_of=lambda session: (f"professional:{session.professional}",),
            due_of=lambda session: session.forgotten_at,
        )
        self._sessions = Repository(engine, keyring, shape)

    @override
    async def create(self, session: Session) -> None:
        await self._sessions.create(session)

    @override
    async def find(self, session: SessionId) -> Session | None:
        return await self._sessions.get(session)

    @override
    async def of(self, professional: ProfessionalId) -> tuple[Session, ...]:
        return await self._sessions.all_of(f"professional:{professional}")

    @override
    async def change(
        self, session: SessionId, decide: Callable[[Session], Session]
    ) -> Session | None:
        try:
            return await self._sessions.change(session, decide)
        except Missing:
            return None

    @override
    async def over(self, now: datetime) -> tuple[SessionId, ...]:
        due = await self._sessions.claim(now=now, until=now + _LEASE, limit=_PAGE)
        return tuple(held.value.id for held in due)

    @override
    async def drop(self, session: SessionId) -> None:
        await self._sessions.drop(session)


class EnginePasskeys(PasskeyStore):
    """Passkeys by the digest of their credential's id; their names are sealed."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="passkey",
            type=Passkey,
            id_of=lambda passkey: passkey.id,
            tags_of=lambda passkey: (f"professional:{passkey.professional}",),
            sealed=frozenset({"name"}),
        )
        self._passkeys = Repository(engine, keyring, shape)

    @override
    async def create(self, passkey: Passkey) -> bool:
        try:
            await self._passkeys.create(passkey)
        except Stale:
            return False
        return True

    @override
    async def find(self, passkey: str) -> Passkey | None:
        return await self._passkeys.get(passkey)

    @override
    async def of(self, professional: ProfessionalId) -> tuple[Passkey, ...]:
        return await self._passkeys.all_of(f"professional:{professional}")

    @override
    async def change(self, passkey: str, decide: Callable[[Passkey], Passkey]) -> Passkey:
        try:
            return await self._passkeys.change(passkey, decide)
        except Missing:
            raise NotFound from None

    @override
    async def drop(self, passkey: str) -> None:
        await self._passkeys.drop(passkey)


class EngineDevices(DeviceStore):
    """Devices by id; a removed one stays, so that its id cannot come back."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="device",
            type=RegisteredDevice,
            id_of=lambda device: device.id,
            schema=2,
            tags_of=lambda device: (f"professional:{device.professional}",),
            sealed=frozenset({"name"}),
            upgrades={1: _without_name},
        )
        self._devices = Repository(engine, keyring, shape)

    @override
    async def create(self, device: RegisteredDevice) -> RegisteredDevice:
        try:
            return (await self._devices.create(device)).value
        except Stale:
            held = await self._devices.get(device.id)
            return device if held is None else held

    @override
    async def find(self, device: DeviceId) -> RegisteredDevice | None:
        return await self._devices.get(device)

    @override
    async def of(self, professional: ProfessionalId) -> tuple[RegisteredDevice, ...]:
        return await self._devices.all_of(f"professional:{professional}")

    @override
    async def change(
        self, device: DeviceId, decide: Callable[[RegisteredDevice], RegisteredDevice]
    ) -> RegisteredDevice:
        try:
            return await self._devices.change(device, decide)
        except Missing:
            raise NotFound from None

    async def seen(self, device: DeviceId, at: datetime) -> None:
        """Note the day on which a device was there; one that is gone is no matter."""
        with suppress(Missing):
            await self._devices.change(device, lambda held: replace(held, seen_on=at.date()))


def _without_name(device: Plain) -> Plain:
    """Schema 1 knew no names of devices."""
    return device | {"name": ""}


def _account_tags(account: Account) -> tuple[str, ...]:
    invitation = account.invitation
    return (_ALL,) if invitation is None else (_ALL, f"invitation:{invitation.digest}")
