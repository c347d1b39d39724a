"""R10 in a session: backing up as epochs come, and a new device that reads it all again."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crypto.backup import Backup, begin, certificates_in, owed, put_back, recover, settled
from crypto.ids import DeviceId, new_id
from crypto.recovery import RecoveryCode, new_code
from crypto.session import session as sessions
from crypto.session.join import rejoin, watch
from crypto.session.log import Kind
from crypto.session.session import ChainRolledBack
from crypto.session.state import Session
from crypto.session.step import UnknownCircle
from tests.support.devices import NOW, Circle, Person
from tests.support.newcomers import joined, member
from tests.support.relay import Client, Relay, settle


class Vault:
    """A person's code and the records on the server."""

    def __init__(self) -> None:
        self.code: RecoveryCode = new_code()
        self.backup: Backup = begin(self.code.keys())
        self.records: list[bytes] = []

    def keep(self, client: Client) -> int:
        """Back up what is owed and tell how many records it took; the value survives its bytes."""
        before = len(self.records)
        for one in owed(client.session, self.backup):
            self.records.append(one.body)
            self.backup = Backup.decode(self.backup.noted(one).encode())
        return len(self.records) - before


def returned(lost: Client, vault: Vault, records: Sequence[bytes] | None = None) -> Client:
    """Begin on a new device with nothing but the code and the records."""
    who = lost.person.professional
    kept = vault.records if records is None else records
    found = recover(kept, professional=who, keys=vault.code.keys())
    assert found.identity is not None
    session = sessions.enrol(found.identity, who, DeviceId(new_id()), now=NOW)
    client = Client(
        Person(professional=who, identity=found.identity, device=session.device), lost.relay
    )
    client.learn()
    for channel, said in found.channels.items():
        client.do(put_back(client.session, said, channel))
    if lost.relay.channel not in client.session.channels:
        client.keep(watch(client.session, lost.relay.channel, lost.relay.circle.id))
    client.sync()
    return client


def takes_its_place(client: Client, lost: Client) -> None:
    newest = client.relay.newest
    session, channel = client.session, client.relay.channel
    client.do(rejoin(session, channel, newest, now=NOW, replaces=lost.id))


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return joined(circle, relay, ana)


@pytest.fixture
def vault() -> Vault:
    return Vault()


def talk(*clients: Client) -> None:
    """Say something in three epochs."""
    for number in range(3):
        for client in clients:
            client.say(f"{client.id[:4]} {number}")
            settle(*clients)
        first = clients[0]
        first.do(sessions.rotate(first.session, first.relay.channel, now=NOW))
        settle(*clients)


def test_a_new_device_reads_what_the_lost_one_read(ana: Client, ben: Client, vault: Vault) -> None:
    talk(ana, ben)
    vault.keep(ben)

    back = returned(ben, vault)

    assert back.read == ben.read == back.heard
    assert len(back.read) == 6
    assert back.warnings == []


def test_it_takes_the_lost_ones_place_and_goes_on(ana: Client, ben: Client, vault: Vault) -> None:
    talk(ana, ben)
    vault.keep(ben)

    back = returned(ben, vault)
    takes_its_place(back, ben)
    settle(ana, back)
    back.say("me revoilà")
    settle(ana, back)

    assert ana.code == back.code
    assert ana.read == back.read
    assert back.read[-1] == "me revoilà"
    assert {one.certificate.device for one in ana.state.members} == {ana.id, back.id}
    assert (ana.warnings, back.warnings) == ([], [])


def test_nobody_else_need_be_there(ana: Client, vault: Vault) -> None:
    ana.say("note à moi-même")
    settle(ana)
    vault.keep(ana)

    back = returned(ana, vault)
    takes_its_place(back, ana)
    settle(back)
    back.say("suite")
    settle(back)

    assert back.read == ["note à moi-même", "suite"]


def test_records_written_one_by_one_say_the_same_as_all_at_once(
    circle: Circle, relay: Relay, ana: Client, ben: Client, vault: Vault
) -> None:
    slow, cleo = Vault(), joined(circle, relay, ana, ben)
    slow.keep(ben)
    for round_ in range(4):
        cleo.say(f"cleo {round_}")
        settle(ana, ben, cleo)
        slow.keep(ben)
        if round_ == 1:
            circle.remove(cleo.person)
            ana.remove(cleo)
            settle(ana, ben)
            cleo = joined(circle, relay, ana, ben)
            slow.keep(ben)
    vault.keep(ben)

    hers, his = returned(ben, slow), returned(ben, vault)

    assert hers.read == his.read == ben.read
    assert [past.tenures for past in hers.state.given[:1]] == [
        past.tenures for past in his.state.given[:1]
    ]


