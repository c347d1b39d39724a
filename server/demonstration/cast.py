"""The people of the story: each with a line of their own and a device in a sealed file."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pyotp.totp import TOTP

from channels.headless import HttpLine
from channels.headless_device import HeadlessDevice
from channels.headless_file import DeviceFile
from channels.headless_line import Refused
from channels.headless_people import Confirmation, Credentials, enrol, sign_in
from crypto.ids import ProfessionalId
from crypto.vault import Cost
from server.demonstration.clock import StoryClock
from server.demonstration.processes import World

# A one-time code serves once; the story moves on rather than wait for the next.
CODE_LIFE = timedelta(seconds=31)
# What a device's file costs to open; nobody keeps these files, or their passphrases.
SMALL_COST = Cost(memory_kib=1024, passes=1, lanes=1)
STOCK = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Who somebody is in the story; all names are invented."""

    key: str
    given_name: str
    family_name: str
    says: str
    role: str
    profession: str | None = None

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@ronde.example"

    @property
    def called(self) -> str:
        """How the story calls them."""
        return f"{self.given_name} {self.family_name}, {self.says}"

    def form(self) -> dict[str, object]:
        """Write what puts them on the register."""
        return {
            "family_name": self.family_name,
            "given_name": self.given_name,
            "role": self.role,
            "profession": self.profession,
            "email": self.email,
        }


PARTS: Mapping[str, Part] = {
    part.key: part
    for part in (
        Part(
            key="camille",
            given_name="Camille",
            family_name="Aubrac",
            says="coordinatrice",
            role="coordinator",
        ),
        Part(
            key="helene",
            given_name="Hélène",
            family_name="Marsan",
            says="médecin référente",
            role="professional",
            profession="physician",
        ),
        Part(
            key="yanis",
            given_name="Yanis",
            family_name="Belloc",
            says="kinésithérapeute",
            role="professional",
            profession="physiotherapist",
        ),
        Part(
            key="ines",
            given_name="Inès",
            family_name="Carrel",
            says="psychologue",
            role="professional",
            profession="psychologist",
        ),
    )
}


@dataclass(slots=True, kw_only=True)
class Actor:
    """Somebody of the story at work."""

    part: Part
    world: World = field(repr=False)
    clock: StoryClock = field(repr=False)
    line: HttpLine = field(repr=False)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    passphrase: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    secret: str = field(default="", repr=False)
    _device: HeadlessDevice | None = field(default=None, repr=False)

    @property
    def device(self) -> HeadlessDevice:
        """Their device, once they have begun."""
        if self._device is None:
            raise LookupError(self.part.key)
        return self._device

    @property
    def id(self) -> ProfessionalId:
        """Their id in the network."""
        return self.device.professional

    async def begin(self, invitation: str) -> None:
        """Use an invitation, then enrol a device: what everybody does once."""
        form = {"token": invitation, "password": self.password}
        self.secret = (await self.line.ask("POST", "/enrolments", form))["secret"]
        self._device = await enrol(
            self.line,
            Confirmation(invitation=invitation, code=self._code()),
            server=self.world.url,
            path=self.world.folder / f"{self.part.key}.appareil",
            passphrase=self.passphrase,
            clock=self.clock,
            cost=SMALL_COST,
            stock=STOCK,
        )

    async def return_to_work(self) -> None:
        """Start the device anew, from its file and passphrase alone, and sign in again."""
        path = self.device.file.path
        file = await asyncio.to_thread(DeviceFile.open, path, self.passphrase)
        self._device = HeadlessDevice(line=self.line, file=file, clock=self.clock)
        self.line.sign_in(None)
        await sign_in(self.device, self._credentials())
        await self.device.synchronise()

    async def is_refused(self, path: str) -> str:
        """Try to read something, and return the problem's code, or nothing if it was given."""
        try:
            await self.line.ask("GET", path)
        except Refused as refused:
            return refused.code
        return ""

    def _credentials(self) -> Credentials:
        self.clock.move_to(self.clock() + CODE_LIFE)
        return Credentials(email=self.part.email, password=self.password, code=self._code())

    def _code(self) -> str:
        return TOTP(self.secret).at(self.clock())
