"""What leaves a device: one thing at a time for each channel, in the order it was made."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from crypto import entry as entries
from crypto.bundle import BadBundle, Bundle
from crypto.ids import ChannelId, DeviceId, EntryId, new_id
from crypto.membership import Roster
from crypto.mls.refused import Refused
from crypto.policy import is_active, strangers
from crypto.session.adopt import leaves_of
from crypto.session.effects import (
    CatchUp,
    CommitRefused,
    Concern,
    Effect,
    EntryParked,
    EntryStored,
    FetchChain,
    ReadAgain,
    Rejoin,
    SafetyWarning,
    Send,
)
from crypto.session.log import AppendRequest, Kind
from crypto.session.outgoing import Outgoing, Pending, Sealed, Wanted
from crypto.session.packages import certificate_in, opened
from crypto.session.state import ChannelState, Phase, Session
from crypto.session.step import Step, channel_of, circle_of, kept

STALE_EPOCH: Final = "stale_epoch"
_WAIT: Final = frozenset({STALE_EPOCH, "channel_frozen", "not_in_group"})
"""Refusals after which nothing was stored and the same thing may succeed in the next epoch."""


def advance(session: Session, channel: ChannelId, *, now: datetime) -> Step:
    """Do the next thing that a channel waits for, if nothing is on its way already.

    A wanted change goes before entries. Somebody off the roster in the group is removed
    before anything is said (R13); without an up-to-date chain nothing is done at all.
    """
    state = channel_of(session, channel)
    circle = circle_of(session, state.circle)
    if not _may_send(state) or (state.wanted == Wanted() and not state.outbox):
        return Step(session=session)
    off = strangers(circle.roster, state.members)
    if circle.outdated:
        return Step(session=session, effects=(FetchChain(circle=state.circle),))
    if off and circle.checks <= state.checked:
        # Whoever has just come may be on a roster that we have not seen yet.
        return Step(session=session, effects=_fetches(state))
    if session.device.id in off or (off and state.blocked == len(circle.chain)):
        return Step(session=session)
    change = _due_change(state, circle.roster, off)
    if change != Wanted():
        return _commit(session, state, change, now=now)
    return _send_first(session, state, circle.roster)


def resend(session: Session) -> tuple[Effect, ...]:
    """Return what to do after a start or a reconnect: ask again for all that had no answer."""
    effects: list[Effect] = []
    for state in session.channels.values():
        if state.pending is not None and not state.pending.refused:
            effects.append(Send(request=state.pending.request(state.id)))
        first = state.outbox[0] if state.outbox else None
        if first is not None and first.sealed is not None and not first.sealed.held:
            effects.append(Send(request=first.request(state.id, first.sealed)))
        effects.append(CatchUp(channel=state.id, after=state.cursor))
        if state.unread and state.given:
            effects.append(ReadAgain(channel=state.id, seqs=state.unread))
    return tuple(effects)


def acknowledge(session: Session, request: AppendRequest, seq: int, *, now: datetime) -> Step:
    """Take the log's yes. A commit is adopted when the log shows it, not before (R5)."""
    state = channel_of(session, request.channel)
    if state.pending is not None and state.pending.id == request.id:
        return Step(session=session, effects=(CatchUp(channel=state.id, after=state.cursor),))
    if all(outgoing.id != request.id for outgoing in state.outbox):
        return Step(session=session)
    news: tuple[Effect, ...] = (EntryStored(channel=state.id, id=request.id, seq=seq),)
    if seq <= state.cursor:
        # We have read that far and it was not there: the log is another than it was.
        rewound = SafetyWarning(
            kind=Concern.GROUP_FORKED, channel=state.id, seq=seq, detail="log_rewound"
        )
        news = (*news, rewound)
    step = kept(session, without(state, request.id), *news)
    return step.then(lambda then: advance(then, state.id, now=now))


def refuse(session: Session, request: AppendRequest, code: str, *, now: datetime) -> Step:
    """Take the log's no: after `stale_epoch` nothing was stored, and we try again (R5).

    What can never succeed is put aside with an event and blocks nothing behind it.
    """
    state = channel_of(session, request.channel)
    if state.pending is not None and state.pending.id == request.id:
        return _refuse_pending(session, state, state.pending, code, now=now)
    outgoing = next((one for one in state.outbox if one.id == request.id), None)
    if outgoing is None or outgoing.sealed is None or outgoing.sealed.epoch != request.epoch:
        # The answer to a ciphertext that was replaced since.
        return Step(session=session)
    if code in _WAIT:
        held = replace(outgoing, sealed=replace(outgoing.sealed, held=True))
        outbox = tuple(held if one.id == held.id else one for one in state.outbox)
        return _wait(session, replace(state, outbox=outbox), code)
    outbox = tuple(one for one in state.outbox if one.id != request.id)
    parked = EntryParked(channel=state.id, id=request.id, code=code)
    step = kept(session, replace(state, outbox=outbox), parked)
    return step.then(lambda then: advance(then, state.id, now=now))


def without(state: ChannelState, stored: EntryId) -> ChannelState:
    """Take an entry that the log has out of the outbox, and chain the next one to it."""
    outgoing = next((one for one in state.outbox if one.id == stored), None)
    if outgoing is None:
        return state
    outbox = tuple(one for one in state.outbox if one.id != stored)
    if outgoing.kind is not Kind.ENTRY or outgoing.sealed is None:
        return replace(state, outbox=outbox)
    counter, head = state.own_counter + 1, outgoing.sealed.hash
    return replace(state, outbox=outbox, own_counter=counter, own_head=head)


