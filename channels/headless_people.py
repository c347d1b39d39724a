"""Beginning on a device, and what coordinators do with theirs: attest, open, admit, release."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from channels.headless_device import PACKAGES, HeadlessDevice
from channels.headless_file import DeviceFile, Memory
from channels.headless_forms import BadAnswer, base64_of, bytes_of
from channels.headless_line import Line
from crypto.identity import Attestation, attest, new_identity
from crypto.ids import ChildId, CircleId, DeviceId, ProfessionalId, new_id
from crypto.membership import COORDINATOR, admit, dismiss, found
from crypto.mls.codec import Malformed, decode, encode
from crypto.mls.suite import KeyPair
from crypto.session import session as sessions
from crypto.session.effects import Event
from crypto.session.state import Phase
from crypto.statement import HistoryGrant
from crypto.vault import DEFAULT_COST, Cost


class NoIdentityKey(Exception):
    """The professional has no device yet, or no coordinator has attested their key."""


class NotThatAccount(Exception):
    """Somebody signed in on a device that is another professional's."""


class NotThatRole(Exception):
    """The server says now that somebody is something else than what was confirmed."""


class NotThatKey(Exception):
    """The server shows another identity key than the one that was read out face to face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Both factors of a sign-in."""

    email: str
    password: str
    code: str

    @property
    def path(self) -> str:
        """Where a session is opened with them."""
        return "/sessions"

    def form(self) -> dict[str, object]:
        """Write them as the wire does, for a program: the token comes in the answer."""
        form: dict[str, object] = {"email": self.email, "password": self.password}
        return form | {"code": self.code, "bearer": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The end of an enrolment, which signs in as well: an invitation and a first code."""

    invitation: str
    code: str

    @property
    def path(self) -> str:
        """Where a session is opened with them."""
        return "/enrolments/confirmation"

    def form(self) -> dict[str, object]:
        """Write them as the wire does, for a program: the token comes in the answer."""
        return {"token": self.invitation, "code": self.code, "bearer": True}


async def enrol(
    line: Line,
    proof: Credentials | Confirmation,
    *,
    server: str,
    path: Path,
    passphrase: str,
    clock: Callable[[], datetime],
    cost: Cost = DEFAULT_COST,
    stock: int = PACKAGES,
) -> HeadlessDevice:
    """Sign in, make an identity and a device, register it, and leave key packages.

    The file is written before the server hears of the device: a crash in between leaves a
    device nobody knows, never a registered one without keys.

    Raises:
        FileExists: There is a device in the file already.
        Refused: The proof or the device was refused.
    """
    signed = await line.ask("POST", proof.path, proof.form())
    line.sign_in(signed["token"])
    professional, device = ProfessionalId(signed["professional"]), DeviceId(new_id())
    session = sessions.enrol(new_identity(), professional, device, now=clock())
    memory = Memory(server=server, token=signed["token"], session=session)
    file = DeviceFile.create(path, passphrase, memory, cost=cost)
    headless = HeadlessDevice(line=line, file=file, clock=clock, stock=stock)
    await register(headless)
    return headless


async def register(headless: HeadlessDevice) -> None:
    """Tell the server of the device and see that key packages wait for it; safe to repeat."""
    form = {
        "certificate": base64_of(encode(headless.session.device.certificate)),
        "identity_key": base64_of(_identity(headless).public),
    }
    await headless.line.ask("POST", "/devices", form)
    await headless.replenish()


async def sign_in(headless: HeadlessDevice, credentials: Credentials) -> None:
    """Open a new session for a device that has one no more.

    The device is told of again: where enrolling was cut short, the server never heard of it.

    Raises:
        NotThatAccount: The credentials are somebody else's.
        Refused: They are nobody's, or the device was removed.
    """
    signed = await headless.line.ask("POST", credentials.path, credentials.form())
    if signed["professional"] != headless.professional:
        raise NotThatAccount
    headless.line.sign_in(signed["token"])
    headless.file.sign_in(signed["token"])
    await register(headless)


async def attest_identity(
    headless: HeadlessDevice, professional: ProfessionalId, *, seen: bytes | None = None
) -> Attestation:
    """Sign that a professional's identity key is theirs; a coordinator begins with herself.

    `seen` is the key (32 bytes) read out face to face, where it was.

    Raises:
        NoIdentityKey: They have enrolled no device.
        NotThatKey: The server shows another key than `seen`.
    """
    key = await _enrolled_key(headless, professional)
    if seen is not None and seen != key:
        raise NotThatKey
    attestation, form = attesting(headless, professional, key)
    await headless.line.ask("PUT", f"/professionals/{professional}/attestation", form)
    return attestation


def attesting(
    headless: HeadlessDevice, professional: ProfessionalId, key: bytes
) -> tuple[Attestation, dict[str, str]]:
    """Sign that an identity key is somebody's, and write it as the wire does.

    Raises:
        NoIdentityKey: This device may not sign for its owner.
    """
    attestation = attest(
        headless.professional,
        _identity(headless),
        professional=professional,
        identity_key=key,
        at=headless.clock(),
    )
    return attestation, {"statement": base64_of(encode(attestation))}


async def open_circle(headless: HeadlessDevice, child: ChildId) -> CircleId:
    """Open a child's circle with oneself as its coordinator."""
    circle, key = CircleId(new_id()), _identity(headless).public
    genesis = found(circle, key, signer=headless.session.device, now=headless.clock())
    form = {"circle": circle, "genesis": base64_of(genesis.encode())}
    await headless.line.ask("POST", f"/children/{child}/circle", form)
    await headless.know_circle(circle)
    return circle


async def admit_member(
    headless: HeadlessDevice,
    circle: CircleId,
    professional: ProfessionalId,
    *,
    history: HistoryGrant | None = None,
    role: str | None = None,
) -> tuple[Event, ...]:
    """Let a professional into a circle by a signed statement.

    `role` is the word that a coordinator has read and confirmed (see `seat_word`); without
    it the server's word is signed, which only a program should do that means to.

    Raises:
        NotThatRole: The server says by now that they are something else than `role`.
        NoIdentityKey: No coordinator whose key we know has attested theirs.
        BadAttestation: The attestation is not that coordinator's.
        NotThatKey: The server shows what was said of somebody else.
        BadChain: They are in already, or we may not sign.
    """
    await headless.know_circle(circle)
    person = await headless.line.ask("GET", f"/professionals/{professional}")
    statement = admit(
        headless.roster(circle),
        professional,
        role=_confirmed(role, seat_word(person)),
        identity_key=_attested_key(headless, professional, person),
        history=history or HistoryGrant(),
        signer=headless.session.device,
        now=headless.clock(),
    )
    return await headless.say_statement(circle, "admissions", statement)


async def release_member(
    headless: HeadlessDevice, circle: CircleId, professional: ProfessionalId
) -> tuple[Event, ...]:
    """End a professional's stay in a circle, then remove their devices from every channel.

    Raises:
        NotOnRoster: They are not in the circle.
    """
    await headless.know_circle(circle)
    roster, device = headless.roster(circle), headless.session.device
    statement = dismiss(roster, professional, signer=device, now=headless.clock())
    events = list(await headless.say_statement(circle, "releases", statement))
    for channel, state in tuple(headless.session.channels.items()):
        # Where we have no part ourselves, whoever writes next removes them (R13).
        if state.circle == circle and state.phase is Phase.MEMBER:
            events += await headless.remove(channel, ())
    return tuple(events)


async def _enrolled_key(headless: HeadlessDevice, professional: ProfessionalId) -> bytes:
    """Find the identity key that a professional's devices are certified by.

    Raises:
        NoIdentityKey: There is no device.
    """
    found_ = await headless.line.ask("GET", f"/professionals/{professional}/devices")
    if not found_["devices"]:
        raise NoIdentityKey
    return bytes_of(found_["devices"][0]["identity_key"])


def _attested_key(
    headless: HeadlessDevice, professional: ProfessionalId, person: Mapping[str, Any]
) -> bytes:
    """Give the attested key, believing the attesting coordinator's signature and not the server.

    Raises:
        NoIdentityKey: Nobody has attested one, or a coordinator whose key we never saw has,
            or somebody who is none.
        BadAttestation: No coordinator of ours signed it.
        NotThatKey: It speaks of somebody else.
    """
    if person.get("attestation") is None:
        raise NoIdentityKey
    attestation = _read_attestation(bytes_of(person["attestation"]["statement"]))
    keys = headless.session.pins.keys
    if attestation.coordinator not in keys or _is_member_only(headless, attestation.coordinator):
        raise NoIdentityKey
    attestation.verify(keys[attestation.coordinator])
    if attestation.professional != professional:
        raise NotThatKey
    return attestation.identity_key


def _is_member_only(headless: HeadlessDevice, professional: ProfessionalId) -> bool:
    """Tell whether the circles we verified know somebody, and never as a coordinator."""
    rosters = [circle.roster for circle in headless.session.circles.values()]
    said = [one for roster in rosters for one in roster.statements]
    roles = {one.role for one in said if one.professional == professional}
    return bool(roles) and COORDINATOR not in roles


def _read_attestation(statement: bytes) -> Attestation:
    """Read a signed attestation.

    Raises:
        BadAnswer: It is none.
    """
    try:
        return decode(Attestation.read, statement)
    except Malformed:
        raise BadAnswer("no attestation") from None


def seat_word(person: Mapping[str, Any]) -> str:
    """Give the word by which a membership statement names what the server says somebody is."""
    return COORDINATOR if person["role"] == COORDINATOR else str(person["profession"])


def _confirmed(role: str | None, shown: str) -> str:
    """Give the word to sign.

    Raises:
        NotThatRole: Another was confirmed.
    """
    if role not in (None, shown):
        raise NotThatRole
    return shown


def _identity(headless: HeadlessDevice) -> KeyPair:
    """Give the professional's identity key.

    Raises:
        NoIdentityKey: This device was linked by another and may not certify.
    """
    if headless.session.identity is None:
        raise NoIdentityKey
    return headless.session.identity
