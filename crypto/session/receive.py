"""Taking in a channel's log, item by item, in order.

What does not hold is reported and passed over, with the state as it was: a forged
commit must not keep the real one from being processed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from crypto.canonical import milliseconds, moment_of
from crypto.ids import ChannelId
from crypto.session.adopt import adopt
from crypto.session.commits import take_commit
from crypto.session.effects import CatchUp, Rejoin
from crypto.session.log import Item, Kind
from crypto.session.pasts import take_history
from crypto.session.read import join_pasts, read_entry
from crypto.session.send import advance
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step, channel_of, circle_of, kept

# No group will ever come near; JSON readers hold it and the one after it exactly.
MAX_EPOCH: Final = (1 << 53) - 2


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
        step = step.then(partial(_take, item=item, now=now))
        if channel_of(step.session, channel).cursor < item.seq:
            # It waits for a fresher chain, and so does all that follows.
            break
    step = step.then(lambda then: _settle(then, channel))
    return step.then(lambda then: advance(then, channel, now=now))


def _take(session: Session, item: Item, *, now: datetime) -> Step:
    state = channel_of(session, item.channel)
    if item.seq <= state.cursor:
        again = item.seq in state.unread and item.kind is Kind.ENTRY
        return read_entry(session, state, item) if again else Step(session=session)
    state = replace(state, cursor=item.seq)
    if not 0 <= item.epoch <= MAX_EPOCH:
        return kept(session, state)
    match item.kind:
        case Kind.CREATE:
            return _dated(_take_create(session, state, item), state, now)
        case Kind.ENTRY:
            return read_entry(session, state, item)
        case Kind.COMMIT:
            return _dated(take_commit(session, state, _in_order(state, item)), state, now)
        case Kind.HISTORY:
            return take_history(session, state, item)


def _in_order(state: ChannelState, item: Item) -> Item:
    """Date a commit no earlier than the epochs before it, whatever the server says.

    Dated back, it could let in a certificate or a key package that was over by then.
    """
    return replace(item, at=max([item.at, *(known.began for known in state.epochs)]))


def _dated(step: Step, before: ChannelState, now: datetime) -> Step:
    """Let no epoch begin after we heard of it, whatever the server says.

    Dated ahead, it would be handed to newcomers who may read since a later day only (R9).
    """
    state, here = channel_of(step.session, before.id), moment_of(milliseconds(now))
    fresh = state.epochs[len(before.epochs) :]
    if all(known.began <= here for known in fresh):
        return step
    dated = (replace(known, began=min(known.began, here)) for known in fresh)
    state = replace(state, epochs=(*before.epochs, *dated))
    return Step(session=step.session.keep(state), effects=step.effects)


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
