"""What a demonstration keeps beside its database: settings, sign-ins, the invitation."""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from crypto.ids import ChannelId, CircleId, ProfessionalId

FILE = "demonstration.json"


class AnotherVersion(Exception):
    """What lies in the folder was kept by a demonstration that differs from this one."""


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody of the demonstration signs in, on paper."""

    name: str
    says: str
    why: str
    email: str
    password: str
    secret: str
    recovery: str


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is awaited, and the token that lets them in; `until` is aware.

    `welcome` says what happens when they come.
    """

    professional: ProfessionalId
    name: str
    says: str
    token: str
    until: datetime
    welcome: str


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Who waits for the newcomer on a device of their own, and in which circle."""

    key: str
    password: str
    secret: str
    device: str
    circle: CircleId
    channel: ChannelId
    greeting: str
    mentions: tuple[ProfessionalId, ...]


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the next start needs."""

    settings: dict[str, str]
    sign_ins: tuple[SignIn, ...]
    invitation: Invitation
    host: Host


def keep(folder: Path, ledger: Ledger) -> None:
    """Write it down, for nobody else's eyes."""
    beside = folder / (FILE + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(ledger))
    beside.replace(folder / FILE)


def recall(folder: Path) -> Ledger | None:
    """Read what was written, if anything was.

    Raises:
        AnotherVersion: It was, by a Ronde that kept other things.
    """
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Ledger)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        raise AnotherVersion from None
