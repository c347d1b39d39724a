"""Vectors of attachments, recovery codes, their records and what is kept of them: R8, R10."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto import attachment, recovery
from crypto.attachment import CHUNK, LABEL, MAX_SIZE, SealedFile, nonce
from crypto.backup import Backup, Done
from crypto.history import EpochKey, Past, Tenure
from crypto.ids import ChannelId, ProfessionalId
from crypto.mls.codec import Writer
from crypto.mls.suite import SUITE_1, Secret
from crypto.recovery import BackupRecord, IdentityRecord, PastRecord, RecoveryCode
from tests.support.devices import NOW, Person
from tests.support.ronde_vectors import b64
from tests.support.vector_people import ANA, BEN, CHANNEL, CIRCLE, EVE, Vector, id_of

CODE = "QZ3R 0T7V 5KXW 9M2C D8EH 4YPJ 6GBN 1FQ4"


def files() -> Iterator[Vector]:
    yield from _attachments()
    yield from _chunks()
    yield from _codes()
    yield from _records()
    yield from _backups()


def _attachment(
    name: str, comment: str, outcome: str, file: SealedFile, **otherwise: object
) -> Vector:
    given = {
        "key": b64(file.key),
        "size": file.size,
        "sha256": b64(file.sha256),
        "sealed": b64(file.sealed),
    }
    return Vector(
        name=f"attachment-{name}",
        source="ARCHITECTURE.md R8",
        comment=comment,
        given={**given, **otherwise},
        steps=[{"do": "open_attachment"}],
        outcome=outcome,
    )


def _attachments() -> Iterator[Vector]:
    good = attachment.seal("Bonjour à toutes et à tous".encode())
    yield _attachment("opens", "A small file, as its author sealed it.", "ok", good)
    yield _attachment("empty", "A file without a byte.", "ok", attachment.seal(b""))
    yield _attachment("second-step", "Just above the smallest.", "ok", attachment.seal(b"x" * 1025))
    broken = bytearray(good.sealed)
    broken[100] ^= 1
    yield _attachment("tampered", "A byte is another.", "mismatched", _hashed(good, bytes(broken)))
    cut = good.sealed[:-1]
    yield _attachment("cut-inside", "The last byte is missing.", "mismatched", _hashed(good, cut))
    longer = good.sealed + b"\0"
    yield _attachment("longer", "A byte more.", "mismatched", _hashed(good, longer))
    yield _attachment("wrong-key", "Another file's.", "unreadable", good, key=b64(bytes(32)))
    yield _attachment("short-key", "A key of 16 bytes.", "unreadable", good, key=b64(good.key[:16]))
    yield _attachment("wrong-hash", "Not signed so.", "mismatched", good, sha256=b64(bytes(32)))
    yield _attachment("wrong-size", "Too many bytes.", "mismatched", good, size=2_000)
    yield _attachment("negative-size", "No size.", "mismatched", good, size=-1)
    yield _attachment("size-too-large", "Beyond all.", "mismatched", good, size=MAX_SIZE + 1)
    dirty = _sealed_whole(good, b"Bonjour" + b"\1" * (attachment.SMALLEST - 7))
    yield _attachment("dirty-padding", "Padding that is not zero.", "mismatched", dirty)
    yield _attachment(
        "tampered-and-signed", "Signed so.", "unreadable", _signed_as_is(good, broken)
    )
    yield Vector(
        name="attachment-sizes",
        source="ARCHITECTURE.md R15",
        comment="What the server may learn of a size.",
        given={"sizes": [0, 1, 1024, 1025, 2047, 5000, CHUNK, CHUNK + 1, 9_999_999, MAX_SIZE]},
        steps=[{"do": "blur_sizes"}],
    )


def _hashed(file: SealedFile, sealed: bytes) -> SealedFile:
    return replace(file, sealed=sealed)


def _signed_as_is(file: SealedFile, sealed: bytearray) -> SealedFile:
    sha256 = hashlib.sha256(sealed).digest()
    return replace(file, sealed=bytes(sealed), sha256=sha256)


def _sealed_whole(file: SealedFile, padded: bytes) -> SealedFile:
    prefix = file.sealed[: attachment.PREFIX_LENGTH]
    sealed = AESGCM(file.key).encrypt(nonce(prefix, 0, last=True), padded, LABEL)
    return _signed_as_is(replace(file, size=7), bytearray(prefix + sealed))


def _chunk(counter: int, length: int, *, last: bool = False) -> dict[str, object]:
    return {"byte": 65 + counter % 26, "counter": counter, "length": length, "last": last}


def _chunks() -> Iterator[Vector]:
    first, second, third = _chunk(0, CHUNK), _chunk(1, CHUNK), _chunk(2, 1, last=True)
    end = _chunk(0, CHUNK, last=True)
    for name, comment, outcome, chunks in (
        ("three", "Two whole chunks and a byte.", "ok", [first, second, third]),
        ("whole-one", "One chunk exactly.", "ok", [end]),
        ("none", "Not even an empty chunk.", "unreadable", []),
        ("nothing", "One empty chunk: an empty stream.", "ok", [_chunk(0, 0, last=True)]),
        ("without-the-last", "Cut where a chunk ends.", "unreadable", [first, second]),
        ("without-the-first", "The first is missing.", "unreadable", [second, third]),
        ("without-the-second", "One in between is missing.", "unreadable", [first, third]),
        ("reordered", "Two have changed places.", "unreadable", [second, first, third]),
        ("twice", "The first one comes twice.", "unreadable", [first, first, second, third]),
        ("goes-on", "More after the last.", "unreadable", [first, _chunk(1, 9, last=True), third]),
        ("goes-on-whole", "More after a whole last.", "unreadable", [end, _chunk(1, 9, last=True)]),
        (
            "empty-last",
            "An empty chunk to say that it ends.",
            "unreadable",
            [first, _chunk(1, 0, last=True)],
        ),
        (
            "short-inside",
            "A chunk that is not full before another.",
            "unreadable",
            [_chunk(0, CHUNK - 1), _chunk(1, 9, last=True)],
        ),
    ):
        yield Vector(
            name=f"attachment-chunks-{name}",
            source="ARCHITECTURE.md R8",
            comment=comment,
            given={"name": name, "chunks": chunks},
            steps=[{"do": "open_chunks"}],
            outcome=outcome,
        )


def _codes() -> Iterator[Vector]:
    other = "A" if CODE[0] != "A" else "B"
    for name, comment, outcome, text in (
        ("read", "As it was printed.", "ok", CODE),
        ("tolerant", "Small letters, hyphens, O for 0, L for 1.", "ok", _sloppy()),
        ("one-letter", "One letter is wrong.", "mistyped", other + CODE[1:]),
        ("two-swapped", "Two letters changed places.", "mistyped", CODE[1] + CODE[0] + CODE[2:]),
        ("groups-swapped", "Two groups changed.", "mistyped", CODE[5:10] + CODE[:4] + CODE[9:]),
        ("too-short", "The last letter is missing.", "length", CODE[:-1]),
        ("too-long", "A letter more.", "length", CODE + "0"),
        ("no-such-letter", "U is none.", "letter", "U" + CODE[1:]),
        ("empty", "Nothing.", "length", " "),
    ):  # fmt: skip
        yield Vector(
            name=f"recovery-code-{name}",
            source="ARCHITECTURE.md R10",
            comment=comment,
            given={"code": text},
            steps=[{"do": "read_code"}],
            outcome=outcome,
        )


def _sloppy() -> str:
    return CODE.lower().replace(" ", "-").replace("0", "o").replace("1", "l", 1)


PAST = Past(
    epochs=(EpochKey(epoch=3, key=Secret(b"k" * 32), began=NOW),),
    tenures=(
        Tenure(leaf=0, first=3, last=None, certificate=ANA.device.certificate),
        Tenure(leaf=1, first=3, last=None, certificate=BEN.device.certificate),
    ),
)
RECORD = PastRecord(
    channel=CHANNEL,
    circle=CIRCLE,
    length=2,
    head=hashlib.sha256(b"head 2").digest(),
    witnessed=True,
    past=PAST,
)


def _code() -> RecoveryCode:
    return recovery.read_code(CODE)


def _sealed(record: BackupRecord, *, of: Person = ANA, proof: bytes | None = None) -> bytes:
    keys = _code().keys()
    return recovery.seal(
        record,
        professional=of.professional,
        public_key=keys.pair.public,
        proof=keys.proof if proof is None else proof,
    )


def _by_hand(content: bytes) -> bytes:
    keys = _code().keys()
    context = Writer().uint16(1).opaque(ANA.professional.encode()).bytes()
    plain = Writer().opaque(content).opaque(SUITE_1.mac(keys.proof, context + content)).bytes()
    sealed = SUITE_1.seal_with_label(keys.pair.public, recovery.LABEL, context, plain)
    return Writer().uint16(1).put(sealed).bytes()


def _record(
    name: str, comment: str, outcome: str, record: bytes, who: ProfessionalId = ANA.professional
) -> Vector:
    return Vector(
        name=f"recovery-record-{name}",
        source="ARCHITECTURE.md R10",
        comment=comment,
        given={"professional": who, "code": CODE, "record": b64(record)},
        steps=[{"do": "open_record"}],
        outcome=outcome,
    )


def _records() -> Iterator[Vector]:
    identity = IdentityRecord(private=ANA.identity.private)
    yield _record("identity", "The identity key.", "ok", _sealed(identity))
    yield _record("past", "The keys of an epoch.", "ok", _sealed(RECORD))
    yield _record("of-another", "Ben's, shown to Ana.", "unreadable", _sealed(identity, of=BEN))
    forged = _sealed(identity, proof=bytes(32))
    yield _record("without-the-code", "Sealed by the server.", "forged", forged)
    kind = _by_hand(b"\x03" + b"\x20" + bytes(32))
    yield _record("unknown-kind", "Neither identity nor past.", "malformed", kind)
    longer = _by_hand(b"\x01\x20" + bytes(32) + b"\0")
    yield _record("longer", "A byte after the key.", "malformed", longer)
    yield _record("trailing-byte", "After the seal.", "malformed", _sealed(identity) + b"\0")
    other = "0000 0000 0000 0000 0000 0000 0000 0000"
    yield replace(
        _record("other-code", "Another code.", "unreadable", _sealed(identity)),
        given={"professional": ANA.professional, "code": other, "record": b64(_sealed(identity))},
    )


def _backups() -> Iterator[Vector]:
    later = Past(
        epochs=(EpochKey(epoch=4, key=Secret(b"l" * 32), began=NOW),),
        tenures=(
            Tenure(leaf=1, first=3, last=3, certificate=BEN.device.certificate),
            Tenure(leaf=1, first=4, last=None, certificate=EVE.device.certificate),
        ),
    )
    newer = replace(RECORD, length=3, head=hashlib.sha256(b"head 3").digest(), past=later)
    given = replace(RECORD, witnessed=False, length=1, past=replace(PAST, tenures=PAST.tenures[:1]))
    told = (IdentityRecord(private=ANA.identity.private), RECORD, newer, given, given)
    records = [b64(_sealed(one)) for one in told]
    strange = [b64(_sealed(RECORD, of=BEN)), b64(_sealed(RECORD, proof=bytes(32)))]
    for name, comment, said in (
        ("together", "A leaf changed hands; a past was given.", records),
        ("newest-first", "The order of records changes nothing.", records[::-1]),
        ("among-strangers", "What is not ours is passed over.", [*strange, *records]),
        ("nothing", "No record at all.", []),
    ):
        yield Vector(
            name=f"backup-{name}",
            source="ARCHITECTURE.md R10",
            comment=comment,
            given={"professional": ANA.professional, "code": CODE, "records": said},
            steps=[{"do": "put_together"}],
        )
    yield from _kept()


def _kept() -> Iterator[Vector]:
    keys = _code().keys()
    done = Done(channel=CHANNEL, upto=7, given=2)
    fresh = Done(channel=ChannelId(id_of("other channel")))
    kept = Backup(
        public_key=keys.pair.public,
        proof=keys.proof,
        identity=True,
        channels={one.channel: one for one in (fresh, done)},
    )
    for name, comment, backup, outcome in (
        ("kept", "What a device keeps beside its session.", kept.encode(), "ok"),
        ("kept-longer", "A byte more.", kept.encode() + b"\0", "malformed"),
    ):
        yield Vector(
            name=f"backup-{name}",
            source="ARCHITECTURE.md R10",
            comment=comment,
            given={"backup": b64(backup)},
            steps=[{"do": "read_backup"}],
            outcome=outcome,
        )
