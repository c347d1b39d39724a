"""The circle's signed, hash-chained membership log: R2 of the protocol.

The server keeps the chain and may withhold or replay it, but cannot write it: each
statement names its circle, its place and the hash of the one before, and is signed
by a device of a coordinator whom the chain itself made one. Whoever holds the chain
knows the roster, and a client without a valid chain refuses to go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.identity import BadCertificate, Device
from crypto.ids import CircleId, ProfessionalId
from crypto.mls.codec import Malformed, decode
from crypto.mls.suite import SUITE_1, BadKey, BadSignature
from crypto.statement import LABEL, NO_PREVIOUS, Action, HistoryGrant, Statement, statement_hash

COORDINATOR: Final = "coordinator"
"""The role whose holders may write the chain."""
MAX_STATEMENTS: Final = 10_000


class ChainFault(StrEnum):
    """Why a chain is refused."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    WRONG_CIRCLE = "wrong_circle"
    WRONG_INDEX = "wrong_index"
    BROKEN_LINK = "broken_link"
    BACKWARDS = "backwards"
    WRONG_SIGNER = "wrong_signer"
    FORGED = "forged"
    ALREADY_ACTIVE = "already_active"
    NOT_ACTIVE = "not_active"
    LAST_COORDINATOR = "last_coordinator"


