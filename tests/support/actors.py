"""People at their devices: each knows how to sign in and how to ask; the plumbing stays here."""

import base64
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from multidict import CIMultiDict
from pyotp.totp import TOTP

from care_circle.professional import Professional
from care_circle.role import Profession, Role
from crypto.identity import Device, new_identity
from crypto.ids import DeviceId, ProfessionalId, new_id
from crypto.mls.codec import encode
from crypto.mls.suite import KeyPair
from tests.support.server import Running

NOBODY = ProfessionalId("")
OUTSIDE_THE_API = ("/r/", "/feeds/", "/family.css", "/healthz", "/readyz", "/openapi.json")
PASSWORD = "quatre chevaux tirent la carriole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str | None:
        """The stable name of a refusal."""
        return self.body.get("code") if isinstance(self.body, dict) else None


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with an HTTP client; `token` once signed in."""

    server: Running
    http: aiohttp.ClientSession
    id: ProfessionalId = NOBODY
    email: str = ""
    password: str = PASSWORD
    secret: str = ""
    token: str | None = field(default=None, repr=False)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Ask anything, as this person."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        url = self.server.url + (path if path.startswith(OUTSIDE_THE_API) else "/api/v1" + path)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        stream = None if data is None else io.BytesIO(data)
        options: dict[str, Any] = {"data": stream} if body is None else {"json": body}
        async with self.http.request(method, url, headers=sent, **options) as response:
            content = await _content(response)
            return Answer(
                status=response.status, headers=CIMultiDict(response.headers), body=content
            )

    async def get(self, path: str, **options: Any) -> Answer:  # noqa: ANN401 -- handed on to ask
        """GET."""
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Answer:  # noqa: ANN401 -- handed on to ask
        """POST."""
        return await self.ask("POST", path, body, **options)

    async def delete(self, path: str, **options: Any) -> Answer:  # noqa: ANN401 -- handed on to ask
        """DELETE."""
        return await self.ask("DELETE", path, **options)

    def code(self) -> str:
        """Read the one-time code of this moment."""
        return TOTP(self.secret).at(self.server.clock())

    async def enrol(self, token: str) -> None:
        """Use an invitation: password, second factor, confirmation; then one is signed in."""
        form = {"token": token, "password": self.password}
        self.secret = (await self.post("/enrolments", form)).body["secret"]
        confirmation = {"token": token, "code": self.code(), "bearer": True}
        confirmed = await self.post("/enrolments/confirmation", confirmation)
        assert confirmed.status == 201, confirmed
        self.token = confirmed.body["token"]

    async def try_sign_in(self, **otherwise: object) -> Answer:
        """Sign in as a program does, thirty seconds after the last code was used."""
        self.server.clock.move(seconds=30)
        form = {
            "email": self.email,
            "password": self.password,
            "code": self.code(),
            "bearer": True,
        } | otherwise
        return await self.post("/sessions", form)

    async def sign_in(self, **otherwise: object) -> Answer:
        """Sign in, and stay so."""
        self.token = None
        answer = await self.try_sign_in(**otherwise)
        assert answer.status == 201, answer
        self.token = answer.body["token"]
        return answer


async def _content(response: aiohttp.ClientResponse) -> object:
    if response.content_type.endswith("json"):
        return await response.json(content_type=None)
    if response.content_type in ("application/octet-stream", "application/pdf"):
        return await response.read()
    return await response.text()


@asynccontextmanager
async def stranger(server: Running) -> AsyncIterator[Person]:
    """Somebody who only knows the address."""
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=60), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        yield Person(server=server, http=http)


async def founded(
    person: Person,
    *,
    role: Role = Role.COORDINATOR,
    name: str = "Ana",
    profession: Profession | None = Profession.PHYSICIAN,
) -> Person:
    """Make a person of the network as the command line does, enrolled and signed in."""
    record = Professional(
        id=ProfessionalId(new_id()),
        family_name="Dubreuil",
        given_name=name,
        role=role,
        email=f"{name.lower()}@ronde.example",
        profession=profession if role is Role.PROFESSIONAL else None,
    )
    house = person.server.house
    await house.stores.people.add_professional(record)
    invited = await house.accounts.open(record, by=None)
    person.id, person.email = record.id, record.email
    await person.enrol(invited.token)
    return person


def new_device(person: Person) -> tuple[KeyPair, Device]:
    """Make an identity key and a device of a person's own."""
    identity = new_identity()
    now = person.server.clock()
    return identity, Device.enrol(identity, person.id, DeviceId(new_id()), now=now)


def device_form(device: Device, identity: KeyPair) -> dict[str, str]:
    """Write what a device registers itself with."""
    return {
        "certificate": base64.b64encode(encode(device.certificate)).decode(),
        "identity_key": base64.b64encode(identity.public).decode(),
    }
