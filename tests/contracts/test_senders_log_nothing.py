"""Whatever becomes of a message, nothing is logged of whom it went to or what it says.

What is looked through is more than an operator ever sees: every event of ours at any level,
before the allow-list takes keys away, every record of every library, and what is written.
"""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import pytest
import structlog
from typing_extensions import override

from care_circle.contact import Contact
from crypto.ids import ChildId, ContactId, NoticeId, new_id
from notifications.delivery import Refused, Result
from notifications.notice import Medium, Notice, Rule, State
from notifications.replies import Reply
from notifications.senders import Mail, Text
from server.clock import system_clock
from server.logs import Event, configure_logs, logger
from server.senders import signature
from server.senders.addresses import MAIL_KINDS, SMS_KINDS, read_addresses
from server.senders.calling_back import Told
from server.senders.invitation import Organizer
from server.senders.pacing import PacedTexter
from server.senders.smpp.session import Centre
from server.senders.smpp.texter import SmppTexter, kept_bound
from server.senders.smtp import SmtpMailer, SmtpServer
from server.senders.twilio import SIGNATURE_HEADER, twilio_signature
from server.ways_out import receipts_address
from server.ways_settings import WaysSettings
from tests.contracts.test_texters import texter_of
from tests.support.canary_search import found
from tests.support.hostile_http import DIALECTS, SECRET, Fault, HostileProvider, brevo
from tests.support.hostile_http import running as provider_running
from tests.support.hostile_smtp import (
    HANGS_UP,
    SAYS_NOTHING,
    ScriptedMailServer,
    scripted_mail_server,
)
from tests.support.server import Running, running
from tests.support.smpp_centre import PASSWORD, SYSTEM_ID, Whim, message_centre, written
from tests.support.year import Year

PHONE: Final = "+33639980047"
ADDRESS: Final = "perrine.clairbois@exemple.test"
NAME: Final = "Clairbois"
PLACE: Final = "17 passage des Hirondelles"
TOKEN: Final = "q7ZrVtY2mXw9LkPn3BdHsA"
SAID: Final = f"RDV au {PLACE}, https://rdv.exemple.fr/r/{TOKEN}"
PLANTED: Final = (
    *(PHONE, PHONE.removeprefix("+"), PHONE.removeprefix("+33"), "06 39 98 00 47", "39 98 00 47"),
    *(ADDRESS, "perrine.clairbois", NAME, PLACE, "Hirondelles", TOKEN, SECRET, PASSWORD),
)
KEY: Final = NoticeId("abcdefghijklmnopqrstuvwxyz")
ECHO: Final = f"<{ADDRESS}> {PHONE} {NAME}: {SAID}"
"""What a provider may quote back of a message, in an answer or in a receipt."""

_OTHER_SIDE: Final = ("mail.", "tests.")
"""Loggers of the servers that play the outside."""


