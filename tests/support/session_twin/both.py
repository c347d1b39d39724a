"""Both languages at once: each step is taken twice, and has to lead to the same place."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from crypto.ids import ChannelId, CircleId, DeviceId, EntryId
from crypto.session.effects import Effect, Send, Shown
from crypto.session.log import AppendRequest, Card, Item
from crypto.session.outgoing import Outgoing
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step
from crypto.session.store import encode_session
from tests.support.session_engine import Engine, InPython

_BLANK = EntryId("a" * 26)


class InBoth:
    """Goes on from the Python step, once the TypeScript one was found to be the same.

    Whatever is random in a step (new ids, seals, keys) is left out of the comparison.
    """

    def __init__(self, typescript: Engine) -> None:
        self._python: Engine = InPython()
        self._typescript = typescript

    def publish(
        self, session: Session, count: int, *, now: datetime
    ) -> tuple[Session, tuple[bytes, ...]]:
        """Make key packages, which are random all through."""
        return self._python.publish(session, count, now=now)

    def trust(self, session: Session, circle: CircleId, chain: Sequence[bytes]) -> Step:
        """Verify a circle's chain."""
        return self._step(lambda engine: engine.trust(session, circle, chain))

    def watch(self, session: Session, channel: ChannelId, circle: CircleId) -> Session:
        """Take note of a channel."""
        watching = self._python.watch(session, channel, circle)
        other = self._typescript.watch(session, channel, circle)
        assert encode_session(other) == encode_session(watching)
        return watching

    def open_channel(
        self, session: Session, channel: ChannelId, circle: CircleId, *, now: datetime
    ) -> Step:
        """Begin a channel's group."""
        return self._step(lambda engine: engine.open_channel(session, channel, circle, now=now))

    def rejoin(self, session: Session, channel: ChannelId, newest: Item, *, now: datetime) -> Step:
        """Come in from outside."""
        return self._step(lambda engine: engine.rejoin(session, channel, newest, now=now))

    def receive(
        self, session: Session, channel: ChannelId, items: Sequence[Item], *, now: datetime
    ) -> Step:
        """Take in items."""
        return self._step(lambda engine: engine.receive(session, channel, items, now=now))

    def compose(
        self,
        session: Session,
        channel: ChannelId,
        *,
        type_: str,
        body: bytes,
        now: datetime,
        card: Card | None = None,
    ) -> Step:
        """Say something."""
        return self._step(
            lambda engine: engine.compose(
                session, channel, type_=type_, body=body, now=now, card=card
            )
        )

    def change_members(
        self,
        session: Session,
        channel: ChannelId,
        *,
        now: datetime,
        adds: Sequence[bytes],
        removes: Sequence[DeviceId],
    ) -> Step:
        """Ask for another membership."""
        return self._step(
            lambda engine: engine.change_members(
                session, channel, now=now, adds=adds, removes=removes
            )
        )

    def rotate(self, session: Session, channel: ChannelId, *, now: datetime) -> Step:
        """Renew keys."""
        return self._step(lambda engine: engine.rotate(session, channel, now=now))

    def share_history(
        self, session: Session, channel: ChannelId, recipient: DeviceId, *, now: datetime
    ) -> Step:
        """Give the past again."""
        return self._step(lambda engine: engine.share_history(session, channel, recipient, now=now))

    def acknowledge(
        self, session: Session, request: AppendRequest, seq: int, *, now: datetime
    ) -> Step:
        """Take the log's yes."""
        return self._step(lambda engine: engine.acknowledge(session, request, seq, now=now))

    def refuse(self, session: Session, request: AppendRequest, code: str, *, now: datetime) -> Step:
        """Take the log's no."""
        return self._step(lambda engine: engine.refuse(session, request, code, now=now))

    def resume(self, session: Session) -> tuple[Effect, ...]:
        """Tell what is still without an answer."""
        effects = self._python.resume(session)
        assert self._typescript.resume(session) == effects
        return effects

    def show(
        self, session: Session, channel: ChannelId, items: Sequence[Item]
    ) -> tuple[Shown, ...]:
        """Look through items once more."""
        shown = self._python.show(session, channel, items)
        plain = tuple(replace(item, card=None) for item in items)
        assert self._typescript.show(session, channel, plain) == shown
        return shown

    def _step(self, take: Callable[[Engine], Step]) -> Step:
        step, other = take(self._python), take(self._typescript)
        assert settled(other.session) == settled(step.session)
        assert told(other) == told(step)
        return step


def settled(session: Session) -> bytes:
    """Return a session's stored form without what is random in a step."""
    channels = {each: _settled(state) for each, state in session.channels.items()}
    return encode_session(replace(session, channels=channels))


def told(step: Step) -> list[Effect]:
    """Return a step's effects without what is random in them."""
    return [_told(effect) for effect in step.effects]


def _settled(state: ChannelState) -> ChannelState:
    waiting = tuple(_unsealed(outgoing) for outgoing in state.outbox)
    return replace(state, pending=None, outbox=waiting)


def _unsealed(outgoing: Outgoing) -> Outgoing:
    sealed = outgoing.sealed
    if sealed is not None:
        outgoing = replace(outgoing, sealed=replace(sealed, body=b"", hash=bytes(32)))
    return replace(outgoing, id=_BLANK, body=b"" if not outgoing.type else outgoing.body)


def _told(effect: Effect) -> Effect:
    if isinstance(effect, Send):
        return replace(effect, request=replace(effect.request, id=_BLANK, body=b""))
    return effect
