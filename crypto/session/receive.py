"""Taking in a channel's log, item by item, in order.

What does not hold is reported and passed over, with the state as it was: a forged
commit must not keep the real one from being processed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from crypto.bundle import BadBundle, Bundle
from crypto.history import BadHistory, HistoryBundle, Past, check_giver
from crypto.history import open_ as open_history
from crypto.identity import BadCertificate, certificate_of
from crypto.ids import ChannelId
from crypto.membership import Roster
from crypto.mls.codec import Malformed
from crypto.mls.group import Group
from crypto.mls.message import unpack_group_info
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.public_state import Change, PublicState
from crypto.mls.refused import Refused
from crypto.mls.suite import BadKey, BadSignature, BadTag
from crypto.policy import NotAllowed, allow_commit, allow_joining, vouching
from crypto.session.adopt import adopt, give_pasts
from crypto.session.effects import (
    CatchUp,
    Concern,
    Effect,
    EntryParked,
    FetchChain,
    HistoryReceived,
    MembersChanged,
    ReadAgain,
    Rejoin,
    RemovedFromChannel,
    SafetyWarning,
)
from crypto.session.log import Item, Kind
from crypto.session.packages import package_for, spent
from crypto.session.read import join_pasts, read_entry
from crypto.session.send import advance, without
from crypto.session.state import ChannelState, Phase, Session, Wanted
from crypto.session.step import Step, channel_of, circle_of, kept

# Who gives more wants to fill our memory; counted for each giver, so that nobody can give
# so much that another's true past finds no room.
MAX_GIVEN = 64
# No group will ever come near; JSON readers hold it exactly.
MAX_EPOCH = 1 << 53
_REFUSALS = (Refused, Malformed, BadBundle, BadCertificate, BadKey, BadSignature, BadTag)


def receive_items(
    session: Session, channel: ChannelId, items: Sequence[Item], *, now: datetime
) -> Step:
    """Take in items of one channel, then do what has become possible.

    Items seen before are passed over, unless there is a key for them now; after a gap
    nothing more is taken and the shell is asked to catch up.
    """
    step = Step(session=session)
    for item in items:
        state = channel_of(step.session, channel)
        if item.channel != channel:
            continue
        if item.seq > state.cursor + 1:
            gap = CatchUp(channel=channel, after=state.cursor)
            return Step(session=step.session, effects=(*step.effects, gap))
        step = step.then(partial(_take, item=item))
        if channel_of(step.session, channel).cursor < item.seq:
            # It waits for a fresher chain, and so does all that follows.
            break
    step = step.then(lambda then: _settle(then, channel))
    return step.then(lambda then: advance(then, channel, now=now))


def _take(session: Session, item: Item) -> Step:
    state = channel_of(session, item.channel)
    if item.seq <= state.cursor:
        again = item.seq in state.unread and item.kind is Kind.ENTRY
        return read_entry(session, state, item) if again else Step(session=session)
    state = replace(state, cursor=item.seq)
    if not 0 <= item.epoch <= MAX_EPOCH:
        return kept(session, state)
    match item.kind:
        case Kind.CREATE:
            return _take_create(session, state, item)
        case Kind.ENTRY:
            return read_entry(session, state, item)
        case Kind.COMMIT:
            return _take_commit(session, state, item)
        case Kind.HISTORY:
            return _take_history(session, state, item)


def _settle(session: Session, channel: ChannelId) -> Step:
    state, effects = join_pasts(channel_of(session, channel))
    if state.behind and state.pending is None:
        effects = (*effects, Rejoin(channel=channel))
    return kept(session, state, *effects)


def _take_create(session: Session, state: ChannelState, item: Item) -> Step:
    pending = state.pending
    if pending is None or pending.kind is not Kind.CREATE:
        return kept(session, state)
    if (pending.id, pending.body) != (item.id, item.body):
        # Somebody else began this channel; we wait to be added.
        return kept(session, replace(state, pending=None))
    roster = circle_of(session, state.circle).roster
    return adopt(session, state, pending.group, item, roster=roster)


def _take_commit(session: Session, state: ChannelState, item: Item) -> Step:
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
    state = replace(state, pending=None)
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


def _take_history(session: Session, state: ChannelState, item: Item) -> Step:
    if item.sender == session.device.id:
        state = without(state, item.id)
    roster = circle_of(session, state.circle).roster
    try:
        bundle = HistoryBundle.decode(item.body)
        check_giver(bundle, vouching(roster))
        if bundle.last:
            # Only whose turn it is: another's word would leave the newcomer without a past.
            done = (bundle.recipient, bundle.giver.device)
            left = tuple(one for one in state.awaiting if (one.recipient, one.giver) != done)
            state = replace(state, awaiting=left)
        if bundle.recipient != session.device.id:
            return kept(session, state)
        past = open_history(
            bundle, channel=state.id, device=session.device, vouched=vouching(roster)
        )
    except BadHistory as refusal:
        warning = SafetyWarning(
            kind=Concern.HISTORY_REFUSED,
            channel=state.id,
            seq=item.seq,
            device=item.sender,
            detail=refusal.fault.value,
        )
        return kept(session, state, warning)
    return _remember(session, state, bundle, past, roster)


def _remember(
    session: Session, state: ChannelState, bundle: HistoryBundle, past: Past, roster: Roster
) -> Step:
    news = tuple(one for one in past.epochs if state.witnessed(one.epoch) is None)
    fresh = replace(past, epochs=news)
    giver = bundle.giver.professional
    if not news or fresh in state.given or state.givers.count(giver) >= MAX_GIVEN:
        return kept(session, state)
    state = replace(state, given=(*state.given, fresh), givers=(*state.givers, giver))
    for tenure in state.members:
        if tenure.certificate.device in state.debts:
            state = give_pasts(session, state, tenure.certificate, pasts=(fresh,), roster=roster)
    effects: list[Effect] = [
        HistoryReceived(
            channel=state.id,
            giver=giver,
            epochs=tuple(one.epoch for one in news),
        )
    ]
    if state.unread:
        effects.append(ReadAgain(channel=state.id, seqs=state.unread))
    return kept(session, state, *effects)


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
