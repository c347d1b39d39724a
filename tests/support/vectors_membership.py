"""Vectors of certificates, attestations and membership chains: R1 and R2."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from crypto.identity import attest, credential_identity
from crypto.ids import (
    CircleId,
    ProfessionalId,
)
from crypto.membership import COORDINATOR, Roster, admit, dismiss, found, verify_chain
from crypto.mls.codec import Writer, decode, encode
from crypto.statement import LABEL, HistoryGrant, HistoryPolicy, Statement
from tests.support.devices import NOW, Person
from tests.support.ronde_vectors import b64, count
from tests.support.vector_people import ANA, BEN, CIRCLE, EVE, YEAR, Vector, id_of

CREDENTIAL = credential_identity(ANA.device.certificate)


def _certificate(name: str, comment: str, outcome: str, **given: object) -> Vector:
    valid = {
        "credential": b64(CREDENTIAL),
        "identity_key": b64(ANA.identity.public),
        "now": count(NOW),
    }
    return Vector(
        name=f"certificate-{name}",
        source="ARCHITECTURE.md R1",
        comment=comment,
        given={**valid, **given},
        steps=[{"do": "verify_certificate"}],
        outcome=outcome,
    )


def certificates() -> Iterator[Vector]:
    yield _certificate("valid", "A credential under its identity key.", "ok")
    end = count(NOW + YEAR)
    yield _certificate("last-moment", "Valid to the millisecond.", "ok", now=end)
    yield _certificate("expired", "One millisecond too late.", "expired", now=end + 1)
    other = b64(EVE.identity.public)
    yield _certificate("forged", "Another key signed it.", "forged", identity_key=other)
    yield from _damaged_certificates()
    yield from attestations()


def _damaged_certificates() -> Iterator[Vector]:
    certificate = ANA.device.certificate
    other = replace(certificate, hpke_key=EVE.device.certificate.hpke_key)
    exchanged = b64(credential_identity(other))
    comment = "The HPKE key was exchanged after signing."
    yield _certificate("key-exchanged", comment, "forged", credential=exchanged)
    names = Writer().opaque(EVE.professional.encode()).opaque(certificate.device.encode())
    renamed = b64(names.opaque(encode(certificate)).bytes())
    comment = "The credential names another professional than its certificate."
    yield _certificate("mismatched", comment, "mismatched", credential=renamed)
    longer = b64(CREDENTIAL + b"\0")
    comment = "One byte more than the structure."
    yield _certificate("trailing-byte", comment, "malformed", credential=longer)
    late = certificate.content()[:-8] + (253402300800000).to_bytes(8, "big")
    names = Writer().opaque(certificate.professional.encode()).opaque(certificate.device.encode())
    eternal = Writer().raw(late).opaque(certificate.signature).bytes()
    later, comment = b64(names.opaque(eternal).bytes()), "Valid beyond the year 9999."
    yield _certificate("beyond-calendars", comment, "malformed", credential=later)
    yield _certificate("missing", "It is only a name.", "malformed", credential=b64(b"ana"))


def attestations() -> Iterator[Vector]:
    attestation = attest(
        ANA.professional,
        ANA.identity,
        professional=BEN.professional,
        identity_key=BEN.identity.public,
        at=NOW,
    )
    for name, key, outcome in (("valid", ANA, "ok"), ("forged", EVE, "bad_attestation")):
        yield Vector(
            name=f"attestation-{name}",
            source="ARCHITECTURE.md R1",
            comment="A coordinator attests an identity key at the training.",
            given={
                "attestation": b64(encode(attestation)),
                "coordinator_key": b64(key.identity.public),
            },
            steps=[{"do": "verify_attestation"}],
            outcome=outcome,
        )


def good_chain() -> tuple[bytes, ...]:
    chain = [found(CIRCLE, ANA.identity.public, signer=ANA.device, now=NOW)]

    def roster() -> Roster:
        return verify_chain([each.encode() for each in chain], CIRCLE)

    grant = HistoryGrant(policy=HistoryPolicy.SINCE, since=NOW - timedelta(days=30))
    for member, role, history_grant in (
        (BEN, "physiotherapist", HistoryGrant()),
        (EVE, "psychologist", grant),
    ):
        chain.append(
            admit(
                roster(),
                member.professional,
                role=role,
                identity_key=member.identity.public,
                history=history_grant,
                signer=ANA.device,
                now=NOW + timedelta(minutes=len(chain)),
            )
        )
    chain.append(
        dismiss(roster(), BEN.professional, signer=ANA.device, now=NOW + timedelta(hours=1))
    )
    return tuple(each.encode() for each in chain)


def _resigned(encoded: bytes, by: Person, **changes: object) -> bytes:
    statement = replace(decode(Statement.read, encoded), **changes)  # type: ignore[arg-type]  # any field
    return encode(replace(statement, signature=by.device.sign(LABEL, statement.content())))


def _chain(name: str, comment: str, outcome: str, *statements: bytes) -> Vector:
    return Vector(
        name=f"chain-{name}",
        source="ARCHITECTURE.md R2",
        comment=comment,
        given={"circle": CIRCLE, "chain": [b64(each) for each in statements]},
        steps=[{"do": "verify_membership"}],
        outcome=outcome,
    )


def chains() -> Iterator[Vector]:
    chain = good_chain()
    yield _chain("valid", "A founding, two additions, a removal.", "ok", *chain)
    yield _chain("empty", "No chain is no circle.", "empty")
    founding, second = chain[:2]
    marked = _resigned(second, ANA, role="\ufeffphysiotherapist")
    comment = "A byte order mark is a letter of the role like any other."
    yield _chain("role-with-byte-order-mark", comment, "ok", founding, marked)
    yield from _misplaced(chain)
    yield from _missigned(chain)
    yield from _impossible(chain)
    yield from _chain_comparisons(chain)


def _misplaced(chain: tuple[bytes, ...]) -> Iterator[Vector]:
    first, second, third, _ = chain
    yield _chain("cut-short", "A byte is missing.", "malformed", first[:-1])
    elsewhere = _resigned(second, ANA, circle=CircleId(id_of("another circle")))
    yield _chain("wrong-circle", "It speaks of another circle.", "wrong_circle", first, elsewhere)
    yield _chain("gap", "A statement is left out.", "wrong_index", first, third)
    unlinked = _resigned(second, ANA, previous=bytes(32))
    yield _chain("broken-link", "It follows another past.", "broken_link", first, unlinked)
    early = _resigned(second, ANA, at=NOW - timedelta(seconds=1))
    yield _chain("backwards", "It is older than the one before.", "backwards", first, early)


def _missigned(chain: tuple[bytes, ...]) -> Iterator[Vector]:
    first, second, third, _ = chain
    changed = encode(replace(decode(Statement.read, second), role=COORDINATOR))
    yield _chain("changed", "The role was changed after signing.", "forged", first, changed)
    by_ben = _resigned(
        third,
        BEN,
        signer=BEN.professional,
        signer_device=BEN.device.id,
        signer_certificate=BEN.device.certificate,
    )
    yield _chain("not-a-coordinator", "A member signed.", "wrong_signer", first, second, by_ben)
    impostor = _resigned(second, EVE)
    yield _chain("impostor", "Signed by another's device.", "forged", first, impostor)
    founding = _resigned(first, ANA, role="physiotherapist")
    yield _chain("founder-without-office", "No coordinator founds it.", "wrong_signer", founding)


def _impossible(chain: tuple[bytes, ...]) -> Iterator[Vector]:
    first, second, third, removal = chain
    again = _resigned(third, ANA, professional=BEN.professional)
    yield _chain("added-twice", "Active already.", "already_active", first, second, again)
    absent = _resigned(removal, ANA, professional=ProfessionalId(id_of("professional dana")))
    yield _chain("removed-absent", "Nobody to remove.", "not_active", *chain[:3], absent)
    other_key = _resigned(removal, ANA, identity_key=EVE.identity.public)
    yield _chain("removed-other-key", "Another key.", "not_active", *chain[:3], other_key)
    last = _resigned(
        second,
        ANA,
        action=decode(Statement.read, removal).action,
        professional=ANA.professional,
        identity_key=ANA.identity.public,
    )
    yield _chain("last-coordinator", "Somebody must stay.", "last_coordinator", first, last)


def _chain_comparisons(chain: tuple[bytes, ...]) -> Iterator[Vector]:
    whole, part = [b64(each) for each in chain], [b64(each) for each in chain[:2]]
    for name, comment, old, new in (
        ("grown", "The new chain goes on from the old one.", part, whole),
        ("rolled-back", "The new chain is an old device list, replayed.", whole, part),
    ):
        yield Vector(
            name=f"chain-{name}",
            source="ARCHITECTURE.md R2",
            comment=comment,
            given={"old": old, "new": new},
            steps=[{"do": "compare_chains"}],
        )
    yield Vector(
        name="chain-statement-hash",
        source="ARCHITECTURE.md R2",
        comment="What the next statement names as previous.",
        given={"statement": b64(chain[0])},
        steps=[{"do": "hash_statement"}],
    )
