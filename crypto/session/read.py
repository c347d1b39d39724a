"""Opening entries: the right key, the right author, the right place in the author's chain."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from crypto import entry as entries
from crypto.author import AuthorChain, Notice, begin
from crypto.entry import BadEntry, Entry, EntryFault, Envelope, Members, OpenedEntry
from crypto.ids import CircleId, DeviceId
from crypto.membership import MAX_STATEMENTS
from crypto.session.effects import (
    CannotRead,
    Concern,
    Effect,
    EntryOpened,
    EntryRefused,
    FetchChain,
    SafetyWarning,
    Shown,
)
from crypto.session.log import Item, Kind
from crypto.session.memory import Author, holder
from crypto.session.send import without
from crypto.session.state import ChannelState, CircleState, Session
from crypto.session.step import Step, circle_of, kept


class NoKey(Exception):
    """We were not given the key of an entry's epoch."""


def read_entry(session: Session, state: ChannelState, item: Item) -> Step:
    """Open an entry as it comes in the log, or again once there is a key for it."""
    late = item.seq in state.unread
    try:
        opened = open_item(state, item)
    except NoKey:
        return _unreadable(session, state, item)
    except BadEntry as refusal:
        return kept(session, state, _warning(item, Concern.ENTRY_REFUSED, refusal.fault.value))
    followed, notice = _follow(state, item, opened, late=late)
    followed, effects = _shown(followed, item, opened, notice)
    if _name(opened) == (session.device.professional, session.device.id):
        followed = _own(followed, opened.entry)
    if late:
        read = tuple(seq for seq in followed.unread if seq != item.seq)
        followed = replace(followed, unread=read)
    step = kept(session, followed, *effects)
    return step.then(lambda then: _check_head(then, state.circle, item, opened))


def open_item(state: ChannelState, item: Item) -> OpenedEntry:
    """Open an item's entry with whatever key fits, and change nothing.

    Raises:
        NoKey: We have none of that epoch.
        BadEntry: It is not what it claims to be.
    """
    envelope = Envelope.decode(item.body)
    place = (envelope.channel, envelope.epoch, envelope.id)
    if place != (item.channel, item.epoch, item.id):
        raise BadEntry(EntryFault.MISMATCHED)
    refusal: BadEntry | None = None
    for key, members in _keys(state, envelope.epoch):
        try:
            return entries.open_(envelope, key=key, members=members)
        except BadEntry as bad:
            refusal = bad
    known = state.witnessed(envelope.epoch) is not None
    if refusal is None or (refusal.fault is EntryFault.UNREADABLE and not known):
        # A giver's key that does not fit says nothing about the author.
        raise NoKey
    raise refusal


def look_through(state: ChannelState, items: Sequence[Item]) -> tuple[Shown, ...]:
    """Tell what stands at each entry's place among items already received."""
    sealed = [item for item in items if item.kind is Kind.ENTRY and item.channel == state.id]
    looks = [(item, _look(state, item)) for item in sealed]
    opened = [item for item, one in looks if isinstance(one, EntryOpened)]
    # A key that opened one entry of its epoch is the right one for all of them.
    proven = {item.epoch for item in opened}
    first = {item.id: item.seq for item in reversed(opened)}
    return tuple(
        _refused(item, EntryFault.UNREADABLE)
        if isinstance(one, CannotRead) and item.epoch in proven
        else one
        for item, one in looks
        if item.seq <= first.get(item.id, item.seq)
    )


def join_pasts(state: ChannelState) -> tuple[ChannelState, tuple[Effect, ...]]:
    """Once nothing is unread, tie what was read late to what was read as it came.

    An author whose two halves do not meet had entries withheld in between.
    """
    if state.unread or not state.past:
        return state, ()
    authors, effects = dict(state.authors), []
    for author, chain in state.past.items():
        live = authors.get(author)
        if live is None:
            authors[author] = chain
            continue
        if (live.floor, live.floor_previous) != (chain.counter + 1, chain.head):
            effects.append(
                SafetyWarning(kind=Concern.ENTRY_WITHHELD, channel=state.id, device=author[1])
            )
        authors[author] = replace(live, floor=chain.floor, floor_previous=chain.floor_previous)
    return replace(state, authors=authors, past={}), tuple(effects)


