"""What a server with an old log, or a colleague with a modified client, tries on one member."""

from copy import copy
from dataclasses import replace

import pytest

from crypto.bundle import MAX_KEY_PACKAGES, BadBundle, Bundle
from crypto.entry import MAX_BODY, BadEntry
from crypto.history import EpochKey, Past, Tenure, seal
from crypto.identity import Device
from crypto.ids import DeviceId, EntryId
from crypto.membership import MAX_STATEMENTS
from crypto.mls.codec import MAX_MESSAGE
from crypto.mls.suite import Secret
from crypto.policy import NotAllowed
from crypto.session import session as sessions
from crypto.session.effects import Rejoin, RemovedFromChannel, SafetyWarning
from crypto.session.join import rejoin
from crypto.session.log import Item, Kind
from crypto.session.packages import publish
from crypto.session.pasts import MAX_GIVEN
from crypto.session.store import decode_session, encode_session
from tests.support.devices import NOW, Circle
from tests.support.malice import asked, entry_by, group_of, put_entry
from tests.support.newcomers import member
from tests.support.relay import Client, Relay, settle

_LAST = (1 << 32) - 1


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    client = member(circle, relay)
    ana.add(client)
    client.sync()
    return client


def commits(relay: Relay) -> list[Item]:
    return [item for item in relay.log if item.kind is Kind.COMMIT]


def test_nobody_is_led_back_into_an_epoch_from_outside(
    relay: Relay, ana: Client, ben: Client
) -> None:
    cleo = member(relay.circle, relay)
    ana.add(cleo)
    old = commits(relay)[-1]
    ana.remove(cleo)
    settle(ana, ben)

    with pytest.raises(NotAllowed):
        rejoin(ben.session, relay.channel, old, now=NOW)

    rejoin(ben.session, relay.channel, relay.newest, now=NOW)


def test_an_old_welcome_leads_nobody_back(relay: Relay, ana: Client) -> None:
    ben = member(relay.circle, relay)
    relay.shelf[ben.id] = relay.shelf[ben.id][-1:]
    ana.add(ben)
    ben.sync()
    welcome = commits(relay)[-1]
    ana.remove(ben)
    ben.sync()
    assert any(isinstance(event, RemovedFromChannel) for event in ben.events)

    again = asked(relay, Kind.COMMIT, welcome.epoch, welcome.body)
    relay.put(ana.id, again)
    ben.sync()

    assert ben.state.group is None
    assert ben.warnings == ["welcome_refused"]


def test_a_last_resort_opens_a_second_welcome_until_it_is_over(relay: Relay, ana: Client) -> None:
    ben = member(relay.circle, relay)
    resort = relay.shelf[ben.id][-1]
    relay.shelf[ben.id] = [resort, resort]
    ana.add(ben)
    ben.crash()
    ben.sync()
    ana.remove(ben)
    ben.sync()

    ana.add(ben)
    ben.crash()
    ben.sync()

    assert ben.code == ana.code
    later, _ = publish(ben.session, 0, now=NOW.replace(year=NOW.year + 1))
    assert later.packages == ()
    assert later.resorts == frozenset()


def test_a_welcome_that_cannot_be_opened_is_answered_from_outside(
    relay: Relay, ana: Client
) -> None:
    ben = member(relay.circle, relay)
    relay.tampers[ben.id] = lambda items: _unreadable_welcome(items[:2])
    ana.add(ben)

    ben.sync()

    assert ben.events[-1] == Rejoin(channel=relay.channel)
    del relay.tampers[ben.id]
    ben.rejoin()
    settle(ana, ben)
    assert ben.code == ana.code


def test_a_device_under_the_name_of_ours_does_not_write_our_chain(
    relay: Relay, ana: Client, ben: Client
) -> None:
    """The certificate is its professional's own; that the device is called as ours is a lie."""
    cleo = member(relay.circle, relay)
    alias, group, epoch = _alias(ben, cleo.id), group_of(ben), ben.state.epochs[-1]
    liar = copy(ben)
    liar.person = replace(ben.person, device=alias)
    put_entry(relay, ben, entry_by(ben, leaf=group.leaf, signed_by=liar, counter=_LAST))
    ben.add(cleo)
    false = Tenure(leaf=group.leaf, first=0, last=None, certificate=alias.certificate)
    _give(relay, ben, cleo, Past(epochs=(epoch,), tenures=(false,)))
    cleo.sync()
    assert "forged" in cleo.heard

    cleo.say("still able to speak")

    assert cleo.state.own_counter == 1
    ana.sync()
    assert "still able to speak" in ana.heard


def test_one_giver_leaves_room_for_the_past_of_another(
    relay: Relay, ana: Client, ben: Client
) -> None:
    cleo = member(relay.circle, relay)
    ana.say("before cleo")
    ana.add(cleo)
    cleo.sync()
    channel = replace(cleo.state, given=(), givers=())
    cleo.session = replace(cleo.session, channels={relay.channel: channel})
    for epoch in range(2 * MAX_GIVEN):
        key = EpochKey(epoch=epoch + 1000, key=Secret(bytes(32)), began=NOW)
        past = Past(epochs=(key,), tenures=())
        _give(relay, ben, cleo, past)
    cleo.sync()
    assert len(cleo.state.given) == MAX_GIVEN

    ana.do(sessions.share_history(ana.session, relay.channel, cleo.id, now=NOW))
    cleo.sync()

    assert "before cleo" in cleo.read


