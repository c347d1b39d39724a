"""Mails that come back: only a report about a notice of ours counts, wherever it is read."""

import ssl
from datetime import datetime
from pathlib import Path

import pytest

from notifications.delivery import ReceiptState
from server.senders.addresses import read_address
from server.senders.bounce import Kind, Returned, read_return
from server.senders.bounce_box import ImapBox, MaildirBox, box_of
from server.ways_settings import BOUNCE_KINDS
from tests.support.certificate import certificate_for_loopback
from tests.support.imap_server import PASSWORD, USER, imap_server
from tests.support.returned_mails import (
    ADDRESSEE,
    DOMAIN,
    KEY,
    OWN_DOMAIN,
    holiday_reply,
    report,
)

AT = datetime.fromisoformat("2026-11-22T09:00Z")
OTHER = "b" * 26


def read(raw: bytes) -> Returned:
    return read_return(raw, domain=DOMAIN, own_domain=OWN_DOMAIN, at=AT)


def test_a_failure_for_good_names_its_notice_and_its_reason() -> None:
    found = read(report())

    assert found.kind is Kind.FAILED
    assert found.told is not None
    assert (found.told.key, found.told.state) == (KEY, ReceiptState.FAILED)
    assert (found.told.code, found.told.at) == ("bounce_5.1.1", AT)
    assert ADDRESSEE not in repr(found)


@pytest.mark.parametrize(
    "raw",
    [
        report(to=None),
        report(to=None, full=False),
        report(about=None),
        report(to=f"BOUNCE+{KEY.upper()}@{DOMAIN}"),
    ],
)
def test_the_address_it_came_back_to_or_what_is_returned_is_enough(raw: bytes) -> None:
    told = read(raw).told

    assert told is not None
    assert told.key == KEY


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (report(action="delayed", status="4.4.1"), Kind.DELAYED),
        (report(action="failed", status="4.4.7"), Kind.FAILED),
        (report(action="delivered", status="2.0.0"), Kind.DELIVERED),
        (report(action="relayed", status="2.0.0"), Kind.NOTHING),
        (report(action="failed", status="2.0.0"), Kind.NOTHING),
        (report(action="failed", status="five"), Kind.NOTHING),
        (report(report_type="feedback-report"), Kind.NOTHING),
        (report(recipients=2), Kind.NOTHING),
        (report(recipients=0), Kind.NOTHING),
        (report(to="rdv@reseau.exemple.fr", about=None), Kind.UNKNOWN),
        (report(to=f"bounce+{KEY}@elsewhere.example", about=None), Kind.UNKNOWN),
        (report(about=OTHER), Kind.UNKNOWN),
        (report(to=f"bounce+{KEY}'; drop@{DOMAIN}", about=None), Kind.UNKNOWN),
        (holiday_reply(), Kind.NOTHING),
        (b"", Kind.NOTHING),
        (b"\xff\x00" * 500, Kind.NOTHING),
        (b"Content-Type: multipart/report; report-type=delivery-status\n\n", Kind.NOTHING),
        (report() + b"x" * 1_000_000, Kind.NOTHING),
    ],
)
def test_what_is_no_failure_of_ours_changes_nothing(raw: bytes, kind: Kind) -> None:
    found = read(raw)

    assert found.kind is kind
    assert (found.told is not None) == (kind in (Kind.FAILED, Kind.DELIVERED))


@pytest.mark.parametrize("cut", range(0, 700, 23))
def test_a_report_that_was_cut_short_raises_nothing(cut: int) -> None:
    assert isinstance(read(report()[:cut]), Returned)


async def test_a_maildir_is_emptied_of_what_was_understood(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a").write_bytes(report())
    (tmp_path / "new" / "2.b").write_bytes(holiday_reply())
    seen: list[bytes] = []

    async def handle(raw: bytes) -> bool:
        seen.append(raw)
        return read(raw).told is not None

    box = MaildirBox(folder=tmp_path)
    first, second = await box.empty(handle), await box.empty(handle)

    assert (first, second) == (2, 0)
    assert seen == [report(), holiday_reply()]
    assert [each.name for each in (tmp_path / "cur").iterdir()] == ["2.b:2,S"]
    assert list((tmp_path / "new").iterdir()) == []


async def test_a_return_that_could_not_be_kept_stays_for_the_next_time(tmp_path: Path) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.a").write_bytes(report())

    async def handle(_raw: bytes) -> bool:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await MaildirBox(folder=tmp_path).empty(handle)

    assert [each.name for each in (tmp_path / "new").iterdir()] == ["1.a"]


async def test_a_mailbox_over_imap_is_emptied_of_what_was_understood(tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    with imap_server(certificate) as served:
        served.mails = {1: report(), 2: holiday_reply()}
        box = ImapBox(
            host="127.0.0.1",
            port=served.port,
            user=USER,
            password=PASSWORD,
            box="Retours",
            trust=ssl.create_default_context(cafile=certificate),
        )

        async def handle(raw: bytes) -> bool:
            return read(raw).told is not None

        counts = (await box.empty(handle), await box.empty(handle), await box.check())

    assert counts == (2, 0, None)
    assert (served.gone, list(served.mails)) == ([1], [2])


async def test_a_mailbox_must_be_who_it_says_and_know_us(tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    with imap_server(certificate) as served:
        strict = ImapBox(host="127.0.0.1", port=served.port, user=USER, password=PASSWORD)
        trust = ssl.create_default_context(cafile=certificate)
        stranger = ImapBox(
            host="127.0.0.1", port=served.port, user=USER, password="wrong", trust=trust
        )

        found = (await strict.check(), await stranger.check())

    assert found == ("bounces_sslcertverificationerror", "bounces_error")
    assert PASSWORD not in repr(strict)


def test_a_mailbox_is_named_by_an_address() -> None:
    maildir = box_of(read_address("maildir:///var/mail/returns", BOUNCE_KINDS))
    imap = box_of(read_address("imaps://box:p%40ss@mail.example/Retours", BOUNCE_KINDS))

    assert maildir == MaildirBox(folder=Path("/var/mail/returns"))
    assert imap == ImapBox(
        host="mail.example", port=993, user="box", password="p@ss", box="Retours"
    )
