"""What a device needs of a network, whatever carries it, and how a network may fail it."""

from abc import ABC, abstractmethod
from typing import Any


class Refused(Exception):
    """The server said no; `code` is the problem's stable code."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.title = title


class Unreachable(Exception):
    """The server does not answer; what was to be sent waits in the outbox."""


class Line(ABC):
    """What a device needs of a network."""

    @abstractmethod
    async def ask(
        self, method: str, path: str, body: object = None, *, version: int | None = None
    ) -> Any:  # noqa: ANN401 -- JSON
        """Ask the server for something under /api/v1 and return the JSON of its answer.

        Raises:
            Refused: The server said no.
            Unreachable: It did not answer.
        """

    @abstractmethod
    def sign_in(self, token: str | None) -> None:
        """Speak with this token from here on."""
