"""The ways out, over real sockets: a real mail server, and a provider that lies over HTTP."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import aiohttp
import icalendar
import pytest

from crypto.ids import ContactId, NoticeId
from notifications import hours
from notifications.delivery import Accepted, Ambiguous, Refused, Retry
from notifications.notice import Carrier, CarrierKind, Medium, Notice, Rule
from notifications.senders import Mail, Text
from server.clock import system_clock
from server.senders.http_line import classified
from server.senders.invitation import Organizer
from server.senders.numbers import UnusableNumber, mobile_number
from server.senders.render import TemplateRenderer
from server.senders.sms import WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer
from server.senders.template_reading import load
from tests.support.providers import SECRET, MailServer, Mood, SmsProvider

KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
FAMILY = "famille@exemple.fr"
PHONE = "+33639980012"
ORGANIZER = Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr")
TOKEN = "t" * 22
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
        carrier=Carrier(kind=CarrierKind.APPOINTMENT, id="visit"),
        sequence=2,
        rule=rule,
        code="N1",
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
    return renderer.mail(notice, to=FAMILY, token=TOKEN)


async def delivered(post: MailServer, mail: Mail) -> EmailMessage:
    server = SmtpServer(host="127.0.0.1", port=post.port)
    mailer = SmtpMailer(server=server, organizer=ORGANIZER, clock=system_clock)
    assert isinstance(await mailer.send(mail, to=FAMILY, key=KEY), Accepted)
    await mailer.close()
    return post.mails[-1]


def texter(http: aiohttp.ClientSession, url: str) -> WebhookTexter:
    return WebhookTexter(
        http=http, url=url, secret=SECRET, clock=system_clock, key_window=timedelta(days=1)
    )


async def test_a_notice_arrives_as_a_mail_that_a_calendar_understands(post: MailServer) -> None:
    mail = await delivered(post, a_mail())

    text = mail.get_body(("plain",))
    (calendar,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    (event,) = icalendar.Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert text is not None
    assert "mardi 1er décembre 2026" in text.get_content()
    assert calendar.get_param("method") == "REQUEST"
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Rendez-vous", 2)
    assert event["LOCATION"] == "12 rue de l'Île, Nîmes"
    assert mail["List-Unsubscribe"] == f"<https://rdv.exemple.fr/r/{TOKEN}/stop>"
    assert mail["Date"].datetime == hours.from_ms(1_795_000_000_000)


async def test_a_cancellation_takes_the_entry_out_of_the_calendar(post: MailServer) -> None:
    mail = await delivered(post, a_mail(Rule.CANCELLED))

    (calendar,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "CANCEL"
    assert mail["Subject"] == "Votre rendez-vous est annulé"


async def test_a_text_arrives_signed_with_its_key(
    http: aiohttp.ClientSession, provider: SmsProvider
) -> None:
    result = await texter(http, provider.url).send(TEXT, to="06 39 98 00 12", key=KEY)

    assert result == Accepted("p-1")
    assert provider.delivered == [
        {"to": PHONE, "text": TEXT.text, "ref": KEY, "class": "transactional"}
    ]
    assert provider.keys == [KEY]


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
