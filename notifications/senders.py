"""The ways out: what an e-mail and a text are, who writes them, who sends them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crypto.ids import ContactId, NoticeId
from notifications.delivery import Capabilities, Result
from notifications.notice import Carrier, Medium, Notice, State


class CannotRender(Exception):
    """The notice cannot be put into words that may leave the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail ready to leave, bare of who sends it and who receives it.

    `calendar` is an iCalendar object (RFC 5545), UTF-8, whose METHOD is `method`; both are
    None where there is no appointment. `written_at` dates it, the same at every attempt.
    `stop` is the address by which whoever reads it wants no more (RFC 8058).
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    calendar: bytes | None = field(default=None, repr=False)
    method: str | None = None
    language: str
    written_at: datetime | None = None
    stop: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One SMS: at most 160 septets of the GSM-7 alphabet, or 70 units of UCS-2."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A notice that may not have reached the family, for a person to take over."""

    notice: NoticeId
    carrier: Carrier
    contact: ContactId
    medium: Medium
    state: State
    answer: str | None


class Renderer(Protocol):
    """Puts a notice into words: the same words every time it is asked."""

    def mail(self, notice: Notice, *, to: str, token: str) -> Mail:
        """Write the e-mail; `token` opens the family's page.

        Raises:
            CannotRender: No template, or a text that may not leave.
        """
        ...

    def text(self, notice: Notice, *, token: str) -> Text:
        """Write the SMS; `token` opens the family's page.

        Raises:
            CannotRender: No template, or a text that may not leave or does not fit.
        """
        ...


class Mailer(Protocol):
    """Sends e-mail. A failure is a result, never an exception."""

    @property
    def name(self) -> str:
        """How this way out is called in what is stored, for ever; never empty."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What is promised about repeats under one key."""
        ...

    async def send(self, mail: Mail, *, to: str, key: NoticeId) -> Result:
        """Hand a mail over under a key that is the same at every attempt."""
        ...


class Texter(Protocol):
    """Sends SMS. A failure is a result, never an exception."""

    @property
    def name(self) -> str:
        """How this provider is called in what is stored, for ever; never empty."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What is promised about repeats under one key."""
        ...

    async def turn(self, key: NoticeId) -> None:  # noqa: ARG002 -- for those who pace
        """Wait, some seconds at most, until the provider is likely to take this one.

        It is asked before anything is written down or looked up: who dies while waiting has
        sent nothing and leaves no doubt, and a STOP that comes meanwhile still counts.
        Nothing is promised; `send` may say that it is too early all the same. Unless a
        provider says otherwise there is nothing to wait for.
        """
        return

    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        """Hand a text over under a key that is the same at every attempt."""
        ...

    async def look_up(self, key: NoticeId) -> Result:
        """Ask what became of an attempt.

        `Accepted` if it was taken, `Retry` if it certainly was not, else `Ambiguous`;
        always `Ambiguous` where the capabilities promise no lookup.
        """
        ...


class Alerts(Protocol):
    """Puts what failed before a person."""

    async def raise_task(self, alert: Alert) -> None:
        """Give the coordinator a task; a second call for one notice and state changes nothing."""
        ...
