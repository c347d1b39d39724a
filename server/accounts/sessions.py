"""Sessions: opaque tokens that can be taken back, and are useless if the store is stolen."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from care_circle.access import NotFound
from care_circle.actor import Actor as Person
from care_circle.role import Profession, Role
from crypto.ids import DeviceId, ProfessionalId
from server.accounts.accounts import digest_of
from server.accounts.agents import UNKNOWN, Agent
from server.clock import Clock
from server.identity import Actor, DeviceRemoved, NotSignedIn, SessionId

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
"""A professional's shift: after that, both factors again."""

REMEMBERED = timedelta(days=30)
"""How long the last session of a device is known once it is over: a device that was lost is
told that it was removed when it is next switched on, if its browser still has the token."""

NOTED_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in stay of one person; `seen_at` is exact to `NOTED_EVERY`.

    `ended_at` is when it was noted to be over, for one that had a device: it opens nothing.
    """

    id: SessionId = field(repr=False)
    professional: ProfessionalId
    role: Role
    profession: Profession | None = None
    device: DeviceId | None = None
    agent: Agent = UNKNOWN
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """When it ends whatever happens, UTC."""
        return self.opened_at + ABSOLUTE

    @property
    def forgotten_at(self) -> datetime:
        """When there is something to tidy: it is over by age, or was over for long, UTC."""
        return self.until if self.ended_at is None else self.opened_at + REMEMBERED

    def is_over(self, now: datetime) -> bool:
        """Tell whether it was ended, was idle too long, or is simply too old."""
        return self.ended_at is not None or now >= self.until or now >= self.seen_at + IDLE

    @property
    def actor(self) -> Actor:
        """Who acts on this session."""
        person = Person(professional=self.professional, role=self.role, profession=self.profession)
        return Actor(person=person, session=self.id, device=self.device, until=self.until)


class SessionStore(Protocol):
    """Sessions by id and by professional."""

    async def create(self, session: Session) -> None:
        """Keep a new session."""
        ...

    async def find(self, session: SessionId) -> Session | None:
        """Find a session."""
        ...

    async def of(self, professional: ProfessionalId) -> tuple[Session, ...]:
        """List the sessions of a professional."""
        ...

    async def change(
        self, session: SessionId, decide: Callable[[Session], Session]
    ) -> Session | None:
        """Replace a session by what a pure decision makes of it; None if it is gone."""
        ...

    async def over(self, now: datetime) -> tuple[SessionId, ...]:
        """Name sessions that are to be tidied by now, some at a time."""
        ...

    async def drop(self, session: SessionId) -> None:
        """Forget a session; one that is gone already is no matter."""
        ...


Removed = Callable[[DeviceId], Awaitable[bool]]
"""Tells whether a device was removed."""

Seen = Callable[[DeviceId, datetime], Awaitable[None]]
"""Notes that a device was there; told on the days and at the sign-ins it was, not oftener."""


class Endings:
    """Tells whoever must know, the sockets above all, that a session has ended."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[SessionId], None]] = []

    def subscribe(self, listener: Callable[[SessionId], None]) -> None:
        """Call a function, at once and in this process, for each session that is ended."""
        self._listeners.append(listener)

    def announce(self, session: SessionId) -> None:
        """Tell everybody who subscribed."""
        for listener in self._listeners:
            listener(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Open, recognise, bind to a device, list, revoke."""

    store: SessionStore
    clock: Clock
    seen: Seen
    removed: Removed
    endings: Endings = field(default_factory=Endings)

    async def open(
        self, person: Person, *, device: DeviceId | None, agent: Agent
    ) -> tuple[str, Session]:
        """Open a session and give its token, which is kept nowhere."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self.clock()
        session = Session(
            id=SessionId(digest_of(token)),
            professional=person.professional,
            role=person.role,
            profession=person.profession,
            device=device,
            agent=agent,
            opened_at=now,
            seen_at=now,
        )
        await self.store.create(session)
        if device is not None:
            await self._take_over(session, device)
        return token, session

    async def actor(self, token: str | None) -> Actor:
        """Tell who a token stands for, and note that they are there.

        Raises:
            DeviceRemoved: Nobody any more, and the device that they had was removed.
            NotSignedIn: Nobody, or nobody any more.
        """
        if token is None or not 0 < len(token) <= _LONGEST_TOKEN or not token.isascii():
            raise NotSignedIn
        session = await self.store.find(SessionId(digest_of(token)))
        if session is None:
            raise NotSignedIn
        now = self.clock()
        if session.is_over(now):
            await self._end(session)
            raise await self._gone(session)
        await self._note(session, now)
        return session.actor

    async def holds(self, session: SessionId) -> bool:
        """Tell whether a session stands; an open connection counts as being there."""
        found, now = await self.store.find(session), self.clock()
        if found is None or found.ended_at is not None or now >= found.until:
            return False
        await self._note(found, now)
        return True

    async def current(self, actor: Actor) -> Session:
        """Give the session somebody acts on.

        Raises:
            NotSignedIn: It has ended meanwhile.
        """
        session = await self.store.find(actor.session)
        if session is None or session.ended_at is not None:
            raise NotSignedIn
        return session

    async def bind(self, session: SessionId, device: DeviceId) -> None:
        """Let a session speak for a device from now on.

        Raises:
            NotSignedIn: The session has ended meanwhile.
        """
        changed = await self.store.change(session, lambda held: replace(held, device=device))
        if changed is None or changed.ended_at is not None:
            raise NotSignedIn
        await self._take_over(changed, device)

    async def of(self, professional: ProfessionalId) -> tuple[Session, ...]:
        """List somebody's sessions that are not over, newest first."""
        now = self.clock()
        held = [one for one in await self.store.of(professional) if not one.is_over(now)]
        return tuple(sorted(held, key=lambda one: one.opened_at, reverse=True))

    async def revoke(self, professional: ProfessionalId, session: SessionId) -> None:
        """End one of somebody's own sessions, at once and for its sockets too.

        Raises:
            NotFound: They have no such session.
        """
        found = await self.store.find(session)
        if found is None or found.professional != professional or found.ended_at is not None:
            raise NotFound
        await self._forget(session)

    async def revoke_all(
        self, professional: ProfessionalId, *, device: DeviceId | None = None
    ) -> None:
        """End all sessions of somebody, or those of one device that was lost or removed."""
        for session in await self.store.of(professional):
            if device is None:
                await self._forget(session.id)
            elif session.device == device:
                await self._end(session)

    async def tidy(self) -> int:
        """End sessions that are over by age, forget the old ones, and tell how many there were."""
        over = await self.store.over(self.clock())
        for each in over:
            session = await self.store.find(each)
            if session is not None and session.ended_at is None:
                await self._end(session)
            else:
                await self.store.drop(each)
        return len(over)

    async def _note(self, session: Session, now: datetime) -> None:
        """Note that somebody is there, once a minute; of their device, once a day."""
        if now - session.seen_at < NOTED_EVERY:
            return
        await self.store.change(session.id, lambda held: replace(held, seen_at=now))
        if session.device is not None and now.date() != session.seen_at.date():
            await self.seen(session.device, now)

    async def _take_over(self, session: Session, device: DeviceId) -> None:
        """Note a device on its new session, which is the only one that need be remembered."""
        await self.seen(device, self.clock())
        for older in await self.store.of(session.professional):
            if older.device == device and older.ended_at is not None:
                await self.store.drop(older.id)

    async def _gone(self, session: Session) -> NotSignedIn:
        """Say why a session is over, to its bearer."""
        if session.device is not None and await self.removed(session.device):
            return DeviceRemoved()
        return NotSignedIn()

    async def _end(self, session: Session) -> None:
        """End a session; of one that had a device it stays known that there was one."""
        now = self.clock()
        if session.device is None:
            await self.store.drop(session.id)
        elif session.ended_at is None:
            await self.store.change(session.id, lambda held: replace(held, ended_at=now))
        if session.ended_at is None:
            self.endings.announce(session.id)

    async def _forget(self, session: SessionId) -> None:
        await self.store.drop(session)
        self.endings.announce(session)
