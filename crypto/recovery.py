"""Coming back after every device is lost: the recovery code, and what it opens. R10.

The code is shown and printed once. From it come an encryption key pair, of which devices
keep the public half alone and seal their records to it, and a proof key that they keep as
well: the server knows the public half, and must not be able to make up a record.
"""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from crypto.canonical import (
    HASH_LENGTH,
    KEY_LENGTH,
    read_id,
    read_suite,
    write_text,
)
from crypto.history import Past
from crypto.ids import ChannelId, CircleId, ProfessionalId
from crypto.mls.codec import Encodable, Malformed, Reader, Writer, decode
from crypto.mls.suite import SUITE_1, BadTag, HpkeCiphertext, KeyPair, Secret, equal

LABEL: Final = "ronde backup v1"
LETTERS: Final = 32
MAX_RECORD: Final = 1 << 16
"""What the server takes in one record."""
_SALT: Final = b"ronde recovery v1"
# Crockford's base 32: no I, L, O or U, so that what looks alike is never two letters.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = " -\t\r\n\u00a0\u202f"
_RANDOM: Final = LETTERS - 2
_GROUP: Final = 4
_IDENTITY, _PAST = 1, 2


class CodeFault(StrEnum):
    """What is wrong with a code as somebody typed it."""

    LENGTH = "length"
    LETTER = "letter"
    MISTYPED = "mistyped"
    ANOTHER = "another"


