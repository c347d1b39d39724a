"""Taking in a commit: following it, joining or leaving by it, or refusing it.

A refused commit leaves the group as it was. That the log took it all the same is
remembered: perhaps the others went on without us.
"""

from dataclasses import replace

from crypto.bundle import BadBundle, Bundle
from crypto.identity import BadCertificate, certificate_of
from crypto.mls.codec import Malformed
from crypto.mls.group import Group
from crypto.mls.message import unpack_group_info
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.public_state import Change, PublicState
from crypto.mls.refused import Refused
from crypto.mls.suite import BadKey, BadSignature, BadTag
from crypto.policy import NotAllowed, allow_commit, allow_joining
from crypto.session.adopt import adopt
from crypto.session.effects import (
    CatchUp,
    Concern,
    EntryParked,
    FetchChain,
    MembersChanged,
    Rejoin,
    RemovedFromChannel,
    SafetyWarning,
)
from crypto.session.log import Item, Kind
from crypto.session.outgoing import Wanted
from crypto.session.packages import package_for, spent
from crypto.session.state import ChannelState, Phase, Session
from crypto.session.step import Step, circle_of, kept

_REFUSALS = (Refused, Malformed, BadBundle, BadCertificate, BadKey, BadSignature, BadTag)


def take_commit(session: Session, state: ChannelState, item: Item) -> Step:
    """Go where a commit leads, if the circle's chain justifies it."""
    pending = state.pending
    roster = circle_of(session, state.circle).roster
    if pending is not None and (pending.id, pending.body) == (item.id, item.body):
        return adopt(session, state, pending.group, item, roster=roster)
    try:
        bundle = Bundle.decode(item.body)
        if state.group is None:
            return _try_joining(session, state, bundle, item)
        return _process(session, state, state.group, bundle, item)
    except RemovedFromGroup:
        return _leave(session, state, item)
    except NotAllowed as refusal:
        return _judge_again(session, state, item, refusal)
    except _REFUSALS as refusal:
        return kept(session, _fallen_behind(state, item), _refused(item, refusal))


def _judge_again(session: Session, state: ChannelState, item: Item, refusal: NotAllowed) -> Step:
    """Refuse for good what a chain fetched after it does not justify; before, fetch one.

    The log may be ahead of our chain: whoever is added or removed by a commit was so by
    a statement before, but nothing says that we have heard of it.
    """
    checks = circle_of(session, state.circle).checks
    place, then = state.stalled
    if place == item.seq and checks > then:
        return kept(session, _fallen_behind(state, item), _refused(item, refusal))
    waiting = replace(state, cursor=item.seq - 1, stalled=(item.seq, checks))
    return kept(
        session,
        waiting,
        FetchChain(circle=state.circle),
        CatchUp(channel=state.id, after=waiting.cursor),
    )


def _process(
    session: Session, state: ChannelState, group: Group, bundle: Bundle, item: Item
) -> Step:
    if item.epoch != group.epoch or bundle.commit is None:
        old = item.epoch < group.epoch
        return kept(session, _fallen_behind(state, item), *((_forked(item),) if old else ()))
    roster = circle_of(session, state.circle).roster
    judge, changes = allow_commit(roster, item.at), list[Change]()

    def allow(change: Change, public: PublicState) -> None:
        judge(change, public)
        changes.append(change)

    after = group.process(bundle.commit, allow, item.at)
    newcomers = [certificate_of(one.identity) for one in changes[0].added]
    return adopt(session, state, after, item, roster=roster, newcomers=newcomers)


def _try_joining(session: Session, state: ChannelState, bundle: Bundle, item: Item) -> Step:
    package = package_for(session, bundle.key_packages)
    if package is None or bundle.welcome is None:
        return _not_for_us(session, state, item)
    roster = circle_of(session, state.circle).roster
    try:
        tree = unpack_group_info(bundle.group_info).tree_bytes()
        group = Group.join(bundle.welcome, package, tree, allow_joining(roster), item.at)
    except NotAllowed:
        raise
    except _REFUSALS as refusal:
        # Whoever added us told us nothing that we can use. All others take us to be in.
        return kept(session, state, _refused(item, refusal), Rejoin(channel=state.id))
    place = (group.group_id, group.epoch)
    if place != (state.id.encode(), item.epoch + 1) or group.epoch <= state.furthest:
        warning = SafetyWarning(kind=Concern.WELCOME_REFUSED, channel=state.id, seq=item.seq)
        return kept(session, state, warning)
    return adopt(spent(session, package), state, group, item, roster=roster)


def _leave(session: Session, state: ChannelState, item: Item) -> Step:
    ours = session.device.id
    gone = tuple(one.member() for one in state.members if one.certificate.device == ours)
    changed = MembersChanged(
        channel=state.id,
        seq=item.seq,
        epoch=item.epoch + 1,
        by=item.sender,
        removed=gone,
    )
    unsaid = (
        EntryParked(channel=state.id, id=one.id, code="removed")
        for one in state.outbox
        if one.kind is Kind.ENTRY
    )
    gone_for_good = RemovedFromChannel(channel=state.id)
    return kept(session, _closed(state), changed, *unsaid, gone_for_good)


def _closed(state: ChannelState) -> ChannelState:
    last = max((known.epoch for known in state.epochs), default=0)
    tenures = (one if one.last is not None else replace(one, last=last) for one in state.tenures)
    return replace(
        state,
        phase=Phase.REMOVED,
        group=None,
        pending=None,
        wanted=Wanted(),
        tenures=tuple(tenures),
        outbox=(),
        debts=(),
        awaiting=(),
    )


def _not_for_us(session: Session, state: ChannelState, item: Item) -> Step:
    if state.pending is None or state.pending.epoch != item.epoch:
        return kept(session, state)
    # Our joining from outside lost the race for this epoch.
    lost = replace(state, pending=None, attempt=state.attempt + 1)
    return kept(session, lost, Rejoin(channel=state.id))


def _fallen_behind(state: ChannelState, item: Item) -> ChannelState:
    if state.group is None or item.epoch < state.group.epoch:
        return state
    if item.epoch == state.group.epoch:
        # Perhaps the log only shows us a forgery, perhaps it went on without us: R11.
        return replace(state, doubt=item.epoch + 1)
    lost = state.pending is not None and state.pending.epoch == item.epoch
    return replace(
        state,
        newest=max(state.newest, item.epoch + 1),
        pending=None if lost else state.pending,
        attempt=state.attempt + lost,
    )


def _refused(item: Item, refusal: Exception) -> SafetyWarning:
    detail = getattr(refusal, "fault", type(refusal).__name__)
    return SafetyWarning(
        kind=Concern.COMMIT_REFUSED,
        channel=item.channel,
        seq=item.seq,
        device=item.sender,
        detail=str(detail),
    )


def _forked(item: Item) -> SafetyWarning:
    return SafetyWarning(
        kind=Concern.GROUP_FORKED, channel=item.channel, seq=item.seq, device=item.sender
    )
