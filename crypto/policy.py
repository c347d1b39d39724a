"""What a client asks of every change to a group before its state moves: R2, R11, R13.

A leaf is somebody's only if its credential carries a certificate by an identity key
that the circle's chain put on the roster. The chain that judges is the newest we hold,
the commit may be old: so a change is allowed if the chain *ever* justified it, and who
is off the roster by now keeps everybody from posting until removed.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from crypto.history import Tenure, Vouched
from crypto.identity import BadCertificate, CertificateFault, DeviceCertificate, certificate_of
from crypto.ids import DeviceId, ProfessionalId
from crypto.membership import COORDINATOR, Roster
from crypto.mls.public_state import Allow, Change, Member, PublicState
from crypto.mls.refused import Refused
from crypto.statement import Action


class PolicyFault(StrEnum):
    """Why a change to a group is not allowed."""

    GHOST = "ghost"
    TWICE = "twice"
    EXCHANGED = "exchanged"
    REMOVAL = "removal"
    EXTERNAL = "external"


class NotAllowed(Refused):
    """A change that no member of the circle had the right to make."""

    def __init__(self, fault: PolicyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def vouching(roster: Roster) -> Vouched:
    """Return the check that a certificate is of somebody who is or was in the circle."""

    def vouched(certificate: DeviceCertificate, at: datetime | None) -> None:
        moment = certificate.not_after if at is None else at
        faults = [CertificateFault.FORGED]
        for key in roster.ever_held(certificate.professional):
            try:
                certificate.verify(key, moment)
            except BadCertificate as refusal:
                faults.append(refusal.fault)
            else:
                return
        raise BadCertificate(faults[-1])

    return vouched


def allow_commit(roster: Roster, at: datetime) -> Allow:
    """Judge a commit that the log took at a moment, whoever made it."""

    def allow(change: Change, state: PublicState) -> None:
        for member in change.added:
            _certified(roster, member, at)
        for member in change.updated:
            _check_same_device(roster, state.member(member.leaf), member, at)
        _check_once(state, change)
        _check_removals(roster, change)

    return allow


def allow_joining(roster: Roster) -> Allow:
    """Judge a group we are about to join, by Welcome or from outside: everybody in it."""

    def allow(change: Change, state: PublicState) -> None:
        present = {member.leaf: member for member in (*state.members, *change.added)}
        gone = {member.leaf for member in change.removed}
        for leaf, member in present.items():
            if leaf not in gone or member in change.added:
                _certified(roster, member, None)
        if change.external:
            _check_once(state, change)
            _check_removals(roster, change)
        else:
            # Everybody stands in `added`: nobody is there beside them.
            _check_distinct(change.added)

    return allow


def is_active(roster: Roster, certificate: DeviceCertificate) -> bool:
    """Tell whether a certificate is of an active member's present identity key."""
    seat = roster.active.get(certificate.professional)
    if seat is None:
        return False
    try:
        certificate.verify(seat.identity_key, certificate.not_after)
    except BadCertificate:
        return False
    return True


def strangers(roster: Roster, tenures: Iterable[Tenure]) -> tuple[DeviceId, ...]:
    """List the devices in a group whose professional is off the roster: R13."""
    return tuple(
        tenure.certificate.device for tenure in tenures if not is_active(roster, tenure.certificate)
    )


def _certified(roster: Roster, member: Member, at: datetime | None) -> DeviceCertificate:
    try:
        certificate = certificate_of(member.identity)
        vouching(roster)(certificate, at)
    except BadCertificate:
        raise NotAllowed(PolicyFault.GHOST) from None
    if certificate.signature_key != member.signature_key:
        raise NotAllowed(PolicyFault.GHOST)
    return certificate


def _check_same_device(roster: Roster, before: Member, after: Member, at: datetime) -> None:
    # A renewed certificate is welcome; another device in the same leaf is not. Who is in
    # stays in when its certificate is over, but none comes in its place that is over too.
    moment = None if after.identity == before.identity else at
    old, new = _certified(roster, before, None), _certified(roster, after, moment)
    if (old.professional, old.device) != (new.professional, new.device):
        raise NotAllowed(PolicyFault.EXCHANGED)


def _check_once(state: PublicState, change: Change) -> None:
    gone = {member.leaf for member in change.removed}
    staying = [member for member in state.members if member.leaf not in gone]
    _check_distinct((*staying, *change.added))


def _check_distinct(members: Iterable[Member]) -> None:
    devices = [certificate_of(member.identity).device for member in members]
    if len(set(devices)) != len(devices):
        raise NotAllowed(PolicyFault.TWICE)


def _check_removals(roster: Roster, change: Change) -> None:
    committer = _certified(roster, change.committer, None).professional
    owners = [_owner(member) for member in change.removed]
    if change.external and (len(owners) > 1 or any(owner != committer for owner in owners)):
        raise NotAllowed(PolicyFault.EXTERNAL)
    free = committer in _ever_coordinators(roster)
    for owner in owners:
        if not (free or owner in (None, committer) or _may_go(roster, owner)):
            raise NotAllowed(PolicyFault.REMOVAL)


def _owner(member: Member) -> ProfessionalId | None:
    try:
        return certificate_of(member.identity).professional
    except BadCertificate:
        return None


def _may_go(roster: Roster, owner: ProfessionalId | None) -> bool:
    return owner is None or not roster.ever_held(owner) or roster.ever_removed(owner)


def _ever_coordinators(roster: Roster) -> frozenset[ProfessionalId]:
    return frozenset(
        statement.professional
        for statement in roster.statements
        if statement.action is Action.ADD and statement.role == COORDINATOR
    )
