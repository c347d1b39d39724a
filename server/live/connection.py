"""One signed-in connection: what it listens to, how much it may send, and its way out."""

import math
import time
from dataclasses import dataclass
from typing import Protocol

from typing_extensions import override

from channels.model import Asker
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.identity import Actor
from server.limits import TooManyRequests
from server.live.engineio_fast import FastSocket, Receiver
from server.live.frames import Event, read_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection, one professional and the whole server may use."""

    events: int = 60
    seconds: float = 10.0
    sockets_each: int = 20
    sockets: int = 5000
    handshakes_per_second: int = 200


class Desk(Protocol):
    """Where a connection's events are answered."""

    def take(self, connection: "Connection", event: Event) -> None:
        """Answer an event, some time."""
        ...

    def left(self, connection: "Connection") -> None:
        """Forget a connection that has ended."""
        ...


class Connection(Receiver):
    """Ties a signed-in actor to a socket; a listener in the rooms it has joined."""

    def __init__(
        self,
        *,
        sid: str,
        actor: Actor,
        asker: Asker,
        socket: FastSocket,
        limits: Limits,
        desk: Desk,
    ) -> None:
        self.sid = sid
        self.actor = actor
        self.asker = asker
        self.device: DeviceId = asker.device
        self.professional: ProfessionalId = asker.professional
        self.channels: set[ChannelId] = set()
        self._socket = socket
        self._desk = desk
        self._limits = limits
        self._allowance = float(limits.events)
        self._refilled_at = time.monotonic()
        self._refused = 0
        socket.receiver = self

    def write(self, frame: bytes) -> None:
        """Send a finished frame without waiting, or drop the connection."""
        self._socket.write(frame)

    def drop(self) -> None:
        """Cut the connection at once."""
        self._socket.drop()

    def join(self, channel: ChannelId) -> bool:
        """Note a channel listened to, unless it is one already."""
        if channel in self.channels:
            return False
        self.channels.add(channel)
        return True

    def spend(self) -> None:
        """Count an event against the allowance, which refills evenly over time.

        Whoever goes on as if nothing had been said loses the connection.

        Raises:
            TooManyRequests: It is used up.
        """
        now = time.monotonic()
        rate = self._limits.events / self._limits.seconds
        held = self._allowance + (now - self._refilled_at) * rate
        self._allowance = min(held, float(self._limits.events))
        self._refilled_at = now
        if self._allowance < 1:
            self._refused += 1
            if self._refused > self._limits.events:
                self.drop()
            raise TooManyRequests(max(1, math.ceil((1 - self._allowance) / rate)))
        self._allowance -= 1
        self._refused = 0

    @override
    def receive(self, packet: bytes) -> None:
        self._desk.take(self, read_event(packet))

    @override
    def left(self) -> None:
        self._desk.left(self)
