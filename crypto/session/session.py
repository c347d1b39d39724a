"""A device's side of all its channels, without network, clock or disk: events in, effects out.

Every function takes a `Session` and returns a `Step`: the session to persist, then the
effects to carry out. What raises has changed nothing. The shell owes the session three
things: items of a channel in the log's order (`receive`), the log's answer to each
`Send` (`acknowledge`, `refuse`), and the freshest membership chain it can get.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crypto.entry import MAX_BODY, MAX_TYPE, BadEntry, EntryFault
from crypto.identity import Device, IdentityChanged, Pins
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId, is_id, new_id
from crypto.membership import Roster, append, extends, verify_chain
from crypto.mls.suite import KeyPair
from crypto.policy import NotAllowed, PolicyFault, is_active
from crypto.session.adopt import give
from crypto.session.effects import (
    Concern,
    Effect,
    EntryOpened,
    RosterChanged,
    SafetyWarning,
    Shown,
)
from crypto.session.log import AppendRequest, Card, Item, Kind
from crypto.session.outgoing import Outgoing, Wanted
from crypto.session.packages import certificate_in
from crypto.session.read import look_through
from crypto.session.receive import receive_items
from crypto.session.send import acknowledge as _acknowledge
from crypto.session.send import advance, resend
from crypto.session.send import refuse as _refuse
from crypto.session.state import CircleState, Session
from crypto.session.step import NotInChannel, Step, channel_of, circle_of, joined
from crypto.statement import Statement


class ChainRolledBack(Exception):
    """The chain we are shown does not continue the one we know: somebody hides or rewrites it."""


def enrol(
    identity: KeyPair, professional: ProfessionalId, device: DeviceId, *, now: datetime
) -> Session:
    """Make a device's keys, certified by the professional's identity key."""
    made = Device.enrol(identity, professional, device, now=now)
    return Session(
        device=made,
        identity=identity,
        pins=Pins().see(professional, identity.public),
    )


def trust(
    session: Session, circle: CircleId, chain: Sequence[bytes], *, founder: bytes | None = None
) -> Step:
    """Verify a circle's membership chain and go on from it; `founder` is a known identity key.

    Where a member has claimed to see more than even a fresh chain shows, either the
    server hides it or the member lies. Nothing is posted until it shows or the member is
    dismissed, and people are told whose word it is.

    Raises:
        BadChain: It does not verify.
        ChainRolledBack: It is shorter than, or other than, the one we know.
        IdentityChanged: Its founder is pinned under another identity key.
    """
    known = session.circles.get(circle)
    if known is None:
        roster = verify_chain(chain, circle, founder)
        genesis, news = roster.statements[0], roster.statements
        session = replace(
            session, pins=session.pins.see(genesis.professional, genesis.identity_key)
        )
        claims = {}
    elif not extends(known.chain, chain):
        raise ChainRolledBack
    else:
        roster = known.roster
        for encoded in chain[len(known.chain) :]:
            roster = append(roster, encoded)
        news, claims = roster.statements[len(known.chain) :], dict(known.claims)
    checks = 1 if known is None else known.checks + 1
    state = CircleState(chain=tuple(chain), roster=roster, checks=checks, claims=claims)
    session = replace(session, circles={**session.circles, circle: state})
    unmet = state.longer_claims if news == () else ()
    warnings = tuple(
        SafetyWarning(kind=Concern.ROSTER_FORKED, professional=who, detail="not_shown")
        for who in unmet
    )
    step = _announce(session, circle, news)
    return Step(session=step.session, effects=(*step.effects, *warnings))


def accept_identity(session: Session, professional: ProfessionalId, identity_key: bytes) -> Session:
    """Pin a changed identity key, because two people compared their safety number."""
    return replace(session, pins=session.pins.accept(professional, identity_key))


def receive(
    session: Session,
    channel: ChannelId,
    items: Sequence[Item],
    *,
    now: datetime,
    chain: Sequence[bytes] | None = None,
) -> Step:
    """Take in items of a channel's log, judged by the circle's chain (None: the one we hold).

    Raises:
        UnknownChannel: `watch` or `open_channel` comes first.
        BadChain: The chain does not verify, and nothing is taken in.
        ChainRolledBack: The chain hides what we have seen before.
    """
    step = Step(session=session)
    if chain is not None:
        step = trust(session, channel_of(session, channel).circle, chain)
    return step.then(lambda then: receive_items(then, channel, items, now=now))


def compose(
    session: Session,
    channel: ChannelId,
    *,
    type_: str,
    body: bytes,
    now: datetime,
    thread: EntryId | None = None,
    card: Card | None = None,
    entry: EntryId | None = None,
) -> Step:
    """Put an entry into the outbox, and send it if nothing goes before it.

    Raises:
        NotInChannel: We were removed, or never joined.
        BadEntry: The body is too large, the type too long, or an id is none.
    """
    state = joined(session, channel)
    named = (thread is None or is_id(thread)) and (entry is None or is_id(entry))
    if not named or len(body) > MAX_BODY or not 0 < len(type_.encode()) <= MAX_TYPE:
        # What cannot be sealed later must not wait in front of what can.
        raise BadEntry(EntryFault.MALFORMED)
    outgoing = Outgoing(
        id=entry or EntryId(new_id()),
        kind=Kind.ENTRY,
        body=body,
        type=type_,
        thread=thread,
        card=card,
    )
    state = replace(state, outbox=(*state.outbox, outgoing))
    return advance(session.keep(state), channel, now=now)


def change_members(
    session: Session,
    channel: ChannelId,
    *,
    now: datetime,
    adds: Sequence[bytes] = (),
    removes: Sequence[DeviceId] = (),
) -> Step:
    """Ask for devices to be added (by encoded key packages) and removed, in one commit.

    The wish is kept through lost races until the group looks like it (R5).

    Raises:
        NotInChannel: We were removed, or never joined.
        NotAllowed: A key package is not of an active member's certified device, or the
            device to remove is this one (R4).
        BadCertificate: A key package holds no certificate.
    """
    state = joined(session, channel)
    roster = circle_of(session, state.circle).roster
    for package in adds:
        _check_addition(roster, package, now)
    if session.device.id in removes:
        raise NotAllowed(PolicyFault.REMOVAL)
    wanted = Wanted(
        adds=tuple(dict.fromkeys((*state.wanted.adds, *adds))),
        removes=tuple(dict.fromkeys((*state.wanted.removes, *removes))),
        rotate=state.wanted.rotate,
    )
    return advance(session.keep(replace(state, wanted=wanted)), channel, now=now)


def rotate(session: Session, channel: ChannelId, *, now: datetime) -> Step:
    """Renew this device's keys in a channel by a commit without other change: R13.

    Raises:
        NotInChannel: We were removed, or never joined.
    """
    state = joined(session, channel)
    wanted = replace(state.wanted, rotate=True)
    return advance(session.keep(replace(state, wanted=wanted)), channel, now=now)


def share_history(
    session: Session, channel: ChannelId, recipient: DeviceId, *, now: datetime
) -> Step:
    """Give a member's device the past that the policy grants it, because it asks again: R9.

    Raises:
        NotInChannel: We are not in the channel, or the recipient is not.
    """
    state = joined(session, channel)
    roster = circle_of(session, state.circle).roster
    for tenure in state.members:
        if tenure.certificate.device == recipient:
            state = give(session, state, tenure.certificate, roster=roster)
            return advance(session.keep(state), channel, now=now)
    raise NotInChannel


def acknowledge(session: Session, request: AppendRequest, seq: int, *, now: datetime) -> Step:
    """Take the log's yes to a `Send`."""
    return _acknowledge(session, request, seq, now=now)


