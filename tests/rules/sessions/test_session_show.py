"""Looking through a log once more: what stands at each entry's place."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.entry import EntryFault
from crypto.ids import EntryId, new_id
from crypto.session import session as sessions
from crypto.session.effects import CannotRead, EntryOpened, EntryRefused
from crypto.session.log import Item, Kind
from crypto.statement import HistoryGrant, HistoryPolicy
from tests.support.devices import Circle
from tests.support.malice import entry_by, group_of, put_entry
from tests.support.newcomers import joined, member
from tests.support.relay import Client, Relay, settle


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return joined(circle, relay, ana)


def damaged(item: Item) -> Item:
    return replace(item, body=item.body[:-1] + bytes([item.body[-1] ^ 1]))


def renamed(item: Item) -> Item:
    return replace(item, id=EntryId(new_id()))


def emptied(item: Item) -> Item:
    return replace(item, body=b"")


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (damaged, EntryFault.UNREADABLE),
        (renamed, EntryFault.MISMATCHED),
        (emptied, EntryFault.MALFORMED),
    ],
)
def test_a_tampered_entry_is_named_by_its_place_and_fault(
    relay: Relay, ana: Client, ben: Client, tamper: Callable[[Item], Item], fault: EntryFault
) -> None:
    ana.say("un")
    ana.say("deux")
    settle(ana, ben)
    *before, last = relay.log

    shown = sessions.show(ben.session, relay.channel, [*before, tamper(last)])

    opened, refused = shown
    assert isinstance(opened, EntryOpened)
    assert isinstance(refused, EntryRefused)
    assert (refused.seq, refused.sender, refused.fault) == (last.seq, ana.id, fault)


def test_an_entry_that_another_signed_is_refused_when_it_is_shown_again(
    relay: Relay, ana: Client, ben: Client
) -> None:
    put_entry(relay, ben, entry_by(ana, leaf=group_of(ana).leaf, signed_by=ben))

    (shown,) = sessions.show(ana.session, relay.channel, relay.log)

    assert isinstance(shown, EntryRefused)
    assert shown.fault is EntryFault.FORGED


def test_an_entry_without_a_key_keeps_its_place(circle: Circle, relay: Relay, ana: Client) -> None:
    ana.say("avant")
    dana = member(circle, relay, HistoryGrant(policy=HistoryPolicy.JOINING))
    ana.add(dana)
    ana.say("après")
    settle(ana, dana)

    shown = sessions.show(dana.session, relay.channel, relay.log)

    assert [type(one) for one in shown] == [CannotRead, EntryOpened]
    assert shown[0].seq < shown[1].seq


def test_an_entry_that_a_proven_key_does_not_open_is_refused_and_not_merely_without_a_key(
    circle: Circle, relay: Relay, ana: Client
) -> None:
    ana.say("un")
    ana.say("deux")
    ben = joined(circle, relay, ana)
    one, *others = [item for item in relay.log if item.kind is Kind.ENTRY]

    alone = sessions.show(ben.session, relay.channel, [damaged(one)])
    beside = sessions.show(ben.session, relay.channel, [damaged(one), *others])

    assert [type(each) for each in alone] == [CannotRead]
    assert [type(each) for each in beside] == [EntryRefused, EntryOpened]


def test_a_repeated_entry_is_shown_once_and_where_it_stood_first(
    relay: Relay, ana: Client, ben: Client
) -> None:
    ana.say("bonjour")
    settle(ana, ben)
    again = replace(relay.log[-1], seq=len(relay.log) + 1)

    shown = sessions.show(ben.session, relay.channel, [*relay.log, again])

    assert [one.seq for one in shown] == [again.seq - 1]


def test_a_forgery_before_the_real_entry_does_not_hide_it(
    relay: Relay, ana: Client, ben: Client
) -> None:
    ana.say("bonjour")
    settle(ana, ben)
    *before, real = relay.log
    items = [*before, damaged(real), replace(real, seq=real.seq + 1)]

    shown = sessions.show(ben.session, relay.channel, items)

    assert [type(one) for one in shown] == [EntryRefused, EntryOpened]


def test_reading_gives_only_what_opens(relay: Relay, ana: Client, ben: Client) -> None:
    ana.say("un")
    ana.say("deux")
    settle(ana, ben)
    *before, last = relay.log

    opened = sessions.read(ben.session, relay.channel, [*before, damaged(last)])

    assert [one.opened.entry.body for one in opened] == [b"un"]
