"""The operations of our own vectors on files and backups: R8 and R10.

`tests/client/support/ronde_files.ts` is the twin.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto import attachment, recovery
from crypto.attachment import LABEL, PREFIX_LENGTH, BadAttachment, nonce
from crypto.backup import Backup, RecoveredChannel, recover
from crypto.history import Past
from crypto.ids import ProfessionalId
from crypto.recovery import BadCode, BadRecord, IdentityRecord, PastRecord

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ARRIVING = 50_000
"""Files come in pieces that have nothing to do with chunks."""

Given = Mapping[str, object]
Values = dict[str, object]


def _text(given: Given, key: str) -> str:
    value = given[key]
    assert isinstance(value, str)
    return value


def _data(given: Given, key: str) -> bytes:
    return base64.b64decode(_text(given, key), validate=True)


def _list(given: Given, key: str) -> list[object]:
    value = given[key]
    assert isinstance(value, list)
    return value


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def open_attachment(given: Given) -> Values:
    size = given["size"]
    assert isinstance(size, int)
    data = attachment.open_(
        _data(given, "sealed"), key=_data(given, "key"), size=size, sha256=_data(given, "sha256")
    )
    return {"data": _b64(data)}


def open_chunks(given: Given) -> Values:
    """Seal chunks by hand, each as it is named, and open what they make together.

    Large files are told, not kept: chunk `n` is so many times one byte.
    """
    name = _text(given, "name").encode()
    key = hashlib.sha256(b"file key " + name).digest()
    prefix = hashlib.sha256(b"file prefix " + name).digest()[:PREFIX_LENGTH]
    sealed = prefix + b"".join(_by_hand(key, prefix, given))
    parts = (sealed[at : at + _ARRIVING] for at in range(0, len(sealed), _ARRIVING))
    plain = b"".join(attachment.open_stream(key, parts))
    return {
        "sealed": _b64(hashlib.sha256(sealed).digest()),
        "plain": _b64(hashlib.sha256(plain).digest()),
        "size": len(plain),
    }


def _by_hand(key: bytes, prefix: bytes, given: Given) -> Iterator[bytes]:
    for chunk in _list(given, "chunks"):
        assert isinstance(chunk, dict)
        place = nonce(prefix, chunk["counter"], last=chunk["last"])
        yield AESGCM(key).encrypt(place, bytes([chunk["byte"]]) * chunk["length"], LABEL)


def blur_sizes(given: Given) -> Values:
    sizes = [size for size in _list(given, "sizes") if isinstance(size, int)]
    return {
        "padded": [attachment.padded_size(size) for size in sizes],
        "sealed": [attachment.sealed_size(size) for size in sizes],
    }


def read_code(given: Given) -> Values:
    code = recovery.read_code(_text(given, "code"))
    keys = code.keys()
    return {
        "written": code.written,
        "public_key": _b64(keys.pair.public),
        "private_key": _b64(keys.pair.private),
        "proof": _b64(keys.proof),
    }


def open_record(given: Given) -> Values:
    record = recovery.open_(
        _data(given, "record"),
        professional=ProfessionalId(_text(given, "professional")),
        keys=recovery.read_code(_text(given, "code")).keys(),
    )
    match record:
        case IdentityRecord():
            return {"private": _b64(record.private)}
        case PastRecord():
            return {
                "channel": record.channel,
                "circle": record.circle,
                "length": record.length,
                "head": _b64(record.head),
                "witnessed": record.witnessed,
                **_past(record.past),
            }


def put_together(given: Given) -> Values:
    found = recover(
        [base64.b64decode(str(one), validate=True) for one in _list(given, "records")],
        professional=ProfessionalId(_text(given, "professional")),
        keys=recovery.read_code(_text(given, "code")).keys(),
    )
    return {
        "identity": None if found.identity is None else _b64(found.identity.public),
        "refused": found.refused,
        "channels": [
            {"channel": channel, **_channel(said)} for channel, said in found.channels.items()
        ],
    }


def _channel(said: RecoveredChannel) -> Values:
    return {
        "circle": said.circle,
        "length": said.length,
        "head": _b64(said.head),
        "pasts": [_past(past) for past in said.pasts],
    }


def _past(past: Past) -> Values:
    return {
        "epochs": [
            {"epoch": one.epoch, "key": _b64(one.key), "began": _count(one.began)}
            for one in past.epochs
        ],
        "tenures": [
            {
                "leaf": one.leaf,
                "first": one.first,
                "last": one.last,
                "device": one.certificate.device,
            }
            for one in past.tenures
        ],
    }


def _count(at: datetime) -> int:
    return (at - _BEGINNING) // timedelta(milliseconds=1)


def read_backup(given: Given) -> Values:
    backup = Backup.decode(_data(given, "backup"))
    return {
        "public_key": _b64(backup.public_key),
        "identity": backup.identity,
        "channels": [
            {"channel": one.channel, "upto": one.upto, "given": one.given}
            for one in backup.channels.values()
        ],
        "again": _b64(backup.encode()),
    }


FILE_OPERATIONS: dict[str, Callable[[Given], Values]] = {
    "open_attachment": open_attachment,
    "open_chunks": open_chunks,
    "blur_sizes": blur_sizes,
    "read_code": read_code,
    "open_record": open_record,
    "put_together": put_together,
    "read_backup": read_backup,
}
FILE_REFUSALS = (BadAttachment, BadCode, BadRecord)
