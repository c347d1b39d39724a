"""Every provider of SMS over real HTTP: whatever it does ends in a result, and in a true one."""

import gc
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import pytest

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Refused, Result, Retry
from notifications.senders import Text, Texter
from server.clock import system_clock
from server.senders.brevo import BrevoAccount, BrevoTexter
from server.senders.http_line import HttpLine, Question
from server.senders.ovh import OvhAccount, OvhTexter
from server.senders.sms import WebhookTexter
from server.senders.twilio import TwilioAccount, TwilioTexter
from tests.support.hostile_http import (
    ACCOUNT,
    APPLICATION,
    CONSUMER,
    DIALECTS,
    SECRET,
    SERVICE,
    TAKING,
    Fault,
    HostileProvider,
    running,
)

KEY = NoticeId("abcdefghijklmnopqrstuvwxyz")
PHONE = "+33639980012"
TEXT = Text(text="RDV le mardi 1er décembre à 14h30")
ARABIC = Text(text="موعد يوم الثلاثاء 1 ديسمبر الساعة 14:30")
RECEIPTS = "https://rdv.exemple.fr/receipts/one/secret"
HASTY = aiohttp.ClientTimeout(total=0.3)


@pytest.fixture(params=DIALECTS)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[HostileProvider]:
    async with running(DIALECTS[request.param]()) as provider:
        yield provider


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.node.callspec.params["provider"]
    return name


def texter_of(dialect: str, http: aiohttp.ClientSession, origin: str) -> Texter:
    line = HttpLine(http=http, timeout=HASTY)
    if dialect == "ovh":
        ovh = OvhAccount(
            origin=origin,
            service=SERVICE,
            application=APPLICATION,
            secret=SECRET,
            consumer=CONSUMER,
            sender="RESEAU",
        )
        return OvhTexter(line=line, account=ovh, clock=system_clock)
    if dialect == "brevo":
        brevo = BrevoAccount(origin=origin, api_key=SECRET, sender="RESEAU", receipts=RECEIPTS)
        return BrevoTexter(line=line, account=brevo, clock=system_clock)
    if dialect == "twilio":
        twilio = TwilioAccount(
            origin=origin, sid=ACCOUNT, token=SECRET, sender="RESEAU", receipts=RECEIPTS
        )
        return TwilioTexter(line=line, account=twilio, clock=system_clock)
    return WebhookTexter(
        http=http,
        url=f"{origin}/sms",
        secret=SECRET,
        clock=system_clock,
        key_window=timedelta(days=1),
        timeout=HASTY,
    )


