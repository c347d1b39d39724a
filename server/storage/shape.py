"""How an aggregate becomes a document's body and comes back.

The body is a closed envelope in msgpack: the schema number, the version that wrote it, the
scope whose key seals it, the clear fields, the sealed ones. Domain values are plain
dataclasses; msgspec knows them.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from server.storage.decoding import decode
from server.storage.engine import Damaged, NewerFile
from server.storage.keys import NETWORK

T = TypeVar("T")
Plain = dict[str, Any]
Upgrade = Callable[[Plain], Plain]

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_PLAIN = msgspec.msgpack.Decoder(Plain)


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document's body.

    `written` is the version it was written as: a claim counts the document's version on
    without touching its body, and the seals are bound to this one.
    """

    schema: int
    written: int
    scope: str
    fields: dict[str, msgspec.Raw]
    sealed: dict[str, bytes]


_ENVELOPE = msgspec.msgpack.Decoder(Envelope)


def _no_tags(_: object) -> tuple[str, ...]:
    return ()


def _nothing(_: object) -> None:
    return None


def _network(_: object) -> str:
    return NETWORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[T]):
    """What an aggregate is called, how it is found, what of it is sealed, and for whom.

    `type` is a dataclass, all of whose fields are stored. `schema` counts its forms from 1;
    `upgrades[n]` makes form `n + 1` of form `n`, on plain values, purely. `scope_of` names
    whose data key seals `sealed`: a child's id, or the network. Keys that stem from sealed
    fields go through `Keyring.blind`. `due_of` is when `claim` is to hand it out.
    """

    kind: str
    type: type[T]
    id_of: Callable[[T], str]
    schema: int = 1
    tags_of: Callable[[T], tuple[str, ...]] = _no_tags
    unique_of: Callable[[T], str | None] = _nothing
    due_of: Callable[[T], datetime | None] = _nothing
    sealed: frozenset[str] = frozenset()
    scope_of: Callable[[T], str] = _network
    upgrades: Mapping[int, Upgrade] = dataclasses.field(default_factory=dict)


class Form(Generic[T]):
    """A shape made ready: its fields are known and its decoder is built."""

    def __init__(self, shape: Shape[T]) -> None:
        self._shape = shape
        self._names = tuple(field.name for field in dataclasses.fields(shape.type))  # type: ignore[arg-type]  # a dataclass, by promise
        self._decoder = msgspec.msgpack.Decoder(shape.type)
        if not shape.sealed <= set(self._names):
            raise ValueError("a sealed field is not a field")
        if set(shape.upgrades) != set(range(1, shape.schema)):
            raise ValueError("every schema but the last one needs its upgrade")
        if "|" in "".join((shape.kind, *self._names)):
            raise ValueError("a kind or a field holds a bar")

    def split(self, value: T) -> tuple[dict[str, msgspec.Raw], dict[str, bytes]]:
        """Encode each field by itself: the clear ones, and the ones to be sealed."""
        clear: dict[str, msgspec.Raw] = {}
        secret: dict[str, bytes] = {}
        for name in self._names:
            encoded = _ENCODER.encode(getattr(value, name))
            if name in self._shape.sealed:
                secret[name] = encoded
            else:
                clear[name] = msgspec.Raw(encoded)
        return clear, secret

    def envelope(self, body: bytes, doc_id: str) -> Envelope:
        """Open the envelope of a body, but nothing in it.

        Raises:
            Damaged: It is none, or leaves open what must be sealed.
            NewerFile: A later version of Ronde wrote it.
        """
        kind, schema = self._shape.kind, self._shape.schema
        envelope = decode(_ENVELOPE, body, what=f"{kind}/{doc_id}")
        if envelope.schema > schema:
            raise NewerFile(f"a later version of Ronde wrote {kind}/{doc_id}")
        sealed_as_now = envelope.sealed.keys() == self._shape.sealed
        if envelope.schema == schema and not sealed_as_now:
            raise Damaged(f"{kind}/{doc_id} is not what it should be")
        return envelope

    def join(self, envelope: Envelope, secret: Mapping[str, bytes], doc_id: str) -> T:
        """Make the aggregate of its clear fields and its opened ones, upgraded if it is old.

        Raises:
            Damaged: They do not make one, or hold something it does not know.
        """
        what = f"{self._shape.kind}/{doc_id}"
        fields = envelope.fields | {name: msgspec.Raw(plain) for name, plain in secret.items()}
        encoded = _ENCODER.encode(fields)
        if envelope.schema < self._shape.schema:
            encoded = self._upgrade(encoded, envelope.schema, what)
        value = decode(self._decoder, encoded, what=what)
        self._require_closed(value, encoded, what)
        return value

    def _upgrade(self, encoded: bytes, schema: int, what: str) -> bytes:
        plain = decode(_PLAIN, encoded, what=what)
        for number in range(schema, self._shape.schema):
            plain = self._shape.upgrades[number](plain)
        return _ENCODER.encode(plain)

    def _require_closed(self, value: T, encoded: bytes, what: str) -> None:
        """Refuse what msgspec passes over in dataclasses: fields they do not have.

        What was read is written again and should give the same bytes; where it does not,
        only fields that have a default may be missing.
        """
        again = _ENCODER.encode({name: getattr(value, name) for name in self._names})
        if again != encoded and not _within(_PLAIN.decode(encoded), _PLAIN.decode(again)):
            raise Damaged(f"{what} holds something unknown")


def encode_envelope(envelope: Envelope) -> bytes:
    """Encode a body."""
    return _ENCODER.encode(envelope)


def _within(found: object, known: object) -> bool:
    """Tell whether a plain value holds nothing another one does not know."""
    if isinstance(found, dict) and isinstance(known, dict):
        return all(name in known and _within(found[name], known[name]) for name in found)
    if isinstance(found, list) and isinstance(known, list):
        return len(found) == len(known) and all(map(_within, found, known))
    return found == known
