"""The ways out, over real sockets: a real mail server, and a provider that lies over HTTP."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import icalendar
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.ids import AppointmentId, ContactId, NoticeId
from notifications.delivery import Accepted, Ambiguous, Refused, Result, Retry
from notifications.notice import Medium, Notice, Rule
from notifications.senders import Mail, Text
from server.clock import system_clock
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.senders.http_line import classified
from server.senders.numbers import UnusableNumber, mobile_number
from server.senders.sms import WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer, Tls
from server.senders.templates import load
from tests.support.providers import SECRET, MailServer, Mood, SmsProvider, mail_server, sms_provider

KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
FAMILY = "famille@exemple.fr"
PHONE = "+33639980012"
ORGANIZER = Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr")
TEXT = Text(text="RDV le mardi 1er décembre à 14h30")


def a_mail(rule: Rule = Rule.BOOKED) -> Mail:
    renderer = TemplateRenderer(
        templates=load(),
        organizer=ORGANIZER,
        public_url="https://rdv.exemple.fr",
        phone="04 65 71 00 00",
    )
    notice = Notice(
        id=KEY,
        appointment=AppointmentId("visit"),
        sequence=2,
        rule=rule,
        contact=ContactId("ana"),
        medium=Medium.EMAIL,
        language="fr",
        zone="Europe/Paris",
        start=datetime.fromisoformat("2026-12-01T14:30"),
        place_zone="Europe/Paris",
        duration_minutes=45,
        place_label="12 rue de l'Île, Nîmes",
        not_before=1_795_000_000_000,
        expires=1_796_000_000_000,
        next_at=None,
    )
    return renderer.mail(notice, to=FAMILY, token="t" * 22)


def mailer(port: int, **server: object) -> SmtpMailer:
    to = SmtpServer(host="127.0.0.1", port=port)
    return SmtpMailer(
        server=replace(to, **server),  # type: ignore[arg-type]  # tests name fields by keyword
        organizer=ORGANIZER,
        clock=system_clock,
    )


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as box:
        yield box


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    async with sms_provider() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def texter(http: aiohttp.ClientSession, url: str) -> WebhookTexter:
    return WebhookTexter(
        http=http, url=url, secret=SECRET, clock=system_clock, key_window=timedelta(days=1)
    )


async def test_a_mail_arrives_with_text_html_and_a_calendar_part(post: MailServer) -> None:
    result = await mailer(post.port).send(a_mail(), to=FAMILY, key=KEY)

    (mail,) = post.mails
    assert isinstance(result, Accepted)
    assert mail.get_content_type() == "multipart/alternative"
    text, html, calendar = mail.iter_parts()
    assert "mardi 1er décembre 2026 à 14\u00a0h\u00a030" in text.get_content()
    assert "<strong>mardi 1er décembre 2026</strong>" in html.get_content()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    (event,) = icalendar.Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Rendez-vous", 2)
    assert event["LOCATION"] == "12 rue de l'Île, Nîmes"


async def test_a_second_copy_of_a_mail_is_the_same_message_to_every_reader(
    post: MailServer,
) -> None:
    for _ in range(2):
        await mailer(post.port).send(a_mail(), to=FAMILY, key=KEY)

    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{KEY}@reseau.exemple.fr>"
    assert (first["To"], first["From"].addresses[0].addr_spec) == (FAMILY, ORGANIZER.address)
    assert first["Date"].datetime is not None
    assert first["Auto-Submitted"] == "auto-generated"


async def test_a_cancellation_takes_the_entry_out_of_the_calendar(post: MailServer) -> None:
    await mailer(post.port).send(a_mail(Rule.CANCELLED), to=FAMILY, key=KEY)

    calendar = list(post.mails[0].iter_parts())[2]
    assert calendar.get_param("method") == "CANCEL"
    assert post.mails[0]["Subject"] == "Votre rendez-vous est annulé"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.fr\r\nBcc: eve@exemple.fr",
        "a@b.fr\nRCPT TO:<eve@exemple.fr>",
        "a b@exemple.fr",
        "a@b.fr, eve@exemple.fr",
        "a@b.fr>",
        "nobody",
        "@exemple.fr",
        "a@localhost",
        "",
    ],
)
async def test_an_address_that_is_more_or_less_than_one_is_refused(
    post: MailServer, address: str
) -> None:
    result = await mailer(post.port).send(a_mail(), to=address, key=KEY)

    assert result == Refused("bad_address")
    assert post.mails == []


@pytest.mark.parametrize(
    ("recipient", "data", "result"),
    [
        ("550 no such mailbox", None, Refused("smtp_550")),
        ("450 greylisted", None, Retry("smtp_450")),
        (None, "554 looks like spam", Refused("smtp_554")),
        (None, "451 try later", Retry("smtp_451")),
    ],
)
async def test_a_mail_servers_no_is_for_now_or_for_good(
    post: MailServer, recipient: str | None, data: str | None, result: Result
) -> None:
    post.refuse_recipient, post.refuse_data = recipient, data

    assert await mailer(post.port).send(a_mail(), to=FAMILY, key=KEY) == result


async def test_a_mail_server_that_hangs_up_after_the_data_leaves_a_doubt(post: MailServer) -> None:
    post.hang_up_after_data = True

    result = await mailer(post.port).send(a_mail(), to=FAMILY, key=KEY)

    assert isinstance(result, Ambiguous)
    assert FAMILY not in result.code


async def test_a_mail_server_that_is_not_there_is_tried_later(unused_tcp_port: int) -> None:
    result = await mailer(unused_tcp_port).send(a_mail(), to=FAMILY, key=KEY)

    assert isinstance(result, Retry)


async def test_a_password_goes_over_tls_or_not_at_all(post: MailServer, tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    account = {"tls": Tls.STARTTLS, "username": "ronde", "password": "the right one"}

    in_the_clear = await mailer(post.port, **account).send(a_mail(), to=FAMILY, key=KEY)
    async with mail_server(serving, b"the right one") as sealed:
        untrusting = mailer(sealed.port, **account)
        distrusted = await untrusting.send(a_mail(), to=FAMILY, key=KEY)
        trusting = replace(untrusting, trust=ssl.create_default_context(cafile=certificate))
        accepted = await trusting.send(a_mail(), to=FAMILY, key=KEY)
        wrong = replace(trusting, server=replace(trusting.server, password="the wrong one"))
        refused = await wrong.send(a_mail(), to=FAMILY, key=KEY)

    assert isinstance(in_the_clear, Retry)
    assert isinstance(distrusted, Retry)
    assert isinstance(accepted, Accepted)
    assert refused == Retry("smtp_connect_smtpauthenticationerror")
    assert (len(post.mails), len(sealed.mails)) == (0, 1)


def certificate_for_loopback(folder: Path) -> Path:
    """Make a certificate, with its key in the same file, that says 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = system_clock()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "loopback.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mta:2525", SmtpServer(host="mta", port=2525)),
        ("smtp://mta", SmtpServer(host="mta", port=25)),
        (
            "smtps://ronde:p%40ss@mta",
            SmtpServer(host="mta", port=465, tls=Tls.IMPLICIT, username="ronde", password="p@ss"),
        ),
        (
            "smtp://ronde:secret@mta:587",
            SmtpServer(host="mta", port=587, tls=Tls.STARTTLS, username="ronde", password="secret"),
        ),
    ],
)
def test_a_mail_server_is_named_by_an_address(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server
    assert "secret" not in repr(server)


async def test_a_text_arrives_signed_with_its_key(
    http: aiohttp.ClientSession, provider: SmsProvider
) -> None:
    result = await texter(http, provider.url).send(TEXT, to="06 39 98 00 12", key=KEY)

    assert result == Accepted("p-1")
    assert provider.delivered == [
        {"to": PHONE, "text": TEXT.text, "ref": KEY, "class": "transactional"}
    ]
    assert provider.keys == [KEY]


@pytest.mark.parametrize(
    ("mood", "result", "taken"),
    [
        (Mood.FAILS_BUT_TAKES, Ambiguous("http_500"), 1),
        (Mood.FAILS, Ambiguous("http_502"), 0),
        (Mood.TAKES_AND_RESETS, Ambiguous("sms_serverdisconnectederror"), 1),
        (Mood.TOO_MANY, Retry("http_429", timedelta(seconds=90)), 0),
        (Mood.DOWN, Retry("http_503"), 0),
        (Mood.BAD_REQUEST, Refused("http_400"), 0),
        (Mood.REDIRECTS, Retry("http_302"), 0),
        (Mood.MUMBLES, Accepted(KEY), 1),
    ],
)
async def test_what_a_provider_says_is_believed_no_further_than_it_goes(
    http: aiohttp.ClientSession, provider: SmsProvider, mood: Mood, result: Result, taken: int
) -> None:
    provider.moods = [mood]

    assert await texter(http, provider.url).send(TEXT, to=PHONE, key=KEY) == result
    assert len(provider.delivered) == taken
    assert len(provider.keys) == 1  # Nothing below us tries again by itself.


async def test_a_provider_that_answers_too_late_leaves_a_doubt(
    http: aiohttp.ClientSession, provider: SmsProvider
) -> None:
    provider.moods = [Mood.TAKES_SLOWLY]
    hasty = replace(texter(http, provider.url), timeout=aiohttp.ClientTimeout(total=0.1))

    result = await hasty.send(TEXT, to=PHONE, key=KEY)

    assert isinstance(result, Ambiguous)
    assert len(provider.delivered) == 1


async def test_a_provider_that_is_not_there_is_tried_later(
    http: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    gone = texter(http, f"http://127.0.0.1:{unused_tcp_port}/sms")

    assert await gone.send(TEXT, to=PHONE, key=KEY) == Retry("sms_unreachable")


async def test_a_kept_connection_that_dies_is_a_doubt_and_not_a_silent_second_post(
    http: aiohttp.ClientSession, provider: SmsProvider
) -> None:
    sending = texter(http, provider.url)
    await sending.send(TEXT, to=PHONE, key=KEY)
    provider.moods = [Mood.TAKES_AND_RESETS]

    result = await sending.send(TEXT, to=PHONE, key=NoticeId("b" * 26))

    assert isinstance(result, Ambiguous)
    assert len(provider.keys) == 2


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 503])
def test_our_own_settings_or_a_crowd_cost_no_family_its_notice(status: int) -> None:
    assert isinstance(classified(status, "soon"), Retry)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 39 98 00 12", "+33639980012"),
        ("+33 (0)6 39 98 00 12", "+33639980012"),
        # No range is kept for fiction overseas; nothing is sent to these, only read.
        ("0692 12 34 56", "+262692123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("0690 00 12 34", "+590690001234"),
        ("+687 75 12 34", "+687751234"),
    ],
)
def test_french_mobiles_are_understood_as_people_write_them(written: str, number: str) -> None:
    assert mobile_number(written) == number


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("04 65 71 34 56", "landline"),
        ("+49 151 23456789", "foreign_number"),
        ("+1 202 555 0123", "foreign_number"),
        ("0800 12 34 56", "not_a_mobile"),
        ("06 39", "bad_number"),
        ("famille@exemple.fr", "bad_number"),
        ("", "bad_number"),
    ],
)
async def test_a_number_no_text_can_reach_is_refused_by_name(
    http: aiohttp.ClientSession, provider: SmsProvider, written: str, code: str
) -> None:
    with pytest.raises(UnusableNumber) as refusal:
        mobile_number(written)

    assert refusal.value.code == code
    assert await texter(http, provider.url).send(TEXT, to=written, key=KEY) == Refused(code)
    assert provider.keys == []
