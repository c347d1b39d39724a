"""R2: the signed, hash-chained membership log of a circle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.identity import CERTIFICATE_LIFETIME
from crypto.ids import CircleId, new_id
from crypto.membership import (
    COORDINATOR,
    BadChain,
    ChainFault,
    NotOnRoster,
    append,
    dismiss,
    extends,
    found,
    verify_chain,
)
from crypto.mls.codec import decode, encode
from crypto.statement import LABEL, Action, HistoryGrant, HistoryPolicy, Statement
from tests.support.devices import NOW, Circle, Person, person


@pytest.fixture
def ana() -> Person:
    return person()


@pytest.fixture
def ben() -> Person:
    return person()


@pytest.fixture
def eve() -> Person:
    return person()


@pytest.fixture
def circle(ana: Person) -> Circle:
    return Circle(ana)


def resigned(circle: Circle, by: Person, **changes: object) -> tuple[bytes, ...]:
    """The chain with its last statement changed and signed again by somebody."""
    last = replace(decode(Statement.read, circle.chain[-1]), **changes)  # type: ignore[arg-type]  # any field
    return (*circle.chain[:-1], sealed_by(by, last))


def sealed_by(signer: Person, statement: Statement) -> bytes:
    signed = replace(statement, signature=signer.device.sign(LABEL, statement.content()))
    return encode(signed)


def fault(chain: tuple[bytes, ...], circle: Circle) -> ChainFault:
    with pytest.raises(BadChain) as refusal:
        verify_chain(chain, circle.id)
    return refusal.value.fault


def test_the_roster_lists_who_is_in_and_every_statement(
    circle: Circle, ana: Person, ben: Person, eve: Person
) -> None:
    circle.add(ben)
    circle.add(eve, role="psychologist")
    circle.remove(ben)

    roster = verify_chain(circle.chain, circle.id, ana.identity.public)

    assert set(roster.active) == {ana.professional, eve.professional}
    assert roster.seat(eve.professional).identity_key == eve.identity.public
    assert roster.seat(eve.professional).since_index == 2
    assert [each.action for each in roster.statements] == [
        Action.ADD,
        Action.ADD,
        Action.ADD,
        Action.REMOVE,
    ]
    assert roster.ever_held(ben.professional) == (ben.identity.public,)
    assert roster.ever_removed(ben.professional)
    with pytest.raises(NotOnRoster):
        roster.seat(ben.professional)


def test_a_statement_comes_back_from_its_bytes(circle: Circle, ben: Person) -> None:
    grant = HistoryGrant(policy=HistoryPolicy.SINCE, since=NOW - timedelta(days=30))

    circle.add(ben, history=grant)

    statement = decode(Statement.read, circle.chain[-1])
    assert statement.encode() == circle.chain[-1]
    assert statement.history == grant


def test_an_empty_chain_is_no_chain(circle: Circle) -> None:
    assert fault((), circle) is ChainFault.EMPTY


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda _: b""])
def test_a_statement_cut_short_or_drawn_out_is_refused(
    circle: Circle, damage: Callable[[bytes], bytes]
) -> None:
    assert fault((damage(circle.chain[0]),), circle) is ChainFault.MALFORMED


def test_a_chain_of_another_circle_is_refused(circle: Circle) -> None:
    with pytest.raises(BadChain) as refusal:
        verify_chain(circle.chain, CircleId(new_id()))

    assert refusal.value.fault is ChainFault.WRONG_CIRCLE


def test_a_statement_left_out_is_noticed(circle: Circle, ben: Person, eve: Person) -> None:
    circle.add(ben)
    circle.add(eve)

    assert fault((circle.chain[0], circle.chain[2]), circle) is ChainFault.WRONG_INDEX


def test_a_statement_that_follows_another_past_is_refused(
    circle: Circle, ana: Person, ben: Person
) -> None:
    circle.add(ben)

    chain = resigned(circle, ana, previous=bytes(32))

    assert fault(chain, circle) is ChainFault.BROKEN_LINK


def test_time_does_not_run_backwards_in_a_chain(circle: Circle, ana: Person, ben: Person) -> None:
    circle.add(ben)

    chain = resigned(circle, ana, at=NOW - timedelta(seconds=1))

    assert fault(chain, circle) is ChainFault.BACKWARDS


def test_a_slow_clock_still_writes_a_valid_chain(circle: Circle, ana: Person, ben: Person) -> None:
    circle.add(ben, now=NOW - timedelta(hours=1))

    assert ben.professional in verify_chain(circle.chain, circle.id).active


def test_a_changed_statement_is_refused(circle: Circle, ana: Person, ben: Person) -> None:
    circle.add(ben)
    last = decode(Statement.read, circle.chain[-1])

    chain = (circle.chain[0], encode(replace(last, role=COORDINATOR)))

    assert fault(chain, circle) is ChainFault.FORGED


def test_only_a_coordinator_writes_the_chain(circle: Circle, ben: Person, eve: Person) -> None:
    circle.add(ben)

    with pytest.raises(BadChain) as refusal:
        circle.add(eve, by=ben)

    assert refusal.value.fault is ChainFault.WRONG_SIGNER


def test_a_stranger_cannot_sign_in_a_coordinators_name(
    circle: Circle, ana: Person, ben: Person, eve: Person
) -> None:
    circle.add(ben)

    stolen_name = resigned(circle, eve)
    borrowed_certificate = resigned(circle, eve, signer_certificate=eve.device.certificate)
    own_certificate = replace(eve.device.certificate, professional=ana.professional)
    forged_certificate = resigned(
        circle,
        eve,
        signer_device=own_certificate.device,
        signer_certificate=own_certificate,
    )

    assert fault(stolen_name, circle) is ChainFault.FORGED
    assert fault(borrowed_certificate, circle) is ChainFault.WRONG_SIGNER
    assert fault(forged_certificate, circle) is ChainFault.FORGED


def test_a_second_coordinator_writes_until_removed(
    circle: Circle, ben: Person, eve: Person
) -> None:
    circle.add(ben, role=COORDINATOR)
    circle.add(eve, by=ben)
    circle.remove(ben)

    with pytest.raises(BadChain) as refusal:
        circle.remove(eve, by=ben)

    assert refusal.value.fault is ChainFault.WRONG_SIGNER


def test_a_certificate_that_is_over_signs_no_statement(circle: Circle, ben: Person) -> None:
    with pytest.raises(BadChain) as refusal:
        circle.add(ben, now=NOW + CERTIFICATE_LIFETIME + timedelta(seconds=1))

    assert refusal.value.fault is ChainFault.FORGED


def test_the_genesis_must_add_its_own_signer_as_coordinator(
    circle: Circle, ana: Person, eve: Person
) -> None:
    genesis = decode(Statement.read, circle.chain[0])
    for_another = sealed_by(ana, replace(genesis, professional=eve.professional))
    in_another_role = sealed_by(ana, replace(genesis, role="psychologist"))

    assert fault((for_another,), circle) is ChainFault.WRONG_SIGNER
    assert fault((in_another_role,), circle) is ChainFault.WRONG_SIGNER


def test_a_genesis_by_another_than_the_trusted_coordinator_is_refused(eve: Person) -> None:
    ghost = Circle(eve)

    with pytest.raises(BadChain) as refusal:
        verify_chain(ghost.chain, ghost.id, person().identity.public)

    assert refusal.value.fault is ChainFault.WRONG_SIGNER


def test_nobody_is_added_twice(circle: Circle, ben: Person) -> None:
    circle.add(ben)

    with pytest.raises(BadChain) as refusal:
        circle.add(ben)

    assert refusal.value.fault is ChainFault.ALREADY_ACTIVE


def test_nobody_is_removed_who_is_not_there(
    circle: Circle, ana: Person, ben: Person, eve: Person
) -> None:
    circle.add(ben)
    removal = resigned(circle, ana, action=Action.REMOVE, professional=eve.professional)

    with pytest.raises(NotOnRoster):
        dismiss(circle.roster, eve.professional, signer=ana.device, now=NOW)
    assert fault(removal, circle) is ChainFault.NOT_ACTIVE


def test_a_removal_names_the_key_that_is_removed(
    circle: Circle, ana: Person, ben: Person, eve: Person
) -> None:
    circle.add(ben)
    circle.remove(ben)

    chain = resigned(circle, ana, identity_key=eve.identity.public)

    assert fault(chain, circle) is ChainFault.NOT_ACTIVE


def test_the_last_coordinator_stays(circle: Circle, ana: Person) -> None:
    with pytest.raises(BadChain) as refusal:
        circle.remove(ana)

    assert refusal.value.fault is ChainFault.LAST_COORDINATOR


def test_leaving_and_coming_back_are_two_seats(circle: Circle, ben: Person) -> None:
    circle.add(ben)
    circle.remove(ben)
    circle.add(ben, now=NOW + timedelta(days=1))

    seat = circle.roster.seat(ben.professional)

    assert (seat.since_index, seat.since) == (3, NOW + timedelta(days=1))


def test_a_chain_rolled_back_or_forked_does_not_extend_the_one_we_know(
    circle: Circle, ana: Person, ben: Person, eve: Person
) -> None:
    before = circle.chain
    circle.add(ben)
    known = circle.chain
    circle.add(eve)
    fork = Circle(ana)

    assert extends(known, circle.chain)
    assert extends(known, known)
    assert not extends(known, before)
    assert not extends(known, fork.chain * 2)


def test_appending_agrees_with_verifying_from_the_start(circle: Circle, ben: Person) -> None:
    before = circle.roster
    circle.add(ben)

    assert append(before, circle.chain[-1]) == circle.roster


def test_a_genesis_signed_with_an_expired_certificate_is_refused(ana: Person) -> None:
    late = NOW + CERTIFICATE_LIFETIME + timedelta(days=1)
    circle = CircleId(new_id())
    genesis = found(circle, ana.identity.public, signer=ana.device, now=late)

    with pytest.raises(BadChain) as refusal:
        verify_chain((genesis.encode(),), circle)

    assert refusal.value.fault is ChainFault.FORGED


def test_history_is_granted_whole_since_a_date_or_not_at_all() -> None:
    everything = HistoryGrant()
    since = HistoryGrant(policy=HistoryPolicy.SINCE, since=NOW)
    nothing = HistoryGrant(policy=HistoryPolicy.JOINING)

    assert everything.covers(NOW - timedelta(days=900))
    assert since.covers(NOW)
    assert not since.covers(NOW - timedelta(milliseconds=1))
    assert not nothing.covers(NOW)