def pending_step(session: Session, state: ChannelState, pending: Pending) -> Step:
    """Keep a pending creation or commit and ask the log for it: stored before sent (R5)."""
    kept_state = replace(state, pending=pending)
    return kept(session, kept_state, Send(request=pending.request(state.id), attempt=state.attempt))


def _may_send(state: ChannelState) -> bool:
    return (
        state.phase is Phase.MEMBER
        and state.group is not None
        and state.pending is None
        and not state.behind
    )


def _due_change(state: ChannelState, roster: Roster, off: tuple[DeviceId, ...]) -> Wanted:
    removes = tuple(dict.fromkeys((*state.wanted.removes, *off)))
    present = {tenure.certificate.device for tenure in state.members} - set(removes)
    adds = (
        one
        for one in state.wanted.adds
        if is_active(roster, certificate_in(one)) and certificate_in(one).device not in present
    )
    return replace(state.wanted, adds=tuple(adds), removes=removes)


def _fetches(state: ChannelState) -> tuple[Effect, ...]:
    return FetchChain(circle=state.circle), CatchUp(channel=state.id, after=state.cursor)


def _commit(session: Session, state: ChannelState, change: Wanted, *, now: datetime) -> Step:
    if state.group is None:
        return Step(session=session)
    packages = opened(change.adds)
    leaves = leaves_of(state, change.removes)
    try:
        commit, welcome, group = state.group.commit(packages, leaves, now=now)
        bundle = Bundle(
            commit=commit,
            welcome=welcome,
            group_info=group.group_info(),
            key_packages=tuple(package.reference() for package in packages),
        )
        body = bundle.encode()
    except (Refused, BadBundle) as refusal:
        code = type(refusal).__name__
        return _drop_change(session, state, code, adding=bool(packages), now=now)
    pending = Pending(
        id=EntryId(new_id()),
        kind=Kind.COMMIT,
        epoch=state.group.epoch,
        body=body,
        group=group,
    )
    return pending_step(session, state, pending)


def _send_first(session: Session, state: ChannelState, roster: Roster) -> Step:
    if state.group is None or not state.outbox:
        return Step(session=session)
    first = state.outbox[0]
    if first.sealed is not None and first.sealed.epoch == state.group.epoch:
        # On its way, or refused for an epoch that the log says is over.
        return Step(session=session)
    if first.kind is Kind.ENTRY:
        sealed = _seal(session, state, first, leaf=state.group.leaf, roster=roster)
    else:
        sealed = Sealed(epoch=state.group.epoch, body=first.body)
    outbox = (replace(first, sealed=sealed), *state.outbox[1:])
    request = first.request(state.id, sealed)
    return kept(session, replace(state, outbox=outbox), Send(request=request))


def _seal(
    session: Session, state: ChannelState, outgoing: Outgoing, *, leaf: int, roster: Roster
) -> Sealed:
    current = state.epochs[-1]
    entry = entries.Entry(
        channel=state.id,
        epoch=current.epoch,
        professional=session.device.professional,
        leaf=leaf,
        id=outgoing.id,
        type=outgoing.type,
        thread=outgoing.thread,
        previous=state.own_head,
        counter=state.own_counter + 1,
        circle_length=len(roster.statements),
        circle_head=roster.head,
        body=outgoing.body,
    )
    private = session.device.signature_key.private
    envelope = entries.seal(entry, key=current.key, signature_key=private)
    return Sealed(epoch=current.epoch, body=envelope.encode(), hash=entry.hash)


def _refuse_pending(
    session: Session, state: ChannelState, pending: Pending, code: str, *, now: datetime
) -> Step:
    if code == STALE_EPOCH:
        refused = replace(pending, refused=True)
        waiting = replace(state, pending=refused, attempt=state.attempt + 1)
        return _wait(session, waiting, code)
    adding = bool(Bundle.decode(pending.body).key_packages)
    return _drop_change(session, state, code, adding=adding, now=now)


def _drop_change(
    session: Session, state: ChannelState, code: str, *, adding: bool, now: datetime
) -> Step:
    # Without the newcomers the rest may pass; if there were none, it is not asked for
    # again under this chain.
    blocked = state.blocked if adding else len(circle_of(session, state.circle).chain)
    dropped = replace(state, pending=None, wanted=Wanted(), attempt=0, blocked=blocked)
    step = kept(session, dropped, CommitRefused(channel=state.id, code=code))
    return step.then(lambda then: advance(then, state.id, now=now))


def _wait(session: Session, state: ChannelState, code: str) -> Step:
    # The log confirms what a commit that we refused made us doubt: it went on without us.
    lost = code == STALE_EPOCH and state.group is not None and state.doubt > state.group.epoch
    if lost:
        state = replace(state, newest=max(state.newest, state.doubt), pending=None)
        return kept(session, state, Rejoin(channel=state.id))
    news: list[Effect] = [CatchUp(channel=state.id, after=state.cursor)]
    if code != STALE_EPOCH:
        news.append(FetchChain(circle=state.circle))
    return kept(session, state, *news)
