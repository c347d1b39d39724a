"""The delivery service: what the server can check of a group it has no secret of (R14).

It keeps the public tree and refuses every commit that an honest member could not have
made. It cannot check tags and what paths are sealed with; the members do (R11). Their own
policy (`crypto.policy`) and this one agree on who may remove whom, or a commit taken here
would be refused there and split the group.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from typing_extensions import override

from channels.keys import StoredPackage, may_use
from channels.model import (
    Asker,
    BadCommit,
    CommitFault,
    GroupView,
    Participants,
)
from crypto.bundle import Bundle
from crypto.identity import BadCertificate, DeviceCertificate, certificate_of
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from crypto.mls.public_group import PublicGroup
from crypto.mls.public_state import Change, Member, PublicState
from crypto.mls.refused import Refused

T = TypeVar("T")


class Group(GroupView):
    """A public group, with the owner of each leaf at hand."""

    def __init__(self, public: PublicGroup) -> None:
        self.public = public
        self._devices = {
            certificate.device: certificate.professional
            for certificate in (certificate_of(member.identity) for member in public.members)
        }

    @property
    @override
    def epoch(self) -> int:
        return self.public.epoch

    @property
    @override
    def devices(self) -> Mapping[DeviceId, ProfessionalId]:
        return self._devices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What a commit is judged by: who sent it, who may take part, which packages were handed."""

    asker: Asker
    participants: Participants
    packages: Mapping[bytes, StoredPackage]
    now: datetime

    def allow(self, change: Change, state: PublicState) -> None:
        """Judge a change before the public state moves.

        Raises:
            BadCommit: It is not one the sender may make.
        """
        certified = {member.leaf: self.certified(member) for member in change.added}
        self._check_committer(change)
        self._check_removals(change)
        for member in change.updated:
            self._check_same_device(state.member(member.leaf), member)
        newcomers = [m for m in change.added if not change.external or m != change.committer]
        for member, reference in zip(newcomers, change.references, strict=True):
            self._check_package(reference, certified[member.leaf].device)

    def certified(self, member: Member, *, is_in: bool = False) -> DeviceCertificate:
        """Accept a leaf as a live device of somebody on the roster, vouched for by them.

        The certificate of one who `is_in` already may be over: to keep it from committing
        would keep it from renewing its keys and from removing others, and nothing else.

        Raises:
            BadCommit: It is a ghost.
        """
        certificate = _certificate(member, CommitFault.ADDED)
        device = self.participants.devices.get(certificate.device)
        key = self.participants.identity_keys.get(certificate.professional)
        if device is None or key is None or device.professional != certificate.professional:
            raise BadCommit(CommitFault.ADDED)
        if not member.signature_key == certificate.signature_key == device.signature_key:
            raise BadCommit(CommitFault.ADDED)
        try:
            certificate.verify(key, certificate.not_after if is_in else self.now)
        except BadCertificate:
            raise BadCommit(CommitFault.ADDED) from None
        return certificate

    def _check_committer(self, change: Change) -> None:
        certificate = _certificate(change.committer, CommitFault.SENDER)
        sender = (self.asker.professional, self.asker.device)
        if (certificate.professional, certificate.device) != sender:
            raise BadCommit(CommitFault.SENDER)

    def _check_same_device(self, before: Member, after: Member) -> None:
        """Let a renewed certificate pass, and no other device into the same leaf."""
        old = _certificate(before, CommitFault.SENDER)
        new = self.certified(after, is_in=after.identity == before.identity)
        if (old.professional, old.device) != (new.professional, new.device):
            raise BadCommit(CommitFault.SENDER)

    def _check_removals(self, change: Change) -> None:
        """Accept removals of those off the roster, of one's own devices, and by a coordinator."""
        owners = [_certificate(m, CommitFault.REMOVED).professional for m in change.removed]
        own = self.asker.professional
        if change.external:
            if len(owners) > 1 or any(owner != own for owner in owners):
                raise BadCommit(CommitFault.EXTERNAL)
            return
        if own in self.participants.coordinators:
            return
        if any(owner != own and owner in self.participants.identity_keys for owner in owners):
            raise BadCommit(CommitFault.REMOVED)

    def _check_package(self, reference: bytes, device: DeviceId) -> None:
        package = self.packages.get(reference)
        if package is None or package.device != device:
            raise BadCommit(CommitFault.PACKAGE)
        if not may_use(package, committer=self.asker.professional):
            raise BadCommit(CommitFault.PACKAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryService:
    """Judges bundles; keeps nothing: states are the store's to remember."""

    def open(
        self,
        bundle: Bundle,
        channel: ChannelId,
        *,
        asker: Asker,
        participants: Participants,
        now: datetime,
    ) -> Group:
        """Accept the creation of a group in which the sender's device is alone.

        Raises:
            BadCommit: It is another group's, not new, not signed, or not the sender's.
        """
        if bundle.commit is not None:
            raise BadCommit(CommitFault.BUNDLE)
        public = _tried(
            lambda: PublicGroup.from_group_info(bundle.group_info), CommitFault.GROUP_INFO
        )
        if public.group_id != channel.encode("ascii") or public.epoch != 0:
            raise BadCommit(CommitFault.GROUP_INFO)
        judge = _Judge(asker=asker, participants=participants, packages={}, now=now)
        members = [judge.certified(member).device for member in public.members]
        if members != [asker.device]:
            raise BadCommit(CommitFault.SENDER)
        return Group(public)

    def advance(
        self,
        group: GroupView,
        bundle: Bundle,
        *,
        asker: Asker,
        participants: Participants,
        packages: Mapping[bytes, StoredPackage],
        now: datetime,
    ) -> Group:
        """Accept a commit with all that goes with it, and return the group after it.

        Raises:
            BadCommit: `fault` says which check failed.
        """
        commit = bundle.commit
        if commit is None or not isinstance(group, Group):
            raise BadCommit(CommitFault.BUNDLE)
        judge = _Judge(asker=asker, participants=participants, packages=packages, now=now)
        public = _tried(lambda: group.public.process(commit, judge.allow, now), CommitFault.MESSAGE)
        change = public.change
        if change is None or sorted(change.references) != sorted(bundle.key_packages):
            raise BadCommit(CommitFault.PACKAGE)
        _tried(
            lambda: public.check_group_info(bundle.group_info, change.committer.leaf),
            CommitFault.GROUP_INFO,
        )
        _tried(lambda: public.check_welcome(bundle.welcome), CommitFault.WELCOME)
        # No device stands twice: each has one registered key, and a tree holds a key once.
        return Group(public)

    def restore(self, body: bytes) -> Group:
        """Rebuild a group from the bundle of a stored creation or commit."""
        return Group(PublicGroup.from_group_info(Bundle.decode(body).group_info))


def _certificate(member: Member, fault: CommitFault) -> DeviceCertificate:
    try:
        return certificate_of(member.identity)
    except BadCertificate:
        raise BadCommit(fault) from None


def _tried(work: Callable[[], T], fault: CommitFault) -> T:
    """Do a step of the core and name what failed; our own refusals pass as they are.

    Raises:
        BadCommit: The core refused.
    """
    try:
        return work()
    except (Refused, BadCertificate):
        raise BadCommit(fault) from None
