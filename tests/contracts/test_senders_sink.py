"""The demonstration's letter box: takes what our senders send, refuses what they never would."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import aiohttp
import pytest

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Refused, Retry
from notifications.senders import Mail, Text
from server.clock import system_clock
from server.senders import signature
from server.senders.addresses import MAIL_KINDS, read_address
from server.senders.invitation import Organizer
from server.senders.sms import WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer
from server.sink import MAILS_FILE, TEXTS_FILE, Sink, listening

SECRET = "only for this machine"
KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
PHONE = "+33639980012"
MAIL = Mail(
    subject="Votre rendez-vous",
    text="Bonjour,\n.\n..deux points au début\n",
    html="<p>Bonjour</p>\n",
    calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    method="REQUEST",
    language="fr",
)


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with listening(Sink(folder=tmp_path, secret=SECRET, clock=system_clock)) as opened:
        yield opened


def mailer(sink: Sink) -> SmtpMailer:
    organizer = Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr")
    return SmtpMailer(
        server=SmtpServer.of(read_address(sink.smtp_url, MAIL_KINDS)),
        organizer=organizer,
        clock=system_clock,
    )


def texter(sink: Sink, http: aiohttp.ClientSession, secret: str = SECRET) -> WebhookTexter:
    return WebhookTexter(
        http=http,
        url=sink.sms_url,
        secret=secret,
        clock=system_clock,
        key_window=timedelta(days=1),
    )


async def test_a_mail_is_kept_as_it_came_and_in_the_file(sink: Sink, tmp_path: Path) -> None:
    result = await mailer(sink).send(MAIL, to="ana@exemple.fr", key=KEY)

    (letter,) = sink.letters
    mail = message_from_bytes(letter.raw, policy=policy.default)
    body = mail.get_body(("plain",))
    (line,) = (tmp_path / MAILS_FILE).read_text(encoding="utf-8").splitlines()
    assert isinstance(result, Accepted)
    assert (letter.sender, letter.recipients) == ("rdv@reseau.exemple.fr", ("ana@exemple.fr",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MAIL.text
    assert json.loads(line)["raw"] == letter.raw.decode()


async def test_a_text_is_kept_once_under_its_key(sink: Sink, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as http:
        first = await texter(sink, http).send(Text(text="RDV"), to=PHONE, key=KEY)
        again = await texter(sink, http).send(Text(text="RDV"), to=PHONE, key=KEY)

    assert first == again == Accepted(f"sink-{KEY}")
    assert [(text.to, text.text) for text in sink.texts] == [(PHONE, "RDV")]
    assert len((tmp_path / TEXTS_FILE).read_text(encoding="utf-8").splitlines()) == 1


async def test_a_text_with_a_wrong_signature_is_not_kept(sink: Sink) -> None:
    async with aiohttp.ClientSession() as http:
        result = await texter(sink, http, "guessed").send(Text(text="RDV"), to=PHONE, key=KEY)

    assert result == Retry("http_401")
    assert sink.texts == []


@pytest.mark.parametrize(
    ("body", "key", "late", "status"),
    [
        (b'{"to": "x", "text": "y"}', KEY, 0, 201),
        (b'{"to": "x", "text": "y"}', KEY, 301, 401),
        (b'{"to": "x", "text": "y"}', KEY, -301, 401),
        (b'{"to": "x", "text": "y"}', "", 0, 400),
        (b'{"to": "x"}', KEY, 0, 400),
        (b"[]", KEY, 0, 400),
        (b"\xff", KEY, 0, 400),
        (b"x" * 20_000, KEY, 0, 413),
    ],
)
async def test_only_a_fresh_readable_text_with_a_key_is_taken(
    sink: Sink, body: bytes, key: str, late: int, status: int
) -> None:
    sent = int(system_clock().timestamp()) - late
    headers = {
        signature.TIMESTAMP_HEADER: str(sent),
        signature.SIGNATURE_HEADER: signature.sign(SECRET, body, timestamp=sent),
        signature.KEY_HEADER: key,
    }

    async with (
        aiohttp.ClientSession() as http,
        http.post(sink.sms_url, data=body, headers=headers) as answer,
    ):
        assert answer.status == status

    assert len(sink.texts) == (status == 201)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1" * 40, "١٢٣"])
def test_a_timestamp_that_is_no_time_is_no_signature(timestamp: str) -> None:
    signed = signature.sign(SECRET, b"{}", timestamp=1)

    assert not signature.is_signed(SECRET, b"{}", timestamp=timestamp, signature=signed, now=1)


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"DATA\r\nQUIT\r\n", ["220", "503", "221"]),
        (b"RCPT TO:<a@b.fr>\r\nQUIT\r\n", ["220", "503", "221"]),
        (b"MAIL FROM:a@b.fr\r\nMAIL TO:<a@b.fr>\r\nQUIT\r\n", ["220", "501", "501", "221"]),
        (
            b"MAIL FROM:<>\r\nRSET\r\nRCPT TO:<a@b.fr>\r\nQUIT\r\n",
            ["220", "250", "250", "503", "221"],
        ),
        (b"helo x\r\nVRFY ana\r\nnoop\r\nquit\r\n", ["220", "250", "502", "250", "221"]),
        (b"NOOP " + b"x" * 9000 + b"\r\n", ["220", "500"]),
    ],
)
async def test_a_client_that_speaks_out_of_turn_is_told_so(
    sink: Sink, said: bytes, answers: list[str]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.smtp_port)
    writer.write(said)
    heard = await reader.read()
    writer.close()

    assert [line[:3] for line in heard.decode().splitlines()] == answers
    assert sink.letters == []


async def test_a_letter_broken_off_is_no_letter(sink: Sink) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.smtp_port)
    writer.write(b"MAIL FROM:<a@b.fr>\r\nRCPT TO:<c@d.fr>\r\nDATA\r\nSubject: half\r\n\r\nhal")
    writer.write_eof()
    await reader.read()
    writer.close()

    assert sink.letters == []


async def test_an_address_with_a_command_in_it_never_reaches_the_box(sink: Sink) -> None:
    result = await mailer(sink).send(MAIL, to="a@b.fr>\r\nRCPT TO:<eve@b.fr", key=KEY)

    assert result == Refused("bad_address")
    assert sink.letters == []
