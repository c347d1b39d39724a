"""The circle of care round one child: who is in it, who was, and the signed proof of both.

The proof is the membership chain (R2): each admission and each release is a statement
signed on a coordinator's device. It lives inside the circle, so that "who may read" and
"what proves it" are one write. Leaving and coming back are two periods (CDS-3).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from care_circle.child import Child, require_included
from care_circle.convention import Convention, require_active
from care_circle.professional import Professional
from care_circle.role import Role
from crypto.ids import ChildId, CircleId, ProfessionalId
from crypto.membership import BadChain, ChainFault, Roster, append, verify_chain
from crypto.mls.codec import Malformed, decode
from crypto.statement import Action, Statement

CLOCKS_APART = timedelta(minutes=5)


class CircleExists(Exception):
    """The child has a circle already: one per child (CDS-4)."""


class CircleClosed(Exception):
    """The circle is closed: nobody enters any more."""


class StaleChain(Exception):
    """The statement does not follow the last one: somebody else wrote first."""


class NotTheSigner(Exception):
    """A statement is brought by the coordinator who signed it."""


class WrongStatement(Exception):
    """The statement does something else than what was asked, or says another role."""


class IdentityNotAttested(Exception):
    """The statement's identity key is not the one attested for this professional."""


class StatementFromTheFuture(Exception):
    """The statement is dated more than five minutes ahead of the server's clock."""