def refuse(session: Session, request: AppendRequest, code: str, *, now: datetime) -> Step:
    """Take the log's no to a `Send`, by the problem's stable code."""
    return _refuse(session, request, code, now=now)


def resume(session: Session) -> tuple[Effect, ...]:
    """Return what to do after a start or a reconnect; asking twice is harmless."""
    return resend(session)


def show(session: Session, channel: ChannelId, items: Sequence[Item]) -> tuple[Shown, ...]:
    """Tell what stands at each entry's place among items already received.

    Opened, without a key so far, or refused for a fault that a reader should be told of.
    Places in authors' chains were judged when the items came; an entry that the log
    repeats is shown where it stood first.

    Raises:
        UnknownChannel: `watch` or `open_channel` comes first.
    """
    return look_through(channel_of(session, channel), items)


def read(session: Session, channel: ChannelId, items: Sequence[Item]) -> tuple[EntryOpened, ...]:
    """Open what can be opened among items already received, and pass over the rest.

    Raises:
        UnknownChannel: `watch` or `open_channel` comes first.
    """
    shown = show(session, channel, items)
    return tuple(one for one in shown if isinstance(one, EntryOpened))


def _announce(session: Session, circle: CircleId, news: tuple[Statement, ...]) -> Step:
    effects: list[Effect] = []
    for statement in news:
        try:
            pins = session.pins.see(statement.professional, statement.identity_key)
        except IdentityChanged:
            effects.append(
                SafetyWarning(kind=Concern.IDENTITY_CHANGED, professional=statement.professional)
            )
        else:
            session = replace(session, pins=pins)
    if news:
        effects.insert(0, RosterChanged(circle=circle, statements=news))
    return Step(session=session, effects=tuple(effects))


def _check_addition(roster: Roster, package: bytes, now: datetime) -> None:
    certificate = certificate_in(package)
    if not is_active(roster, certificate) or certificate.not_after < now:
        raise NotAllowed(PolicyFault.GHOST)
