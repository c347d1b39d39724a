"""Taking in a past that somebody handed over, and passing on what we owed of it: R9."""

from dataclasses import replace
from typing import Final

from crypto.history import BadHistory, HistoryBundle, Past, check_giver
from crypto.history import open_ as open_history
from crypto.membership import Roster
from crypto.policy import vouching
from crypto.session.adopt import give_pasts
from crypto.session.effects import Concern, Effect, HistoryReceived, ReadAgain, SafetyWarning
from crypto.session.log import Item
from crypto.session.send import without
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step, circle_of, kept

# Who gives more wants to fill our memory; counted for each giver, so that nobody can give
# so much that another's true past finds no room.
MAX_GIVEN: Final = 64


def take_history(session: Session, state: ChannelState, item: Item) -> Step:
    """Open a past that is for us, and note who has been given theirs."""
    if item.sender == session.device.id:
        state = without(state, item.id)
    roster = circle_of(session, state.circle).roster
    try:
        bundle = HistoryBundle.decode(item.body)
        state = _settled(state, bundle, roster)
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


def _settled(state: ChannelState, bundle: HistoryBundle, roster: Roster) -> ChannelState:
    # Only whose turn it is: another's word would leave the newcomer without a past.
    done = (bundle.recipient, bundle.giver.device) if bundle.last else None
    left = tuple(one for one in state.awaiting if (one.recipient, one.giver) != done)
    if left == state.awaiting:
        # Nothing hangs on it, and who stands outside may not know of the giver yet.
        return state
    check_giver(bundle, vouching(roster))
    return replace(state, awaiting=left)


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