class BadChain(Exception):
    """A membership chain that no honest coordinator and server can have made."""

    def __init__(self, fault: ChainFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class NotOnRoster(Exception):
    """The professional is not an active member of the circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One active member of a circle: since which statement, under which identity key."""

    professional: ProfessionalId
    identity_key: bytes
    role: str
    history: HistoryGrant
    since_index: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What a verified chain says: who is in the circle now, and who ever was.

    `head` is the hash of the last statement; with the length it names the chain.
    """

    circle: CircleId
    active: Mapping[ProfessionalId, Seat] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    heads: tuple[bytes, ...] = ()

    @property
    def head(self) -> bytes:
        """Hash of the last statement; 32 zero bytes before the first."""
        return self.heads[-1] if self.heads else NO_PREVIOUS

    @property
    def coordinators(self) -> frozenset[ProfessionalId]:
        """Active members who may write the chain."""
        seats = self.active.values()
        return frozenset(seat.professional for seat in seats if seat.role == COORDINATOR)

    def seat(self, professional: ProfessionalId) -> Seat:
        """Return an active member's seat.

        Raises:
            NotOnRoster: The professional is not active.
        """
        try:
            return self.active[professional]
        except KeyError:
            raise NotOnRoster from None

    def ever_held(self, professional: ProfessionalId) -> tuple[bytes, ...]:
        """List the identity keys under which the professional was ever added."""
        return tuple(
            statement.identity_key
            for statement in self.statements
            if statement.action is Action.ADD and statement.professional == professional
        )

    def coordinated(self, professional: ProfessionalId, length: int) -> bool:
        """Tell whether the professional was a coordinator by the first `length` statements."""
        seen = reversed(self.statements[:length])
        last = next((one for one in seen if one.professional == professional), None)
        return last is not None and (last.action, last.role) == (Action.ADD, COORDINATOR)

    def ever_removed(self, professional: ProfessionalId) -> bool:
        """Tell whether the chain ever removed the professional."""
        return any(
            statement.action is Action.REMOVE and statement.professional == professional
            for statement in self.statements
        )


def found(circle: CircleId, identity_key: bytes, *, signer: Device, now: datetime) -> Statement:
    """Sign a circle's first statement: the coordinator adds herself."""
    return _signed(
        Roster(circle=circle),
        action=Action.ADD,
        seat=(signer.professional, COORDINATOR, identity_key),
        history=HistoryGrant(),
        signer=signer,
        now=now,
    )


def admit(
    roster: Roster,
    professional: ProfessionalId,
    *,
    role: str,
    identity_key: bytes,
    history: HistoryGrant,
    signer: Device,
    now: datetime,
) -> Statement:
    """Sign the statement that adds a professional.

    Raises:
        BadChain: The chain could not take it: active already, or the signer may not.
    """
    statement = _signed(
        roster,
        action=Action.ADD,
        seat=(professional, role, identity_key),
        history=history,
        signer=signer,
        now=now,
    )
    append(roster, statement.encode())
    return statement


def dismiss(
    roster: Roster, professional: ProfessionalId, *, signer: Device, now: datetime
) -> Statement:
    """Sign the statement that removes a professional.

    Raises:
        NotOnRoster: There is nobody to remove.
        BadChain: The chain could not take it: the last coordinator, or the signer may not.
    """
    seat = roster.seat(professional)
    statement = _signed(
        roster,
        action=Action.REMOVE,
        seat=(professional, seat.role, seat.identity_key),
        history=seat.history,
        signer=signer,
        now=now,
    )
    append(roster, statement.encode())
    return statement


def verify_chain(chain: Sequence[bytes], circle: CircleId, trusted: bytes | None = None) -> Roster:
    """Check a chain from its first statement and return the roster it ends in.

    `trusted` is the founding coordinator's identity key (32 bytes) where it is known;
    without it the genesis is taken at its word and the caller pins what it names.

    Raises:
        BadChain: A statement is not what honest signers would have written there.
    """
    if not chain:
        raise BadChain(ChainFault.EMPTY)
    roster = Roster(circle=circle)
    for encoded in chain:
        roster = append(roster, encoded)
    if trusted is not None and roster.statements[0].identity_key != trusted:
        raise BadChain(ChainFault.WRONG_SIGNER)
    return roster


def append(roster: Roster, encoded: bytes) -> Roster:
    """Check one more statement against all before it and return the roster it makes.

    Raises:
        BadChain: It does not follow.
    """
    try:
        statement = decode(Statement.read, encoded)
    except Malformed:
        raise BadChain(ChainFault.MALFORMED) from None
    _check_place(roster, statement)
    _check_signer(roster, statement)
    return replace(
        roster,
        active=_seated(roster, statement),
        statements=(*roster.statements, statement),
        heads=(*roster.heads, statement_hash(encoded)),
    )


def extends(old: Sequence[bytes], new: Sequence[bytes]) -> bool:
    """Tell whether a chain continues the one we know; if not, it was rolled back or forked."""
    return len(new) >= len(old) and list(new[: len(old)]) == list(old)


def _signed(
    roster: Roster,
    *,
    action: Action,
    seat: tuple[ProfessionalId, str, bytes],
    history: HistoryGrant,
    signer: Device,
    now: datetime,
) -> Statement:
    latest = roster.statements[-1].at if roster.statements else now
    unsigned = Statement(
        circle=roster.circle,
        index=len(roster.statements),
        previous=roster.head,
        action=action,
        professional=seat[0],
        role=seat[1],
        identity_key=seat[2],
        history=history,
        at=max(now, latest),
        signer=signer.professional,
        signer_device=signer.id,
        signer_certificate=signer.certificate,
    )
    return replace(unsigned, signature=signer.sign(LABEL, unsigned.content()))


def _check_place(roster: Roster, statement: Statement) -> None:
    index = len(roster.statements)
    if statement.circle != roster.circle:
        raise BadChain(ChainFault.WRONG_CIRCLE)
    if statement.index != index or index >= MAX_STATEMENTS:
        raise BadChain(ChainFault.WRONG_INDEX)
    if statement.previous != roster.head:
        raise BadChain(ChainFault.BROKEN_LINK)
    if roster.statements and statement.at < roster.statements[-1].at:
        raise BadChain(ChainFault.BACKWARDS)


def _check_signer(roster: Roster, statement: Statement) -> None:
    certificate = statement.signer_certificate
    named = (certificate.professional, certificate.device)
    if named != (statement.signer, statement.signer_device):
        raise BadChain(ChainFault.WRONG_SIGNER)
    identity_key = _signing_identity(roster, statement)
    try:
        certificate.verify(identity_key, statement.at)
        SUITE_1.verify_with_label(
            certificate.signature_key, LABEL, statement.content(), statement.signature
        )
    except (BadCertificate, BadKey, BadSignature):
        raise BadChain(ChainFault.FORGED) from None


def _signing_identity(roster: Roster, statement: Statement) -> bytes:
    if not roster.statements:
        if statement.signer != statement.professional or statement.role != COORDINATOR:
            raise BadChain(ChainFault.WRONG_SIGNER)
        return statement.identity_key
    if statement.signer not in roster.coordinators:
        raise BadChain(ChainFault.WRONG_SIGNER)
    return roster.active[statement.signer].identity_key


def _seated(roster: Roster, statement: Statement) -> Mapping[ProfessionalId, Seat]:
    active = dict(roster.active)
    if statement.action is Action.ADD:
        if statement.professional in active:
            raise BadChain(ChainFault.ALREADY_ACTIVE)
        active[statement.professional] = Seat(
            professional=statement.professional,
            identity_key=statement.identity_key,
            role=statement.role,
            history=statement.history,
            since_index=statement.index,
            since=statement.at,
        )
        return active
    _check_removal(roster, statement)
    del active[statement.professional]
    return active


def _check_removal(roster: Roster, statement: Statement) -> None:
    seat = roster.active.get(statement.professional)
    if seat is None or seat.identity_key != statement.identity_key:
        raise BadChain(ChainFault.NOT_ACTIVE)
    if roster.coordinators == {statement.professional}:
        raise BadChain(ChainFault.LAST_COORDINATOR)