def _look(state: ChannelState, item: Item) -> Shown:
    place, seq = state.id, item.seq
    try:
        opened = open_item(state, item)
    except NoKey:
        return CannotRead(channel=place, seq=seq, epoch=item.epoch)
    except BadEntry as refusal:
        return _refused(item, refusal.fault)
    return EntryOpened(channel=place, seq=seq, at=item.at, opened=opened, card=item.card)


def _refused(item: Item, fault: EntryFault) -> EntryRefused:
    place, seq = item.channel, item.seq
    return EntryRefused(channel=place, seq=seq, at=item.at, sender=item.sender, fault=fault)


def _keys(state: ChannelState, epoch: int) -> Iterator[tuple[bytes, Members]]:
    known = state.witnessed(epoch)
    if known is not None:
        yield known.key, state.member
        return
    for past in state.given:
        for one in past.epochs:
            if one.epoch == epoch:
                yield one.key, partial(holder, past.tenures)


def _unreadable(session: Session, state: ChannelState, item: Item) -> Step:
    event = CannotRead(channel=state.id, seq=item.seq, epoch=item.epoch)
    if item.seq in state.unread:
        return kept(session, state)
    newest = max(state.newest, item.epoch) if state.group is not None else state.newest
    unread = (*state.unread, item.seq)
    return kept(session, replace(state, unread=unread, newest=newest), event)


def _follow(
    state: ChannelState, item: Item, opened: OpenedEntry, *, late: bool
) -> tuple[ChannelState, Notice | None]:
    chains, author, entry = state.past if late else state.authors, _name(opened), opened.entry
    chain = chains.get(author)
    earlier = any(seq < item.seq for seq in state.unread)
    if chain is None and earlier:
        chain, notice = begin(entry), None
    else:
        chain, notice = (chain or AuthorChain()).follow(entry)
    if late:
        return replace(state, past={**state.past, author: chain}), notice
    return replace(state, authors={**state.authors, author: chain}), notice


def _name(opened: OpenedEntry) -> Author:
    return opened.author.professional, opened.author.device


def _shown(
    state: ChannelState, item: Item, opened: OpenedEntry, notice: Notice | None
) -> tuple[ChannelState, list[Effect]]:
    author = opened.author.device
    effects: list[Effect] = []
    if author != item.sender:
        effects.append(_warning(item, Concern.SENDER_SPOOFED))
    if notice is Notice.REPLAYED:
        return state, [*effects, _warning(item, Concern.ENTRY_REPLAYED)]
    if notice is not None:
        effects.append(_warning(item, Concern.ENTRY_WITHHELD, notice.value, device=author))
    shown = EntryOpened(
        channel=state.id,
        seq=item.seq,
        at=item.at,
        opened=opened,
        card=item.card,
        notice=notice,
    )
    return state, [*effects, shown]


def _own(state: ChannelState, entry: Entry) -> ChannelState:
    state = without(state, entry.id)
    if entry.counter >= state.own_counter:
        # A device restored from an old copy of its file meets what it had said since.
        return replace(state, own_counter=entry.counter, own_head=entry.hash)
    return state


def _check_head(session: Session, circle: CircleId, item: Item, opened: OpenedEntry) -> Step:
    known, entry = circle_of(session, circle), opened.entry
    if entry.circle_length > MAX_STATEMENTS:
        # No chain is ever that long: to wait for it would be to fall silent for nothing.
        return Step(session=session, effects=(_warning(item, Concern.ROSTER_FORKED),))
    if entry.circle_length > len(known.chain):
        claims = {**known.claims, entry.professional: entry.circle_length}
        claimed = replace(known, claims=claims)
        session = _with_circle(session, circle, claimed)
        return Step(session=session, effects=(FetchChain(circle=circle),))
    heads = known.roster.heads
    if entry.circle_length == 0 or heads[entry.circle_length - 1] != entry.circle_head:
        return Step(session=session, effects=(_warning(item, Concern.ROSTER_FORKED),))
    return Step(session=session)


def _with_circle(session: Session, circle: CircleId, state: CircleState) -> Session:
    return replace(session, circles={**session.circles, circle: state})


def _warning(
    item: Item, kind: Concern, detail: str = "", device: DeviceId | None = None
) -> SafetyWarning:
    return SafetyWarning(
        kind=kind, channel=item.channel, seq=item.seq, device=device or item.sender, detail=detail
    )