class BadCode(Exception):
    """A text that is no recovery code, or not the one of this backup."""

    def __init__(self, fault: CodeFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class RecordFault(StrEnum):
    """Why a record of a backup is refused."""

    MALFORMED = "malformed"
    UNREADABLE = "unreadable"
    FORGED = "forged"


class BadRecord(Exception):
    """A record that no device of this professional wrote for this code."""

    def __init__(self, fault: RecordFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupKeys:
    """What a code stands for: the key pair that records are sealed to, and the proof key."""

    pair: KeyPair
    proof: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCode:
    """32 letters of base 32, in capitals: 150 random bits, and two letters that check them."""

    letters: str = field(repr=False)

    @property
    def written(self) -> str:
        """The code as it is shown and printed: eight groups of four."""
        groups = (self.letters[at : at + _GROUP] for at in range(0, LETTERS, _GROUP))
        return " ".join(groups)

    def keys(self) -> BackupKeys:
        """Derive what the code stands for, always the same."""
        master = SUITE_1.extract(_SALT, self.letters.encode("ascii"))
        sealing = SUITE_1.expand_with_label(master, "ronde backup key", b"", KEY_LENGTH)
        proof = SUITE_1.expand_with_label(master, "ronde backup proof", b"", KEY_LENGTH)
        return BackupKeys(pair=SUITE_1.derive_key_pair(sealing), proof=proof)


def new_code() -> RecoveryCode:
    """Make a fresh code."""
    return _with_check([byte % len(_ALPHABET) for byte in secrets.token_bytes(_RANDOM)])


def read_code(text: str) -> RecoveryCode:
    """Read a code as people type it: any case, spaces or hyphens, O for 0, I or L for 1.

    Raises:
        BadCode: It is too short or long, has a sign that no code has, or one or two of its
            letters are wrong; of any other slip one in 1,024 goes unnoticed here.
    """
    signs = "".join(sign for sign in text.upper() if sign not in _BETWEEN)
    letters = signs.translate(_LOOK_ALIKES)
    if any(letter not in _ALPHABET for letter in letters):
        raise BadCode(CodeFault.LETTER)
    if len(letters) != LETTERS:
        raise BadCode(CodeFault.LENGTH)
    values = [_ALPHABET.index(letter) for letter in letters]
    code = _with_check(values[:_RANDOM])
    if code.letters != letters:
        raise BadCode(CodeFault.MISTYPED)
    return code


def keys_for(code: RecoveryCode, public_key: bytes) -> BackupKeys:
    """Derive a code's keys, if they are those of the backup with this public half.

    Raises:
        BadCode: It is another backup's.
    """
    keys = code.keys()
    if keys.pair.public != public_key:
        raise BadCode(CodeFault.ANOTHER)
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord:
    """The professional's identity key (Ed25519, its private 32 bytes)."""

    private: Secret

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint8(_IDENTITY).opaque(self.private)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecord:
    """Keys of some epochs of a channel, and what changed then in who held its leaves.

    `witnessed` keys are those of epochs that the device was in itself; others were given to
    it, and such a past is complete in itself. `length` and `head` name the circle's chain as
    the device knew it: a server that shows an older one, or another, is found out.
    """

    channel: ChannelId
    circle: CircleId
    length: int
    head: bytes
    witnessed: bool
    past: Past

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint8(_PAST)
        write_text(writer, self.channel)
        write_text(writer, self.circle)
        writer.uint32(self.length).opaque(self.head).uint8(self.witnessed).put(self.past)


BackupRecord = IdentityRecord | PastRecord


def seal(
    record: BackupRecord, *, professional: ProfessionalId, public_key: bytes, proof: bytes
) -> bytes:
    """Seal a record of a professional to the public half of their backup key.

    Raises:
        BadKey: The public key is none.
    """
    content, context = _encoded(record), _context(professional)
    tag = SUITE_1.mac(proof, context + content)
    plain = Writer().opaque(content).opaque(tag).bytes()
    sealed = SUITE_1.seal_with_label(public_key, LABEL, context, plain)
    return Writer().uint16(SUITE_1.id).put(sealed).bytes()


def open_(data: bytes, *, professional: ProfessionalId, keys: BackupKeys) -> BackupRecord:
    """Open a record of this professional's backup.

    Raises:
        BadRecord: It is another's, or somebody without the code made it.
    """
    context = _context(professional)
    try:
        sealed = decode(_read_sealed, data[: MAX_RECORD + 1])
        plain = SUITE_1.open_with_label(keys.pair.private, LABEL, context, sealed)
        content, tag = decode(_read_plain, plain)
    except BadTag:
        raise BadRecord(RecordFault.UNREADABLE) from None
    except Malformed:
        raise BadRecord(RecordFault.MALFORMED) from None
    if not equal(tag, SUITE_1.mac(keys.proof, context + content)):
        raise BadRecord(RecordFault.FORGED)
    try:
        return decode(_read_record, content)
    except Malformed:
        raise BadRecord(RecordFault.MALFORMED) from None


def _with_check(values: list[int]) -> RecoveryCode:
    """Append the two letters that make both sums zero: of all, and of all times their place.

    Sums and products are GF(32)'s, and the 32 places are its 32 elements, so any two codes
    differ in three letters at least: a doubly extended Reed-Solomon code.
    """
    total = weighted = 0
    for place, value in enumerate(values):
        total ^= value
        weighted ^= _times(place, value)
    first = weighted ^ _times(LETTERS - 1, total)
    checked = (*values, first, total ^ first)
    return RecoveryCode(letters="".join(_ALPHABET[value] for value in checked))


def _times(one: int, other: int) -> int:
    """Multiply in GF(32), modulo x^5 + x^2 + 1."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 0b100000:
            one ^= 0b100101
        other >>= 1
    return product


def _context(professional: ProfessionalId) -> bytes:
    writer = Writer().uint16(SUITE_1.id)
    write_text(writer, professional)
    return writer.bytes()


def _encoded(record: Encodable) -> bytes:
    return Writer().put(record).bytes()


def _read_sealed(reader: Reader) -> HpkeCiphertext:
    read_suite(reader, SUITE_1.id)
    return HpkeCiphertext.read(reader)


def _read_plain(reader: Reader) -> tuple[bytes, bytes]:
    return reader.opaque(), reader.fixed(HASH_LENGTH)


def _read_record(reader: Reader) -> BackupRecord:
    kind = reader.uint8()
    if kind == _IDENTITY:
        return IdentityRecord(private=Secret(reader.fixed(KEY_LENGTH)))
    if kind != _PAST:
        raise Malformed("a record of a kind that we do not know")
    return PastRecord(
        channel=ChannelId(read_id(reader)),
        circle=CircleId(read_id(reader)),
        length=reader.uint32(),
        head=reader.fixed(HASH_LENGTH),
        witnessed=read_flag(reader),
        past=Past.read(reader),
    )


def read_flag(reader: Reader) -> bool:
    """Take one byte that says yes or no.

    Raises:
        Malformed: It says something else.
    """
    flag = reader.uint8()
    if flag > 1:
        raise Malformed("a flag is 0 or 1")
    return bool(flag)