async def test_a_text_is_taken_in_the_providers_own_words(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    result = await texter_of(dialect, http, provider.origin).send(
        TEXT, to="06 39 98 00 12", key=KEY
    )

    (taken,) = provider.taken
    assert result == Accepted("1")
    assert (taken.to, taken.text) == (PHONE, TEXT.text)
    assert KEY.startswith(taken.key)


async def test_each_provider_declares_what_it_promises(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    promised = texter_of(dialect, http, provider.origin).capabilities
    looks_up = dialect in ("ovh", "brevo")

    assert (promised.lookup, promised.receipts) == (looks_up, True)
    assert (promised.key_window is not None) is (dialect == "webhook")


@pytest.mark.parametrize("dialect", ["brevo", "twilio"])
async def test_who_is_told_no_address_to_call_promises_no_receipts(
    http: aiohttp.ClientSession, dialect: str
) -> None:
    texter = texter_of(dialect, http, "http://127.0.0.1:9")
    assert isinstance(texter, BrevoTexter | TwilioTexter)
    account = replace(texter.account, receipts=None)

    assert not replace(texter, account=account).capabilities.receipts  # type: ignore[arg-type]  # the same


VERDICTS = {
    Fault.FAILS_BUT_TAKES: Ambiguous,
    Fault.FAILS: Ambiguous,
    Fault.TAKES_AND_RESETS: Ambiguous,
    Fault.RESETS: Ambiguous,
    Fault.TAKES_TOO_SLOWLY: Ambiguous,
    Fault.DRIPS: Ambiguous,
    Fault.TOO_MANY: Retry,
    Fault.DOWN: Retry,
    Fault.WRONG_KEYS: Retry,
    Fault.REDIRECTS: Retry,
    Fault.MUMBLES: Accepted,
    Fault.WRONG_SHAPE: Accepted,
    Fault.TALKS_FOR_EVER: Accepted,
    Fault.DEEP: Accepted,
}


@pytest.mark.parametrize("fault", VERDICTS)
async def test_each_fault_ends_in_a_result_that_is_true(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str, fault: Fault
) -> None:
    provider.faults = [fault]

    result = await texter_of(dialect, http, provider.origin).send(TEXT, to=PHONE, key=KEY)

    assert isinstance(result, VERDICTS[fault])
    assert len(provider.requests) == 1  # Nothing below us tries again by itself, or follows.
    assert len(provider.taken) == (fault in TAKING)
    if isinstance(result, Retry | Refused):
        assert provider.taken == []
    if not isinstance(result, Accepted):
        assert PHONE[1:] not in result.code
        assert SECRET not in result.code


def test_every_fault_has_its_verdict() -> None:
    assert set(VERDICTS) | {Fault.NONE} == set(Fault)


async def test_a_crowd_says_when_to_come_back(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    provider.faults = [Fault.TOO_MANY]

    result = await texter_of(dialect, http, provider.origin).send(TEXT, to=PHONE, key=KEY)

    assert result == Retry("http_429", timedelta(seconds=90))


async def test_an_answer_without_end_costs_no_memory(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    provider.faults = [Fault.TALKS_FOR_EVER]

    await texter_of(dialect, http, provider.origin).send(TEXT, to=PHONE, key=KEY)

    assert not any(isinstance(each, bytes) and len(each) > 1_000_000 for each in gc.get_objects())


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_provider_that_is_not_there_is_tried_later(
    http: aiohttp.ClientSession, dialect: str, unused_tcp_port: int
) -> None:
    gone = texter_of(dialect, http, f"http://127.0.0.1:{unused_tcp_port}")

    result = await gone.send(TEXT, to=PHONE, key=KEY)

    assert result == Retry("sms_unreachable")


async def test_no_text_leaves_for_a_number_that_is_no_mobile_of_ours(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    texter = texter_of(dialect, http, provider.origin)
    numbers = {
        "04 65 71 34 56": "landline",
        "0899 12 34 56": "premium",
        "+49 151 23456789": "foreign_number",
        "06 39": "bad_number",
    }

    results = {number: await texter.send(TEXT, to=number, key=KEY) for number in numbers}

    assert results == {number: Refused(code) for number, code in numbers.items()}
    assert provider.requests == []


async def test_another_countrys_mobile_goes_where_settings_say_so(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    texter = texter_of(dialect, http, provider.origin)
    abroad = replace(texter, countries=frozenset({"FR", "DE"}))  # type: ignore[type-var]

    result = await abroad.send(TEXT, to="+49 151 23456789", key=KEY)

    assert isinstance(result, Accepted)
    assert provider.taken[0].to == "+4915123456789"


async def test_what_gsm7_cannot_say_is_marked_for_the_other_alphabet(
    http: aiohttp.ClientSession, provider: HostileProvider, dialect: str
) -> None:
    texter = texter_of(dialect, http, provider.origin)

    await texter.send(TEXT, to=PHONE, key=KEY)
    await texter.send(ARABIC, to=PHONE, key=NoticeId("b" * 26))

    latin, arabic = (taken.asked for taken in provider.taken)
    assert provider.taken[1].text == ARABIC.text
    assert (latin.get("coding"), arabic.get("coding")) in {("7bit", "8bit"), (None, None)}
    assert (latin.get("unicodeEnabled"), arabic.get("unicodeEnabled")) in {
        (False, True),
        (None, None),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_texter_shows_no_secret(dialect: str, http: aiohttp.ClientSession) -> None:
    shown = repr(texter_of(dialect, http, "https://provider.example"))

    assert SECRET not in shown
    assert CONSUMER not in shown
    assert "receipts/one/secret" not in shown


async def test_ovh_is_asked_by_our_tag_what_it_took(http: aiohttp.ClientSession) -> None:
    async with running(DIALECTS["ovh"]()) as provider:
        texter = texter_of("ovh", http, provider.origin)
        unknown = await texter.look_up(KEY)
        provider.answers[f"/1.0/sms/{SERVICE}/outgoing"] = [4711]
        known = await texter.look_up(KEY)

    assert texter.capabilities.lookup
    assert unknown == Ambiguous("not_found")
    assert known == Accepted("4711")


async def test_brevo_is_asked_by_our_tag_what_it_took(http: aiohttp.ClientSession) -> None:
    async with running(DIALECTS["brevo"]()) as provider:
        texter = texter_of("brevo", http, provider.origin)
        unknown = await texter.look_up(KEY)
        event = {"messageId": "4711", "event": "sent", "tag": KEY}
        provider.answers["/v3/transactionalSMS/statistics/events"] = {"events": [event]}
        known = await texter.look_up(KEY)

    assert texter.capabilities.lookup
    assert unknown == Ambiguous("not_found")
    assert known == Accepted("4711")


@pytest.mark.parametrize("dialect", ["ovh", "brevo"])
async def test_a_lying_look_up_settles_nothing(http: aiohttp.ClientSession, dialect: str) -> None:
    async with running(DIALECTS[dialect]()) as provider:
        texter = texter_of(dialect, http, provider.origin)
        for lie in ({"events": "all of them"}, {"events": [7, None]}, [None, {"id": 1}], "yes"):
            provider.answers = dict.fromkeys(
                (
                    f"/1.0/sms/{SERVICE}/outgoing",
                    "/v3/transactionalSMS/statistics/events",
                ),
                lie,
            )

            assert isinstance(await texter.look_up(KEY), Ambiguous)


async def test_ovh_says_yes_and_means_no(http: aiohttp.ClientSession) -> None:
    async with running(DIALECTS["ovh"]()) as provider:
        said = {"ids": [], "validReceivers": [], "invalidReceivers": [PHONE]}
        provider.yes = lambda _taken, _number: (200, said)

        result = await texter_of("ovh", http, provider.origin).send(TEXT, to=PHONE, key=KEY)

    assert result == Refused("invalid_receiver")


@pytest.mark.parametrize(
    ("status", "said", "result"),
    [
        (400, {"code": 21614, "message": "not a mobile"}, Refused("twilio_21614")),
        (400, {"code": 21610, "message": "said STOP"}, Refused("twilio_21610")),
        (400, {"code": 21606, "message": "our sender is wrong"}, Retry("twilio_21606")),
        (201, {"sid": "SM1", "status": "failed", "error_code": 30003}, Refused("twilio_30003")),
    ],
)
async def test_twilio_tells_a_wrong_number_from_wrong_settings(
    http: aiohttp.ClientSession, status: int, said: dict[str, object], result: Result
) -> None:
    async with running(DIALECTS["twilio"]()) as provider:
        provider.yes = lambda _taken, _number: (status, said)

        found = await texter_of("twilio", http, provider.origin).send(TEXT, to=PHONE, key=KEY)

    assert found == result


async def test_families_answers_are_fetched_where_nobody_calls_them_in(
    http: aiohttp.ClientSession,
) -> None:
    since = datetime.fromisoformat("2026-11-22T08:00Z")
    async with running(DIALECTS["ovh"]()) as ovh, running(DIALECTS["brevo"]()) as brevo:
        ovh.answers[f"/1.0/sms/{SERVICE}/incoming"] = [7]
        ovh.answers[f"/1.0/sms/{SERVICE}/incoming/7"] = {
            "id": 7,
            "sender": PHONE,
            "message": "STOP",
            "creationDatetime": "2026-11-22T10:00:00+01:00",
        }
        event = {"event": "replied", "phoneNumber": PHONE[1:], "reply": "STOP"}
        brevo.answers["/v3/transactionalSMS/statistics/events"] = {
            "events": [
                event | {"date": "2026-11-22T10:00:00.000+01:00"},
                event | {"date": "2026-11-20T10:00:00.000+01:00"},
                event | {"date": "no date"},
            ]
        }
        by_ovh = texter_of("ovh", http, ovh.origin)
        by_brevo = texter_of("brevo", http, brevo.origin)
        assert isinstance(by_ovh, OvhTexter)
        assert isinstance(by_brevo, BrevoTexter)

        replies = [*await by_ovh.replies(since), *await by_brevo.replies(since)]

    assert [(each.from_number, each.text) for each in replies] == [(PHONE, "STOP")] * 2
    assert {each.at for each in replies} == {datetime.fromisoformat("2026-11-22T09:00Z")}


def test_no_body_of_a_request_is_in_its_repr() -> None:
    asked = Question(
        method="POST", url="https://x.example", body=json.dumps({"to": PHONE}).encode()
    )

    assert PHONE not in repr(asked)
