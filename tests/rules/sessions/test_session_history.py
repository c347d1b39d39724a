"""R9 in a session: who comes later reads what the circle lets it read."""

from dataclasses import replace
from datetime import datetime, timedelta

from crypto.history import HistoryBundle
from crypto.session.effects import (
    CannotRead,
    HistoryReceived,
)
from crypto.session.log import Kind
from crypto.statement import HistoryGrant, HistoryPolicy
from tests.support.devices import NOW, Circle
from tests.support.newcomers import member, second_device
from tests.support.relay import Client, Relay, sends, settle

LATER = NOW + timedelta(hours=1)


def redate(relay: Relay, at: datetime) -> None:
    """Lie about when the newest commit came."""
    relay.log[relay.newest.seq - 1] = replace(relay.newest, at=at)


def test_a_newcomer_reads_what_was_said_before(ana: Client, ben: Client, cleo: Client) -> None:
    ana.add(ben)
    ana.say("un")
    settle(ana, ben)
    ben.say("deux")
    settle(ana, ben)

    ana.add(cleo)
    settle(ana, ben, cleo)
    ana.say("trois")
    settle(ana, ben, cleo)

    assert cleo.heard == ["un", "deux", "trois"]
    assert cleo.warnings == []
    assert cleo.state.unread == ()
    givers = [event.giver for event in cleo.events if isinstance(event, HistoryReceived)]
    assert givers == [ana.person.professional]


def test_a_newcomer_is_told_what_it_cannot_read_yet(ana: Client, cleo: Client) -> None:
    ana.say("un")

    cleo.sync()

    assert [event.seq for event in cleo.events if isinstance(event, CannotRead)] == [2]


def test_under_the_policy_joining_a_newcomer_reads_from_its_joining_on(
    circle: Circle, relay: Relay, ana: Client
) -> None:
    ana.say("avant")
    dana = member(circle, relay, HistoryGrant(policy=HistoryPolicy.JOINING))
    ana.add(dana)
    ana.say("après")
    settle(ana, dana)

    assert dana.heard == ["après"]
    assert dana.warnings == []
    assert not any(item.kind is Kind.HISTORY for item in relay.log)


def test_under_the_policy_since_a_newcomer_reads_epochs_that_began_after_the_date(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.now = LATER
    ana.say("trop tôt")
    ana.add(ben)  # the epoch that this begins is the first to be given
    began = ana.state.epochs[-1].began
    ana.say("assez tard")
    dana = member(circle, relay, HistoryGrant(policy=HistoryPolicy.SINCE, since=began))
    ana.add(dana)
    settle(ana, ben, dana)

    assert dana.heard == ["assez tard"]
    assert dana.warnings == []


def test_an_epoch_that_the_server_dates_ahead_is_handed_to_nobody_for_it(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.add(ben)
    redate(relay, LATER)
    ben.sync()
    ana.say("trop tôt")
    settle(ana, ben)
    dana = member(circle, relay, HistoryGrant(policy=HistoryPolicy.SINCE, since=LATER))

    ben.add(dana)
    settle(ana, ben, dana)

    assert ben.state.epochs[0].began == NOW
    assert dana.heard == []


def test_a_commit_is_dated_no_earlier_than_the_epoch_it_ends(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.now = ben.now = LATER
    ana.add(ben)
    ben.sync()
    began = ben.state.epochs[-1].began

    ana.rotate()
    redate(relay, NOW - timedelta(days=400))
    ben.sync()

    assert (ben.epoch, ben.state.epochs[-1].began) == (ana.epoch, began)


def test_who_adds_before_having_the_past_passes_it_on_later(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.say("un")
    step = ana.adding(ben)
    ana.keep(step.session)
    (request,) = sends(step)
    relay.append(ana.id, request)  # taken, but Ana goes away before she hears of it
    ben.sync()
    ben.add(cleo)
    cleo.sync()
    assert cleo.heard == []

    settle(ana, ben, cleo)

    assert cleo.heard == ben.heard == ["un"]


def test_if_a_giver_is_removed_before_giving_the_next_one_gives(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.say("un")
    ana.add(ben)
    settle(ana, ben)
    step = ben.adding(cleo)
    ben.keep(step.session)
    relay.append(ben.id, sends(step)[0])  # and Ben never comes back
    circle.remove(ben.person)
    ana.sync()
    ana.remove(ben)

    settle(ana, cleo)

    assert cleo.read == ["un"]
    assert ana.state.awaiting == ()


def test_a_second_device_of_a_professional_reads_all_that_the_first_does(
    ana: Client, ben: Client
) -> None:
    ana.add(ben)
    ana.say("un")
    settle(ana, ben)
    tablet = second_device(ben)

    ben.add(tablet)
    settle(ana, ben, tablet)
    tablet.say("depuis la tablette")
    settle(ana, ben, tablet)

    assert tablet.heard == ana.heard == ["un", "depuis la tablette"]


def test_who_stands_outside_with_an_old_chain_is_not_alarmed_by_a_past_for_another(
    circle: Circle, relay: Relay, ana: Client, cleo: Client
) -> None:
    ana.say("un")
    ben = member(circle, relay)
    ana.add(ben)
    settle(ana, ben)
    dana = member(circle, relay)
    ben.add(dana)
    settle(ben, dana)

    cleo.sync()

    assert dana.read == ["un"]
    assert any(item.kind is Kind.HISTORY and item.sender == ben.id for item in relay.log)
    assert cleo.warnings == []


def test_a_past_given_in_pieces_is_over_with_the_last_of_them(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.say("un")
    ana.add(ben)
    settle(ana, ben)
    ben.rotate()
    ben.sync()
    before = len(relay.log)

    ben.add(cleo)
    settle(ana, ben, cleo)

    given = [item for item in relay.log[before:] if item.kind is Kind.HISTORY]
    assert [HistoryBundle.decode(item.body).last for item in given] == [False, True]
