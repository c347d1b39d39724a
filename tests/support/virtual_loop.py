"""An event loop without sockets whose time jumps to the next timer."""

from asyncio import base_events

from typing_extensions import override


class VirtualLoop(base_events.BaseEventLoop):
    """Seconds of virtual time cost nothing; nothing here waits for anything real."""

    def __init__(self) -> None:
        super().__init__()
        self._elapsed = 0.0
        self._selector = self

    @override
    def time(self) -> float:
        return self._elapsed

    def select(self, timeout: float | None) -> tuple[()]:
        """Let virtual time pass instead of waiting for sockets."""
        if timeout is None:
            raise RuntimeError("the world has come to a standstill")
        self._elapsed += timeout
        return ()

    def _process_events(self, events: tuple[()]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps, so nobody is woken."""
