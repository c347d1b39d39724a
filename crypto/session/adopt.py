"""Entering a new epoch: its key into the keychain, its members noted, newcomers served."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from crypto.entry import content_key
from crypto.history import EpochKey, Past, Tenure, seal, split
from crypto.identity import DeviceCertificate, certificate_of
from crypto.ids import DeviceId, EntryId, new_id
from crypto.membership import Roster
from crypto.mls.group import Group
from crypto.mls.suite import BadKey
from crypto.session.effects import MembersChanged
from crypto.session.log import Item, Kind
from crypto.session.memory import Awaiting
from crypto.session.outgoing import Outgoing, Pending, Wanted
from crypto.session.packages import certificate_in
from crypto.session.state import ChannelState, Phase, Session
from crypto.session.step import Step, circle_of, kept


def adopt(
    session: Session,
    channel: ChannelState,
    group: Group,
    item: Item,
    *,
    roster: Roster,
    newcomers: Sequence[DeviceCertificate] = (),
) -> Step:
    """Go into the epoch that a creation or commit began, and give newcomers their past.

    The one who committed gives; after a joining from outside, the member at the lowest
    leaf does. `newcomers` need not be named for a commit of our own.
    """
    ours = channel.pending is not None and channel.pending.id == item.id
    entered = _entered(channel, group, item.at, ours=ours)
    checks = circle_of(session, channel.circle).checks
    entered = replace(entered, checked=checks, blocked=0)
    added, removed = _difference(channel.members, entered.members)
    changed = MembersChanged(
        channel=channel.id,
        seq=item.seq,
        epoch=group.epoch,
        by=item.sender,
        added=tuple(tenure.member() for tenure in added),
        removed=tuple(tenure.member() for tenure in removed),
    )
    if ours:
        newcomers = [tenure.certificate for tenure in added]
    if channel.group is not None:
        entered = _served(session, entered, newcomers, item.sender, roster=roster)
    return kept(session, entered, changed)


def give(
    session: Session, channel: ChannelState, recipient: DeviceCertificate, *, roster: Roster
) -> ChannelState:
    """Put the past that the circle's policy grants a device into the outbox (R9).

    What we lack ourselves we owe, and pass on when somebody gives it to us.
    """
    pasts = (_own_past(channel), *channel.given)
    channel = give_pasts(session, channel, recipient, pasts=pasts, roster=roster)
    if _complete(channel) or recipient.device in channel.debts:
        return channel
    return replace(channel, debts=(*channel.debts, recipient.device))


def give_pasts(
    session: Session,
    channel: ChannelState,
    recipient: DeviceCertificate,
    *,
    pasts: Sequence[Past],
    roster: Roster,
) -> ChannelState:
    """Put what a device may have of some pasts into the outbox."""
    if recipient.professional not in roster.active or recipient.device == session.device.id:
        return channel
    pieces = [piece for past in pasts for piece in _pieces(recipient, past, roster)]
    complete = _complete(channel)
    try:
        bundles = [
            seal(
                piece,
                channel=channel.id,
                recipient=recipient,
                giver=session.device,
                last=complete and place == len(pieces),
            )
            for place, piece in enumerate(pieces, start=1)
        ]
    except BadKey:
        # Whoever certifies a key that nothing can be sealed to only harms itself.
        return channel
    items = tuple(
        Outgoing(id=EntryId(new_id()), kind=Kind.HISTORY, body=bundle.encode())
        for bundle in bundles
    )
    paid = recipient.device if complete else None
    debts = tuple(device for device in channel.debts if device != paid)
    return replace(channel, outbox=(*channel.outbox, *items), debts=debts)


def leaves_of(channel: ChannelState, devices: Iterable[DeviceId]) -> tuple[int, ...]:
    """Return the leaves that devices hold now; those who hold none are left out."""
    wanted = set(devices)
    return tuple(tenure.leaf for tenure in channel.members if tenure.certificate.device in wanted)


def _entered(channel: ChannelState, group: Group, began: datetime, *, ours: bool) -> ChannelState:
    entered = replace(
        channel,
        phase=Phase.MEMBER,
        group=group,
        pending=_still_to_come(channel, group, ours=ours),
        attempt=0 if ours else channel.attempt,
        newest=group.epoch,
        epochs=(*channel.epochs, _epoch_key(channel, group, began)),
        tenures=_tenures(channel, group),
    )
    entered = replace(entered, wanted=_left(entered, rotated=ours))
    if not channel.unread or (channel.group is not None and not channel.behind):
        return entered
    # What was said while we were away is read late: it goes on from what we had read,
    # and what comes from now on begins anew until both meet.
    return replace(entered, past={**channel.past, **channel.authors}, authors={})


def _still_to_come(channel: ChannelState, group: Group, *, ours: bool) -> Pending | None:
    """Keep a commit of ours that begins a later epoch: the log may have taken it already."""
    pending = channel.pending
    return None if ours or pending is None or pending.epoch < group.epoch else pending


def _epoch_key(channel: ChannelState, group: Group, began: datetime) -> EpochKey:
    key = content_key(group.export, channel.id, group.epoch)
    return EpochKey(epoch=group.epoch, key=key, began=began)


def _tenures(channel: ChannelState, group: Group) -> tuple[Tenure, ...]:
    present = {member.leaf: certificate_of(member.identity) for member in group.members}
    last = max((known.epoch for known in channel.epochs), default=0)
    unbroken = last + 1 == group.epoch
    tenures = []
    for tenure in channel.tenures:
        stays = unbroken and present.get(tenure.leaf) == tenure.certificate
        if tenure.last is None and stays:
            del present[tenure.leaf]
        tenures.append(tenure if tenure.last is not None or stays else replace(tenure, last=last))
    new = (
        Tenure(leaf=leaf, first=group.epoch, last=None, certificate=certificate)
        for leaf, certificate in sorted(present.items(), key=lambda one: one[0])
    )
    return (*tenures, *new)


def _difference(
    before: tuple[Tenure, ...], after: tuple[Tenure, ...]
) -> tuple[tuple[Tenure, ...], tuple[Tenure, ...]]:
    were = {(tenure.leaf, tenure.certificate.device) for tenure in before}
    are = {(tenure.leaf, tenure.certificate.device) for tenure in after}
    added = tuple(one for one in after if (one.leaf, one.certificate.device) not in were)
    removed = tuple(one for one in before if (one.leaf, one.certificate.device) not in are)
    return added, removed


def _left(channel: ChannelState, *, rotated: bool) -> Wanted:
    present = {tenure.certificate.device for tenure in channel.members}
    wanted = channel.wanted
    return Wanted(
        adds=tuple(one for one in wanted.adds if certificate_in(one).device not in present),
        removes=tuple(device for device in wanted.removes if device in present),
        rotate=wanted.rotate and not rotated,
    )


def _own_past(channel: ChannelState) -> Past:
    before = tuple(known for known in channel.epochs if known.epoch < channel.newest)
    return Past(epochs=before, tenures=channel.tenures)


def _pieces(recipient: DeviceCertificate, past: Past, roster: Roster) -> tuple[Past, ...]:
    granted = [known for known in past.epochs if _granted(recipient, past, known, roster)]
    return split(granted, past.tenures)


def _granted(recipient: DeviceCertificate, past: Past, known: EpochKey, roster: Roster) -> bool:
    who = recipient.professional
    # A second device, or one that lost the thread, gets what its professional has seen.
    return roster.seat(who).history.covers(known.began) or any(
        tenure.certificate.professional == who and tenure.spans(known.epoch)
        for tenure in past.tenures
    )


def _complete(channel: ChannelState) -> bool:
    known = {one.epoch for one in channel.epochs}
    known.update(one.epoch for past in channel.given for one in past.epochs)
    return len(known) > channel.newest


def _served(
    session: Session,
    channel: ChannelState,
    newcomers: Sequence[DeviceCertificate],
    committer: DeviceId,
    *,
    roster: Roster,
) -> ChannelState:
    """Note who gives the past to whom, and give where it is our turn."""
    present = {tenure.certificate.device: tenure.certificate for tenure in channel.members}
    new = {certificate.device for certificate in newcomers}
    giver = None if committer in new else committer
    open_ = [
        *(one for one in channel.awaiting if one.recipient in present and one.recipient not in new),
        *(Awaiting(recipient=one, giver=giver or one, since=channel.newest) for one in new),
    ]
    settled = []
    for one in open_:
        turn = one.giver
        if turn not in present or turn == one.recipient:
            turn = _next_giver(channel, one)
        if turn == session.device.id and (turn != one.giver or one.recipient in new):
            channel = give(session, channel, present[one.recipient], roster=roster)
        settled.append(replace(one, giver=turn))
    return replace(channel, awaiting=tuple(settled))


def _next_giver(channel: ChannelState, awaiting: Awaiting) -> DeviceId:
    # Only who was there when the newcomer came knows that it waits.
    others = (
        tenure
        for tenure in channel.members
        if tenure.first < awaiting.since and tenure.certificate.device != awaiting.recipient
    )
    first = min(others, key=lambda tenure: tenure.leaf, default=None)
    return awaiting.recipient if first is None else first.certificate.device
