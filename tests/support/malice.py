"""What a malicious server, or a member with a modified client, puts into a log."""

from collections.abc import Sequence
from dataclasses import replace

from crypto import entry as entries
from crypto.bundle import Bundle
from crypto.identity import credential_identity
from crypto.ids import EntryId, new_id
from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackage, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.suite import SUITE_1
from crypto.session import session as sessions
from crypto.session.log import AppendRequest, Item, Kind
from crypto.session.packages import make_package
from tests.support.devices import NOW, Person, person
from tests.support.relay import Client, Relay, Tamper


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
