"""Runs our own vectors: each step is one operation on what is given, the last one's result counts.

A vector is `{name, source, comment, given, steps, expect}`. A step is `{do, ...}`, its other
keys and those of `given` are the operation's arguments: bytes in base64, moments in
milliseconds since 1970. `expect` is `{outcome: "ok", ...values}` or `{outcome: code}`.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from channels.content import decode as decode_content
from channels.content import encode as encode_content
from channels.content_fields import BadContent
from crypto import entry as entries
from crypto import history
from crypto.author import AuthorChain
from crypto.bundle import BadBundle, Bundle
from crypto.entry import BadEntry, Entry, Envelope, Member, content_key, entry_key
from crypto.history import BadHistory, HistoryBundle
from crypto.identity import (
    Attestation,
    BadAttestation,
    BadCertificate,
    Device,
    certificate_of,
)
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId
from crypto.membership import BadChain, NotOnRoster, extends, verify_chain
from crypto.mls.codec import Malformed, decode, encode
from crypto.mls.suite import Secret
from crypto.policy import vouching
from crypto.safety import circle_code, safety_number
from crypto.statement import statement_hash
from tests.support.ronde_files import FILE_OPERATIONS, FILE_REFUSALS
from tests.support.ronde_tasks import TASK_OPERATIONS

FOLDER = Path(__file__).parent.parent / "vectors" / "ronde"

Given = Mapping[str, object]
Values = dict[str, object]


def load(path: Path) -> dict[str, object]:
    vector = json.loads(path.read_text())
    assert isinstance(vector, dict)
    assert set(vector) == {"name", "source", "comment", "given", "steps", "expect"}, path.name
    return vector


def run(vector: Mapping[str, object]) -> Values:
    """Run a vector's steps; a refusal ends it with its code."""
    given, steps = vector["given"], vector["steps"]
    assert isinstance(given, dict)
    assert isinstance(steps, list)
    values: Values = {}
    for step in steps:
        operation = OPERATIONS[step["do"]]
        try:
            values = operation({**given, **step})
        except (BadCertificate, BadChain, BadEntry, BadHistory, *FILE_REFUSALS) as refusal:
            return {"outcome": refusal.fault.value}
        except (BadAttestation, BadBundle, BadContent, Malformed, NotOnRoster) as refusal:
            return {"outcome": CODES[type(refusal)]}
    return {"outcome": "ok", **values}


CODES: dict[type[Exception], str] = {
    BadAttestation: "bad_attestation",
    BadBundle: "bad_bundle",
    BadContent: "bad_content",
    Malformed: "malformed",
    NotOnRoster: "not_on_roster",
}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def data(given: Given, key: str) -> bytes:
    return base64.b64decode(text(given, key), validate=True)


def text(given: Given, key: str) -> str:
    value = given[key]
    assert isinstance(value, str)
    return value


def number(given: Given, key: str) -> int:
    value = given[key]
    assert isinstance(value, int)
    return value


def rows(given: Given, key: str) -> list[Given]:
    value = given[key]
    assert isinstance(value, list)
    return value


def many(given: Given, key: str) -> tuple[bytes, ...]:
    value = given[key]
    assert isinstance(value, list)
    return tuple(base64.b64decode(each, validate=True) for each in value)


def moment(count: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)


