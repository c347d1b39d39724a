"""Sends notices as SMS: one signed HTTP POST that any provider, or a small bridge, can take.

`POST {url}` with `{to, text, ref, class}`, the notice's id as `Idempotency-Key`, and an
HMAC over time and body. What the other side promises about that key is a setting, since
only it decides whether a doubt may be retried.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp
import phonenumbers
from phonenumbers import PhoneNumberType
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.senders import Text, Texter
from server.senders import signature

_TIMEOUT = aiohttp.ClientTimeout(total=25, connect=10)
_LONGEST_ANSWER = 65_536
_LONGEST_REF = 120
_LATEST_RETRY_S = 3600

# Metropolitan France and every territory with a calling code of its own.
_FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
# Overseas mobiles as people there write them, without their calling code.
_OVERSEAS = {"690": 590, "691": 590, "694": 594, "696": 596, "697": 596, "692": 262, "693": 262}
_MOBILE = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN}
)

# Certainly not taken, and worth another try: too much at once, down, or our own settings
# (a wrong secret, an address that moved), which must cost no family its notice.
_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    }
)
# The provider is, or was, busy with this very key.
_UNCLEAR = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


class UnusableNumber(Exception):
    """No SMS can go to this number; `code` says why in one stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def mobile_number(text: str) -> str:
    """Bring a French mobile number, metropolitan or overseas, into E.164.

    Numbers set aside for fiction (06 39 98 xx xx) pass: only what is known to be
    something else is refused.

    Raises:
        UnusableNumber: `bad_number`, `foreign_number`, `landline` or `not_a_mobile`.
    """
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as cause:
        raise UnusableNumber("bad_number") from cause
    national = phonenumbers.national_significant_number(number)
    if number.country_code == phonenumbers.country_code_for_region("FR"):
        number.country_code = _OVERSEAS.get(national[:3], number.country_code)
    if number.country_code not in _FRENCH_CODES:
        raise UnusableNumber("foreign_number")
    if not phonenumbers.is_possible_number(number):
        raise UnusableNumber("bad_number")
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.FIXED_LINE:
        raise UnusableNumber("landline")
    if kind not in _MOBILE:
        raise UnusableNumber("not_a_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTexter(Texter):
    """Posts texts to one address.

    `key_window` is how long the other side promises to drop a second text under one key;
    None if it promises nothing.
    """

    http: aiohttp.ClientSession
    url: str = field(repr=False)
    secret: str = field(repr=False)
    clock: Callable[[], datetime]
    key_window: timedelta | None
    timeout: aiohttp.ClientTimeout = _TIMEOUT

    @property
    @override
    def capabilities(self) -> Capabilities:
        return Capabilities(key_window=self.key_window, lookup=False)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        try:
            number = mobile_number(to)
        except UnusableNumber as refusal:
            return Refused(refusal.code)
        wanted = {"to": number, "text": text.text, "ref": key, "class": "transactional"}
        body = json.dumps(wanted).encode()
        try:
            return await self._post(body, key)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Retry("sms_unreachable")
        except aiohttp.InvalidURL:
            return Retry("sms_bad_address")
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            return Ambiguous(f"sms_{type(failure).__name__}".lower())

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("no_lookup")

    async def _post(self, body: bytes, key: NoticeId) -> Result:
        timestamp = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            signature.KEY_HEADER: key,
            signature.TIMESTAMP_HEADER: str(timestamp),
            signature.SIGNATURE_HEADER: signature.sign(self.secret, body, timestamp=timestamp),
        }
        async with self.http.post(
            self.url, data=body, headers=headers, allow_redirects=False, timeout=self.timeout
        ) as answer:
            if answer.ok and answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return Accepted(await _reference(answer, key))
            return classified(answer.status, answer.headers.get("Retry-After", ""))


def classified(status: int, retry_after: str) -> Result:
    """Say what an HTTP answer other than success means (reliability.md §4)."""
    word = f"http_{status}"
    if status in _LATER or status < HTTPStatus.BAD_REQUEST:
        usable = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < len("99999")
        wait = min(int(retry_after), _LATEST_RETRY_S) if usable else None
        return Retry(word, None if wait is None else timedelta(seconds=wait))
    if status in _UNCLEAR or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Ambiguous(word)
    return Refused(word)


async def _reference(answer: aiohttp.ClientResponse, key: NoticeId) -> str:
    """Read the provider's name for the text; it was taken whatever the body says."""
    try:
        said = json.loads(await answer.content.read(_LONGEST_ANSWER))
    except (TimeoutError, ValueError, aiohttp.ClientError):
        return key
    ref = said.get("ref") if isinstance(said, dict) else None
    return ref[:_LONGEST_REF] if isinstance(ref, str) and ref else key
