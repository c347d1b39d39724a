"""Sends notices as SMS: one signed HTTP POST that any provider, or a small bridge, can take.

`POST {url}` with `{to, text, ref, class}`, the notice's id as `Idempotency-Key`, and an
HMAC over time and body. What the other side promises about that key is a setting, since
only it decides whether a doubt may be retried. Receipts and replies come back signed in
the same way, as `{"key", "ref", "state", "code"}` and as `{"from", "text"}`.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, ReceiptState, Refused, Result
from notifications.replies import Reply
from notifications.senders import Text, Texter
from server.senders import signature
from server.senders.calling_back import (
    Call,
    Callbacks,
    Forged,
    Told,
    Unreadable,
    reply_of,
)
from server.senders.http_line import TIMEOUT, HttpLine, Question, outcome, reference
from server.senders.numbers import FRANCE, dialled


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
    countries: Collection[str] = FRANCE
    name: str = "webhook"
    timeout: aiohttp.ClientTimeout = TIMEOUT

    @property
    @override
    def capabilities(self) -> Capabilities:
        return Capabilities(key_window=self.key_window, lookup=False, receipts=True)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        number = dialled(to, countries=self.countries)
        if isinstance(number, Refused):
            return number
        line = HttpLine(http=self.http, timeout=self.timeout)
        answer = await line.ask(self._question(text, number, key))
        return outcome(answer, lambda yes: Accepted(reference(yes.field("ref")) or key))

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("no_lookup")

    def _question(self, text: Text, number: str, key: NoticeId) -> Question:
        wanted = {"to": number, "text": text.text, "ref": key, "class": "transactional"}
        body = json.dumps(wanted).encode()
        timestamp = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            signature.KEY_HEADER: key,
            signature.TIMESTAMP_HEADER: str(timestamp),
            signature.SIGNATURE_HEADER: signature.sign(self.secret, body, timestamp=timestamp),
        }
        return Question(method="POST", url=self.url, headers=headers, body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCallbacks(Callbacks):
    """Calls signed as ours are: an HMAC over the time and the very bytes of the body.

    A call is believed for five minutes; within them a second copy tells the same again.
    """

    secret: str = field(repr=False)

    @override
    def hear(self, call: Call) -> tuple[Told | Reply, ...]:
        signed = signature.is_signed(
            self.secret,
            call.body,
            timestamp=call.headers.get(signature.TIMESTAMP_HEADER, ""),
            signature=call.headers.get(signature.SIGNATURE_HEADER, ""),
            now=int(call.at.timestamp()),
        )
        if not signed:
            raise Forged
        try:
            said = json.loads(call.body)
        except (ValueError, RecursionError) as cause:
            raise Unreadable from cause
        if not isinstance(said, dict):
            raise Unreadable
        return (_told(said, call.at),)


def _told(said: dict[str, object], at: datetime) -> Told | Reply:
    sender, text = said.get("from"), said.get("text")
    if isinstance(sender, str) and isinstance(text, str):
        reply = reply_of(sender, text, at)
        if reply is None:
            raise Unreadable
        return reply
    key, ref = reference(said.get("key")), reference(said.get("ref"))
    state, code = said.get("state"), reference(said.get("code"))
    if (key is None and ref is None) or state not in [each.value for each in ReceiptState]:
        raise Unreadable
    return Told(state=ReceiptState(str(state)), at=at, key=key, ref=ref, code=code)