def count(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def verify_certificate(given: Given) -> Values:
    certificate = certificate_of(data(given, "credential"))
    certificate.verify(data(given, "identity_key"), moment(number(given, "now")))
    return {
        "professional": certificate.professional,
        "device": certificate.device,
        "signature_key": b64(certificate.signature_key),
        "hpke_key": b64(certificate.hpke_key),
        "not_after": count(certificate.not_after),
        "suite": certificate.suite,
    }


def verify_attestation(given: Given) -> Values:
    attestation = decode(Attestation.read, data(given, "attestation"))
    attestation.verify(data(given, "coordinator_key"))
    return {
        "professional": attestation.professional,
        "identity_key": b64(attestation.identity_key),
        "at": count(attestation.at),
        "coordinator": attestation.coordinator,
    }


def verify_membership(given: Given) -> Values:
    trusted = data(given, "trusted") if "trusted" in given else None
    chain = many(given, "chain")
    roster = verify_chain(chain, CircleId(text(given, "circle")), trusted)
    active = [
        {
            "professional": seat.professional,
            "identity_key": b64(seat.identity_key),
            "role": seat.role,
            "history": seat.history.policy.value,
            "history_since": None if seat.history.since is None else count(seat.history.since),
            "since_index": seat.since_index,
            "since": count(seat.since),
        }
        for seat in sorted(roster.active.values(), key=lambda seat: seat.professional)
    ]
    return {"active": active, "head": b64(roster.head), "length": len(roster.statements)}


def compare_chains(given: Given) -> Values:
    return {"extends": extends(many(given, "old"), many(given, "new"))}


def hash_statement(given: Given) -> Values:
    return {"hash": b64(statement_hash(data(given, "statement")))}


def derive_content_key(given: Given) -> Values:
    """The exporter is replaced by one that returns its label and context, to be compared."""
    asked: list[tuple[str, bytes, int]] = []

    def export(label: str, context: bytes, length: int) -> bytes:
        asked.append((label, context, length))
        return bytes(length)

    content_key(export, ChannelId(text(given, "channel")), number(given, "epoch"))
    ((label, context, length),) = asked
    return {"label": label, "context": b64(context), "length": length}


def derive_entry_key(given: Given) -> Values:
    return {"key": b64(entry_key(data(given, "key"), EntryId(text(given, "entry"))))}


def open_entry(given: Given) -> Values:
    known = {
        (number(row, "epoch"), number(row, "leaf")): Member(
            leaf=number(row, "leaf"),
            professional=ProfessionalId(text(row, "professional")),
            device=DeviceId(text(row, "device")),
            signature_key=data(row, "signature_key"),
        )
        for row in rows(given, "members")
    }
    envelope = Envelope.decode(data(given, "envelope"))
    opened = entries.open_(
        envelope, key=data(given, "key"), members=lambda epoch, leaf: known.get((epoch, leaf))
    )
    return {**_entry(opened.entry), "device": opened.author.device}


def _entry(entry: Entry) -> Values:
    return {
        "channel": entry.channel,
        "epoch": entry.epoch,
        "professional": entry.professional,
        "leaf": entry.leaf,
        "entry": entry.id,
        "type": entry.type,
        "thread": entry.thread,
        "previous": b64(entry.previous),
        "counter": entry.counter,
        "circle_length": entry.circle_length,
        "circle_head": b64(entry.circle_head),
        "body": b64(entry.body),
        "hash": b64(entry.hash),
    }


def follow_author(given: Given) -> Values:
    chain, notices = AuthorChain(), []
    for encoded in many(given, "entries"):
        chain, notice = chain.follow(decode(Entry.read, encoded))
        notices.append(None if notice is None else notice.value)
    return {"notices": notices, "missing": list(chain.missing), "counter": chain.counter}


def open_history(given: Given) -> Values:
    roster = verify_chain(many(given, "chain"), CircleId(text(given, "circle")))
    past = history.open_(
        HistoryBundle.decode(data(given, "bundle")),
        channel=ChannelId(text(given, "channel")),
        device=decode(Device.read, data(given, "device")),
        vouched=vouching(roster),
    )
    return {
        "epochs": [
            {"epoch": one.epoch, "key": b64(Secret(one.key)), "began": count(one.began)}
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


def read_bundle(given: Given) -> Values:
    bundle = Bundle.decode(data(given, "bundle"))
    return {
        "commit": None if bundle.commit is None else b64(bundle.commit),
        "welcome": None if bundle.welcome is None else b64(bundle.welcome),
        "group_info": b64(bundle.group_info),
        "key_packages": [b64(reference) for reference in bundle.key_packages],
        "again": b64(encode(bundle)),
    }


def number_of(given: Given) -> Values:
    one, other = rows(given, "people")
    pair = [(ProfessionalId(text(each, "id")), data(each, "key")) for each in (one, other)]
    return {"number": safety_number(pair[0], pair[1])}


def code_of(given: Given) -> Values:
    return {"code": circle_code(data(given, "authenticator"))}


def read_content(given: Given) -> Values:
    content = decode_content(text(given, "type"), data(given, "body"))
    return {"again": b64(encode_content(content))}


OPERATIONS: dict[str, Callable[[Given], Values]] = {
    "verify_certificate": verify_certificate,
    "verify_attestation": verify_attestation,
    "verify_membership": verify_membership,
    "compare_chains": compare_chains,
    "hash_statement": hash_statement,
    "derive_content_key": derive_content_key,
    "derive_entry_key": derive_entry_key,
    "open_entry": open_entry,
    "follow_author": follow_author,
    "open_history": open_history,
    "read_bundle": read_bundle,
    "safety_number": number_of,
    "circle_code": code_of,
    "read_content": read_content,
    **FILE_OPERATIONS,
    **TASK_OPERATIONS,
}
