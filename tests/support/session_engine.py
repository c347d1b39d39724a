"""What a device of the tests thinks with: the Python sessions, or others that speak alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from crypto.ids import ChannelId, CircleId, DeviceId
from crypto.session import session as sessions
from crypto.session.effects import Effect, Shown
from crypto.session.join import open_channel, rejoin, watch
from crypto.session.log import AppendRequest, Card, Item
from crypto.session.packages import publish
from crypto.session.state import Session
from crypto.session.step import Step


class Engine(Protocol):
    """The functions of a session, whatever language they are written in."""

    def publish(
        self, session: Session, count: int, *, now: datetime
    ) -> tuple[Session, tuple[bytes, ...]]: ...
    def trust(self, session: Session, circle: CircleId, chain: Sequence[bytes]) -> Step: ...
    def watch(self, session: Session, channel: ChannelId, circle: CircleId) -> Session: ...
    def open_channel(
        self, session: Session, channel: ChannelId, circle: CircleId, *, now: datetime
    ) -> Step: ...
    def rejoin(
        self, session: Session, channel: ChannelId, newest: Item, *, now: datetime
    ) -> Step: ...
    def receive(
        self, session: Session, channel: ChannelId, items: Sequence[Item], *, now: datetime
    ) -> Step: ...
    def compose(
        self,
        session: Session,
        channel: ChannelId,
        *,
        type_: str,
        body: bytes,
        now: datetime,
        card: Card | None = None,
    ) -> Step: ...
    def change_members(
        self,
        session: Session,
        channel: ChannelId,
        *,
        now: datetime,
        adds: Sequence[bytes],
        removes: Sequence[DeviceId],
    ) -> Step: ...
    def rotate(self, session: Session, channel: ChannelId, *, now: datetime) -> Step: ...
    def share_history(
        self, session: Session, channel: ChannelId, recipient: DeviceId, *, now: datetime
    ) -> Step: ...
    def acknowledge(
        self, session: Session, request: AppendRequest, seq: int, *, now: datetime
    ) -> Step: ...
    def refuse(
        self, session: Session, request: AppendRequest, code: str, *, now: datetime
    ) -> Step: ...
    def resume(self, session: Session) -> tuple[Effect, ...]: ...
    def show(
        self, session: Session, channel: ChannelId, items: Sequence[Item]
    ) -> tuple[Shown, ...]: ...


class InPython:
    """The Python sessions."""

    publish = staticmethod(publish)
    trust = staticmethod(sessions.trust)
    watch = staticmethod(watch)
    open_channel = staticmethod(open_channel)
    rejoin = staticmethod(rejoin)
    receive = staticmethod(sessions.receive)
    compose = staticmethod(sessions.compose)
    change_members = staticmethod(sessions.change_members)
    rotate = staticmethod(sessions.rotate)
    share_history = staticmethod(sessions.share_history)
    acknowledge = staticmethod(sessions.acknowledge)
    refuse = staticmethod(sessions.refuse)
    resume = staticmethod(sessions.resume)
    show = staticmethod(sessions.show)
