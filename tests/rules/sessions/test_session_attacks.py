"""The attack list above the core: what the log hides, replays or forges, refused or noticed."""

from dataclasses import replace

import pytest

from crypto import history
from crypto.ids import EntryId, new_id
from crypto.mls.suite import SUITE_1
from crypto.session import session as sessions
from crypto.session.compare import compare, report
from crypto.session.effects import EntryOpened, FetchChain, Rejoin
from crypto.session.log import Kind
from tests.support.devices import NOW, Circle, person
from tests.support.malice import asked, entry_by, group_of, put_entry, without
from tests.support.newcomers import joined, member
from tests.support.relay import Client, Relay, sends, settle


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return joined(circle, relay, ana)


@pytest.fixture
def cleo(circle: Circle, relay: Relay, ana: Client, ben: Client) -> Client:
    return joined(circle, relay, ana, ben)


def test_an_old_device_list_is_not_accepted_again(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    old = circle.chain
    circle.add(person())
    ben.learn()
    before = ben.session
    relay.chains[ben.id] = old

    with pytest.raises(sessions.ChainRolledBack):
        ben.learn()
    with pytest.raises(sessions.ChainRolledBack):
        sessions.receive(ben.session, relay.channel, relay.log, chain=old, now=NOW)

    assert ben.session == before


def test_another_chain_than_the_one_we_know_is_refused(
    circle: Circle, relay: Relay, ben: Client
) -> None:
    fork = Circle(circle.coordinator)
    fork.id, fork.chain = circle.id, circle.chain[:1]
    for _ in range(3):
        fork.add(person())
    relay.chains[ben.id] = fork.chain

    with pytest.raises(sessions.ChainRolledBack):
        ben.learn()


def test_a_removal_hidden_in_the_chain_is_noticed_by_the_next_entry(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    relay.chains[ben.id] = circle.chain
    circle.remove(cleo.person)
    ana.remove(cleo)
    ana.say("sans Cleo")
    ben.sync()
    before = len(relay.log)

    step = ben.saying("rien ne part")
    ben.do(step)

    assert sends(step) == []
    assert any(isinstance(effect, FetchChain) for effect in step.effects)
    assert len(relay.log) == before
    del relay.chains[ben.id]
    settle(ana, ben)
    assert ana.read == ["sans Cleo", "rien ne part"]


def test_a_removal_hidden_in_the_log_is_noticed_and_nothing_more_is_said(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.sync()
    place = len(relay.log) + 1
    relay.tampers[ben.id] = without(place)
    circle.remove(cleo.person)
    ana.remove(cleo)
    ana.say("sans Cleo")
    ben.sync()
    before = len(relay.log)

    ben.say("rien ne part")

    assert ben.read == []
    assert Rejoin(channel=relay.channel) in ben.events
    assert len(relay.log) == before


def test_two_clients_shown_different_commits_see_different_codes(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    fork = Relay(circle=circle, channel=relay.channel, log=list(relay.log), epoch=relay.epoch)
    ben.relay = fork
    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    ben.do(sessions.rotate(ben.session, relay.channel, now=NOW))
    ana.sync()
    ben.sync()

    step = compare(ana.session, report(ben.session, relay.channel))

    assert ana.epoch == ben.epoch
    assert ana.code != ben.code
    assert [type(effect).__name__ for effect in step.effects] == ["SafetyWarning", "Rejoin"]
    assert compare(ana.session, report(ana.session, relay.channel)).effects == ()


def test_reports_of_different_epochs_say_nothing(relay: Relay, ana: Client, ben: Client) -> None:
    earlier = report(ben.session, relay.channel)
    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    ana.sync()

    assert compare(ana.session, earlier).effects == ()


def test_two_clients_shown_different_chains_notice_at_the_first_entry(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    # Only a coordinator can write both: here her device is in other hands.
    fork = Circle(circle.coordinator)
    fork.id, fork.chain = circle.id, circle.chain
    circle.add(person())
    fork.add(person())
    relay.chains[ben.id] = fork.chain
    ana.learn()
    ben.learn()

    ana.say("bonjour")
    ben.sync()

    assert ben.warnings == ["roster_forked"]


def test_an_entry_signed_by_another_is_refused(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.sync()
    body = entry_by(ana, leaf=group_of(ana).leaf, signed_by=ben)

    put_entry(relay, ben, body)
    cleo.sync()

    assert cleo.heard == []
    assert cleo.warnings == ["entry_refused"]


def test_an_entry_is_shown_under_its_signer_whoever_the_server_names(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    ana.sync()
    body = entry_by(ana, leaf=group_of(ana).leaf, signed_by=ana)

    put_entry(relay, ben, body)
    cleo.sync()

    (shown,) = [event for event in cleo.events if isinstance(event, EntryOpened)]
    assert shown.opened.author.professional == ana.person.professional
    assert cleo.warnings == ["sender_spoofed"]


def test_a_replayed_entry_is_not_shown_twice(relay: Relay, ana: Client, ben: Client) -> None:
    ana.say("bonjour")
    relay.log.append(replace(relay.log[-1], seq=len(relay.log) + 1))

    ben.sync()

    assert ben.heard == ben.read == ["bonjour"]
    assert ben.warnings == ["entry_replayed"]


def test_an_entry_under_another_id_is_refused(relay: Relay, ana: Client, ben: Client) -> None:
    ana.say("bonjour")
    relay.log.append(replace(relay.log[-1], seq=len(relay.log) + 1, id=EntryId(new_id())))

    ben.sync()

    assert ben.heard == ["bonjour"]
    assert ben.warnings == ["entry_refused"]


def test_a_withheld_entry_is_noticed(relay: Relay, ana: Client, ben: Client) -> None:
    ana.say("un")
    relay.tampers[ben.id] = without(len(relay.log) + 1)
    ana.say("deux")
    ana.say("trois")

    ben.sync()

    assert ben.heard == ["un", "trois"]
    assert ben.warnings == ["entry_withheld"]


def test_an_entry_withheld_from_a_newcomers_past_is_noticed(
    circle: Circle, relay: Relay, ana: Client
) -> None:
    for text in ("un", "deux", "trois"):
        ana.say(text)
    who = person()
    circle.add(who)
    relay.tampers[who.device.id] = without(4)
    dana = Client(who, relay)
    dana.watch()
    ana.add(dana)
    ana.say("quatre")
    settle(ana, dana)

    assert dana.heard == ["un", "deux", "quatre"]
    assert dana.warnings == ["entry_withheld"]


def test_noise_in_the_log_is_reported_and_passed_over(
    relay: Relay, ana: Client, ben: Client
) -> None:
    for kind in Kind:
        relay.put(ana.id, asked(relay, kind, 1, b"noise"))
    ana.say("bonjour")

    ben.sync()

    assert ben.heard == ["bonjour"]
    assert set(ben.warnings) == {"entry_refused", "commit_refused", "history_refused"}


def test_a_past_by_a_stranger_is_refused(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    eve = person()
    past = history.Past(epochs=(ana.state.epochs[0],), tenures=ana.state.tenures)
    dana = member(circle, relay)
    bundle = history.seal(
        past,
        channel=relay.channel,
        recipient=dana.person.device.certificate,
        giver=eve.device,
    )
    relay.put(ana.id, asked(relay, Kind.HISTORY, 1, bundle.encode()))

    dana.sync()

    assert dana.warnings == ["history_refused"]
    assert dana.state.given == ()


def test_a_giver_of_wrong_keys_does_not_keep_the_right_ones_out(
    circle: Circle, relay: Relay, ana: Client, ben: Client
) -> None:
    ana.say("un")
    dana = member(circle, relay)
    wrong = replace(ana.state.epochs[1], key=SUITE_1.random_secret())
    bundle = history.seal(
        history.Past(epochs=(wrong,), tenures=ana.state.tenures),
        channel=relay.channel,
        recipient=dana.person.device.certificate,
        giver=ben.person.device,
    )
    relay.put(ben.id, asked(relay, Kind.HISTORY, 1, bundle.encode()))

    ana.add(dana)
    settle(ana, ben, dana)

    assert dana.heard == ["un"]
    assert dana.warnings == []
