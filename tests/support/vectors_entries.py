"""Vectors of sealed entries, their authors' chains, and the past handed over: R6, R7, R9."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from channels.content import (
    Message,
)
from channels.content import encode as encode_content
from crypto import aes256, entry, history
from crypto.entry import NO_PREVIOUS, Entry, Envelope, entry_key
from crypto.history import EpochKey, Past, Tenure
from crypto.ids import (
    EntryId,
)
from crypto.mls.codec import Writer, encode
from crypto.mls.suite import Secret
from tests.support.devices import NOW, Person
from tests.support.ronde_vectors import b64
from tests.support.vector_people import ANA, BEN, CHANNEL, CIRCLE, EVE, KEY, Vector, id_of, someone
from tests.support.vectors_membership import good_chain


def an_entry(**changes: object) -> Entry:
    plain = Entry(
        channel=CHANNEL,
        epoch=7,
        professional=ANA.professional,
        leaf=3,
        id=EntryId(id_of("entry 1")),
        type="message",
        thread=None,
        previous=NO_PREVIOUS,
        counter=1,
        circle_length=4,
        circle_head=hashlib.sha256(b"head").digest(),
        body=encode_content(Message(text="Bonjour à tous")),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field


def _sealed(inner: bytes, *, place: Entry, pad: bool = True) -> bytes:
    unsealed = Envelope(channel=place.channel, epoch=place.epoch, id=place.id, sealed=b"")
    padded = inner + bytes(-len(inner) % entry.PADDING) if pad else inner
    sealed = aes256.seal(entry_key(KEY, place.id), unsealed.header(), padded)
    return replace(unsealed, sealed=sealed).encode()


def _signed(one: Entry, signer: Person) -> bytes:
    content = encode(one)
    return Writer().opaque(content).opaque(signer.device.sign(entry.LABEL, content)).bytes()


MEMBER = {
    "epoch": 7,
    "leaf": 3,
    "professional": ANA.professional,
    "device": ANA.device.id,
    "signature_key": b64(ANA.device.signature_key.public),
}


def _entry(name: str, comment: str, outcome: str, envelope: bytes, **given: object) -> Vector:
    return Vector(
        name=f"entry-{name}",
        source="ARCHITECTURE.md R7",
        comment=comment,
        given={"key": b64(KEY), "members": [MEMBER], "envelope": b64(envelope), **given},
        steps=[{"do": "open_entry"}],
        outcome=outcome,
    )


def entries() -> Iterator[Vector]:
    good = an_entry()
    yield _entry("opens", "Sealed by its author.", "ok", _sealed(_signed(good, ANA), place=good))
    threaded = an_entry(thread=EntryId(id_of("entry 0")), counter=2, previous=good.hash)
    sealed = _sealed(_signed(threaded, ANA), place=threaded)
    yield _entry("in-a-thread", "The second entry, in a thread.", "ok", sealed)
    yield from _entries_by_others(good)
    yield from _entries_elsewhere(good)
    yield from _entries_at_the_edge()
    yield from _entries_badly_padded(good)
    yield from _entry_keys()
    yield from _authors()


def _entries_by_others(good: Entry) -> Iterator[Vector]:
    sealed = _sealed(_signed(good, EVE), place=good)
    yield _entry("signed-by-another", "Another leaf key signed it.", "forged", sealed)
    unsigned = Writer().opaque(encode(good)).opaque(bytes(64)).bytes()
    yield _entry("unsigned", "No signature.", "forged", _sealed(unsigned, place=good))
    sealed = _sealed(_signed(good, ANA), place=good)
    later, comment = [{**MEMBER, "epoch": 8}], "The leaf was somebody's at another epoch."
    yield _entry("not-a-member", comment, "not_a_member", sealed, members=later)
    other = an_entry(professional=EVE.professional)
    sealed = _sealed(_signed(other, ANA), place=other)
    yield _entry("in-anothers-name", "The leaf is not the one named.", "not_a_member", sealed)


def _entries_elsewhere(good: Entry) -> Iterator[Vector]:
    sealed = _sealed(_signed(good, ANA), place=good)
    yield _entry("wrong-key", "Another epoch's key.", "unreadable", sealed, key=b64(bytes(32)))
    moved = replace(Envelope.decode(sealed), id=EntryId(id_of("entry 2"))).encode()
    yield _entry("moved", "Put under another id by the server.", "unreadable", moved)
    elsewhere = an_entry(id=EntryId(id_of("entry 2")))
    sealed = _sealed(_signed(elsewhere, ANA), place=good)
    yield _entry("made-for-elsewhere", "Inside and outside differ.", "mismatched", sealed)


def _entries_at_the_edge() -> Iterator[Vector]:
    last, beyond = 2**53 - 1, 2**53
    for name, comment, outcome, epoch in (
        ("last-epoch", "The last epoch that every language counts exactly.", "ok", last),
        ("beyond-epochs", "An epoch that not every language can count.", "malformed", beyond),
    ):
        there = an_entry(epoch=epoch, type="\ufeffmessage")
        sealed = _sealed(_signed(there, ANA), place=there)
        yield _entry(name, comment, outcome, sealed, members=[{**MEMBER, "epoch": epoch}])


def _entries_badly_padded(good: Entry) -> Iterator[Vector]:
    signed = _signed(good, ANA)
    missing = -len(signed) % entry.PADDING
    too_far = _sealed(signed + bytes(missing + entry.PADDING), place=good, pad=False)
    yield _entry("padded-too-far", "A whole step of padding.", "malformed", too_far)
    dirty = _sealed(signed + b"\1" * missing, place=good, pad=False)
    yield _entry("dirty-padding", "Padding that is not zero.", "malformed", dirty)
    longer = _sealed(signed, place=good) + b"\0"
    yield _entry("trailing-byte", "A byte after the envelope.", "malformed", longer)


def _entry_keys() -> Iterator[Vector]:
    yield Vector(
        name="entry-key",
        source="ARCHITECTURE.md R6",
        comment="The key of one entry from its epoch's content key.",
        given={"key": b64(KEY), "entry": id_of("entry 1")},
        steps=[{"do": "derive_entry_key"}],
    )
    yield Vector(
        name="entry-content-key",
        source="ARCHITECTURE.md R6",
        comment="What the exporter is asked for at an epoch.",
        given={"channel": CHANNEL, "epoch": 7},
        steps=[{"do": "derive_content_key"}],
    )


def _authors() -> Iterator[Vector]:
    written: list[Entry] = []
    for counter in (1, 2, 3):
        previous = written[-1].hash if written else NO_PREVIOUS
        number = EntryId(id_of(f"entry {counter}"))
        written.append(an_entry(id=number, counter=counter, previous=previous))
    first, second, third = written
    rewritten = replace(first, body=b"{}")
    for name, comment, shown in (
        ("in-order", "Nothing to notice.", (first, second, third)),
        ("withheld", "The second never comes.", (first, third)),
        ("reordered", "The second comes late.", (first, third, second)),
        ("replayed", "The first comes twice.", (first, second, first)),
        ("rewritten", "The second follows another first.", (rewritten, second)),
    ):
        yield Vector(
            name=f"author-{name}",
            source="ARCHITECTURE.md R7",
            comment=comment,
            given={"entries": [b64(encode(each)) for each in shown]},
            steps=[{"do": "follow_author"}],
        )


DANA = someone("dana")
PAST = Past(
    epochs=tuple(
        EpochKey(epoch=each, key=Secret(bytes([each]) * 32), began=NOW) for each in (0, 1)
    ),
    tenures=(
        Tenure(leaf=0, first=0, last=None, certificate=ANA.device.certificate),
        Tenure(leaf=1, first=1, last=1, certificate=BEN.device.certificate),
    ),
)


def _history(
    name: str, comment: str, outcome: str, bundle: history.HistoryBundle, to: Person = EVE
) -> Vector:
    return Vector(
        name=f"history-{name}",
        source="ARCHITECTURE.md R9",
        comment=comment,
        given={
            "circle": CIRCLE,
            "chain": [b64(each) for each in good_chain()],
            "channel": CHANNEL,
            "device": b64(encode(to.device)),
            "bundle": b64(bundle.encode()),
        },
        steps=[{"do": "open_history"}],
        outcome=outcome,
    )


def _given(giver: Person, past: Past) -> history.HistoryBundle:
    recipient = EVE.device.certificate
    return history.seal(past, channel=CHANNEL, recipient=recipient, giver=giver.device)


def histories() -> Iterator[Vector]:
    good = _given(ANA, PAST)
    yield _history("opens", "Given by a member, for this device.", "ok", good)
    left = _given(BEN, PAST)
    yield _history("by-one-who-left", "A former member's word still holds.", "ok", left)
    yield _history("for-another", "Sealed to another device.", "not_for_us", good, to=BEN)
    yield _history("by-a-stranger", "Dana never was in.", "forged", _given(DANA, PAST))
    ghost = Tenure(leaf=2, first=0, last=None, certificate=DANA.device.certificate)
    haunted = _given(ANA, replace(PAST, tenures=(*PAST.tenures, ghost)))
    yield _history("with-a-ghost", "A stranger in the past.", "forged", haunted)
    taken = replace(good, giver=BEN.device.certificate)
    retaken = replace(taken, signature=BEN.device.sign(history.LABEL, taken.content()))
    yield _history("taken-over", "Ben signs what Ana sealed.", "unreadable", retaken)
    backwards = _given(ANA, replace(PAST, epochs=PAST.epochs[::-1]))
    yield _history("out-of-order", "Epochs not in order.", "malformed", backwards)
