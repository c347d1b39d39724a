"""One line of a circle's membership log, as it is signed and as it travels: R2.

What a line may say is here; whether it may follow the lines before it is
`membership.py`'s.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.canonical import (
    HASH_LENGTH,
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    read_id,
    read_moment,
    read_text,
    write_moment,
    write_text,
)
from crypto.identity import DeviceCertificate
from crypto.ids import CircleId, DeviceId, ProfessionalId
from crypto.mls.codec import Malformed, Reader, Writer, encode
from crypto.mls.suite import SUITE_1

LABEL: Final = "ronde membership v1"
NO_PREVIOUS: Final = bytes(HASH_LENGTH)
MAX_ROLE: Final = 64


class Action(StrEnum):
    """What a statement does to the roster."""

    ADD = "add"
    REMOVE = "remove"


class HistoryPolicy(StrEnum):
    """How far back a newcomer may read: R9."""

    ALL = "all"
    SINCE = "since"
    JOINING = "joining"


_ACTIONS: Final = (Action.ADD, Action.REMOVE)
_POLICIES: Final = (HistoryPolicy.ALL, HistoryPolicy.SINCE, HistoryPolicy.JOINING)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryGrant:
    """What a newcomer is given of the past; `since` is a UTC moment under SINCE, else None."""

    policy: HistoryPolicy = HistoryPolicy.ALL
    since: datetime | None = None

    def __post_init__(self) -> None:
        if (self.policy is HistoryPolicy.SINCE) != (self.since is not None):
            raise ValueError("a date belongs to the policy that needs one, and to no other")

    def write(self, writer: Writer) -> None:
        """Append the wire form: a code, then the moment where there is one."""
        writer.uint8(_POLICIES.index(self.policy))
        if self.since is not None:
            write_moment(writer, self.since)

    @staticmethod
    def read(reader: Reader) -> "HistoryGrant":
        """Take the wire form."""
        policy = _POLICIES[_code(reader, len(_POLICIES))]
        since = read_moment(reader) if policy is HistoryPolicy.SINCE else None
        return HistoryGrant(policy=policy, since=since)

    def covers(self, began: datetime) -> bool:
        """Tell whether an epoch that began then may be handed over.

        Under SINCE an epoch that straddles the date is withheld whole: its key opens
        what came before the date as well.
        """
        match self.policy:
            case HistoryPolicy.ALL:
                return True
            case HistoryPolicy.SINCE:
                return self.since is not None and began >= self.since
            case HistoryPolicy.JOINING:
                return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One signed line of a circle's membership log."""

    circle: CircleId
    index: int
    previous: bytes
    action: Action
    professional: ProfessionalId
    role: str
    identity_key: bytes
    history: HistoryGrant
    at: datetime
    signer: ProfessionalId
    signer_device: DeviceId
    signer_certificate: DeviceCertificate
    signature: bytes = bytes(SIGNATURE_LENGTH)

    def write(self, writer: Writer) -> None:
        """Append the wire form: what is signed, then the signature."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "Statement":
        """Take the wire form; says nothing about signature or place."""
        return Statement(
            circle=CircleId(read_id(reader)),
            index=reader.uint32(),
            previous=reader.fixed(HASH_LENGTH),
            action=_ACTIONS[_code(reader, len(_ACTIONS))],
            professional=ProfessionalId(read_id(reader)),
            role=read_text(reader, limit=MAX_ROLE),
            identity_key=reader.fixed(KEY_LENGTH),
            history=HistoryGrant.read(reader),
            at=read_moment(reader),
            signer=ProfessionalId(read_id(reader)),
            signer_device=DeviceId(read_id(reader)),
            signer_certificate=DeviceCertificate.read(reader),
            signature=reader.fixed(SIGNATURE_LENGTH),
        )

    def content(self) -> bytes:
        """Return the bytes that the signer's device signs."""
        writer = Writer()
        write_text(writer, self.circle)
        writer.uint32(self.index).opaque(self.previous)
        writer.uint8(_ACTIONS.index(self.action))
        write_text(writer, self.professional)
        write_text(writer, self.role)
        writer.opaque(self.identity_key).put(self.history)
        write_moment(writer, self.at)
        write_text(writer, self.signer)
        write_text(writer, self.signer_device)
        return writer.put(self.signer_certificate).bytes()

    def encode(self) -> bytes:
        """Return the bytes that go into the chain."""
        return encode(self)


def statement_hash(encoded: bytes) -> bytes:
    """Hash a statement, signature included: 32 bytes."""
    return SUITE_1.ref_hash("ronde membership hash v1", encoded)


def _code(reader: Reader, known: int) -> int:
    code = reader.uint8()
    if code >= known:
        raise Malformed("a code that stands for nothing")
    return code
