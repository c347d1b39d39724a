"""E-mail over real sockets: a real mail server, and one that breaks off wherever it likes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Refused, Result, Retry
from notifications.senders import Mail
from server.clock import system_clock
from server.senders.addresses import MAIL_KINDS, read_address
from server.senders.invitation import Organizer
from server.senders.letter import Stationery, address_of
from server.senders.smtp import SmtpMailer, SmtpServer, Tls
from tests.support.certificate import certificate_for_loopback
from tests.support.hostile_smtp import (
    HANGS_UP,
    SAYS_NOTHING,
    ScriptedMailServer,
    scripted_mail_server,
)
from tests.support.providers import MailServer, mail_server

KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
OTHER = NoticeId("b" * 26)
FAMILY = "famille@exemple.fr"
ORGANIZER = Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr")
STOP = "https://rdv.exemple.fr/r/" + "t" * 22 + "/stop"
CALENDAR = b"\r\n".join(
    (
        b"BEGIN:VCALENDAR",
        b"VERSION:2.0",
        b"PRODID:-//Ronde//Tests//FR",
        b"METHOD:REQUEST",
        b"BEGIN:VEVENT",
        b"UID:visit@reseau.exemple.fr",
        b"SEQUENCE:2",
        b"DTSTAMP:20261122T090000Z",
        b"DTSTART:20261201T133000Z",
        b"SUMMARY:Rendez-vous",
        "LOCATION:12 rue de l'Île".encode(),
        b"END:VEVENT",
        b"END:VCALENDAR",
        b"",
    )
)
MAIL = Mail(
    subject="Votre rendez-vous",
    text="Le mardi 1er décembre 2026 à 14\u00a0h\u00a030\n",
    html="<p>Le <strong>mardi 1er décembre 2026</strong></p>\n",
    calendar=CALENDAR,
    method="REQUEST",
    language="fr",
    written_at=datetime.fromisoformat("2026-11-22T09:00Z"),
    stop=STOP,
)


def mailer(port: int, **server: object) -> SmtpMailer:
    to = SmtpServer(host="127.0.0.1", port=port)
    return SmtpMailer(
        server=replace(to, **server),  # type: ignore[arg-type]  # tests name fields by keyword
        organizer=ORGANIZER,
        clock=system_clock,
    )


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedMailServer]:
    async with scripted_mail_server() as box:
        yield box


async def test_a_mail_arrives_with_text_html_a_calendar_part_and_its_file(
    post: MailServer,
) -> None:
    sending = mailer(post.port)

    result = await sending.send(MAIL, to=FAMILY, key=KEY)
    await sending.close()

    (mail,) = post.mails
    assert isinstance(result, Accepted)
    assert mail.get_content_type() == "multipart/mixed"
    alternative, file = mail.iter_parts()
    text, html, calendar = alternative.iter_parts()
    assert "mardi 1er décembre 2026 à 14\u00a0h\u00a030" in text.get_content()
    assert "<strong>mardi 1er décembre 2026</strong>" in html.get_content()
    assert (calendar.get_content_type(), calendar.get_param("method")) == (
        "text/calendar",
        "REQUEST",
    )
    (event,) = icalendar.Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Rendez-vous", 2)
    assert event["LOCATION"] == "12 rue de l'Île"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invitation.ics")
    assert file.get_content() == CALENDAR


async def test_a_mail_about_no_appointment_has_no_calendar(post: MailServer) -> None:
    sending = mailer(post.port)

    await sending.send(replace(MAIL, calendar=None, method=None), to=FAMILY, key=KEY)
    await sending.close()

    kinds = [part.get_content_type() for part in post.mails[0].walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


async def test_a_second_copy_of_a_mail_is_the_same_to_the_last_byte(
    scripted: ScriptedMailServer,
) -> None:
    sending = mailer(scripted.port)

    for _ in range(2):
        await sending.send(MAIL, to=FAMILY, key=KEY)
    await sending.close()

    first, second = scripted.mails
    assert first == second
    assert f"Message-ID: <{KEY}@reseau.exemple.fr>".encode() in first
    assert b"Date: Sun, 22 Nov 2026 09:00:00 +0000" in first


async def test_a_mail_says_that_a_machine_wrote_it_and_how_to_stop(post: MailServer) -> None:
    sending = mailer(post.port)

    await sending.send(MAIL, to=FAMILY, key=KEY)
    await sending.close()

    (mail,) = post.mails
    assert (mail["To"], mail["From"].addresses[0].addr_spec) == (FAMILY, ORGANIZER.address)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Content-Language"] == "fr"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=400))
def test_whatever_is_said_is_read_as_it_was_said(said: str) -> None:
    to = address_of(FAMILY)
    assert to is not None
    mail = replace(MAIL, text=f".{said}.\n", html=f"<p>{said}</p>\n")

    letter = Stationery(organizer=ORGANIZER).letter(mail, to, KEY, now=system_clock())
    read = message_from_bytes(letter.data, policy=policy.default)

    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == mail.text
    assert html.get_content().replace("\r\n", "\n") == mail.html
    assert all(len(line) <= 998 for line in letter.data.split(b"\r\n"))
    assert letter.data.isascii()


async def test_each_notice_has_a_return_path_of_its_own(post: MailServer) -> None:
    plain = mailer(post.port)
    verp = replace(plain, bounce_domain="retours.exemple.fr")

    await plain.send(MAIL, to=FAMILY, key=KEY)
    await verp.send(MAIL, to=FAMILY, key=KEY)
    await plain.close()
    await verp.close()

    senders = [envelope.mail_from for envelope in post.envelopes]
    assert senders == [ORGANIZER.address, f"bounce+{KEY}@retours.exemple.fr"]


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
        "a@" + "x" * 70 + ".fr",
        "",
    ],
)
async def test_an_address_that_is_more_or_less_than_one_is_refused(
    post: MailServer, address: str
) -> None:
    result = await mailer(post.port).send(MAIL, to=address, key=KEY)

    assert result == Refused("bad_address")
    assert post.mails == []


async def test_an_address_in_other_letters_reaches_its_domain(post: MailServer) -> None:
    sending = mailer(post.port)

    results = [
        await sending.send(MAIL, to="famille@hôtel.exemple.fr", key=KEY),
        await sending.send(MAIL, to="françoise@exemple.fr", key=OTHER),
    ]
    await sending.close()

    assert all(isinstance(each, Accepted) for each in results)
    assert [envelope.rcpt_tos for envelope in post.envelopes] == [
        ["famille@xn--htel-vqa.exemple.fr"],
        ["françoise@exemple.fr"],
    ]
    assert post.mails[1]["To"] == "françoise@exemple.fr"


async def test_a_server_that_takes_ascii_only_refuses_a_name_in_other_letters(
    scripted: ScriptedMailServer,
) -> None:
    result = await mailer(scripted.port).send(MAIL, to="françoise@exemple.fr", key=KEY)

    assert result == Refused("smtp_no_utf8")
    assert not any(each.startswith("MAIL") for each in scripted.commands)


@pytest.mark.parametrize(
    ("says", "result"),
    [
        ({"RCPT": "550 5.1.1 <famille@exemple.fr> unknown"}, Refused("smtp_550_5.1.1")),
        ({"RCPT": "550 no such mailbox"}, Refused("smtp_550")),
        ({"RCPT": "450 4.2.0 greylisted"}, Retry("smtp_450_4.2.0")),
        ({"RCPT": "452 4.5.3 too many"}, Retry("smtp_452_4.5.3")),
        ({"MAIL": "550 5.7.1 who are you"}, Retry("smtp_550_5.7.1")),
        ({"MAIL": "530 5.7.0 sign in first"}, Retry("smtp_530_5.7.0")),
        ({"DATA": "451 4.3.0 later"}, Retry("smtp_451_4.3.0")),
        ({"DATA": "554 5.5.1 no"}, Refused("smtp_554_5.5.1")),
        ({"BODY": "554 5.7.1 looks like spam"}, Refused("smtp_554_5.7.1")),
        ({"BODY": "451 4.7.1 try later"}, Retry("smtp_451_4.7.1")),
        ({"GREETING": "421 4.3.2 closing"}, Retry("smtp_connect_smtpconnectresponseerror")),
        ({"GREETING": HANGS_UP}, Retry("smtp_connect_smtpconnecterror")),
        ({"EHLO": HANGS_UP}, Retry("smtp_connect_smtpserverdisconnected")),
        ({"MAIL": HANGS_UP}, Retry("smtp_envelope_smtpserverdisconnected")),
        ({"RCPT": HANGS_UP}, Retry("smtp_envelope_smtpserverdisconnected")),
        ({"DATA": HANGS_UP}, Ambiguous("smtp_send_smtpserverdisconnected")),
        ({"BODY": HANGS_UP}, Ambiguous("smtp_send_smtpserverdisconnected")),
    ],
)
async def test_a_servers_words_are_believed_where_they_stand(
    scripted: ScriptedMailServer, says: dict[str, str], result: Result
) -> None:
    scripted.says = says
    sending = mailer(scripted.port)

    found = await sending.send(MAIL, to=FAMILY, key=KEY)
    await sending.close()

    assert found == result
    assert len(scripted.mails) == ("BODY" in says)


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT"])
async def test_a_silent_server_is_tried_later_as_long_as_nothing_has_left(
    scripted: ScriptedMailServer, verb: str
) -> None:
    scripted.says = {verb: SAYS_NOTHING}

    result = await replace(mailer(scripted.port), before_data_s=0.2).send(MAIL, to=FAMILY, key=KEY)

    assert isinstance(result, Retry)


async def test_a_server_that_says_nothing_after_the_letter_leaves_a_doubt(
    scripted: ScriptedMailServer,
) -> None:
    scripted.says = {"BODY": SAYS_NOTHING}

    result = await replace(mailer(scripted.port), data_s=0.2).send(MAIL, to=FAMILY, key=KEY)

    assert result == Ambiguous("smtp_send_smtpreadtimeouterror")


async def test_a_server_that_is_not_there_is_tried_later(unused_tcp_port: int) -> None:
    sending = mailer(unused_tcp_port)

    assert isinstance(await sending.send(MAIL, to=FAMILY, key=KEY), Retry)
    assert isinstance(await sending.check(), Retry)


async def test_a_run_of_mails_takes_one_line(scripted: ScriptedMailServer) -> None:
    sending = mailer(scripted.port)

    for number in range(20):
        await sending.send(MAIL, to=FAMILY, key=NoticeId(f"{number:026}"))
    await sending.close()

    assert (scripted.visits, len(scripted.mails)) == (1, 20)
    assert scripted.commands[-1] == "QUIT"


async def test_many_at_once_take_four_lines_at_most(scripted: ScriptedMailServer) -> None:
    sending = mailer(scripted.port)

    results = await asyncio.gather(
        *(sending.send(MAIL, to=FAMILY, key=NoticeId(f"{n:026}")) for n in range(40))
    )
    await sending.close()

    assert all(isinstance(each, Accepted) for each in results)
    assert scripted.visits <= 4


async def test_a_refusal_costs_no_line(scripted: ScriptedMailServer) -> None:
    sending = mailer(scripted.port)
    scripted.says = {"RCPT": "550 5.1.1 unknown"}
    await sending.send(MAIL, to=FAMILY, key=KEY)
    scripted.says = {}

    result = await sending.send(MAIL, to=FAMILY, key=OTHER)
    await sending.close()

    assert isinstance(result, Accepted)
    assert scripted.visits == 1
    assert "RSET" in scripted.commands


@pytest.mark.parametrize("how", ["cut", "421"])
async def test_a_line_that_died_while_it_was_kept_is_opened_anew(
    scripted: ScriptedMailServer, how: str
) -> None:
    sending = mailer(scripted.port)
    await sending.send(MAIL, to=FAMILY, key=KEY)
    if how == "cut":
        scripted.cut()
    else:
        scripted.says = {"MAIL": "421 4.4.2 too long idle"}
        asyncio.get_running_loop().call_later(0.05, scripted.says.clear)

    first = await sending.send(MAIL, to=FAMILY, key=OTHER)
    again = first if isinstance(first, Accepted) else await _later(sending)
    await sending.close()

    assert isinstance(again, Accepted)
    assert not isinstance(first, Ambiguous)
    assert len(scripted.mails) == 2


async def _later(sending: SmtpMailer) -> Result:
    await asyncio.sleep(0.1)
    return await sending.send(MAIL, to=FAMILY, key=OTHER)


async def test_a_line_nobody_needs_is_let_go(scripted: ScriptedMailServer) -> None:
    sending = replace(mailer(scripted.port), idle_s=0.05)

    await sending.send(MAIL, to=FAMILY, key=KEY)
    await asyncio.sleep(0.15)
    result = await sending.send(MAIL, to=FAMILY, key=OTHER)
    await sending.close()

    assert isinstance(result, Accepted)
    assert scripted.visits == 2


async def test_who_strips_starttls_gets_no_mail(scripted: ScriptedMailServer) -> None:
    strict = mailer(scripted.port, tls=Tls.STARTTLS)

    sent, checked = await strict.send(MAIL, to=FAMILY, key=KEY), await strict.check()

    assert isinstance(sent, Retry)
    assert isinstance(checked, Retry)
    assert [each.split()[0] for each in scripted.commands] == ["EHLO", "EHLO"]


async def test_who_offers_starttls_and_then_does_not_hold_it_gets_no_mail(
    scripted: ScriptedMailServer,
) -> None:
    scripted.offers = ("STARTTLS",)
    scripted.says = {"STARTTLS": "454 4.7.0 not now"}

    result = await mailer(scripted.port).send(MAIL, to=FAMILY, key=KEY)

    assert isinstance(result, Retry)
    assert scripted.mails == []


async def test_a_password_goes_over_tls_or_not_at_all(post: MailServer, tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    account = {"tls": Tls.STARTTLS, "username": "ronde", "password": "the right one"}

    in_the_clear = await mailer(post.port, **account).send(MAIL, to=FAMILY, key=KEY)
    async with mail_server(serving, b"the right one") as sealed:
        untrusting = mailer(sealed.port, **account)
        distrusted = await untrusting.send(MAIL, to=FAMILY, key=KEY)
        trusting = replace(untrusting, trust=ssl.create_default_context(cafile=certificate))
        accepted = await trusting.send(MAIL, to=FAMILY, key=KEY)
        checked = await trusting.check()
        await trusting.close()
        wrong = replace(trusting, server=replace(trusting.server, password="the wrong one"))
        refused = await wrong.send(MAIL, to=FAMILY, key=KEY)

    assert isinstance(in_the_clear, Retry)
    assert isinstance(distrusted, Retry)
    assert isinstance(accepted, Accepted)
    assert isinstance(checked, Accepted)
    assert refused == Retry("smtp_connect_smtpauthenticationerror")
    assert (len(post.mails), len(sealed.mails)) == (0, 1)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mta:2525", SmtpServer(host="mta", port=2525)),
        ("smtp://mta", SmtpServer(host="mta", port=25)),
        ("smtp+starttls://mta", SmtpServer(host="mta", port=587, tls=Tls.STARTTLS)),
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
    assert SmtpServer.of(read_address(url, MAIL_KINDS)) == server
    assert "secret" not in repr(server)


def test_a_mail_shows_nothing_of_what_it_says() -> None:
    shown = repr(MAIL)

    assert "décembre" not in shown
    assert STOP not in shown
