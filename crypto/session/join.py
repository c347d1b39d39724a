"""Coming into a channel: by beginning it, by a Welcome that `receive` finds, or from outside."""

from datetime import datetime

from crypto.bundle import Bundle
from crypto.identity import BadCertificate, certificate_of
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, new_id
from crypto.mls.group import Group
from crypto.mls.group_info import read_tree
from crypto.mls.message import unpack_group_info
from crypto.policy import NotAllowed, PolicyFault, allow_joining, is_active
from crypto.session.log import Item, Kind
from crypto.session.outgoing import Pending
from crypto.session.packages import make_package
from crypto.session.send import pending_step
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step, channel_of, circle_of


def watch(session: Session, channel: ChannelId, circle: CircleId) -> Session:
    """Take note of a channel; `receive` then finds the Welcome that is for us.

    Raises:
        UnknownCircle: `trust` never saw the circle's chain.
    """
    circle_of(session, circle)
    if channel in session.channels:
        return session
    return session.keep(ChannelState(id=channel, circle=circle))


def open_channel(session: Session, channel: ChannelId, circle: CircleId, *, now: datetime) -> Step:
    """Begin a channel's group with this device alone in it.

    Raises:
        UnknownCircle: `trust` never saw the circle's chain.
        NotAllowed: We are not on the circle's roster.
    """
    roster = circle_of(session, circle).roster
    if not is_active(roster, session.device.certificate):
        raise NotAllowed(PolicyFault.GHOST)
    session = watch(session, channel, circle)
    group = Group.create(channel.encode(), make_package(session.device, now=now))
    body = Bundle(group_info=group.group_info()).encode()
    pending = Pending(id=EntryId(new_id()), kind=Kind.CREATE, epoch=0, body=body, group=group)
    return pending_step(session, channel_of(session, channel), pending)


def rejoin(
    session: Session,
    channel: ChannelId,
    newest: Item,
    *,
    now: datetime,
    replaces: DeviceId | None = None,
) -> Step:
    """Come into a channel from outside, by its newest creation or commit: R10, R11.

    Takes the place of this device's own old leaf; where it has none, that of `replaces`, a
    lost device of the same professional. Somebody may have added us in the meantime.

    Raises:
        UnknownChannel: `watch` comes first.
        BadBundle: The item holds no bundle.
        Refused: The group it shows is not one we may join: a ghost in it, say, or an
            epoch that we have been in already.
    """
    state = channel_of(session, channel)
    roster = circle_of(session, state.circle).roster
    info = Bundle.decode(newest.body).group_info
    old = _leaf_of(info, session.device.id, replaces)
    package = make_package(session.device, now=now)
    commit, group = Group.external(info, package, old, allow_joining(roster), now)
    if group.group_id != channel.encode() or group.epoch <= state.furthest:
        raise NotAllowed(PolicyFault.EXTERNAL)
    body = Bundle(commit=commit, group_info=group.group_info()).encode()
    pending = Pending(
        id=EntryId(new_id()), kind=Kind.COMMIT, epoch=group.epoch - 1, body=body, group=group
    )
    return pending_step(session, state, pending)


def _leaf_of(group_info: bytes, own: DeviceId, lost: DeviceId | None) -> int | None:
    tree = unpack_group_info(group_info).tree_bytes()
    if tree is None:
        return None
    leaves = {
        _device_in(node.credential.identity): leaf for leaf, node in read_tree(tree).members()
    }
    return leaves.get(own, None if lost is None else leaves.get(lost))


def _device_in(identity: bytes) -> DeviceId:
    try:
        return certificate_of(identity).device
    except BadCertificate:
        raise NotAllowed(PolicyFault.GHOST) from None