def test_what_is_backed_up_is_not_backed_up_again(ana: Client, ben: Client, vault: Vault) -> None:
    first = vault.keep(ben)

    again = vault.keep(ben)
    ana.do(sessions.rotate(ana.session, ana.relay.channel, now=NOW))
    settle(ana, ben)
    later = vault.keep(ben)

    assert (first, again, later) == (3, 0, 1)


def test_a_past_that_was_given_is_backed_up_too(
    circle: Circle, relay: Relay, ana: Client, vault: Vault
) -> None:
    ana.say("avant")
    cleo = joined(circle, relay, ana)
    assert cleo.read == ["avant"]
    vault.keep(cleo)

    assert returned(cleo, vault).read == ["avant"]


def test_a_backup_can_be_begun_anew_by_a_device_that_came_back(
    ana: Client, ben: Client, vault: Vault
) -> None:
    talk(ana, ben)
    vault.keep(ben)
    back, anew = returned(ben, vault), Vault()
    takes_its_place(back, ben)
    settle(ana, back)
    anew.keep(back)

    again = returned(back, anew)

    assert again.read == ben.read


def test_what_just_came_back_need_not_be_backed_up(ana: Client, ben: Client, vault: Vault) -> None:
    talk(ana, ben)
    vault.keep(ben)
    back = returned(ben, vault)

    vault.backup = settled(begin(vault.code.keys()), back.session)
    nothing = vault.keep(back)
    takes_its_place(back, ben)
    settle(ana, back)
    fresh = vault.keep(back)

    assert nothing == 0
    # The epoch it came back in, and what Ana gave it.
    assert fresh >= 1
    assert returned(back, vault).read == ana.read


def test_records_of_strangers_and_noise_keep_nothing_from_us(
    ana: Client, ben: Client, vault: Vault
) -> None:
    talk(ana, ben)
    vault.keep(ben)
    others = Vault()
    others.keep(ana)
    forger = replace(vault.backup, proof=others.backup.proof, identity=False, channels={})
    planted = [one.body for one in owed(ana.session, forger)]

    records = [b"noise", *others.records, *planted, *vault.records]
    found = recover(records, professional=ben.person.professional, keys=vault.code.keys())

    assert found.refused == len(records) - len(vault.records)
    assert found.identity == ben.person.identity
    assert returned(ben, vault, records).read == ben.read


def test_a_server_that_hides_a_removal_from_the_new_device_is_found_out(
    circle: Circle, relay: Relay, ana: Client, ben: Client, vault: Vault
) -> None:
    cleo = joined(circle, relay, ana, ben)
    before = circle.chain
    circle.remove(cleo.person)
    ana.remove(cleo)
    settle(ana, ben)
    vault.keep(ben)
    found = recover(vault.records, professional=ben.person.professional, keys=vault.code.keys())
    fresh = Session(device=member(circle, relay).person.device)
    said = found.channels[relay.channel]

    hidden = sessions.trust(fresh, circle.id, before).session

    with pytest.raises(ChainRolledBack):
        put_back(hidden, said, relay.channel)
    with pytest.raises(UnknownCircle):
        put_back(fresh, said, relay.channel)


def test_withheld_records_cost_reading_and_are_no_lie(
    ana: Client, ben: Client, vault: Vault
) -> None:
    vault.keep(ben)
    talk(ana, ben)
    vault.keep(ben)

    back = returned(ben, vault, vault.records[:-1])

    assert back.state.unread != ()
    assert back.warnings == []


def test_our_devices_in_a_group_are_named(ana: Client, ben: Client) -> None:
    newest = ana.relay.newest

    assert newest.kind is Kind.COMMIT
    ours = certificates_in(newest, ben.person.professional)
    assert [one.device for one in ours] == [ben.id]
    assert certificates_in(newest, member(ana.relay.circle, ana.relay).person.professional) == ()
