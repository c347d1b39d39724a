"""The TypeScript sessions, run as a process and spoken to in JSON lines."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from crypto.canonical import milliseconds
from crypto.ids import ChannelId, CircleId, DeviceId
from crypto.session.effects import Effect, Shown
from crypto.session.log import AppendRequest, Card, Item
from crypto.session.state import Session
from crypto.session.step import Step
from crypto.session.store import decode_session, encode_session
from tests.support.mls_peer.process import Answer, Peer, unpacked
from tests.support.node import NODE, ROOT
from tests.support.session_twin.words import bytes_of, effect_of, shown_of, text_of

PEER = str(Path(__file__).with_name("peer.ts"))


class InTypeScript:
    """The TypeScript sessions: each step takes a stored session there and one back.

    A session that came back unchanged in its bytes is the one that went: a step that does
    nothing may then be told from one that does.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def publish(
        self, session: Session, count: int, *, now: datetime
    ) -> tuple[Session, tuple[bytes, ...]]:
        """Make key packages."""
        answer = self._ask("publish", session, count=count, now=milliseconds(now))
        packages = tuple(bytes_of(package) for package in answer["packages"])
        return decode_session(unpacked(answer, "session")), packages

    def trust(self, session: Session, circle: CircleId, chain: Sequence[bytes]) -> Step:
        """Verify a circle's chain."""
        return self._step("trust", session, circle=circle, chain=list(chain))

    def watch(self, session: Session, channel: ChannelId, circle: CircleId) -> Session:
        """Take note of a channel."""
        return self._step("watch", session, channel=channel, circle=circle).session

    def open_channel(
        self, session: Session, channel: ChannelId, circle: CircleId, *, now: datetime
    ) -> Step:
        """Begin a channel's group."""
        at = milliseconds(now)
        return self._step("open_channel", session, channel=channel, circle=circle, now=at)

    def rejoin(self, session: Session, channel: ChannelId, newest: Item, *, now: datetime) -> Step:
        """Come in from outside."""
        return self._in_channel("rejoin", session, channel, now=now, items=[_item(newest)])

    def receive(
        self, session: Session, channel: ChannelId, items: Sequence[Item], *, now: datetime
    ) -> Step:
        """Take in items."""
        rows = [_item(item) for item in items]
        return self._in_channel("receive", session, channel, now=now, items=rows)

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
        """Say something; cards are not spoken of here."""
        assert card is None
        return self._in_channel("compose", session, channel, now=now, type=type_, body=body)

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
        wish = {"adds": list(adds), "removes": list(removes)}
        return self._in_channel("change_members", session, channel, now=now, **wish)

    def rotate(self, session: Session, channel: ChannelId, *, now: datetime) -> Step:
        """Renew keys."""
        return self._in_channel("rotate", session, channel, now=now)

    def share_history(
        self, session: Session, channel: ChannelId, recipient: DeviceId, *, now: datetime
    ) -> Step:
        """Give the past again."""
        return self._in_channel("share_history", session, channel, now=now, recipient=recipient)

    def acknowledge(
        self, session: Session, request: AppendRequest, seq: int, *, now: datetime
    ) -> Step:
        """Take the log's yes."""
        asked = _request(request)
        return self._in_channel(
            "acknowledge", session, request.channel, now=now, request=asked, seq=seq
        )

    def refuse(self, session: Session, request: AppendRequest, code: str, *, now: datetime) -> Step:
        """Take the log's no."""
        asked = _request(request)
        return self._in_channel(
            "refuse", session, request.channel, now=now, request=asked, code=code
        )

    def resume(self, session: Session) -> tuple[Effect, ...]:
        """Tell what is still without an answer."""
        return self._step("resume", session).effects

    def show(
        self, session: Session, channel: ChannelId, items: Sequence[Item]
    ) -> tuple[Shown, ...]:
        """Look through items once more."""
        rows = [_item(item) for item in items]
        answer = self._ask("show", session, channel=channel, items=rows)
        return tuple(shown_of(one) for one in answer["effects"])

    def stored_again(self, stored: bytes) -> bytes:
        """Have a stored session read and written once more."""
        return unpacked(self._peer.ask("resume", session=stored), "session")

    def _in_channel(
        self, op: str, session: Session, channel: ChannelId, *, now: datetime, **given: object
    ) -> Step:
        return self._step(op, session, channel=channel, now=milliseconds(now), **given)

    def _step(self, op: str, session: Session, **given: object) -> Step:
        answer = self._ask(op, session, **given)
        effects = tuple(effect_of(effect) for effect in answer["effects"])
        stored = unpacked(answer, "session")
        same = stored == encode_session(session)
        return Step(session=session if same else decode_session(stored), effects=effects)

    def _ask(self, op: str, session: Session, **given: object) -> Answer:
        return self._peer.ask(op, session=encode_session(session), **given)


@contextmanager
def running() -> Iterator[InTypeScript]:
    """Run the TypeScript sessions for as long as the block lasts."""
    with subprocess.Popen(
        [NODE, PEER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield InTypeScript(Peer(process.stdin, process.stdout))
        finally:
            process.terminate()


def _item(item: Item) -> dict[str, object]:
    return {
        "seq": item.seq,
        "id": item.id,
        "kind": item.kind.value,
        "epoch": item.epoch,
        "sender": item.sender,
        "at": milliseconds(item.at),
        "body": text_of(item.body),
    }


def _request(request: AppendRequest) -> dict[str, object]:
    return {
        "id": request.id,
        "kind": request.kind.value,
        "epoch": request.epoch,
        "body": text_of(request.body),
    }
