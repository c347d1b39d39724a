"""Tells whoever must know that who may take part has changed."""

from collections.abc import Awaitable, Callable

Listener = Callable[[], Awaitable[None]]


class RosterChanges:
    """A change of circle, device or convention, told once it is stored.

    Channels and sockets stand to the right of circles in what they know, so circles cannot
    call them: they announce, and the composition root listens.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call a function, and wait for it, at each change."""
        self._listeners.append(listener)

    async def announce(self) -> None:
        """Tell everybody who subscribed; when this returns they have acted on it."""
        for listener in self._listeners:
            await listener()
