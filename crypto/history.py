"""The past, handed to a newcomer: R9.

MLS gives a new member nothing of what was said before. A member who was there seals
the content keys of the epochs that the circle's policy grants to the long-lived key in
the newcomer's certificate. With them go the certificates of those who held the leaves
then, so that every old entry is believed for its author's signature; the giver is
believed for nothing but the keys.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.aes256 import KEY_LENGTH
from crypto.canonical import (
    SIGNATURE_LENGTH,
    count_of,
    read_count,
    read_id,
    read_moment,
    read_suite,
    write_moment,
    write_text,
)
from crypto.entry import Member
from crypto.identity import BadCertificate, Device, DeviceCertificate
from crypto.ids import ChannelId, DeviceId
from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.suite import SUITE_1, BadKey, BadSignature, BadTag, HpkeCiphertext, Secret

LABEL: Final = "ronde history v1"
MAX_EPOCHS: Final = 512
"""The most epochs in one bundle; more go in several."""
MAX_BUNDLE: Final = 1 << 16
"""What the log takes in one item."""
_MAX_PAST: Final = 60_000
# Stands for "still there" where a last epoch is written.
_OPEN_END: Final = (1 << 64) - 1


class HistoryFault(StrEnum):
    """Why a history bundle is refused."""

    MALFORMED = "malformed"
    NOT_FOR_US = "not_for_us"
    FORGED = "forged"
    UNREADABLE = "unreadable"


class BadHistory(Exception):
    """A bundle that is not for this device, or that no member gave."""

    def __init__(self, fault: HistoryFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochKey:
    """The content key of an epoch (32 bytes) and when the epoch began (UTC, server's clock)."""

    epoch: int
    key: Secret
    began: datetime

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint64(self.epoch).opaque(self.key)
        write_moment(writer, self.began)

    @staticmethod
    def read(reader: Reader) -> "EpochKey":
        """Take the wire form."""
        return EpochKey(
            epoch=read_count(reader),
            key=Secret(reader.fixed(KEY_LENGTH)),
            began=read_moment(reader),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """Which device held a leaf, from its first epoch to its last (None: it still does)."""

    leaf: int
    first: int
    last: int | None
    certificate: DeviceCertificate

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint32(self.leaf).uint64(self.first)
        writer.uint64(_OPEN_END if self.last is None else self.last)
        writer.put(self.certificate)

    @staticmethod
    def read(reader: Reader) -> "Tenure":
        """Take the wire form."""
        leaf, first, end = reader.uint32(), read_count(reader), reader.uint64()
        last = None if end == _OPEN_END else count_of(end)
        if last is not None and last < first:
            raise Malformed("a tenure that ends before it begins")
        return Tenure(
            leaf=leaf,
            first=first,
            last=last,
            certificate=DeviceCertificate.read(reader),
        )

    def spans(self, epoch: int) -> bool:
        """Tell whether the device held the leaf at that epoch."""
        return self.first <= epoch and (self.last is None or epoch <= self.last)

    def member(self) -> Member:
        """Return the holder, as a reader of entries wants to know it."""
        return Member(
            leaf=self.leaf,
            professional=self.certificate.professional,
            device=self.certificate.device,
            signature_key=self.certificate.signature_key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the giver hands over: keys of epochs, and who was there in them."""

    epochs: tuple[EpochKey, ...]
    tenures: tuple[Tenure, ...]

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.vector(self.epochs).vector(self.tenures)

    @staticmethod
    def read(reader: Reader) -> "Past":
        """Take the wire form."""
        past = Past(epochs=reader.vector(EpochKey.read), tenures=reader.vector(Tenure.read))
        numbers = [known.epoch for known in past.epochs]
        if len(numbers) > MAX_EPOCHS or numbers != sorted(set(numbers)):
            raise Malformed("epochs out of order")
        return past


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryBundle:
    """A past sealed to one device, and signed by the device that gives it.

    The recipient is in clear so that the others need not try; the giver's certificate
    too, for the record. `last` tells all that the giver owes nothing more: until then
    another must give if this one is removed.
    """

    channel: ChannelId
    recipient: DeviceId
    giver: DeviceCertificate
    last: bool
    sealed: HpkeCiphertext
    signature: bytes = bytes(SIGNATURE_LENGTH)

    def write(self, writer: Writer) -> None:
        """Append the wire form: what is signed, then the signature."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "HistoryBundle":
        """Take the wire form; says nothing about the signature."""
        read_suite(reader, SUITE_1.id)
        return HistoryBundle(
            channel=ChannelId(read_id(reader)),
            recipient=DeviceId(read_id(reader)),
            giver=DeviceCertificate.read(reader),
            last=_read_flag(reader),
            sealed=HpkeCiphertext.read(reader),
            signature=reader.fixed(SIGNATURE_LENGTH),
        )

    def content(self) -> bytes:
        """Return the bytes that the giver's leaf key signs."""
        return Writer().raw(self.context()).put(self.sealed).bytes()

    def context(self) -> bytes:
        """Return the bytes that the sealing is bound to: channel, recipient, giver, last."""
        writer = Writer().uint16(SUITE_1.id)
        write_text(writer, self.channel)
        write_text(writer, self.recipient)
        return writer.put(self.giver).uint8(self.last).bytes()

    def encode(self) -> bytes:
        """Return the bytes that a `history` item carries."""
        return encode(self)

    @staticmethod
    def decode(data: bytes) -> "HistoryBundle":
        """Read a bundle without opening it.

        Raises:
            BadHistory: It is none, or too large.
        """
        if len(data) > MAX_BUNDLE:
            raise BadHistory(HistoryFault.MALFORMED)
        try:
            return decode(HistoryBundle.read, data)
        except Malformed:
            raise BadHistory(HistoryFault.MALFORMED) from None


Vouched = Callable[[DeviceCertificate, datetime | None], None]
"""Accepts a certificate that the circle's chain vouches for at a moment, or raises
BadCertificate; without a moment its term does not matter."""


def seal(
    past: Past,
    *,
    channel: ChannelId,
    recipient: DeviceCertificate,
    giver: Device,
    last: bool = True,
) -> HistoryBundle:
    """Seal a past to the long-lived key in the recipient's certificate, signed by the giver."""
    empty = HpkeCiphertext(kem_output=b"", ciphertext=b"")
    unsealed = HistoryBundle(
        channel=channel,
        recipient=recipient.device,
        giver=giver.certificate,
        last=last,
        sealed=empty,
    )
    sealed = SUITE_1.seal_with_label(recipient.hpke_key, LABEL, unsealed.context(), encode(past))
    unsigned = replace(unsealed, sealed=sealed)
    return replace(unsigned, signature=giver.sign(LABEL, unsigned.content()))


def open_(bundle: HistoryBundle, *, channel: ChannelId, device: Device, vouched: Vouched) -> Past:
    """Open a bundle for this device; keep only tenures that the circle's chain vouches for.

    Raises:
        BadHistory: It is for another device or channel, the giver did not sign it or
            never was in the circle, or a certificate inside is a stranger's.
    """
    if (bundle.channel, bundle.recipient) != (channel, device.id):
        raise BadHistory(HistoryFault.NOT_FOR_US)
    check_giver(bundle, vouched)
    try:
        plain = SUITE_1.open_with_label(
            device.hpke_key.private, LABEL, bundle.context(), bundle.sealed
        )
        past = decode(Past.read, plain)
    except BadTag:
        raise BadHistory(HistoryFault.UNREADABLE) from None
    except Malformed:
        raise BadHistory(HistoryFault.MALFORMED) from None
    try:
        for tenure in past.tenures:
            vouched(tenure.certificate, None)
    except BadCertificate:
        raise BadHistory(HistoryFault.FORGED) from None
    return past


def split(epochs: Iterable[EpochKey], tenures: Iterable[Tenure]) -> tuple[Past, ...]:
    """Cut a long past into pieces that fit a bundle, each with the tenures its epochs need."""
    known, holders = sorted(epochs, key=lambda one: one.epoch), tuple(tenures)
    pieces = (known[at : at + MAX_EPOCHS] for at in range(0, len(known), MAX_EPOCHS))
    return tuple(past for piece in pieces for past in _fitting(piece, holders))


def _fitting(epochs: list[EpochKey], tenures: tuple[Tenure, ...]) -> tuple[Past, ...]:
    holders = tuple(one for one in tenures if _overlaps(one, epochs))
    past = Past(epochs=tuple(epochs), tenures=holders)
    if len(epochs) == 1 or len(encode(past)) <= _MAX_PAST:
        return (past,)
    half = len(epochs) // 2
    return (*_fitting(epochs[:half], holders), *_fitting(epochs[half:], holders))


def _overlaps(tenure: Tenure, epochs: list[EpochKey]) -> bool:
    last = epochs[-1].epoch
    return tenure.first <= last and (tenure.last is None or tenure.last >= epochs[0].epoch)


def _read_flag(reader: Reader) -> bool:
    flag = reader.uint8()
    if flag > 1:
        raise Malformed("a flag is 0 or 1")
    return bool(flag)


def check_giver(bundle: HistoryBundle, vouched: Vouched) -> None:
    """Accept a bundle, whomever it is for, as given by the device it names.

    Raises:
        BadHistory: That device did not sign it, or never was in the circle.
    """
    try:
        vouched(bundle.giver, None)
        SUITE_1.verify_with_label(
            bundle.giver.signature_key, LABEL, bundle.content(), bundle.signature
        )
    except (BadCertificate, BadKey, BadSignature):
        raise BadHistory(HistoryFault.FORGED) from None
