"""The attack list above the core: refused or noticed, and the state unmoved."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import entry as entries
from crypto import history
from crypto import session as sessions
from crypto.bundle import Bundle
from crypto.effects import EntryOpened, FetchChain, Rejoin
from crypto.identity import certify, credential_identity
from crypto.ids import EntryId, new_id
from crypto.log import AppendRequest, Item, Kind
from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackage, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack
from crypto.mls.refused import Refused
from crypto.mls.suite import SUITE_1
from crypto.policy import NotAllowed, PolicyFault
from crypto.session_compare import compare, report
from crypto.session_packages import make_package
from crypto.session_state import Phase
from tests.support.devices import NOW, Circle, Person, person
from tests.support.relay import Client, Relay, Tamper, sends, settle


@pytest.fixture
def circle() -> Circle:
    return Circle(person())


@pytest.fixture
def relay(circle: Circle) -> Relay:
    return Relay(circle=circle)


@pytest.fixture
def ana(circle: Circle, relay: Relay) -> Client:
    client = Client(circle.coordinator, relay)
    client.open()
    return client


def member(circle: Circle, relay: Relay) -> Client:
    who = person()
    circle.add(who)
    client = Client(who, relay)
    client.watch()
    return client


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    client = member(circle, relay)
    ana.add(client)
    settle(ana, client)
    return client


@pytest.fixture
def cleo(circle: Circle, relay: Relay, ana: Client, ben: Client) -> Client:
    client = member(circle, relay)
    ana.add(client)
    settle(ana, ben, client)
    return client


def group_of(client: Client) -> Group:
    group = client.state.group
    assert group is not None
    return group


def put_commit(
    relay: Relay,
    by: Client,
    *,
    adds: Sequence[KeyPackage] = (),
    removes: Sequence[int] = (),
) -> Item:
    """What a member with a modified client commits, past all checks of its own."""
    group = group_of(by)
    commit, welcome, after = group.commit(adds, removes, now=NOW)
    references = tuple(package.reference() for package in adds)
    bundle = Bundle(
        commit=commit, welcome=welcome, group_info=after.group_info(), key_packages=references
    )
    return relay.put(by.id, asked(relay, Kind.COMMIT, group.epoch, bundle.encode()))


def asked(relay: Relay, kind: Kind, epoch: int, body: bytes) -> AppendRequest:
    return AppendRequest(
        channel=relay.channel, id=EntryId(new_id()), kind=kind, epoch=epoch, body=body
    )


def without(*hidden: int) -> Tamper:
    """A log that leaves items out and closes the gaps."""

    def tamper(items: tuple[Item, ...]) -> tuple[Item, ...]:
        left = [item for item in items if item.seq not in hidden]
        return tuple(replace(item, seq=place) for place, item in enumerate(left, start=1))

    return tamper


# Ghosts.


def off_the_roster(_: Person) -> KeyPackage:
    return make_package(person().device, now=NOW).key_package


def uncertified(_: Person) -> KeyPackage:
    return new_key_package(
        SUITE_1,
        Credential(identity=b"eve"),
        SUITE_1.generate_signature_key(),
        Lifetime.starting(NOW),
    ).key_package


def with_a_certificate_of(who: Person) -> KeyPackage:
    return new_key_package(
        SUITE_1,
        Credential(identity=credential_identity(who.device.certificate)),
        SUITE_1.generate_signature_key(),
        Lifetime.starting(NOW),
    ).key_package


def in_the_name_of(who: Person) -> KeyPackage:
    impostor = person()
    claimed = Person(
        professional=who.professional,
        identity=impostor.identity,
        device=sessions.enrol(
            impostor.identity, who.professional, type(who.device.id)(new_id()), now=NOW
        ).device,
    )
    return make_package(claimed.device, now=NOW).key_package


@pytest.mark.parametrize(
    "ghost", [uncertified, off_the_roster, with_a_certificate_of, in_the_name_of]
)
def test_a_ghost_leaf_is_refused_by_every_client(
    circle: Circle,
    relay: Relay,
    ben: Client,
    cleo: Client,
    ghost: Callable[[Person], KeyPackage],
) -> None:
    dana = person()
    circle.add(dana)
    before = group_of(cleo)

    put_commit(relay, ben, adds=[ghost(dana)])
    cleo.sync()

    assert cleo.warnings == ["commit_refused"]
    assert group_of(cleo) == before


def test_a_forged_commit_does_not_block_the_real_one(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    put_commit(relay, ben, adds=[uncertified(person())])
    relay.put(ben.id, asked(relay, Kind.COMMIT, 2, b"noise"))

    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    settle(ana, ben, cleo)

    assert cleo.warnings == ["commit_refused", "commit_refused"]
    assert ana.epoch == ben.epoch == cleo.epoch == 3
    assert ana.code == ben.code == cleo.code


def test_nobody_joins_a_group_with_a_ghost_in_it(
    circle: Circle, relay: Relay, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    package = dana.session.packages[0].key_package

    put_commit(relay, ben, adds=[uncertified(person()), package])
    dana.sync()

    assert dana.warnings == ["commit_refused"]
    assert dana.state.phase is Phase.WAITING


def test_a_device_stands_in_a_group_once(relay: Relay, ana: Client, ben: Client) -> None:
    again = make_package(ana.person.device, now=NOW).key_package

    with pytest.raises(Refused):
        put_commit(relay, ben, adds=[again])


def test_only_a_coordinator_removes_who_is_on_the_roster(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    put_commit(relay, ben, removes=[group_of(cleo).leaf])

    cleo.sync()
    ana.sync()

    assert cleo.warnings == ana.warnings == ["commit_refused"]
    assert cleo.state.phase is Phase.MEMBER


# What the server hides or replays.


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


# Entries.


def entry_by(author: Client, *, leaf: int, signed_by: Client, **changes: object) -> bytes:
    state = author.state
    current = state.epochs[-1]
    entry = entries.Entry(
        channel=state.id,
        epoch=current.epoch,
        professional=author.person.professional,
        leaf=leaf,
        id=EntryId(new_id()),
        type="message",
        thread=None,
        previous=state.own_head,
        counter=state.own_counter + 1,
        circle_length=len(author.relay.circle.chain),
        circle_head=author.relay.circle.roster.head,
        body=b"forged",
    )
    entry = replace(entry, **changes)  # type: ignore[arg-type]  # any field
    private = signed_by.person.device.signature_key.private
    return entries.seal(entry, key=current.key, signature_key=private).encode()


def put_entry(relay: Relay, sender: Client, body: bytes) -> Item:
    envelope = entries.Envelope.decode(body)
    request = AppendRequest(
        channel=relay.channel, id=envelope.id, kind=Kind.ENTRY, epoch=envelope.epoch, body=body
    )
    return relay.put(sender.id, request)


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


# Losing the thread, and coming back from outside.


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


# A chain that the log is ahead of.


def test_a_commit_that_our_chain_does_not_know_of_yet_is_judged_by_a_fresher_one(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)

    ana.add(dana)
    ben.sync()
    ben.say("bienvenue")
    cleo.sync()

    assert len(ben.session.circles[circle.id].chain) == len(circle.chain)
    assert ben.epoch == cleo.epoch == ana.epoch
    assert cleo.heard == ["bienvenue"]
    assert ben.warnings == cleo.warnings == []


def test_a_removal_that_our_chain_does_not_know_of_yet_is_judged_by_a_fresher_one(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    ana.add(dana)
    settle(ana, ben, cleo, dana)
    circle.remove(dana.person)
    ben.learn()

    ben.say("sans Dana")  # removes Dana first, without being a coordinator
    cleo.sync()

    assert cleo.heard == ["sans Dana"]
    assert cleo.warnings == []


def test_nobody_is_removed_for_a_roster_that_is_out_of_date(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    circle.remove(cleo.person)
    ana.remove(cleo)
    settle(ana, ben, cleo)
    circle.add(cleo.person)
    ana.add(cleo)
    ben.sync()

    ben.say("bon retour")
    cleo.sync()

    assert cleo.state.phase is Phase.MEMBER
    assert cleo.heard == ["bon retour"]


def test_a_removal_that_the_log_refuses_for_good_is_not_asked_for_for_ever(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    circle.remove(cleo.person)
    ben.learn()
    step = ben.saying("sans Cleo")
    ben.keep(step.session)
    (request,) = sends(step)

    refused = sessions.refuse(ben.session, request, "bad_commit", now=NOW)

    assert request.kind is Kind.COMMIT
    assert sends(refused) == []
    again = sessions.receive(refused.session, relay.channel, (), now=NOW)
    assert sends(again) == []


def test_a_newcomer_that_cannot_be_added_does_not_keep_a_removal_from_being_made(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    circle.remove(cleo.person)
    expired = Lifetime(not_before=0, not_after=1)
    package = new_key_package(
        SUITE_1,
        Credential(identity=credential_identity(dana.person.device.certificate)),
        dana.person.device.signature_key,
        expired,
    ).key_package
    ana.learn()

    ana.do(ana.changing(adds=[pack(package)]))
    ana.say("sans Cleo")
    settle(ana, ben, cleo)

    assert [type(event).__name__ for event in ana.events].count("CommitRefused") == 1
    assert ben.heard == ["sans Cleo"]
    assert cleo.heard == []
