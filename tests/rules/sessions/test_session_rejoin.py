"""R11: losing the thread of a channel, and coming back from outside."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bundle import Bundle
from crypto.identity import certify
from crypto.mls.group import Group
from crypto.policy import NotAllowed, PolicyFault
from crypto.session import session as sessions
from crypto.session.effects import Rejoin
from crypto.session.join import rejoin
from crypto.session.log import Kind
from crypto.session.packages import make_package
from crypto.session.state import Phase
from tests.support.devices import NOW, Circle, person
from tests.support.malice import asked, group_of, put_commit, uncertified, without
from tests.support.newcomers import joined, member, second_device
from tests.support.relay import Client, Relay, sends, settle


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return joined(circle, relay, ana)


@pytest.fixture
def cleo(circle: Circle, relay: Relay, ana: Client, ben: Client) -> Client:
    return joined(circle, relay, ana, ben)


def test_who_lost_the_thread_comes_back_and_reads_what_was_missed(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    cleo.say("avant")
    settle(ana, ben, cleo)
    relay.tampers[cleo.id] = lambda items: tuple(
        replace(item, body=b"noise") if item.kind is Kind.COMMIT and item.epoch == 2 else item
        for item in items
    )
    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    ana.say("manqué")
    cleo.sync()
    assert cleo.state.behind

    cleo.rejoin()
    settle(ana, ben, cleo)
    cleo.say("de retour")
    settle(ana, ben, cleo)

    assert ana.code == ben.code == cleo.code
    assert cleo.read == ana.read == ["avant", "manqué", "de retour"]
    assert len(ana.state.members) == 3


def test_a_rostered_device_joins_from_outside_and_is_given_the_past(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.say("un")
    dana = member(circle, relay)

    dana.rejoin()
    settle(ana, ben, dana)

    assert dana.read == ["un"]
    assert ana.code == ben.code == dana.code


def test_a_joining_from_outside_that_loses_the_race_is_tried_again(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    dana = member(circle, relay)
    step = sessions.rotate(ana.session, relay.channel, now=NOW)
    from_outside = dana.relay.newest
    ana.do(step)

    dana.relay = replace(relay, log=[from_outside])
    dana.relay.append = relay.append  # type: ignore[method-assign]  # an old view, the real log
    dana.rejoin()
    dana.relay = relay
    dana.sync()

    assert Rejoin(channel=relay.channel) in dana.events
    assert dana.state.pending is None
    dana.rejoin()
    settle(ana, ben, dana)
    assert ana.code == ben.code == dana.code


def test_who_was_added_meanwhile_takes_its_own_place_and_not_a_lost_one(
    relay: Relay, ana: Client, ben: Client
) -> None:
    back = second_device(ben)
    ana.add(back)

    back.do(rejoin(back.session, relay.channel, relay.newest, now=NOW, replaces=ben.id))
    settle(ana, ben, back)

    assert {one.certificate.device for one in ana.state.members} == {ana.id, ben.id, back.id}
    assert ana.code == ben.code == back.code


def test_a_stranger_who_joins_from_outside_is_refused(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    eve = person()
    info = Bundle.decode(relay.newest.body).group_info
    package = make_package(eve.device, now=NOW)
    commit, after = Group.external(info, package, None, lambda _change, _state: None, NOW)
    bundle = Bundle(commit=commit, group_info=after.group_info())
    before = group_of(ana)

    relay.put(eve.device.id, asked(relay, Kind.COMMIT, 1, bundle.encode()))
    ana.sync()

    assert ana.warnings == ["commit_refused"]
    assert group_of(ana) == before


def test_who_joins_from_outside_removes_nobody_else(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    info = Bundle.decode(relay.newest.body).group_info
    package = make_package(dana.person.device, now=NOW)
    leaf = group_of(cleo).leaf
    commit, after = Group.external(info, package, leaf, lambda _change, _state: None, NOW)
    bundle = Bundle(commit=commit, group_info=after.group_info())

    relay.put(dana.id, asked(relay, Kind.COMMIT, 2, bundle.encode()))
    ana.sync()
    cleo.sync()

    assert ana.warnings == cleo.warnings == ["commit_refused"]
    assert cleo.state.phase is Phase.MEMBER


def test_nobody_comes_from_outside_into_a_group_with_a_ghost(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    dana = member(circle, relay)
    put_commit(relay, ben, adds=[uncertified(person())])

    with pytest.raises(NotAllowed) as refusal:
        dana.rejoin()

    assert refusal.value.fault is PolicyFault.GHOST


def test_who_refused_a_commit_that_the_log_took_does_not_go_on_silently(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    put_commit(relay, ben, adds=[uncertified(person())])
    relay.epoch += 1
    cleo.sync()

    cleo.say("rien ne part")

    assert Rejoin(channel=relay.channel) in cleo.events
    with pytest.raises(NotAllowed):
        cleo.rejoin()
    assert ana.read == []


def test_who_comes_back_and_hears_the_present_before_the_past_is_not_alarmed(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.say("un")
    settle(ana, ben, cleo)
    circle.remove(cleo.person)
    ana.remove(cleo)
    ana.say("deux")
    settle(ana, ben, cleo)
    circle.add(cleo.person)
    step = ana.adding(cleo)
    ana.keep(step.session)
    relay.append(ana.id, sends(step)[0])  # Ana goes away before she can hand over the past
    cleo.sync()
    ben.sync()
    ben.say("trois")
    cleo.say("quatre")

    settle(ana, ben, cleo)
    ana.say("cinq")
    settle(ana, ben, cleo)

    assert cleo.read == ana.read == ["un", "deux", "trois", "quatre", "cinq"]
    assert cleo.warnings == ana.warnings == ben.warnings == []


def test_a_withheld_entry_is_noticed_by_whoever_comes_back(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.say("un")
    settle(ana, ben, cleo)
    circle.remove(cleo.person)
    ana.remove(cleo)
    ana.say("deux")
    hidden = len(relay.log)
    ana.say("trois")
    relay.tampers[cleo.id] = without(hidden)
    circle.add(cleo.person)
    ana.add(cleo)
    settle(ana, ben, cleo)

    assert cleo.read == ["un", "trois"]
    assert cleo.warnings == ["entry_withheld"]


def test_a_newcomer_whose_key_takes_no_seal_harms_nobody_but_itself(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    dana = person()
    certificate = certify(
        dana.identity,
        dana.professional,
        dana.device.id,
        signature_key=dana.device.signature_key.public,
        hpke_key=bytes(32),
        not_after=NOW + timedelta(days=30),
    )
    broken = replace(dana, device=replace(dana.device, certificate=certificate))
    circle.add(broken)
    client = Client(broken, relay)
    client.watch()

    ana.add(client)
    ana.say("un")
    settle(ana, ben, client)

    assert client.heard == ben.heard == ["un"]


@pytest.mark.parametrize("epoch", [-1, 1 << 64, 1 << 80])
def test_an_epoch_beyond_all_numbers_is_passed_over(
    relay: Relay, ana: Client, ben: Client, epoch: int
) -> None:
    for kind in Kind:
        relay.put(ana.id, asked(relay, kind, epoch, b"noise"))
    ana.say("bonjour")

    ben.sync()

    assert ben.heard == ["bonjour"]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_damaged_item_stops_a_session(data: st.DataObject) -> None:
    circle = Circle(person())
    relay = Relay(circle=circle)
    ana = Client(circle.coordinator, relay)
    ana.open()
    ben = member(circle, relay)
    ana.add(ben)
    ana.say("bonjour")
    place = data.draw(st.integers(min_value=0, max_value=len(relay.log) - 1))
    body = bytearray(relay.log[place].body)
    at = data.draw(st.integers(min_value=0, max_value=len(body) - 1))
    body[at] ^= data.draw(st.integers(min_value=1, max_value=255))
    damaged = list(relay.log)
    damaged[place] = replace(damaged[place], body=bytes(body))

    relay.tampers[ben.id] = lambda _: tuple(damaged)
    ben.sync()

    assert ben.state.cursor == len(damaged)
    assert all(text == "bonjour" for text in ben.heard)


def test_who_was_away_believes_nobody_to_have_been_there_meanwhile(
    relay: Relay, ana: Client, ben: Client
) -> None:
    relay.tampers[ben.id] = lambda items: tuple(
        replace(item, body=b"noise") if item.kind is Kind.COMMIT and item.epoch == 1 else item
        for item in items
    )
    ana.rotate()
    ana.rotate()
    ben.sync()

    ben.rejoin()
    settle(ana, ben)

    hers = [one for one in ben.state.tenures if one.certificate.device == ana.id]
    assert [(one.first, one.last) for one in hers] == [(1, 1), (4, None)]
