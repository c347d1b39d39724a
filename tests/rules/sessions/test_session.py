"""A device's side of its channels: the protocol's daily life."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crypto.entry import MAX_BODY, BadEntry
from crypto.ids import ChannelId, CircleId, ProfessionalId, TaskId, new_id
from crypto.mls.codec import Malformed
from crypto.policy import NotAllowed, PolicyFault
from crypto.session import session as sessions
from crypto.session.compare import number_with
from crypto.session.effects import (
    CommitRefused,
    EntryOpened,
    EntryParked,
    MembersChanged,
    RemovedFromChannel,
    RosterChanged,
)
from crypto.session.join import open_channel, watch
from crypto.session.log import Card, Kind
from crypto.session.packages import publish
from crypto.session.state import Phase
from crypto.session.step import NotInChannel, UnknownChannel, UnknownCircle
from crypto.session.store import decode_session, encode_session
from tests.support.devices import NOW, Circle, Person, person
from tests.support.relay import Client, Relay, sends, settle


def test_what_one_says_all_hear(ana: Client, ben: Client, cleo: Client) -> None:
    ana.add(ben, cleo)
    settle(ana, ben, cleo)

    ana.say("Bonjour")
    settle(ana, ben, cleo)
    ben.say("Bonjour Ana")
    settle(ana, ben, cleo)

    assert ana.heard == ben.heard == cleo.heard == ["Bonjour", "Bonjour Ana"]
    assert ana.code == ben.code == cleo.code
    assert [*ana.warnings, *ben.warnings, *cleo.warnings] == []


def test_a_task_card_travels_in_clear_beside_its_sealed_entry(ana: Client, relay: Relay) -> None:
    card = Card(
        task=TaskId(new_id()),
        state="requested",
        assignees=(ana.person.professional,),
        due=date(2026, 12, 1),
    )

    ana.say("Bilan", card=card)
    ana.sync()

    assert relay.log[-1].card == card
    assert b"Bilan" not in relay.log[-1].body
    assert [event.card for event in ana.events if isinstance(event, EntryOpened)] == [card]


def test_every_change_of_members_is_an_event_for_all(
    ana: Client, ben: Client, cleo: Client
) -> None:
    ana.add(ben)
    settle(ana, ben)
    ana.add(cleo)
    settle(ana, ben, cleo)
    ana.remove(cleo)
    settle(ana, ben, cleo)

    changes = [event for event in ben.events if isinstance(event, MembersChanged)]

    assert [len(change.added) for change in changes] == [2, 1, 0]
    assert [member.device for change in changes for member in change.removed] == [cleo.id]
    assert {change.by for change in changes} == {ana.id}


def test_every_statement_of_the_chain_is_an_event_once(
    circle: Circle, ana: Client, ben: Client
) -> None:
    ben.learn()
    circle.add(person())
    ben.learn()
    ben.learn()

    news = [event.statements for event in ben.events if isinstance(event, RosterChanged)]

    assert [len(statements) for statements in news] == [2, 1]
    assert ana.warnings == ben.warnings == []


def test_who_is_removed_reads_nothing_more(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.add(ben, cleo)
    ana.say("avant")
    settle(ana, ben, cleo)
    circle.remove(cleo.person)

    ana.remove(cleo)
    settle(ana, ben, cleo)
    ana.say("après")
    ben.say("après aussi")
    settle(ana, ben, cleo)

    assert cleo.heard == ["avant"]
    assert cleo.state.phase is Phase.REMOVED
    assert cleo.state.group is None
    assert any(isinstance(event, RemovedFromChannel) for event in cleo.events)
    assert sessions.read(cleo.session, relay.channel, relay.log)[-1].opened.entry.body == b"avant"
    with pytest.raises(NotInChannel):
        cleo.say("encore là")


def test_who_comes_back_reads_again_under_the_policy(
    circle: Circle, ana: Client, ben: Client
) -> None:
    ana.add(ben)
    settle(ana, ben)
    circle.remove(ben.person)
    ana.remove(ben)
    ana.say("sans Ben")
    settle(ana, ben)
    circle.add(ben.person)

    ana.add(ben)
    settle(ana, ben)
    ana.say("avec Ben")
    settle(ana, ben)

    assert ben.heard == ["sans Ben", "avec Ben"]
    assert ben.state.phase is Phase.MEMBER


def test_posting_waits_until_whoever_is_off_the_roster_is_removed(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.add(ben, cleo)
    settle(ana, ben, cleo)
    circle.remove(cleo.person)

    ben.learn()
    ben.say("sans Cleo")
    settle(ana, ben, cleo)

    kinds = [item.kind for item in relay.log[-2:]]
    assert kinds == [Kind.COMMIT, Kind.ENTRY]
    assert ana.heard == ben.heard == ["sans Cleo"]
    assert cleo.heard == []


def test_who_is_off_the_roster_sends_nothing(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.add(ben)
    settle(ana, ben)
    circle.remove(ben.person)
    ben.learn()
    before = len(relay.log)

    ben.say("encore là")

    assert len(relay.log) == before


def test_what_was_not_said_before_a_removal_is_given_back(
    circle: Circle, ana: Client, ben: Client
) -> None:
    ana.add(ben)
    settle(ana, ben)
    circle.remove(ben.person)
    step = ben.saying("trop tard")
    ben.keep(step.session)
    ana.remove(ben)

    ben.sync()

    parked = [event for event in ben.events if isinstance(event, EntryParked)]
    assert [(event.id, event.code) for event in parked] == [(sends(step)[0].id, "removed")]


def test_a_rotation_makes_a_new_epoch_with_the_same_members(ana: Client, ben: Client) -> None:
    ana.add(ben)
    settle(ana, ben)

    ben.do(sessions.rotate(ben.session, ben.relay.channel, now=NOW))
    settle(ana, ben)

    assert ana.epoch == ben.epoch == 2
    assert not ben.state.wanted.rotate
    assert [len(change.added) for change in _changes(ana)][-1] == 0


def _changes(client: Client) -> list[MembersChanged]:
    return [event for event in client.events if isinstance(event, MembersChanged)]


def test_only_one_entry_is_on_its_way_and_the_order_is_kept(ana: Client, relay: Relay) -> None:
    first = ana.saying("un")
    ana.keep(first.session)
    second = ana.saying("deux")
    ana.keep(second.session)

    assert (len(sends(first)), len(sends(second))) == (1, 0)
    ana.resume()
    assert ana.heard == ["un", "deux"]


def test_an_entry_refused_for_good_is_parked_and_blocks_nothing(ana: Client) -> None:
    first = ana.saying("un")
    ana.keep(first.session)
    ana.keep(ana.saying("deux").session)
    (request,) = sends(first)

    ana.do(sessions.refuse(ana.session, request, "bad_entry", now=NOW))
    ana.sync()

    parked = [event for event in ana.events if isinstance(event, EntryParked)]
    assert [(event.id, event.code) for event in parked] == [(request.id, "bad_entry")]
    assert ana.heard == ["deux"]
    assert ana.warnings == []


def test_a_commit_refused_for_good_is_dropped_with_an_event(ana: Client, ben: Client) -> None:
    step = ana.adding(ben)
    (request,) = sends(step)
    ana.keep(step.session)

    ana.do(sessions.refuse(ana.session, request, "bad_commit", now=NOW))

    assert [event.code for event in ana.events if isinstance(event, CommitRefused)] == [
        "bad_commit"
    ]
    assert (ana.epoch, ana.state.pending) == (0, None)


def test_nobody_is_added_who_is_not_on_the_roster(relay: Relay, ana: Client) -> None:
    eve = Client(person(), relay)

    with pytest.raises(NotAllowed) as refusal:
        ana.add(eve)

    assert refusal.value.fault is PolicyFault.GHOST


def test_who_is_in_already_is_not_added_again(ana: Client, ben: Client) -> None:
    ana.add(ben)

    ana.add(ben)
    ana.say("bonjour")
    settle(ana, ben)

    assert ben.heard == ["bonjour"]
    assert not any(isinstance(event, CommitRefused) for event in ana.events)


def test_nobody_removes_oneself(ana: Client) -> None:
    with pytest.raises(NotAllowed):
        ana.remove(ana)


def test_without_a_chain_a_session_does_not_go_on(circle: Circle) -> None:
    session = sessions.enrol(
        circle.coordinator.identity,
        circle.coordinator.professional,
        circle.coordinator.device.id,
        now=NOW,
    )

    with pytest.raises(UnknownCircle):
        open_channel(session, ChannelId(new_id()), circle.id, now=NOW)
    with pytest.raises(UnknownCircle):
        watch(session, ChannelId(new_id()), CircleId(new_id()))


def test_only_a_member_of_the_circle_begins_a_channel(circle: Circle, relay: Relay) -> None:
    eve = Client(person(), relay)

    with pytest.raises(NotAllowed):
        eve.open()


def test_what_was_never_watched_is_unknown(ana: Client) -> None:
    with pytest.raises(UnknownChannel):
        sessions.receive(ana.session, ChannelId(new_id()), (), now=NOW)


def test_a_body_too_large_is_refused_before_it_is_queued(ana: Client) -> None:
    with pytest.raises(BadEntry):
        ana.say("x" * (MAX_BODY + 1))
    with pytest.raises(BadEntry):
        sessions.compose(ana.session, ana.relay.channel, type_="x" * 33, body=b"x", now=NOW)


def test_items_seen_before_are_passed_over_and_a_gap_is_not_jumped(
    ana: Client, ben: Client, relay: Relay
) -> None:
    ana.add(ben)
    ana.say("un")
    ana.say("deux")
    settle(ana, ben)
    cursor = ben.state.cursor

    ben.receive(relay.log)
    relay_gap = [replace(relay.log[-1], seq=cursor + 5)]
    ben.receive(relay_gap)

    assert ben.heard == ["un", "deux"]
    assert ben.state.cursor == cursor
    assert ben.warnings == []


def test_a_session_comes_back_from_its_bytes(ana: Client, ben: Client, cleo: Client) -> None:
    ana.add(ben)
    settle(ana, ben)
    ben.say("un")
    ana.keep(ana.saying("deux").session)
    ana.keep(ana.adding(cleo).session)

    for client in (ana, ben, cleo):
        data = encode_session(client.session)
        assert encode_session(decode_session(data)) == data


@pytest.mark.parametrize("damage", [b"", b"\0", b"ronde session v1", bytes(64)])
def test_what_is_no_session_is_refused(damage: bytes) -> None:
    with pytest.raises(Malformed):
        decode_session(damage)


def test_key_packages_past_their_time_are_forgotten(ana: Client) -> None:
    session, packages = publish(ana.session, 2, now=NOW + timedelta(days=91))

    assert len(packages) == 2
    assert len(session.packages) == 2


def test_a_used_key_package_loses_its_private_keys(ana: Client, ben: Client) -> None:
    before = len(ben.session.packages)

    ana.add(ben)
    settle(ana, ben)

    assert len(ben.session.packages) == before - 1


def test_two_people_compare_the_same_number(ana: Client, ben: Client) -> None:
    ana.learn()

    mine = number_with(ana.session, ben.person.professional)
    yours = number_with(ben.session, ana.person.professional)

    assert mine == yours


def test_a_new_identity_of_a_known_professional_is_loud(circle: Circle, relay: Relay) -> None:
    ben = person()
    ana = Client(circle.coordinator, relay)
    circle.add(ben)
    ana.open()
    circle.remove(ben)
    again = person()
    impostor = Person(professional=ben.professional, identity=again.identity, device=again.device)
    circle.add(impostor)

    ana.learn()

    assert ana.warnings == ["identity_changed"]
    key = again.identity.public
    accepted = sessions.accept_identity(ana.session, ProfessionalId(ben.professional), key)
    assert accepted.pins.keys[ben.professional] == key
