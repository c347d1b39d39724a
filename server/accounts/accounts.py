"""Accounts: what lets a person of the network sign in.

An account is born with an invitation, gets its password and its second factor from whoever
holds the invitation, and only then can sign in (PGSSI-S: two factors, always).
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from care_circle.access import Action, Forbidden, Relation, require
from care_circle.actor import Actor as Person
from care_circle.professional import Professional
from care_circle.role import Profession, Role
from crypto.ids import ProfessionalId
from server.accounts import totp
from server.accounts.passwords import Passwords, WrongPassword, require_strong
from server.audit import Audit
from server.clock import Clock
from server.limits import Allowance, RateLimit
from server.storage.engine import Busy

INVITATION_LIFETIME = timedelta(days=7)
PER_ACCOUNT = Allowance(tries=5, seconds=15 * 60)
PER_NETWORK = Allowance(tries=50, seconds=60 * 60)
_TOKEN_BYTES = 32


class EmailTaken(Exception):
    """Another account has this e-mail address."""


class SignInRefused(Exception):
    """E-mail, password and code do not go together; which of them is wrong is not told."""


class InvitationOver(Exception):
    """There is no such invitation, or it was used, replaced, or is too old."""


CodeRefused = totp.CodeRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The right to set an account's password and second factor, once. `digest` is SHA-256 hex."""

    digest: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is kept of an account; `totp_step` is the last time step whose code was used."""

    professional: ProfessionalId
    email: str = field(repr=False)
    role: Role
    profession: Profession | None = None
    password: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0
    enrolled_at: datetime | None = None
    invitation: Invitation | None = None
    disabled_at: datetime | None = None

    @property
    def person(self) -> Person:
        """The person as the rules know them."""
        return Person(professional=self.professional, role=self.role, profession=self.profession)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation as it is handed over; the token is not kept and not shown again."""

    professional: ProfessionalId
    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """The second factor's secret, for the authenticator program of whoever enrols."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


Decide = Callable[[Account], Account]


class AccountStore(Protocol):
    """Accounts by professional, by e-mail, by invitation."""

    async def create(self, account: Account) -> None:
        """Keep a new account; one that stands already for this professional stays as it is.

        Raises:
            EmailTaken: Another professional's account has the address.
        """
        ...

    async def find(self, professional: ProfessionalId) -> Account | None:
        """Find the account of a professional."""
        ...

    async def by_email(self, email: str) -> Account | None:
        """Find the account with an address."""
        ...

    async def by_invitation(self, digest: str) -> Account | None:
        """Find the account whose invitation has this digest."""
        ...

    async def change(self, professional: ProfessionalId, decide: Decide) -> Account:
        """Replace an account by what a pure decision, run perhaps twice, makes of it.

        Raises:
            NotFound: There is no such account.
        """
        ...

    async def everyone(self) -> tuple[Account, ...]:
        """List all accounts."""
        ...


class People(Protocol):
    """The directory, as far as inviting needs it."""

    async def professional(self, actor: Person, professional: ProfessionalId) -> Professional:
        """Find a professional.

        Raises:
            NotFound: There is none that the actor may know of.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Invite, enrol, sign in."""

    store: AccountStore
    people: People
    passwords: Passwords
    clock: Clock
    audit: Audit
    by_account: RateLimit = field(default_factory=lambda: RateLimit(PER_ACCOUNT))
    by_network: RateLimit = field(default_factory=lambda: RateLimit(PER_NETWORK))

    async def invite(self, actor: Person, professional: ProfessionalId) -> Invited:
        """Invite a professional to an account, or anew if the first invitation was lost.

        Raises:
            NotFound, Forbidden: The actor may not, or not for such a role.
            EmailTaken: Another account has the professional's address.
        """
        require(actor, Action.REGISTER_PROFESSIONAL, [Relation.NETWORK])
        person = await self.people.professional(actor, professional)
        if person.role is Role.ADMINISTRATOR and actor.role is not Role.ADMINISTRATOR:
            raise Forbidden
        return await self.open(person, by=actor.professional)

    async def open(self, person: Professional, *, by: ProfessionalId | None) -> Invited:
        """Open an account and make its invitation, on the authority of whoever calls.

        Without `by` it is the operator's, at the command line.

        Raises:
            EmailTaken: Another account has the professional's address.
        """
        await self.audit.record(actor=by, action="invite", kind="account", id=person.id)
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self.clock()
        invitation = Invitation(digest=digest_of(token), until=now + INVITATION_LIFETIME)
        await self.store.create(
            Account(
                professional=person.id,
                email=person.email,
                role=person.role,
                profession=person.profession,
            )
        )
        await self.store.change(person.id, lambda held: replace(held, invitation=invitation))
        return Invited(professional=person.id, token=token, until=invitation.until)

    async def enrol(self, token: str, password: str, *, network: str) -> Enrolling:
        """Set the password of an invitation's account and hand out its second factor.

        May be repeated until the second factor is confirmed; the last one counts.

        Raises:
            InvitationOver: The token opens nothing.
            PasswordTooWeak: The password breaks the policy.
            TooManyRequests: Too many tries from this network.
        """
        account = await self._invited(token, network)
        require_strong(password, personal=(account.email.partition("@")[0],))
        kept, secret = await self.passwords.hash(password), totp.new_secret()

        def decide(held: Account) -> Account:
            _require_invited(held, token, self.clock())
            return replace(held, password=kept, totp_secret=secret, totp_step=0)

        await self.store.change(account.professional, decide)
        return Enrolling(secret=secret, uri=totp.enrolment_uri(secret, account.professional))

    async def confirm(self, token: str, code: str, *, network: str) -> Account:
        """Prove that the second factor works, and give whose it is; uses up the invitation.

        Raises:
            InvitationOver: The token opens nothing.
            CodeRefused: The code is not right.
            TooManyRequests: Too many tries from this network.
        """
        account = await self._invited(token, network)
        now = self.clock()

        def decide(held: Account) -> Account:
            _require_invited(held, token, now)
            used = _with_code_used(held, code, now)
            return replace(used, enrolled_at=now, invitation=None)

        confirmed = await self.store.change(account.professional, decide)
        await self._note(account.professional, "enrol")
        return confirmed

    async def sign_in(self, email: str, password: str, code: str, *, network: str) -> Account:
        """Check the two factors; an unknown address takes as long as a wrong password.

        Raises:
            SignInRefused: They do not go together.
            TooManyRequests: Too many tries for this address or from this network.
            Busy: Nothing was compared, since too many passwords are waiting to be.
        """
        now, name = self.clock(), normalised(email)
        known_as = hashlib.sha256(name.encode()).hexdigest()
        self.by_network.spend(network, now=now)
        self.by_account.spend(known_as, now=now)
        account = await self.store.by_email(name)
        try:
            signed = await self._signed(account, password, code)
        except Busy:
            self.by_network.give_back(network, now=now)
            self.by_account.give_back(known_as, now=now)
            raise
        except (WrongPassword, CodeRefused):
            await self._note(account.professional if account else None, "sign_in_refused")
            raise SignInRefused from None
        await self._note(signed.professional, "sign_in")
        self.by_network.give_back(network, now=now)
        self.by_account.forgive(known_as)
        return signed

    async def require_open(self, professional: ProfessionalId) -> None:
        """Insist that an account has not been closed, perhaps a moment ago.

        Raises:
            SignInRefused: It has.
        """
        account = await self.store.find(professional)
        if account is None or _is_closed(account):
            raise SignInRefused

    async def disable(self, professional: ProfessionalId) -> None:
        """Close an account; its sessions must be revoked with it.

        Raises:
            NotFound: There is no such account.
        """
        now = self.clock()
        await self._note(professional, "disable")
        await self.store.change(professional, lambda held: replace(held, disabled_at=now))

    async def _note(self, professional: ProfessionalId | None, action: str) -> None:
        await self.audit.record(
            actor=professional, action=action, kind="account", id=professional or "unknown"
        )

    async def _signed(self, account: Account | None, password: str, code: str) -> Account:
        """Compare both factors; an account that changed meanwhile is compared with as it is now.

        Raises:
            WrongPassword, CodeRefused: They are not this account's, or it is not open.
            Busy: Too many are waiting.
        """
        if account is None or account.password is None or _is_closed(account):
            await self.passwords.pretend(password)
            raise WrongPassword
        await self.passwords.verify(account.password, password)
        compared, now = account.password, self.clock()

        def decide(held: Account) -> Account:
            if _is_closed(held) or held.password != compared:
                raise WrongPassword
            return _with_code_used(held, code, now)

        return await self.store.change(account.professional, decide)

    async def _invited(self, token: str, network: str) -> Account:
        now = self.clock()
        self.by_network.spend(network, now=now)
        account = await self.store.by_invitation(digest_of(token))
        if account is None:
            raise InvitationOver
        _require_invited(account, token, now)
        self.by_network.give_back(network, now=now)
        return account


def digest_of(token: str) -> str:
    """Give what is kept of a token: its SHA-256 in hexadecimal; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def normalised(email: str) -> str:
    """Give the form under which an address is unique: no outer blanks, no capitals."""
    return email.strip().casefold()


def _is_closed(account: Account) -> bool:
    return account.enrolled_at is None or account.disabled_at is not None


def _require_invited(account: Account, token: str, now: datetime) -> None:
    invitation = account.invitation
    if invitation is None or invitation.digest != digest_of(token) or invitation.until <= now:
        raise InvitationOver


def _with_code_used(account: Account, code: str, now: datetime) -> Account:
    """Use up a code of the account's second factor.

    Raises:
        CodeRefused: The code is not right, or there is no second factor yet.
    """
    if account.totp_secret is None:
        raise CodeRefused
    step = totp.used_step(account.totp_secret, code, last=account.totp_step, now=now)
    return replace(account, totp_step=step)
