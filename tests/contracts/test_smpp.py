"""SMPP over real sockets: a centre with whims, and another library that speaks with both."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmpplib import NPI, TON, SmppMessage, SubmitSm

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, ReceiptState, Refused, Result, Retry
from notifications.replies import Reply
from notifications.senders import Text
from server.clock import system_clock
from server.senders.alphabet import encoded
from server.senders.calling_back import Told
from server.senders.smpp.pdu import Address, Command, Pdu, submit_body
from server.senders.smpp.session import Centre
from server.senders.smpp.texter import SmppTexter, kept_bound
from tests.support import outside_smpp_client
from tests.support.certificate import certificate_for_loopback
from tests.support.smpp_centre import (
    PASSWORD,
    SYSTEM_ID,
    MessageCentre,
    Whim,
    message_centre,
    receipt,
    tlv,
    written,
)

KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
PHONE = "+33639980012"
TEXT = Text(text="RDV le mardi 1er décembre à 14h30")
ARABIC = Text(text="موعد يوم الثلاثاء 1 ديسمبر الساعة 14:30")


@dataclass(slots=True)
class Ear:
    """Hears what the line tells; `fails` says how often it cannot take it first."""

    heard: list[Told | Reply] = field(default_factory=list)
    fails: int = 0
    event: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, said: Told | Reply) -> None:
        if self.fails:
            self.fails -= 1
            raise ConnectionError
        self.heard.append(said)
        self.event.set()


@pytest.fixture
async def centre() -> AsyncIterator[MessageCentre]:
    async with message_centre() as running:
        yield running


@pytest.fixture
def ear() -> Ear:
    return Ear()


def texter(port: int, ear: Ear, **centre: object) -> SmppTexter:
    there = Centre(host="127.0.0.1", port=port, system_id=SYSTEM_ID, password=PASSWORD)
    return SmppTexter(
        centre=replace(there, **centre),  # type: ignore[arg-type]  # tests name fields by keyword
        sender="RESEAU",
        clock=system_clock,
        hear=ear.take,
        first_pause_s=0.01,
    )


@asynccontextmanager
async def line(centre: MessageCentre, ear: Ear, **settings: object) -> AsyncIterator[SmppTexter]:
    async with kept_bound(texter(centre.port, ear, **settings)) as kept:
        await until(lambda: centre.binds > 0)
        yield kept


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - another party's state, which rings no bell
            await asyncio.sleep(0.005)


async def test_a_text_is_submitted_as_the_standard_has_it(centre: MessageCentre, ear: Ear) -> None:
    async with line(centre, ear) as kept:
        result = await kept.send(TEXT, to="06 39 98 00 12", key=KEY)

    (submitted,) = centre.submitted
    assert result == Accepted("m-1")
    assert (submitted.source, submitted.to) == ((5, 0, "RESEAU"), (1, 1, "33639980012"))
    assert (submitted.coding, submitted.esm_class, submitted.wants_receipt) == (0, 0, True)
    # « é » and « à » have places of their own in GSM 03.38.
    assert submitted.message == b"RDV le mardi 1er d\x05cembre \x7f 14h30"
    assert centre.unbinds == 1


async def test_another_script_goes_out_in_ucs2(centre: MessageCentre, ear: Ear) -> None:
    async with line(centre, ear) as kept:
        result = await kept.send(ARABIC, to=PHONE, key=KEY)

    (submitted,) = centre.submitted
    assert isinstance(result, Accepted)
    assert submitted.coding == 8
    assert submitted.message.decode("utf-16-be") == ARABIC.text


async def test_what_fits_no_single_message_goes_in_parts_that_a_phone_puts_together(
    centre: MessageCentre, ear: Ear
) -> None:
    async with line(centre, ear) as kept:
        result = await kept.send(Text(text=ARABIC.text * 3), to=PHONE, key=KEY)

    heads = [each.message[:6] for each in centre.submitted]
    said = b"".join(each.message[6:] for each in centre.submitted).decode("utf-16-be")
    assert result == Accepted("m-2")
    assert said == ARABIC.text * 3
    assert [each.esm_class for each in centre.submitted] == [0x40, 0x40]
    assert [head[:3] + head[4:] for head in heads] == [b"\5\0\3\2\1", b"\5\0\3\2\2"]
    assert heads[0][3] == heads[1][3]
    assert [each.wants_receipt for each in centre.submitted] == [False, True]


async def test_half_a_message_is_a_doubt(centre: MessageCentre, ear: Ear) -> None:
    centre.whims = [Whim.TAKES, Whim.THROTTLES]
    async with line(centre, ear) as kept:
        result = await kept.send(Text(text=ARABIC.text * 3), to=PHONE, key=KEY)

    assert result == Ambiguous("smpp_partly")


@pytest.mark.parametrize(
    ("whim", "result", "taken"),
    [
        (Whim.THROTTLES, Retry("smpp_88", timedelta(seconds=5)), 0),
        (Whim.IS_FULL, Retry("smpp_20", timedelta(seconds=5)), 0),
        (Whim.KNOWS_NO_SUCH_NUMBER, Refused("smpp_11"), 0),
        (Whim.DISLIKES_OUR_NAME, Retry("smpp_10"), 0),
        (Whim.IS_CONFUSED, Ambiguous("smpp_8"), 0),
        (Whim.TAKES_AND_DROPS, Ambiguous("smpp_line_broken"), 1),
        (Whim.DROPS, Ambiguous("smpp_line_broken"), 0),
        (Whim.TAKES_AND_SAYS_NOTHING, Ambiguous("smpp_timeout"), 1),
        (Whim.NACKS, Retry("smpp_3"), 0),
        (Whim.TALKS_NONSENSE, Ambiguous("smpp_line_broken"), 0),
    ],
)
async def test_each_whim_ends_in_a_result_that_is_true(
    centre: MessageCentre, ear: Ear, whim: Whim, result: Result, taken: int
) -> None:
    centre.whims = [whim]
    async with line(centre, ear, answer_s=0.3) as kept:
        assert await kept.send(TEXT, to=PHONE, key=KEY) == result

    assert len(centre.submitted) == taken


async def test_a_cut_line_is_bound_again_and_nothing_is_submitted_twice(
    centre: MessageCentre, ear: Ear
) -> None:
    centre.whims = [Whim.TAKES_AND_DROPS]
    async with line(centre, ear) as kept:
        lost = await kept.send(TEXT, to=PHONE, key=KEY)
        await until(lambda: centre.binds > 1)
        again = await kept.send(TEXT, to=PHONE, key=NoticeId("b" * 26))

    assert isinstance(lost, Ambiguous)
    assert again == Accepted("m-2")
    assert len(centre.submitted) == 2


async def test_a_centre_that_wants_us_not_is_tried_later(centre: MessageCentre, ear: Ear) -> None:
    centre.refuses_binds = True
    async with kept_bound(replace(texter(centre.port, ear), wait_s=0.1)) as kept:
        result = await kept.send(TEXT, to=PHONE, key=KEY)
        checked = await kept.check()

    assert result == Retry("smpp_unreachable")
    assert checked == Retry("smpp_bind_14")


async def test_a_line_that_fell_silent_is_given_up(centre: MessageCentre, ear: Ear) -> None:
    async with line(centre, ear, enquire_s=0.05, answer_s=0.1):
        await until(lambda: centre.enquiries > 1)
        centre.is_deaf = True
        centre.bound.clear()
        await until(lambda: not centre.writers)
        centre.is_deaf = False
        await asyncio.wait_for(centre.bound.wait(), 5)

    assert centre.binds > 1


async def test_many_at_once_keep_within_the_window(centre: MessageCentre, ear: Ear) -> None:
    async with line(centre, ear, window=2) as kept:
        results = await asyncio.gather(
            *(kept.send(TEXT, to=PHONE, key=NoticeId(f"{n:026}")) for n in range(50))
        )

    assert all(isinstance(each, Accepted) for each in results)
    assert len({each.ref for each in results if isinstance(each, Accepted)}) == 50


@pytest.mark.parametrize(
    ("body", "ending", "code"),
    [
        (receipt("m-1"), ReceiptState.DELIVERED, "smpp_delivrd"),
        (receipt("m-1", stat="UNDELIV", err="027"), ReceiptState.FAILED, "smpp_undeliv_27"),
        (receipt("m-1", stat="EXPIRED"), ReceiptState.FAILED, "smpp_expired"),
        (receipt("m-1", stat="REJECTD"), ReceiptState.FAILED, "smpp_rejectd"),
        (receipt("m-1", stat="ENROUTE"), ReceiptState.ACCEPTED, "smpp_enroute"),
        (
            receipt("", text=False, extras=tlv(0x1E, b"m-1\0") + tlv(0x0427, b"\x02")),
            ReceiptState.DELIVERED,
            "smpp_delivrd",
        ),
        (
            receipt("other", stat="DELIVRD", extras=tlv(0x0427, b"\x05") + tlv(0x1E, b"m-1\0")),
            ReceiptState.FAILED,
            "smpp_undeliv",
        ),
    ],
)
async def test_a_receipt_says_how_it_ended(
    centre: MessageCentre, ear: Ear, body: bytes, ending: ReceiptState, code: str
) -> None:
    async with line(centre, ear):
        await centre.deliver(body)
        await until(lambda: bool(ear.heard) and bool(centre.answers))

    (told,) = ear.heard
    assert isinstance(told, Told)
    assert (told.ref, told.state, told.code) == ("m-1", ending, code)
    assert centre.answers == [(0x80000005, 0)]


async def test_a_receipt_that_was_not_kept_is_asked_for_again(
    centre: MessageCentre, ear: Ear
) -> None:
    ear.fails = 1
    async with line(centre, ear):
        await centre.deliver(receipt("m-1"))
        await until(lambda: len(centre.answers) == 1)
        await centre.deliver(receipt("m-1"))
        await until(lambda: len(centre.answers) == 2)

    assert [status for _, status in centre.answers] == [0x64, 0]
    assert len(ear.heard) == 1


async def test_a_receipt_twice_or_before_its_answer_is_told_as_it_comes(
    centre: MessageCentre, ear: Ear
) -> None:
    centre.whims = [Whim.RECEIPT_FIRST]
    async with line(centre, ear) as kept:
        result = await kept.send(TEXT, to=PHONE, key=KEY)
        await centre.deliver(receipt("m-1"))
        await until(lambda: len(ear.heard) == 2)

    assert result == Accepted("m-1")
    assert {said.ref for said in ear.heard if isinstance(said, Told)} == {"m-1"}


@pytest.mark.parametrize(
    "body",
    [b"", b"\0\x01", receipt("m-1")[:-30], receipt("m-1", extras=b"\0\x1e\xff\xff"), b"\xff" * 40],
)
async def test_a_malformed_delivery_is_said_to_be_one_and_the_line_stands(
    centre: MessageCentre, ear: Ear, body: bytes
) -> None:
    async with line(centre, ear) as kept:
        await centre.deliver(body)
        await until(lambda: bool(centre.answers))
        result = await kept.send(TEXT, to=PHONE, key=KEY)

    assert [status for _, status in centre.answers] == [1]
    assert ear.heard == []
    assert isinstance(result, Accepted)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (written("33639980012", b"STOP"), "STOP"),
        (written("+33639980012", "d'accord à 14h €".encode("utf-16-be"), coding=8), None),
        (written("33639980012", b"Arr\x1ft \x1be", coding=0), None),
        (written("33639980012", b"\5\0\3\7\2\1STOP", esm_class=0x40), "STOP"),
    ],
)
async def test_what_a_family_answers_is_heard(
    centre: MessageCentre, ear: Ear, body: bytes, said: str | None
) -> None:
    async with line(centre, ear):
        await centre.deliver(body)
        await until(lambda: bool(ear.heard))

    (reply,) = ear.heard
    assert isinstance(reply, Reply)
    assert reply.from_number == PHONE
    if said is not None:
        assert reply.text == said
    assert reply.text not in repr(reply)


async def test_names_answered_in_hexadecimal_are_those_of_receipts_in_decimal(
    centre: MessageCentre, ear: Ear
) -> None:
    centre.names_in_hex = True
    async with kept_bound(replace(texter(centre.port, ear), ids_in_hex=True)) as kept:
        result = await kept.send(TEXT, to=PHONE, key=KEY)

    assert result == Accepted("31")


async def test_over_tls_the_centre_must_be_who_it_says(ear: Ear, tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    async with message_centre(serving) as centre:
        believing = ssl.create_default_context(cafile=certificate)
        strict = texter(centre.port, ear, tls=ssl.create_default_context())
        trusting = texter(centre.port, ear, tls=believing)

        refused, accepted = await strict.check(), await trusting.check()

    assert refused == Retry("smpp_unreachable")
    assert accepted == Accepted("smpp")


async def test_another_librarys_client_understands_the_centre(centre: MessageCentre) -> None:
    centre.password = outside_smpp_client.PASSWORD
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", outside_smpp_client.__name__, str(centre.port)
    )

    assert await asyncio.wait_for(client.wait(), 30) == 0

    (submitted,) = centre.submitted
    assert (centre.binds, centre.unbinds) == (1, 1)
    assert (submitted.source, submitted.to) == ((5, 0, "RESEAU"), (1, 1, "33639980012"))
    assert (submitted.coding, submitted.message) == (0, b"RDV \x7f 14h30")


@pytest.mark.parametrize("text", [TEXT.text, ARABIC.text, "[30 €] ~ {x}"])
def test_another_library_reads_what_we_submit(text: str) -> None:
    written_out = encoded(text)
    body = submit_body(
        source=Address.of_sender("RESEAU"),
        to=Address.of_mobile(PHONE),
        coding=written_out.coding,
        message=written_out.parts[0],
        has_header=False,
        receipt=True,
    )
    unit = Pdu(command=Command.SUBMIT_SM, sequence=7, body=body).encode()

    header = SmppMessage.parse_header(unit[:16])
    read = SubmitSm.from_pdu(unit, header, default_encoding="gsm0338")

    assert isinstance(read, SubmitSm)
    assert (header.pdu_length, header.sequence_num) == (len(unit), 7)
    assert (read.source.number, read.source.ton) == ("RESEAU", TON.ALPHANUMERIC)
    assert (read.destination.number, read.destination.npi) == (PHONE[1:], NPI.ISDN)
    assert (read.short_message, read.registered_delivery) == (text, 1)


def test_a_line_shows_no_secret() -> None:
    shown = repr(texter(2775, Ear()))

    assert PASSWORD not in shown
