"""The ways out in their order, and which of them has a notice, or is to have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from notifications import claiming
from notifications.delivery import NO_PROMISE, Capabilities
from notifications.notice import Medium, Notice
from notifications.senders import Mailer, Texter

Promises = Mapping[tuple[Medium, str], Capabilities]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysOut:
    """Who sends mails and who sends texts, each in the order in which they are tried."""

    mailers: tuple[Mailer, ...]
    texters: tuple[Texter, ...]
    _names: Mapping[Medium, tuple[str, ...]] = field(init=False, repr=False)
    _promises: Promises = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note what the ways are called and promise, once: it is asked often for each notice."""
        mailers, texters = (tuple(w.name for w in ways) for ways in (self.mailers, self.texters))
        object.__setattr__(self, "_names", {Medium.EMAIL: mailers, Medium.SMS: texters})
        object.__setattr__(self, "_promises", self._promised())

    def _promised(self) -> Promises:
        """List what is promised; only providers of SMS can be asked by key what they took."""
        mails = {
            (Medium.EMAIL, way.name): replace(way.capabilities, lookup=False)
            for way in reversed(self.mailers)
        }
        return mails | {(Medium.SMS, way.name): way.capabilities for way in reversed(self.texters)}

    def names(self, medium: Medium) -> tuple[str, ...]:
        """Name the providers of a medium in their order."""
        return self._names[medium]

    def provider_of(self, notice: Notice) -> str | None:
        """Name the provider that has, or is to have, a notice."""
        return claiming.choose(notice, self.names(notice.medium))

    def capabilities(self, notice: Notice) -> Capabilities:
        """Give what the provider promises that a notice is with, or goes to."""
        provider = self.provider_of(notice)
        if provider is None:
            return NO_PROMISE
        return self._promises.get((notice.medium, provider), NO_PROMISE)

    def mailer(self, name: str) -> Mailer:
        """Give the mailer of a name."""
        return next(way for way in self.mailers if way.name == name)

    def texter(self, name: str) -> Texter:
        """Give the texter of a name."""
        return next(way for way in self.texters if way.name == name)