class _Records(logging.Handler):
    """Keeps every record whole, tracebacks and all."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(_OTHER_SIDE):
            self._lines.append(self.format(record))


@contextmanager
def all_that_is_logged() -> Iterator[list[str]]:
    """Collect events and records while a block runs, whatever their level."""
    lines: list[str] = []
    stream, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level

    def note(_logger: object, _method: str, event: Event) -> Event:
        # Of an exception its type and places are written, which the stream shows.
        lines.append(repr({key: value for key, value in event.items() if key != "cause"}))
        return event

    configure_logs("DEBUG", stream)
    structlog.configure(processors=[note, *structlog.get_config()["processors"]])
    root.addHandler(_Records(lines))
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        lines.append(stream.getvalue())
        structlog.configure(**before)
        root.handlers = handlers
        root.setLevel(level)


def leaks(lines: list[str]) -> list[str]:
    return found(PLANTED, "\n".join(lines).encode())


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.ERROR])
def test_whoever_logs_an_address_is_caught_however_they_do_it(level: int) -> None:
    ways: dict[str, Callable[[], object]] = {
        "as an event": lambda: logger().log(level, f"sent_to {ADDRESS}"),
        "under a key that is dropped": lambda: logger().log(level, "sent", to=PHONE),
        "under a key that is kept": lambda: logger().log(level, "sent", code=f"to {PHONE}"),
        "by a library": lambda: logging.getLogger("aiosmtplib").log(level, "to <%s>", ADDRESS),
        "as bytes": lambda: logging.getLogger("asyncio").log(level, "wrote %r", SAID.encode()),
    }
    caught = {}
    for name, way in ways.items():
        with all_that_is_logged() as lines:
            way()
        caught[name] = bool(leaks(lines))

    assert caught == dict.fromkeys(ways, True)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_provider_of_texts_is_written_to_in_silence_whatever_it_does(
    dialect: str, http: aiohttp.ClientSession
) -> None:
    with all_that_is_logged() as lines:
        async with provider_running(DIALECTS[dialect]()) as provider:
            texter = texter_of(dialect, http, provider.origin)
            paced = PacedTexter(texter=texter, rate=1000, clock=asyncio.get_running_loop().time)
            results = []
            for fault in Fault:
                provider.faults = [fault]
                results.append(await texter.send(Text(text=SAID), to=PHONE, key=KEY))
                results.append(await texter.look_up(KEY))
                results.append(await paced.send(Text(text=SAID), to=PHONE, key=KEY))
            provider.yes = lambda _taken, _number: (400, {"message": ECHO})
            results.append(await texter.send(Text(text=SAID), to=PHONE, key=KEY))
            results.append(await texter.send(Text(text=SAID), to="04 65 71 34 56", key=KEY))
        results.append(await texter.send(Text(text=SAID), to=PHONE, key=KEY))

    assert any(isinstance(each, Refused) for each in results)
    assert leaks([*lines, *map(repr, results)]) == []


async def test_a_message_centre_is_written_to_in_silence_whatever_it_does() -> None:
    heard: list[object] = []

    async def hear(said: Told | Reply) -> None:
        heard.append(said)

    with all_that_is_logged() as lines:
        async with message_centre() as centre:
            there = Centre(
                host="127.0.0.1", port=centre.port, system_id=SYSTEM_ID, password=PASSWORD
            )
            texter = SmppTexter(
                centre=replace(there, answer_s=0.2),
                sender="RESEAU",
                clock=system_clock,
                hear=hear,
                first_pause_s=0.01,
            )
            async with kept_bound(texter):
                await asyncio.wait_for(centre.bound.wait(), 5)
                await centre.deliver(written(PHONE.removeprefix("+"), SAID.encode()))
                await centre.deliver(ECHO.encode())
                async with asyncio.timeout(5):
                    while not any(isinstance(each, Reply) for each in heard):  # noqa: ASYNC110 - another party's line
                        await asyncio.sleep(0.01)
                results: list[Result] = []
                for whim in Whim:
                    centre.whims = [whim]
                    results.append(await texter.send(Text(text=SAID), to=PHONE, key=KEY))

    assert len(centre.submitted) > 1
    assert leaks([*lines, *map(repr, results), *map(repr, heard)]) == []


SCRIPTS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"RCPT": f"550 5.1.1 {ECHO}"},
    {"RCPT": f"450 4.2.1 {ECHO}"},
    {"MAIL": f"501 5.1.7 {ECHO}"},
    {"BODY": f"554 5.7.1 {ECHO}"},
    {"GREETING": f"421 4.3.2 {ECHO}"},
    {"EHLO": HANGS_UP},
    {"DATA": HANGS_UP},
    {"BODY": HANGS_UP},
    {"BODY": SAYS_NOTHING},
    {"RCPT": SAYS_NOTHING},
)


@pytest.mark.parametrize("says", SCRIPTS, ids=lambda says: "-".join(says) or "takes")
async def test_a_mail_server_is_written_to_in_silence_whatever_it_says(
    says: dict[str, str],
) -> None:
    mail = Mail(subject="Votre rendez-vous", text=SAID, html=SAID, language="fr")
    with all_that_is_logged() as lines:
        async with scripted_mail_server() as post:
            post.says = says
            mailer = replace(mailer_to(post), before_data_s=0.2, data_s=0.2)
            results = [await mailer.send(mail, to=ADDRESS, key=KEY) for _ in range(2)]
            results.append(await mailer.send(mail, to=f"{NAME}, {ADDRESS}", key=KEY))
            await mailer.close()

    assert post.visits
    assert leaks([*lines, *map(repr, results)]) == []


def mailer_to(post: ScriptedMailServer) -> SmtpMailer:
    return SmtpMailer(
        server=SmtpServer(host="127.0.0.1", port=post.port),
        organizer=Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr"),
        clock=system_clock,
    )


@pytest.mark.parametrize("takes", [True, False])
async def test_a_house_tells_a_family_and_hears_of_it_in_silence(
    tmp_path: Path, http: aiohttp.ClientSession, *, takes: bool
) -> None:
    with all_that_is_logged() as lines:
        async with provider_running(brevo()) as provider, scripted_mail_server() as post:
            if not takes:
                provider.yes = lambda _taken, _number: (400, {"message": ECHO})
                post.says = {"RCPT": f"550 5.1.1 {ECHO}"}
            async with running(tmp_path, ways=ways_to(provider, post)) as server:
                family = Year(house=server.house, clock=server.clock)
                child = await family.include(perrine())
                await family.book(child.id, "2026-12-15T10:00", zone="Europe/Paris")
                told = await told_of(family, child.id)
                await forge(server, http, told)

    ends = {each.state for each in told}
    assert ends == ({State.SENT} if takes else {State.DEAD})
    assert leaks(lines) == []


def perrine() -> Contact:
    return Contact(
        id=ContactId(new_id()),
        family_name=NAME,
        email=ADDRESS,
        phone=PHONE,
        confirmed=(Medium.EMAIL, Medium.SMS),
    )


def ways_to(provider: HostileProvider, post: ScriptedMailServer) -> WaysSettings:
    key = SECRET.replace(" ", "%20")
    return WaysSettings(
        mail=read_addresses(f"smtp://127.0.0.1:{post.port}", MAIL_KINDS),
        sms=read_addresses(
            f"brevo+http://:{key}@127.0.0.1:{provider.port}?sender=RESEAU "
            f"twilio+http://AC1:{key}@127.0.0.1:9?sender=RESEAU "
            f"webhook+http://:{key}@127.0.0.1:9/sms",
            SMS_KINDS,
        ),
        bounce_key=SECRET,
    )


async def told_of(family: Year, child: ChildId) -> tuple[Notice, ...]:
    """Wait until a booking was told, or could not be, by both media."""
    async with asyncio.timeout(20):
        while True:
            news = [each for each in await family.notices(child) if each.rule is Rule.BOOKED]
            if len(news) > 1 and all(each.next_at is None for each in news):
                return tuple(news)
            await asyncio.sleep(0.05)


async def forge(server: Running, http: aiohttp.ClientSession, told: tuple[Notice, ...]) -> None:
    """Call in as nobody may, and as providers do, with all there is to tell."""
    brevo_, twilio, _ = server.config.ways.sms
    known = urlsplit(receipts_address(server.config, brevo_) or "").path
    notice = told[0].id
    quoting = {"state": "failed", "key": notice, "code": "5.1.1", "text": ECHO, "to": PHONE}
    body = json.dumps(quoting).encode()
    stamp = int(server.clock().timestamp())
    signed = {
        signature.TIMESTAMP_HEADER: str(stamp),
        signature.SIGNATURE_HEADER: signature.sign(SECRET, body, timestamp=stamp),
    }
    url, form = f"{server.url}/receipts/{twilio.name}", {"From": PHONE, "Body": SAID}
    by_twilio = {SIGNATURE_HEADER: twilio_signature(SECRET, url, list(form.items()))}
    for call in (
        http.post(f"{server.url}/receipts/{brevo_.name}/{TOKEN}", json={"to": PHONE, "text": ECHO}),
        http.post(f"{server.url}{known}?notice={notice}", json={"msg_status": ECHO, "to": PHONE}),
        http.post(f"{server.url}/receipts/mail", data=body, headers=signed),
        http.post(f"{server.url}/receipts/mail", data=ECHO.encode(), headers=signed),
        http.post(f"{server.url}/receipts/webhook", data=ECHO.encode()),
        http.post(url, data=form, headers=by_twilio),
        http.post(url, data=form, headers={SIGNATURE_HEADER: TOKEN}),
        http.get(f"{server.url}/r/{TOKEN}"),
        http.get(f"{server.url}/receipts/{ADDRESS}/{PHONE}?to={ADDRESS}"),
    ):
        async with call as answer:
            await answer.read()
