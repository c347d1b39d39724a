"""Passkeys: signing in with what unlocks one's device, which stands for both factors."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from care_circle.access import NotFound
from crypto.ids import ProfessionalId
from server.accounts.accounts import Account, Accounts, SignInRefused
from server.accounts.challenges import ChallengeOver, Challenges
from server.accounts.webauthn import Webauthn, WebauthnRefused, bytes_in, challenge_in
from server.audit import Audit
from server.clock import Clock
from server.limits import Allowance, RateLimit

MOST_PASSKEYS = 10
LONGEST_NAME = 60
PER_NETWORK = Allowance(tries=60, seconds=15 * 60)
_SIGN_IN = "sign_in"


class PasskeyRefused(Exception):
    """What the browser sent makes no passkey."""


class TooManyPasskeys(Exception):
    """There are as many passkeys as one may have; an old one must go first."""


class BadPasskeyName(ValueError):
    """A passkey's name is printable and at most sixty characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as it is kept: `id` is the SHA-256 of the credential's own id, in hexadecimal.

    `public_key` is a COSE key; `sign_count` is what the authenticator last said, 0 where it
    does not count.
    """

    id: str
    professional: ProfessionalId
    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str = field(repr=False)
    created_at: datetime
    used_at: datetime | None = None


class PasskeyStore(Protocol):
    """Passkeys by id and by professional."""

    async def create(self, passkey: Passkey) -> bool:
        """Keep a new passkey, and tell whether its id was free."""
        ...

    async def find(self, passkey: str) -> Passkey | None:
        """Find a passkey."""
        ...

    async def of(self, professional: ProfessionalId) -> tuple[Passkey, ...]:
        """List the passkeys of a professional."""
        ...

    async def change(self, passkey: str, decide: Callable[[Passkey], Passkey]) -> Passkey:
        """Replace a passkey by what a pure decision makes of it.

        Raises:
            NotFound: There is none.
        """
        ...

    async def drop(self, passkey: str) -> None:
        """Forget a passkey; one that is gone already is no matter."""
        ...


Credential = Mapping[str, Any]
"""A credential as browsers write it in JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """Make, list, remove, and check at sign-in."""

    store: PasskeyStore
    accounts: Accounts
    webauthn: Webauthn
    clock: Clock
    audit: Audit
    challenges: Challenges = field(default_factory=Challenges, repr=False)
    by_network: RateLimit = field(default_factory=lambda: RateLimit(PER_NETWORK))

    async def creation(self, professional: ProfessionalId) -> dict[str, Any]:
        """Make the options for a new passkey of somebody who is signed in.

        Raises:
            TooManyPasskeys: There are enough.
        """
        held = await self._with_room(professional)
        account = await self.accounts.store.find(professional)
        challenge = self.challenges.make(professional, now=self.clock())
        return self.webauthn.creation(
            challenge,
            user=professional.encode(),
            name="" if account is None else account.email,
            known=[passkey.credential for passkey in held],
        )

    async def add(
        self, professional: ProfessionalId, credential: Credential, *, name: str
    ) -> Passkey:
        """Keep a new passkey of somebody who is signed in.

        Raises:
            PasskeyRefused: The credential does not answer a challenge given to them.
            TooManyPasskeys: There are enough.
            BadPasskeyName: The name is none.
        """
        called, now = _named(name), self.clock()
        try:
            challenge = challenge_in(credential["response"]["clientDataJSON"])
            self.challenges.take(challenge, professional, now=now)
            made = self.webauthn.verify_creation(dict(credential), challenge)
        except (WebauthnRefused, ChallengeOver):
            raise PasskeyRefused from None
        await self._with_room(professional)
        passkey = Passkey(
            id=_id(made.credential),
            professional=professional,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=called,
            created_at=now,
        )
        await self._note(professional, "add_passkey")
        if not await self.store.create(passkey):
            raise PasskeyRefused
        return passkey

    async def of(self, professional: ProfessionalId) -> tuple[Passkey, ...]:
        """List somebody's passkeys, oldest first."""
        held = await self.store.of(professional)
        return tuple(sorted(held, key=lambda passkey: passkey.created_at))

    async def remove(self, professional: ProfessionalId, passkey: str) -> None:
        """Remove one of somebody's passkeys.

        Raises:
            NotFound: They have no such passkey.
        """
        found = await self.store.find(passkey)
        if found is None or found.professional != professional:
            raise NotFound
        await self._note(professional, "remove_passkey")
        await self.store.drop(passkey)

    async def forget(self, professional: ProfessionalId) -> None:
        """Remove all of somebody's passkeys: they enrol anew, so one may be in wrong hands."""
        for passkey in await self.store.of(professional):
            await self.store.drop(passkey.id)

    def request(self) -> dict[str, Any]:
        """Make the options for a sign-in of whoever it may be."""
        return self.webauthn.request(self.challenges.make(_SIGN_IN, now=self.clock()))

    async def sign_in(self, credential: Credential, *, network: str) -> Account:
        """Find the account whose passkey answered a challenge of ours.

        Raises:
            SignInRefused: None did; why is not told.
            TooManyRequests: Too many tries from this network.
        """
        now = self.clock()
        self.by_network.spend(network, now=now)
        try:
            used = await self._used(credential, now)
        except (WebauthnRefused, ChallengeOver, NotFound):
            await self._note(None, "sign_in_refused")
            raise SignInRefused from None
        account = await self.accounts.store.find(used.professional)
        if account is None:
            raise SignInRefused
        await self.accounts.require_open(account.professional)
        await self._note(account.professional, "sign_in_by_passkey")
        self.by_network.give_back(network, now=now)
        return account

    async def _used(self, credential: Credential, now: datetime) -> Passkey:
        """Verify an answer against the passkey it names, and count the use.

        Raises:
            WebauthnRefused, ChallengeOver, NotFound: It does not hold.
        """
        response = credential["response"]
        challenge = challenge_in(response["clientDataJSON"])
        self.challenges.take(challenge, _SIGN_IN, now=now)
        found = await self.store.find(_id(bytes_in(credential["rawId"])))
        if found is None:
            raise NotFound
        handle = response.get("userHandle")
        if handle is not None and bytes_in(handle) != found.professional.encode():
            raise WebauthnRefused

        def decide(held: Passkey) -> Passkey:
            count = self.webauthn.verify_request(
                dict(credential),
                challenge,
                public_key=held.public_key,
                sign_count=held.sign_count,
            )
            return replace(held, sign_count=count, used_at=now)

        return await self.store.change(found.id, decide)

    async def _with_room(self, professional: ProfessionalId) -> tuple[Passkey, ...]:
        held = await self.store.of(professional)
        if len(held) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        return held

    async def _note(self, professional: ProfessionalId | None, action: str) -> None:
        await self.audit.record(
            actor=professional, action=action, kind="account", id=professional or "unknown"
        )


def _id(credential: bytes) -> str:
    return hashlib.sha256(credential).hexdigest()


def _named(name: str) -> str:
    plain = name.strip()
    if len(plain) > LONGEST_NAME or not plain.isprintable():
        raise BadPasskeyName
    return plain
