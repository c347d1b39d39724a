"""Signing in: two factors, then a session, perhaps for a device known already."""

from dataclasses import dataclass, field

from crypto.ids import DeviceId, ProfessionalId
from server.accounts.accounts import Account, Accounts, SignInRefused
from server.accounts.agents import Agent
from server.accounts.devices import Devices
from server.accounts.passkeys import Credential, Passkeys
from server.accounts.sessions import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is signed in; `name` is what they call the device, if there is one."""

    session: Session
    name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The one use case that needs accounts, devices and sessions together."""

    accounts: Accounts
    devices: Devices
    sessions: Sessions
    passkeys: Passkeys

    async def sign_in(
        self,
        email: str,
        password: str,
        code: str,
        *,
        device: DeviceId | None,
        agent: Agent,
        network: str,
    ) -> tuple[str, Session]:
        """Open a session for whoever shows both factors, and give its token.

        A session for a device receives and sends in its name; what it sends still has to be
        signed by the device's own key, which no password replaces.

        Raises:
            SignInRefused: E-mail, password and code do not go together.
            TooManyRequests: Too many tries.
            NotFound: The device is not theirs, or was removed.
        """
        account = await self.accounts.sign_in(email, password, code, network=network)
        if device is not None:
            await self.devices.owned(account.professional, device)
        return await self.open(account, device=device, agent=agent)

    async def by_passkey(
        self, credential: Credential, *, device: DeviceId | None, agent: Agent, network: str
    ) -> tuple[str, Session]:
        """Open a session for whoever's passkey answered, and give its token.

        Raises:
            SignInRefused: No passkey of an open account did.
            TooManyRequests: Too many tries.
            NotFound: The device is not theirs, or was removed.
        """
        account = await self.passkeys.sign_in(credential, network=network)
        if device is not None:
            await self.devices.owned(account.professional, device)
        return await self.open(account, device=device, agent=agent)

    async def confirm(
        self, token: str, code: str, *, agent: Agent, network: str
    ) -> tuple[str, Session]:
        """Prove that an enrolment's second factor works, and open a session; older ones end.

        Password and code have both just been shown, so nobody has to wait for the next code.
        Who enrols anew has lost a factor, perhaps to somebody who is signed in with it:
        passkeys of before go with the sessions.

        Raises:
            InvitationOver: The token opens nothing.
            CodeRefused: The code is not right.
            SignInRefused: The account was closed.
            TooManyRequests: Too many tries from this network.
        """
        account = await self.accounts.confirm(token, code, network=network)
        await self.passkeys.forget(account.professional)
        await self.sessions.revoke_all(account.professional)
        return await self.open(account, device=None, agent=agent)

    async def places(self, professional: ProfessionalId) -> tuple[Place, ...]:
        """List where somebody is signed in, newest first, with the names of their devices."""
        names = {device.id: device.name for device in await self.devices.of(professional)}
        return tuple(
            Place(session=session, name=names.get(session.device) if session.device else None)
            for session in await self.sessions.of(professional)
        )

    async def open(
        self, account: Account, *, device: DeviceId | None, agent: Agent
    ) -> tuple[str, Session]:
        """Open a session for somebody whose factors were checked.

        Raises:
            SignInRefused: The account was closed meanwhile.
        """
        token, session = await self.sessions.open(account.person, device=device, agent=agent)
        try:
            # Once more: an account closed since then has had its sessions ended before this one.
            await self.accounts.require_open(account.professional)
        except SignInRefused:
            await self.sessions.revoke(account.professional, session.id)
            raise
        return token, session
