"""Writes tests/vectors/keys.json: `python -m tests.support.key_vectors`.

Where the curves leave room, two implementations may differ in what they accept, and one
refused commit splits a group. Each row is bytes at such an edge and what must come of
them; the arithmetic here is for making those bytes and has no other use.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.mls import hpke
from crypto.mls.codec import Writer
from crypto.mls.registry import PROTOCOL_LABEL

FILE: Final = Path(__file__).parents[1] / "vectors" / "keys.json"
LABEL: Final = "Edge"

Row = dict[str, Any]
Point = tuple[int, int]

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_TOP = 1 << 255
_BASE_Y = 4 * pow(5, -1, _P) % _P


def every_row() -> Iterator[Row]:
    """Make every row; the same each time."""
    yield from signatures()
    yield from agreement_keys()
    yield from stretched()
    yield from exported()


def signatures() -> Iterator[Row]:
    """Make signatures that only some verifiers take: RFC 8032, section 5.1.7."""
    secret, r, torsion = _scalar(b"signer"), _scalar(b"nonce"), _torsion()
    key, point = _times(secret, _base()), _times(r, _base())
    plain = _Forger(secret=secret, r=r, key=_write(key), content=_content(key, point, 0))
    at_rest = replace(plain, r=0)
    turned = _write(_add(point, torsion))
    yield plain.row("as it should be", "ok")
    yield plain.row("over something else", said=b"other")
    yield plain.row("s plus the order", more=_L)
    yield plain.row("s with a high bit", more=_TOP)
    yield plain.row("R turned aside", sent=turned)
    yield at_rest.row("a neutral R")
    yield at_rest.row("a neutral R not reduced", sent=_number(_P + 1))
    yield at_rest.row("a neutral R minus", sent=_number(_TOP | 1))
    mixed = _add(key, torsion)
    for name, outcome, rest in (("heals", "ok", 0), ("shows", "bad_signature", 1)):
        aside = replace(plain, key=_write(mixed), content=_content(mixed, point, rest))
        yield aside.row(f"a key turned aside that {name}", outcome)
    given = plain.row("", "")["given"]
    for length in (0, 63, 65):
        cut = (given["signature"] + "00")[: 2 * length]
        yield _row(f"of {length} bytes", "signature", given | {"signature": cut}, "bad_signature")
    for odd, name, outcome in _odd_signers():
        yield _row(name, "signature", given | {"public": odd.hex()}, outcome)


def agreement_keys() -> Iterator[Row]:
    """Make keys to agree with, and what is none: RFC 7748, sections 5 and 6.1."""
    u = int.from_bytes(_agreement_public(b"owner"), "little")
    odd = [(f"small order, {number}", number) for number in _small_u()]
    odd += [
        ("small order, two not reduced", _P + 1),
        ("zero not reduced", _P),
        ("p plus 18", _P + 18),
    ]
    odd += [("with the top bit", u | _TOP), ("nine with the top bit", 9 | _TOP)]
    for name, number in odd:
        yield _row(name, "agreement", {"public": _number(number).hex()}, "bad_key")
    for name, number in (("as it should be", u), ("on the twist", 2), ("the base point", 9)):
        yield _row(name, "agreement", {"public": _number(number).hex()}, "ok")
    for length in (0, 31, 33):
        yield _row(f"of {length} bytes", "agreement", {"public": "07" * length}, "bad_key")


def stretched() -> Iterator[Row]:
    """Make secrets of unusual lengths, which a committer may seal: RFC 5869 takes any."""
    for length in (0, 1, 31, 33, 64, 200):
        secret = hashlib.shake_256(b"stretched").digest(length)
        given = {"secret": secret.hex(), "info": b"info".hex(), "length": 100}
        okm, block = b"", b""
        for counter in range(1, 5):
            block = _mac(secret, block + b"info" + bytes((counter,)))
            okm += block
        yield _row(f"from {length} bytes", "expand", given, "ok", okm=okm[:100].hex())
        private = hpke.derive_private_key(secret)
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        yield _row(
            f"a key pair from {length} bytes",
            "derive",
            {"secret": secret.hex()},
            "ok",
            private=private.hex(),
            public=public.hex(),
        )


def exported() -> Iterator[Row]:
    """Make KEM outputs in more than one form: what is sealed takes any, an init key one."""
    private = hashlib.sha256(b"owner").digest()
    owner = X25519PrivateKey.from_private_bytes(private)
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral").digest())
    plain = ephemeral.public_key().public_bytes_raw()
    agreed = ephemeral.exchange(owner.public_key())
    turned = _number(int.from_bytes(plain, "little") | _TOP)
    public = owner.public_key().public_bytes_raw()
    for name, sent, outcome in (("plain", plain, "ok"), ("with the top bit", turned, "bad_key")):
        given = {"private": private.hex(), "sent": sent.hex(), "context": b"context".hex()}
        shared = hpke._shared_secret(agreed, sent, public)
        secret = hpke._export(shared, b"", b"context", 32)
        more = {"secret": secret.hex()} if outcome == "ok" else {}
        yield _row(f"exported, {name}", "export", given, outcome, **more)
        ciphertext = _sealed(shared, b"said", b"context")
        given = {"private": private.hex(), "sent": sent.hex(), "ciphertext": ciphertext.hex()}
        more = {"plaintext": b"said".hex()}
        yield _row(f"sealed, {name}", "open", given | {"context": b"context".hex()}, "ok", **more)
    for number in (*_small_u(), _P, _P + 1):
        sent = _number(number)
        given = {"private": private.hex(), "sent": sent.hex(), "ciphertext": bytes(20).hex()}
        name = f"sealed by nobody, {number}"
        yield _row(name, "open", given | {"context": b"context".hex()}, "bad_tag")


def _odd_signers() -> Iterator[tuple[bytes, str, str]]:
    for number in sorted({y for _, y in _small_points()}):
        for sign in (0, _TOP):
            yield _number(number | sign), f"a key of small order, {number} {sign >> 255}", "bad_key"
    for number in (_P, _P + 1, _P + 18):
        yield _number(number), f"a key not reduced, p plus {number - _P}", "bad_key"
    off = next(y for y in range(2, 100) if _x_of(y) is None)
    yield _number(off), "a key off the curve", "bad_signature"
    yield bytes(31), "a key of 31 bytes", "bad_key"
    yield bytes(33), "a key of 33 bytes", "bad_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forger:
    """Who knows the scalars that a signature is made of, and may make it otherwise."""

    secret: int
    r: int
    key: bytes
    content: bytes

    def row(
        self,
        name: str,
        outcome: str = "bad_signature",
        *,
        sent: bytes | None = None,
        said: bytes | None = None,
        more: int = 0,
    ) -> Row:
        """Sign; `sent` stands for R, `said` for what was signed, `more` is added to s."""
        point = sent or _write(_times(self.r, _base()))
        s = (self.r + _challenge(point, self.key, self.content) * self.secret) % _L + more
        given = {
            "public": self.key.hex(),
            "content": (said or self.content).hex(),
            "signature": (point + _number(s)).hex(),
        }
        return _row(name, "signature", given, outcome)


def _content(key: Point, point: Point, rest: int) -> bytes:
    """Find a content whose challenge leaves that rest when divided by eight."""
    for number in range(1000):
        content = f"content {number}".encode()
        if _challenge(_write(point), _write(key), content) % 8 == rest:
            return content
    raise LookupError


def _challenge(point: bytes, key: bytes, content: bytes) -> int:
    writer = Writer().opaque((PROTOCOL_LABEL + LABEL).encode()).opaque(content)
    return int.from_bytes(hashlib.sha512(point + key + writer.bytes()).digest(), "little") % _L


def _row(name: str, kind: str, given: Row, outcome: str, **more: str) -> Row:
    return {"name": name, "kind": kind, "given": given, "expect": {"outcome": outcome, **more}}


def _sealed(shared: bytes, plaintext: bytes, context: bytes) -> bytes:
    writer = Writer().opaque((PROTOCOL_LABEL + LABEL).encode()).opaque(context)
    suite, expand = hpke._SUITE, hpke._labeled_expand
    bound = b"\x00" + hpke._labeled_extract(suite, b"", b"psk_id_hash", b"")
    bound += hpke._labeled_extract(suite, b"", b"info_hash", writer.bytes())
    secret = hpke._labeled_extract(suite, shared, b"secret", b"")
    key, nonce = (
        expand(suite, secret, b"key", bound, 16),
        expand(suite, secret, b"base_nonce", bound, 12),
    )
    return AESGCM(key).encrypt(nonce, plaintext, b"")


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _agreement_public(name: bytes) -> bytes:
    private = X25519PrivateKey.from_private_bytes(hashlib.sha256(name).digest())
    return private.public_key().public_bytes_raw()


def _scalar(name: bytes) -> int:
    return int.from_bytes(hashlib.sha512(name).digest(), "little") % _L


def _number(number: int) -> bytes:
    return number.to_bytes(32, "little")


def _write(point: Point) -> bytes:
    return _number(point[1] | (point[0] & 1) << 255)


def _x_of(y: int) -> int | None:
    """Find an x of the curve, if there is one: RFC 8032, section 5.1.3."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    root = pow(square, (_P + 3) // 8, _P)
    either = (root, root * pow(2, (_P - 1) // 4, _P) % _P)
    return next((x for x in either if x * x % _P == square), None)


def _base() -> Point:
    x = _x_of(_BASE_Y) or 0
    return (x if x % 2 == 0 else _P - x, _BASE_Y)


def _add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    mixed = _D * x1 * x2 * y1 * y2 % _P
    x = (x1 * y2 + x2 * y1) * pow(1 + mixed, -1, _P) % _P
    return x, (y1 * y2 + x1 * x2) * pow(1 - mixed, -1, _P) % _P


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1)
    for bit in f"{factor:b}":
        total = _add(total, total)
        if bit == "1":
            total = _add(total, point)
    return total


def _torsion() -> Point:
    """Find a point of order eight: what is left of any point times the large order."""
    for y in range(2, 1000):
        x = _x_of(y)
        if x is not None:
            point = _times(_L, (x, y))
            if _times(4, point) != (0, 1):
                return point
    raise LookupError


def _small_points() -> list[Point]:
    return [_times(factor, _torsion()) for factor in range(8)]


def _small_u() -> list[int]:
    """Map the small points to the other curve: u = (1 + y) / (1 - y), RFC 7748, section 4.1."""
    found = {(1 + y) * pow(1 - y, -1, _P) % _P for _, y in _small_points() if y != 1}
    return sorted(found | {1, _P - 1})


def main() -> None:
    """Write the file."""
    rows = [json.dumps(row) for row in every_row()]
    FILE.write_text("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