class NoSeatForRole(Exception):
    """Circles are for professionals and coordinators; others do not enter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """One stay of one person in the circle; `until` is None while it lasts.

    `identity_key`: 32 bytes, Ed25519, as the chain names it. The indexes are those of the
    statements that began and ended the stay.
    """

    professional: ProfessionalId
    role: str
    identity_key: bytes
    since: datetime
    since_index: int
    until: datetime | None = None
    until_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A child's circle: the chain is the truth, the participations are what it says."""

    id: CircleId
    child: ChildId
    chain: tuple[bytes, ...] = field(repr=False)
    participations: tuple[Participation, ...]
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def members(self) -> tuple[Participation, ...]:
        """The stays that last, in order of arrival."""
        return tuple(stay for stay in self.participations if stay.until is None)

    @property
    def roster(self) -> frozenset[ProfessionalId]:
        """Who is in the circle now."""
        return frozenset(stay.professional for stay in self.members)

    def was_member(self, professional: ProfessionalId) -> bool:
        """Tell whether somebody is or ever was in the circle."""
        return any(stay.professional == professional for stay in self.participations)

    def identity_keys(self) -> dict[ProfessionalId, bytes]:
        """Give the identity key of each present member, 32 bytes Ed25519."""
        return {stay.professional: stay.identity_key for stay in self.members}


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody at the door, with all their conventions."""

    professional: Professional
    conventions: tuple[Convention, ...] = ()


def read_statement(encoded: bytes) -> Statement:
    """Read what a statement says, before anything about it is believed.

    Raises:
        BadChain: It is no statement.
    """
    try:
        return decode(Statement.read, encoded)
    except Malformed:
        raise BadChain(ChainFault.MALFORMED) from None


def open_circle(
    circle: CircleId, child: Child, genesis: bytes, *, coordinator: Professional, now: datetime
) -> Circle:
    """Open a child's circle with the statement by which a coordinator adds herself.

    The family's consent is asked before (`consent.require_given`).

    Raises:
        ChildNotIncluded: The child is not in the pathway.
        BadChain: The statement is not a valid first one for this circle.
        NotTheSigner: Somebody else signed it.
        IdentityNotAttested: It names another key than the attested one.
        NoSeatForRole: Only a coordinator opens a circle.
        StatementFromTheFuture: Its date is too far ahead.
    """
    require_included(child)
    if coordinator.role is not Role.COORDINATOR:
        raise NoSeatForRole
    statement = verify_chain((genesis,), circle).statements[0]
    _check(statement, Action.ADD, by=coordinator.id, now=now)
    _check_identity(statement, coordinator)
    return Circle(
        id=circle,
        child=child.id,
        chain=(genesis,),
        participations=(_stay(statement),),
        opened_at=now,
    )


def admit(
    circle: Circle,
    encoded: bytes,
    *,
    newcomer: Newcomer,
    by: ProfessionalId,
    now: datetime,
    today: date,
) -> Circle:
    """Let somebody in by a coordinator's statement; the same statement again changes nothing.

    Raises:
        CircleClosed: The circle is closed.
        StaleChain: Another statement came first.
        BadChain: The chain does not take the statement.
        NotTheSigner: Somebody else signed it.
        WrongStatement: It does not add this professional in their own role.
        IdentityNotAttested: It names another key than the attested one.
        NoSeatForRole: A secretary or an administrator has no seat.
        NoActiveConvention: The professional has no convention in force today.
        StatementFromTheFuture: Its date is too far ahead.
    """
    if encoded in circle.chain:
        return circle
    if circle.closed_at is not None:
        raise CircleClosed
    statement = _following(circle, encoded)
    _check(statement, Action.ADD, by=by, now=now)
    _check_seat(statement, newcomer, today)
    _check_identity(statement, newcomer.professional)
    return replace(
        circle,
        chain=(*circle.chain, encoded),
        participations=(*circle.participations, _stay(statement)),
    )


def release(circle: Circle, encoded: bytes, *, by: ProfessionalId, now: datetime) -> Circle:
    """End somebody's stay by a coordinator's statement; again, it changes nothing.

    A closed circle still releases. The last coordinator stays: nobody else could sign.

    Raises:
        StaleChain: Another statement came first.
        BadChain: The chain does not take the statement.
        NotTheSigner: Somebody else signed it.
        WrongStatement: It does not remove anybody.
        StatementFromTheFuture: Its date is too far ahead.
    """
    if encoded in circle.chain:
        return circle
    statement = _following(circle, encoded)
    _check(statement, Action.REMOVE, by=by, now=now)
    return replace(
        circle,
        chain=(*circle.chain, encoded),
        participations=tuple(_ended(stay, statement) for stay in circle.participations),
    )


def close(circle: Circle, *, now: datetime) -> Circle:
    """Close a circle for good: nobody enters any more, its members still read."""
    return circle if circle.closed_at is not None else replace(circle, closed_at=now)


def verified_roster(circle: Circle) -> Roster:
    """Verify the whole chain and give the roster it ends in.

    Raises:
        BadChain: What is stored is not what coordinators signed.
    """
    return verify_chain(circle.chain, circle.id)


def role_in_circle(professional: Professional) -> str:
    """Give the word by which the chain names somebody's role.

    Raises:
        NoSeatForRole: They have none in a circle.
    """
    if professional.role is Role.COORDINATOR:
        return Role.COORDINATOR.value
    if professional.role is Role.PROFESSIONAL and professional.profession is not None:
        return professional.profession.value
    raise NoSeatForRole


def _following(circle: Circle, encoded: bytes) -> Statement:
    if read_statement(encoded).index != len(circle.chain):
        raise StaleChain
    return append(verified_roster(circle), encoded).statements[-1]


def _check(statement: Statement, action: Action, *, by: ProfessionalId, now: datetime) -> None:
    if statement.signer != by:
        raise NotTheSigner
    if statement.action is not action:
        raise WrongStatement
    if statement.at > now + CLOCKS_APART:
        raise StatementFromTheFuture


def _check_seat(statement: Statement, newcomer: Newcomer, today: date) -> None:
    professional = newcomer.professional
    role = role_in_circle(professional)
    if statement.professional != professional.id or statement.role != role:
        raise WrongStatement
    if professional.role is not Role.COORDINATOR:
        require_active(newcomer.conventions, on=today)


def _check_identity(statement: Statement, professional: Professional) -> None:
    attested = professional.attestation
    if attested is None or attested.identity_key != statement.identity_key:
        raise IdentityNotAttested


def _stay(statement: Statement) -> Participation:
    return Participation(
        professional=statement.professional,
        role=statement.role,
        identity_key=statement.identity_key,
        since=statement.at,
        since_index=statement.index,
    )


def _ended(stay: Participation, statement: Statement) -> Participation:
    if stay.professional != statement.professional or stay.until is not None:
        return stay
    return replace(stay, until=statement.at, until_index=statement.index)
