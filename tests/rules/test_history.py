"""R9: the past, handed to a newcomer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crypto.history import (
    LABEL,
    MAX_EPOCHS,
    BadHistory,
    EpochKey,
    HistoryBundle,
    HistoryFault,
    Past,
    Tenure,
    Vouched,
    open_,
    seal,
    split,
)
from crypto.identity import BadCertificate, CertificateFault, DeviceCertificate
from crypto.ids import ChannelId, new_id
from crypto.mls.codec import Malformed, decode, encode
from crypto.mls.suite import Secret
from tests.support.devices import NOW, Person, person

CHANNEL = ChannelId(new_id())


@pytest.fixture
def ana() -> Person:
    return person()


@pytest.fixture
def ben() -> Person:
    return person()


@pytest.fixture
def eve() -> Person:
    return person()


def epoch(number: int) -> EpochKey:
    key = Secret(number.to_bytes(32, "big"))
    return EpochKey(epoch=number, key=key, began=NOW + timedelta(minutes=number))


def past_of(*members: Person, epochs: int = 3) -> Past:
    tenures = (
        Tenure(leaf=leaf, first=0, last=None, certificate=each.device.certificate)
        for leaf, each in enumerate(members)
    )
    return Past(epochs=tuple(epoch(number) for number in range(epochs)), tenures=tuple(tenures))


def circle_of(*members: Person) -> Vouched:
    keys = {each.professional: each.identity.public for each in members}

    def vouched(certificate: DeviceCertificate, at: datetime | None) -> None:
        key = keys.get(certificate.professional)
        if key is None:
            raise BadCertificate(CertificateFault.FORGED)
        certificate.verify(key, at or certificate.not_after)

    return vouched


def given_by(giver: Person, to: Person, past: Past) -> HistoryBundle:
    return seal(past, channel=CHANNEL, recipient=to.device.certificate, giver=giver.device)


def fault(bundle: HistoryBundle, to: Person, vouched: Vouched) -> HistoryFault:
    with pytest.raises(BadHistory) as refusal:
        open_(bundle, channel=CHANNEL, device=to.device, vouched=vouched)
    return refusal.value.fault


def test_a_newcomer_opens_what_a_member_gives(ana: Person, ben: Person) -> None:
    past = past_of(ana)

    bundle = HistoryBundle.decode(given_by(ana, ben, past).encode())
    opened = open_(bundle, channel=CHANNEL, device=ben.device, vouched=circle_of(ana, ben))

    assert opened == past


def test_a_bundle_is_for_one_device_in_one_channel(ana: Person, ben: Person, eve: Person) -> None:
    bundle = given_by(ana, ben, past_of(ana))
    vouched = circle_of(ana, ben, eve)

    assert fault(bundle, eve, vouched) is HistoryFault.NOT_FOR_US
    assert (
        fault(replace(bundle, channel=ChannelId(new_id())), ben, vouched) is HistoryFault.NOT_FOR_US
    )
    assert fault(replace(bundle, recipient=eve.device.id), eve, vouched) is HistoryFault.FORGED


def test_a_bundle_of_a_stranger_is_refused(ana: Person, ben: Person, eve: Person) -> None:
    bundle = given_by(eve, ben, past_of(ana))

    assert fault(bundle, ben, circle_of(ana, ben)) is HistoryFault.FORGED


def test_a_bundle_in_anothers_name_is_refused(ana: Person, ben: Person, eve: Person) -> None:
    stolen = replace(given_by(eve, ben, past_of(ana)), giver=ana.device.certificate)
    signed = replace(stolen, signature=eve.device.sign(LABEL, stolen.content()))

    assert fault(stolen, ben, circle_of(ana, ben, eve)) is HistoryFault.FORGED
    assert fault(signed, ben, circle_of(ana, ben, eve)) is HistoryFault.FORGED


def test_a_member_who_takes_over_anothers_bundle_cannot_make_it_open(
    ana: Person, ben: Person, eve: Person
) -> None:
    taken = replace(given_by(ana, ben, past_of(ana)), giver=eve.device.certificate)
    signed = replace(taken, signature=eve.device.sign(LABEL, taken.content()))

    assert fault(signed, ben, circle_of(ana, ben, eve)) is HistoryFault.UNREADABLE


def test_a_ghost_cannot_be_put_into_the_past(ana: Person, ben: Person, eve: Person) -> None:
    bundle = given_by(ana, ben, past_of(ana, eve))

    assert fault(bundle, ben, circle_of(ana, ben)) is HistoryFault.FORGED


def test_epochs_come_once_and_in_order() -> None:
    twice = Past(epochs=(epoch(1), epoch(1)), tenures=())
    backwards = Past(epochs=(epoch(2), epoch(1)), tenures=())

    for past in (twice, backwards):
        with pytest.raises(Malformed):
            decode(Past.read, encode(past))


def test_a_tenure_does_not_end_before_it_begins(ana: Person) -> None:
    tenure = Tenure(leaf=0, first=4, last=3, certificate=ana.device.certificate)

    with pytest.raises(Malformed):
        decode(Tenure.read, encode(tenure))


def test_a_tenure_spans_its_first_and_last_epoch(ana: Person) -> None:
    closed = Tenure(leaf=0, first=2, last=4, certificate=ana.device.certificate)

    assert [number for number in range(7) if closed.spans(number)] == [2, 3, 4]
    assert replace(closed, last=None).spans(10**6)


def test_a_long_past_is_cut_into_bundles_with_the_tenures_each_needs(
    ana: Person, ben: Person
) -> None:
    early = Tenure(leaf=0, first=0, last=3, certificate=ana.device.certificate)
    late = Tenure(leaf=1, first=MAX_EPOCHS + 1, last=None, certificate=ben.device.certificate)

    first, second = split([epoch(n) for n in range(MAX_EPOCHS + 5)], [early, late])

    assert (len(first.epochs), len(second.epochs)) == (MAX_EPOCHS, 5)
    assert (first.tenures, second.tenures) == ((early,), (late,))


def test_keys_do_not_show_in_reprs(ana: Person) -> None:
    past = past_of(ana)

    assert repr(bytes(past.epochs[1].key)) not in repr(past)


@pytest.mark.parametrize("data", [b"", b"\0\1", bytes(300)])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(BadHistory) as refusal:
        HistoryBundle.decode(data)

    assert refusal.value.fault is HistoryFault.MALFORMED
