"""One step of a session: the state it leads to, and what it asks of the shell."""

from collections.abc import Callable
from dataclasses import dataclass

from crypto.ids import ChannelId, CircleId
from crypto.session.effects import Effect
from crypto.session.state import ChannelState, CircleState, Phase, Session


class UnknownChannel(Exception):
    """The session was never told of this channel, or has no group in it."""


class NotInChannel(Exception):
    """This device holds no leaf of the channel's group."""


class UnknownCircle(Exception):
    """The session holds no membership chain of this circle: without one it does not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Persist `session` first; then do `effects`, in order."""

    session: Session
    effects: tuple[Effect, ...] = ()

    def then(self, go_on: Callable[[Session], "Step"]) -> "Step":
        """Take a further step and return both as one."""
        further = go_on(self.session)
        return Step(session=further.session, effects=(*self.effects, *further.effects))


def kept(session: Session, channel: ChannelState, *effects: Effect) -> Step:
    """Return the step that only changes a channel."""
    return Step(session=session.keep(channel), effects=effects)


def channel_of(session: Session, channel: ChannelId) -> ChannelState:
    """Return what is known of a channel.

    Raises:
        UnknownChannel: Nothing is.
    """
    try:
        return session.channels[channel]
    except KeyError:
        raise UnknownChannel from None


def circle_of(session: Session, circle: CircleId) -> CircleState:
    """Return what is known of a circle.

    Raises:
        UnknownCircle: Nothing is.
    """
    try:
        return session.circles[circle]
    except KeyError:
        raise UnknownCircle from None


def joined(session: Session, channel: ChannelId) -> ChannelState:
    """Return what is known of a channel whose group we are in.

    Raises:
        UnknownChannel: Nothing is known of it.
        NotInChannel: We were removed, or never joined.
    """
    state = channel_of(session, channel)
    if state.phase is not Phase.MEMBER:
        raise NotInChannel
    return state
