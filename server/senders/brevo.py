"""SMS by Brevo: its transactional API, receipts by its webhook, answers by asking.

Sources (developers.brevo.com, 2026-10): "Send SMS message to a mobile number" for
`POST /v3/transactionalSMS/send` with `sender, recipient, content, type, tag, webUrl,
unicodeEnabled` and its answer `{messageId}`; "Transactional webhooks" for `msg_status`,
`messageId` and `reference`; "Get all your SMS activity" for the filter `tags` and the
events. A text must not hold `[STOP_CODE]`, or it becomes marketing and sleeps at night.
Not verified with an account: which `msg_status` there are beyond the four of the page
(sent, delivered, soft_bounce, hard_bounce); the names of the events list are taken as well.
"""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import (
    Accepted,
    Ambiguous,
    Capabilities,
    ReceiptState,
    Refused,
    Result,
    Retry,
)
from notifications.replies import Reply
from notifications.senders import Text, Texter
from server.senders.alphabet import is_gsm7
from server.senders.calling_back import (
    Call,
    Callbacks,
    Told,
    Unreadable,
    reply_of,
    require_secret,
)
from server.senders.http_line import Answer, HttpLine, Question, outcome, reference
from server.senders.numbers import FRANCE, dialled

KEY_IN_QUERY = "notice"
"""Our notice's id in the address that Brevo calls: a receipt may be there before its answer."""

_ENDINGS = {
    "sent": None,
    "accepted": ReceiptState.ACCEPTED,
    "delivered": ReceiptState.DELIVERED,
    "hard_bounce": ReceiptState.FAILED,
    "hardBounce": ReceiptState.FAILED,
    "soft_bounce": ReceiptState.FAILED,
    "softBounce": ReceiptState.FAILED,
    "rejected": ReceiptState.FAILED,
    "blocked": ReceiptState.FAILED,
    "skip": ReceiptState.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrevoAccount:
    """A key of the API, who writes (at most eleven letters), and where receipts are called in.

    `receipts` is None where nobody outside can reach us.
    """

    origin: str
    api_key: str = field(repr=False)
    sender: str
    receipts: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrevoTexter(Texter):
    """Sends by one Brevo account.

    Its API knows no idempotency key. The `tag` is our notice, and what was sent can be
    asked for by tag: so a doubt is settled by looking it up.
    """

    line: HttpLine
    account: BrevoAccount
    clock: Callable[[], datetime]
    countries: Collection[str] = FRANCE
    name: str = "brevo"

    @property
    @override
    def capabilities(self) -> Capabilities:
        # It calls the address that it is told with each text, and no other.
        told = self.account.receipts is not None
        return Capabilities(key_window=None, lookup=True, receipts=told)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        number = dialled(to, countries=self.countries)
        if isinstance(number, Refused):
            return number
        answer = await self._ask("POST", "/transactionalSMS/send", self._wanted(text, number, key))
        return outcome(answer, lambda yes: Accepted(reference(yes.field("messageId")) or key))

    @override
    async def look_up(self, key: NoticeId) -> Result:
        for event in await self._events(limit="1", tags=key):
            return Accepted(reference(event.get("messageId")) or key)
        return Ambiguous("not_found")

    async def check(self) -> Result:
        """Ask for the account: whether the key is good, at no cost."""
        answer = await self._ask("GET", "/account")
        return outcome(answer, lambda _: Accepted(self.name))

    async def replies(self, since: datetime) -> tuple[Reply, ...]:
        """Ask what was answered since a moment, at most fifty of them; nothing when in doubt."""
        events = await self._events(limit="50", event="replies", days="2")
        found = (_reply(event) for event in events)
        return tuple(reply for reply in found if reply is not None and reply.at >= since)

    def _wanted(self, text: Text, number: str, key: NoticeId) -> dict[str, object]:
        wanted: dict[str, object] = {
            "sender": self.account.sender,
            "recipient": number.removeprefix("+"),
            "content": text.text,
            "type": "transactional",
            "tag": key,
            "unicodeEnabled": not is_gsm7(text.text),
        }
        receipts = self.account.receipts
        return (
            wanted if receipts is None else wanted | {"webUrl": f"{receipts}?{KEY_IN_QUERY}={key}"}
        )

    async def _events(self, **filters: str) -> tuple[dict[str, object], ...]:
        path = "/transactionalSMS/statistics/events?" + urlencode(filters)
        answer = await self._ask("GET", path)
        said = None if isinstance(answer, Result) or not answer.is_yes else answer.field("events")
        return tuple(_objects(said))

    async def _ask(
        self, method: str, path: str, wanted: dict[str, object] | None = None
    ) -> Answer | Retry | Ambiguous:
        headers = {"api-key": self.account.api_key, "Accept": "application/json"}
        if wanted is not None:
            headers["Content-Type"] = "application/json"
        body = None if wanted is None else json.dumps(wanted).encode()
        url = f"{self.account.origin}/v3{path}"
        return await self.line.ask(Question(method=method, url=url, headers=headers, body=body))


@dataclass(frozen=True, slots=True, kw_only=True)
class BrevoCallbacks(Callbacks):
    """Receipts as Brevo calls them in: JSON by POST, unsigned, so by secret path."""

    secret: str = field(repr=False)

    @override
    def hear(self, call: Call) -> tuple[Told | Reply, ...]:
        require_secret(self.secret, call.secret)
        try:
            said = json.loads(call.body)
        except (ValueError, RecursionError) as cause:
            raise Unreadable from cause
        status = said.get("msg_status") if isinstance(said, dict) else None
        key = reference(call.query.get(KEY_IN_QUERY))
        ref = reference(said.get("messageId")) if isinstance(said, dict) else None
        if not isinstance(status, str) or status not in _ENDINGS or (key is None and ref is None):
            raise Unreadable
        ending = _ENDINGS[status]
        if ending is None:
            return ()
        return (Told(state=ending, at=call.at, key=key, ref=ref, code=f"brevo_{status.lower()}"),)


def _objects(said: object) -> Iterator[dict[str, object]]:
    if isinstance(said, list):
        yield from (each for each in said if isinstance(each, dict))


def _reply(event: dict[str, object]) -> Reply | None:
    number, text, at = (event.get(name) for name in ("phoneNumber", "reply", "date"))
    if not (isinstance(number, str) and isinstance(text, str) and isinstance(at, str)):
        return None
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return None
    return None if when.tzinfo is None else reply_of(number, text, when)