def test_a_session_grown_beyond_any_message_is_still_opened(ana: Client, ben: Client) -> None:
    tenures = tuple(ben.state.tenures) * 30
    keys = tuple(EpochKey(epoch=at, key=Secret(bytes(32)), began=NOW) for at in range(512))
    past = Past(epochs=keys, tenures=tenures)
    given = (past,) * (MAX_MESSAGE // 40_000)
    unread = tuple(range(1, 300_000))
    grown = ben.session.keep(replace(ben.state, given=given, unread=unread))
    data = encode_session(grown)
    assert len(data) > MAX_MESSAGE

    again = decode_session(data)

    assert again.channels[ben.state.id].unread == unread
    assert len(again.channels[ben.state.id].given) == len(given)


def test_a_chain_longer_than_any_is_no_reason_to_fall_silent(
    relay: Relay, ana: Client, ben: Client
) -> None:
    _claim(relay, ben, MAX_STATEMENTS + 1)

    ana.sync()
    ana.say("not frozen")

    assert ana.warnings == ["roster_forked"]
    ben.sync()
    assert "not frozen" in ben.heard


def test_who_claims_a_chain_that_nobody_shows_is_named_and_can_be_dismissed(
    relay: Relay, ana: Client, ben: Client
) -> None:
    _claim(relay, ben, len(relay.circle.chain) + 1)
    ana.sync()

    ana.say("waits")
    warned = [event for event in ana.events if isinstance(event, SafetyWarning)]
    assert {event.professional for event in warned} == {ben.person.professional}
    relay.circle.remove(ben.person)
    settle(ana)

    assert [item.kind for item in relay.log[-2:]] == [Kind.COMMIT, Kind.ENTRY]


def test_another_than_the_giver_does_not_say_that_the_past_was_given(
    relay: Relay, ana: Client, ben: Client
) -> None:
    cleo = member(relay.circle, relay)
    ana.add(cleo)
    *upto, _ = relay.log
    ben.learn()
    ben.receive(upto[ben.state.cursor :])
    assert [one.giver for one in ben.state.awaiting] == [ana.id]
    relay.log[:] = upto
    _give(relay, ben, cleo, Past(epochs=(), tenures=()))

    ben.sync()

    assert [one.giver for one in ben.state.awaiting] == [ana.id]


def test_a_log_restored_from_yesterday_is_noticed_at_the_first_answer(
    relay: Relay, ana: Client, ben: Client
) -> None:
    ana.say("kept")
    yesterday = len(relay.log)
    ana.say("lost in the fire")
    settle(ana, ben)
    assert ana.warnings == []

    del relay.log[yesterday:]
    ana.say("after the fire")

    assert ana.warnings == ["group_forked"]


def test_a_change_too_large_to_be_sent_is_dropped_and_said(ana: Client) -> None:
    reference = [bytes([0, at]) + bytes(30) for at in range(MAX_KEY_PACKAGES + 1)]
    with pytest.raises(BadBundle):
        Bundle(group_info=b"", commit=b"", welcome=b"", key_packages=tuple(reference)).encode()


@pytest.mark.parametrize("name", ["", "no id", "A" * 27])
def test_what_could_not_be_sealed_later_is_refused_now(ana: Client, name: str) -> None:
    with pytest.raises(BadEntry):
        sessions.compose(
            ana.session,
            ana.relay.channel,
            type_="message",
            body=bytes(MAX_BODY),
            thread=EntryId(name),
            now=NOW,
        )


def _alias(owner: Client, device: DeviceId) -> Device:
    """A device that its professional certifies under a name that is another's."""
    made = Device.enrol(owner.person.identity, owner.person.professional, device, now=NOW)
    assert made.signature_key != owner.person.device.signature_key
    return made


def _give(relay: Relay, giver: Client, recipient: Client, past: Past) -> None:
    certificate, device = recipient.person.device.certificate, giver.person.device
    bundle = seal(past, channel=relay.channel, recipient=certificate, giver=device)
    relay.put(giver.id, asked(relay, Kind.HISTORY, relay.epoch, bundle.encode()))


def _claim(relay: Relay, author: Client, length: int) -> None:
    leaf = group_of(author).leaf
    body = entry_by(author, leaf=leaf, signed_by=author, circle_length=length)
    put_entry(relay, author, body)


def _unreadable_welcome(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """What an adder makes who lets a newcomer in and tells it nothing."""
    *rest, last = items
    bundle = Bundle.decode(last.body)
    broken = replace(bundle, welcome=(bundle.welcome or b"")[:-1] + b"\0")
    return (*rest, replace(last, body=broken.encode()))
