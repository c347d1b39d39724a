"""R6 and R7: sealed entries, and the chain of an author's entries."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import aes256
from crypto.author import AuthorChain, Notice, begin
from crypto.entry import (
    LABEL,
    MAX_BODY,
    MAX_ENVELOPE,
    NO_PREVIOUS,
    PADDING,
    BadEntry,
    Entry,
    EntryFault,
    Envelope,
    Member,
    Members,
    content_key,
    entry_key,
    open_,
    seal,
)
from crypto.ids import ChannelId, EntryId, new_id
from crypto.mls.codec import Writer, encode
from crypto.mls.suite import SUITE_1, Secret
from tests.support.devices import Person, person

KEY = Secret(bytes(range(32)))
CHANNEL = ChannelId(new_id())


@pytest.fixture
def ana() -> Person:
    return person()


@pytest.fixture
def eve() -> Person:
    return person()


def entry_of(author: Person, *, leaf: int = 3, body: bytes = b"bonjour") -> Entry:
    return Entry(
        channel=CHANNEL,
        epoch=7,
        professional=author.professional,
        leaf=leaf,
        id=EntryId(new_id()),
        type="message",
        thread=None,
        previous=NO_PREVIOUS,
        counter=1,
        circle_length=2,
        circle_head=bytes(32),
        body=body,
    )


def member_of(author: Person, *, leaf: int = 3) -> Member:
    return Member(
        leaf=leaf,
        professional=author.professional,
        device=author.device.id,
        signature_key=author.device.signature_key.public,
    )


def members_of(author: Person, *, epoch: int = 7, leaf: int = 3) -> Members:
    known = {(epoch, leaf): member_of(author, leaf=leaf)}
    return lambda at, index: known.get((at, index))


def sealed_by(author: Person, entry: Entry) -> Envelope:
    return seal(entry, key=KEY, signature_key=author.device.signature_key.private)


def fault(envelope: Envelope, members: Members, key: Secret = KEY) -> EntryFault:
    with pytest.raises(BadEntry) as refusal:
        open_(envelope, key=key, members=members)
    return refusal.value.fault


@pytest.mark.parametrize("thread", [None, EntryId(new_id())], ids=["first", "reply"])
def test_an_entry_opens_as_it_was_sealed(ana: Person, thread: EntryId | None) -> None:
    entry = replace(entry_of(ana), thread=thread)

    sealed = sealed_by(ana, entry).encode()
    opened = open_(Envelope.decode(sealed), key=KEY, members=members_of(ana))

    assert opened.entry == entry
    assert opened.author == member_of(ana)


def test_an_entry_signed_by_another_is_refused(ana: Person, eve: Person) -> None:
    forged = sealed_by(eve, entry_of(ana))

    assert fault(forged, members_of(ana)) is EntryFault.FORGED


def test_an_entry_in_anothers_name_is_refused_although_its_signer_is_a_member(
    ana: Person, eve: Person
) -> None:
    forged = sealed_by(eve, entry_of(ana))

    assert fault(forged, members_of(eve)) is EntryFault.NOT_A_MEMBER


def test_an_unsigned_entry_is_refused(ana: Person) -> None:
    entry = entry_of(ana)
    content = Writer().opaque(encode(entry)).opaque(bytes(64)).bytes()
    plaintext = content + bytes(-len(content) % PADDING)
    unsealed = Envelope(channel=entry.channel, epoch=entry.epoch, id=entry.id, sealed=b"")
    sealed = aes256.seal(entry_key(KEY, entry.id), unsealed.header(), plaintext)

    assert fault(replace(unsealed, sealed=sealed), members_of(ana)) is EntryFault.FORGED


def test_a_signature_under_another_label_is_refused(ana: Person) -> None:
    entry = entry_of(ana)
    content = encode(entry)
    signature = SUITE_1.sign_with_label(ana.device.signature_key.private, LABEL + "x", content)
    signed = Writer().opaque(content).opaque(signature).bytes()
    plaintext = signed + bytes(-len(signed) % PADDING)
    unsealed = Envelope(channel=entry.channel, epoch=entry.epoch, id=entry.id, sealed=b"")
    sealed = aes256.seal(entry_key(KEY, entry.id), unsealed.header(), plaintext)

    assert fault(replace(unsealed, sealed=sealed), members_of(ana)) is EntryFault.FORGED


def test_who_was_no_member_at_that_epoch_wrote_nothing(ana: Person) -> None:
    envelope = sealed_by(ana, entry_of(ana))

    assert fault(envelope, members_of(ana, epoch=8)) is EntryFault.NOT_A_MEMBER
    assert fault(envelope, members_of(ana, leaf=4)) is EntryFault.NOT_A_MEMBER


def test_another_epochs_key_opens_nothing(ana: Person) -> None:
    envelope = sealed_by(ana, entry_of(ana))

    assert fault(envelope, members_of(ana), Secret(bytes(32))) is EntryFault.UNREADABLE


def test_an_envelope_cannot_be_moved_to_another_place(ana: Person) -> None:
    envelope = sealed_by(ana, entry_of(ana))

    for moved in (
        replace(envelope, id=EntryId(new_id())),
        replace(envelope, epoch=8),
        replace(envelope, channel=ChannelId(new_id())),
    ):
        assert fault(moved, members_of(ana)) is EntryFault.UNREADABLE


def test_a_member_cannot_put_an_entry_made_for_one_place_into_another(ana: Person) -> None:
    entry = entry_of(ana)
    content = encode(replace(entry, id=EntryId(new_id())))
    signature = SUITE_1.sign_with_label(ana.device.signature_key.private, LABEL, content)
    signed = Writer().opaque(content).opaque(signature).bytes()
    unsealed = Envelope(channel=entry.channel, epoch=entry.epoch, id=entry.id, sealed=b"")
    plaintext = signed + bytes(-len(signed) % PADDING)
    sealed = aes256.seal(entry_key(KEY, entry.id), unsealed.header(), plaintext)

    assert fault(replace(unsealed, sealed=sealed), members_of(ana)) is EntryFault.MISMATCHED


@pytest.mark.parametrize("padding", [b"\1" + bytes(255), bytes(PADDING), b""])
def test_padding_has_one_form_only(ana: Person, padding: bytes) -> None:
    entry = entry_of(ana)
    content = encode(entry)
    signature = SUITE_1.sign_with_label(ana.device.signature_key.private, LABEL, content)
    signed = Writer().opaque(content).opaque(signature).bytes()
    proper = b"" if not padding else signed + bytes(-len(signed) % PADDING)
    plaintext = (proper or signed) + padding
    unsealed = Envelope(channel=entry.channel, epoch=entry.epoch, id=entry.id, sealed=b"")
    sealed = aes256.seal(entry_key(KEY, entry.id), unsealed.header(), plaintext)

    assert fault(replace(unsealed, sealed=sealed), members_of(ana)) is EntryFault.MALFORMED


@given(length=st.integers(min_value=0, max_value=2000))
def test_sizes_tell_no_more_than_the_step_of_256_bytes(length: int) -> None:
    ana = person()

    envelope = sealed_by(ana, entry_of(ana, body=bytes(length)))

    overhead = aes256.NONCE_LENGTH + aes256.TAG_LENGTH
    assert (len(envelope.sealed) - overhead) % PADDING == 0


def test_the_same_entry_sealed_twice_is_another_ciphertext_with_the_same_hash(ana: Person) -> None:
    entry = entry_of(ana)

    one, other = sealed_by(ana, entry), sealed_by(ana, entry)

    assert one.sealed != other.sealed
    assert open_(one, key=KEY, members=members_of(ana)).entry.hash == entry.hash


def test_a_body_at_the_limit_fits_and_one_beyond_is_refused(ana: Person) -> None:
    largest = sealed_by(ana, entry_of(ana, body=bytes(MAX_BODY))).encode()

    assert len(largest) <= MAX_ENVELOPE
    assert open_(Envelope.decode(largest), key=KEY, members=members_of(ana)).author == member_of(
        ana
    )
    with pytest.raises(BadEntry):
        sealed_by(ana, entry_of(ana, body=bytes(MAX_BODY + 1)))
    with pytest.raises(BadEntry):
        Envelope.decode(bytes(MAX_ENVELOPE + 1))


@given(data=st.data())
def test_no_damaged_envelope_is_opened(data: st.DataObject) -> None:
    ana = person()
    encoded = bytearray(sealed_by(ana, entry_of(ana)).encode())
    at = data.draw(st.integers(min_value=0, max_value=len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(min_value=1, max_value=255))

    with pytest.raises(BadEntry):
        open_(Envelope.decode(bytes(encoded)), key=KEY, members=members_of(ana))


def test_content_keys_belong_to_one_channel_and_one_epoch() -> None:
    def export(label: str, context: bytes, length: int) -> bytes:
        return SUITE_1.expand_with_label(bytes(32), label, context, length)

    keys = {
        content_key(export, CHANNEL, 1),
        content_key(export, CHANNEL, 2),
        content_key(export, ChannelId(new_id()), 1),
    }

    assert len(keys) == 3
    assert all(len(key) == aes256.KEY_LENGTH for key in keys)


def test_sealing_and_opening_400_bytes_takes_well_under_a_millisecond(ana: Person) -> None:
    entry, members = entry_of(ana, body=bytes(400)), members_of(ana)
    turns = 200

    start = time.process_time()
    for _ in range(turns):
        open_(sealed_by(ana, entry), key=KEY, members=members)
    each = (time.process_time() - start) / turns

    assert each < 0.005  # measured 0.3 ms; the rest is room for a busy machine


# The chain of an author's entries.


def written(author: Person, count: int) -> list[Entry]:
    entries: list[Entry] = []
    for counter in range(1, count + 1):
        previous = entries[-1].hash if entries else NO_PREVIOUS
        entries.append(replace(entry_of(author), counter=counter, previous=previous))
    return entries


def follow(chain: AuthorChain, *entries: Entry) -> tuple[AuthorChain, list[Notice | None]]:
    notices = []
    for entry in entries:
        chain, notice = chain.follow(entry)
        notices.append(notice)
    return chain, notices


def test_entries_in_order_give_no_notice(ana: Person) -> None:
    _, notices = follow(AuthorChain(), *written(ana, 3))

    assert notices == [None, None, None]


def test_a_withheld_entry_is_noticed_at_the_next(ana: Person) -> None:
    first, _, third = written(ana, 3)

    chain, notices = follow(AuthorChain(), first, third)

    assert notices == [None, Notice.MISSING]
    assert chain.missing == (2,)


def test_an_entry_that_comes_late_is_shown_once_as_reordered(ana: Person) -> None:
    first, second, third = written(ana, 3)

    chain, notices = follow(AuthorChain(), first, third, second, second)

    assert notices == [None, Notice.MISSING, Notice.REORDERED, Notice.REPLAYED]
    assert chain.missing == ()


def test_a_replayed_entry_is_noticed(ana: Person) -> None:
    first, second = written(ana, 2)

    _, notices = follow(AuthorChain(), first, second, first, second)

    assert notices[2:] == [Notice.REPLAYED, Notice.REPLAYED]


def test_an_author_with_two_pasts_is_noticed(ana: Person) -> None:
    first, second = written(ana, 2)

    _, notices = follow(AuthorChain(), replace(first, body=b"bonsoir"), second)

    assert notices == [None, Notice.REWRITTEN]


def test_whoever_comes_later_begins_where_it_can_read(ana: Person) -> None:
    _, second, third = written(ana, 3)

    chain = begin(second)
    _, notices = follow(chain, third)

    assert (chain.floor, chain.floor_previous) == (2, second.previous)
    assert notices == [None]


def test_a_leap_of_the_counter_costs_no_memory(ana: Person) -> None:
    (first,) = written(ana, 1)

    chain, notices = follow(AuthorChain(), replace(first, counter=2**32 - 1))

    assert notices == [Notice.MISSING]
    assert len(chain.missing) <= 256
