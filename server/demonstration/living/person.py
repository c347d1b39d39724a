"""Somebody of the seeded network, with a line and a device of their own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyotp.totp import TOTP

from channels.headless import HttpLine
from channels.headless_device import HeadlessDevice
from channels.headless_file import DeviceFile
from channels.headless_line import Refused
from channels.headless_marks import place_of
from channels.headless_people import Confirmation, enrol
from crypto.ids import ChannelId, ProfessionalId
from server.demonstration.cast import SMALL_COST, STOCK
from server.demonstration.clock import StoryClock
from server.demonstration.living.script import PersonWords

NOBODY = ProfessionalId("")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_IDLE = timedelta(minutes=25)
LONGEST_STAY = timedelta(hours=11)


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody at work: signs in when there is something to do, reads, speaks."""

    words: PersonWords
    clock: StoryClock = field(repr=False)
    line: HttpLine = field(repr=False)
    password: str = field(repr=False)
    id: ProfessionalId = NOBODY
    secret: str = field(default="", repr=False)
    invitation: str = field(default="", repr=False)
    recovery: str = field(default="", repr=False)
    has_read: dict[ChannelId, int] = field(default_factory=dict, repr=False)
    _device: HeadlessDevice | None = field(default=None, repr=False)
    _opened: datetime | None = field(default=None, repr=False)
    _seen: datetime | None = field(default=None, repr=False)

    @property
    def device(self) -> HeadlessDevice:
        """Their device, once they have begun."""
        if self._device is None:
            raise LookupError(self.words.key)
        return self._device

    @property
    def has_begun(self) -> bool:
        """Tell whether they have a device."""
        return self._device is not None

    async def begin(self, invitation: str, folder: Path) -> None:
        """Use an invitation and enrol a device."""
        form = {"token": invitation, "password": self.password}
        self.secret = (await self.line.ask("POST", "/enrolments", form))["secret"]
        self._device = await enrol(
            self.line,
            Confirmation(invitation=invitation, code=self._code()),
            server=self.line.url,
            path=folder / self.words.key,
            passphrase=self.password,
            clock=self.clock,
            cost=SMALL_COST,
            stock=STOCK,
        )
        self.id = self._device.professional
        self._opened = self._seen = self.clock()

    def take_up(self, file: DeviceFile) -> None:
        """Work on with a device that was put away, signed in nowhere."""
        self._device = HeadlessDevice(line=self.line, file=file, clock=self.clock, stock=STOCK)
        self.id = self._device.professional
        self._opened = self._seen = LONG_AGO

    async def come(self) -> None:
        """Be signed in, on the device they have."""
        now = self.clock()
        if self._opened is None or self._seen is None:
            raise LookupError(self.words.key)
        if now - self._seen > LONGEST_IDLE or now - self._opened > LONGEST_STAY:
            form = {
                "email": self.words.email,
                "password": self.password,
                "code": self._code(),
                "device": self.device.session.device.id,
                "bearer": True,
            }
            signed = await self.line.ask("POST", "/sessions", form)
            self.line.sign_in(signed["token"])
            self._opened = now
        self._seen = now

    async def read(self, channel: ChannelId) -> None:
        """Read a channel to its end, and remember that it was read."""
        await self.device.catch_up(channel)
        self.has_read[channel] = self.device.session.channels[channel].cursor

    async def tell_places(self) -> None:
        """Let the device fetch all that came since, and tell what was read and what was not."""
        for channel in tuple(self.device.session.channels):
            try:
                await self.device.catch_up(channel)
            except Refused as refused:
                if refused.code != "no_active_convention":
                    raise
                continue
            place = place_of(self.device.session, channel)
            if place is not None:
                read = {"read": self.has_read.get(channel, 0)}
                await self.line.ask("PUT", f"/channels/{channel}/mark", {**place, **read})

    def _code(self) -> str:
        return TOTP(self.secret).at(self.clock())
