"""SMS by OVHcloud: signed calls of its API, receipts by its callback, answers by asking.

Sources: "API SMS Cookbook" (docs.ovhcloud.com, 2026-06) for `POST /sms/{service}/jobs` and
its parameters; "First steps with the API" for the signature; "Everything you need to know
about SMS users", step 5, for the callback's query and the codes `ptt`; the published API
schema for the filter `tag` of `GET /sms/{service}/outgoing` and for `/incoming`.
Not verified with an account: how long a tag may be (its older HTTP interface says twenty
characters, so we use that many), and which status a sender that is not validated gets.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

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

_TAG_LENGTH = 20
_VALID_MINUTES = 24 * 60
_MOST_REPLIES = 50
# Codes `ptt` that are no end: tried again, with the operator, nobody knows.
_ON_ITS_WAY = frozenset({"0", "1", "2", "3", "6"})
_DELIVERED = "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class OvhAccount:
    """An application's keys, the SMS account, and whom texts come from.

    Without `sender` a short number is used, which families can answer.
    """

    origin: str
    service: str
    application: str = field(repr=False)
    secret: str = field(repr=False)
    consumer: str = field(repr=False)
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OvhTexter(Texter):
    """Sends by one OVHcloud SMS account.

    It knows no idempotency key. The job's `tag` is our notice, and what was sent can be
    asked for by tag: so a doubt is settled by looking it up.
    """

    line: HttpLine
    account: OvhAccount
    clock: Callable[[], datetime]
    countries: Collection[str] = FRANCE
    name: str = "ovh"

    @property
    @override
    def capabilities(self) -> Capabilities:
        return Capabilities(key_window=None, lookup=True, receipts=True)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        number = dialled(to, countries=self.countries)
        if isinstance(number, Refused):
            return number
        answer = await self._ask("POST", "/jobs", self._job(text, number, key))
        return outcome(answer, lambda yes: _taken(yes, key))

    @override
    async def look_up(self, key: NoticeId) -> Result:
        answer = await self._ask("GET", f"/outgoing?tag={key[:_TAG_LENGTH]}")
        if isinstance(answer, Result) or not isinstance(answer.said, list):
            return Ambiguous("no_answer")
        refs = [ref for ref in map(reference, answer.said) if ref is not None]
        return Accepted(refs[0]) if answer.is_yes and refs else Ambiguous("not_found")

    async def check(self) -> Result:
        """Ask for the account itself: whether the keys are good, at no cost."""
        answer = await self._ask("GET", "")
        return outcome(answer, lambda _: Accepted(self.name))

    async def replies(self, since: datetime) -> tuple[Reply, ...]:
        """Ask what was answered since a moment, at most fifty of them; nothing when in doubt."""
        when = since.astimezone(UTC).isoformat(timespec="seconds")
        listed = await self._ask("GET", f"/incoming?creationDatetime.from={quote(when)}")
        if isinstance(listed, Result) or not isinstance(listed.said, list):
            return ()
        found: list[Reply] = []
        for number in listed.said[-_MOST_REPLIES:]:
            if isinstance(number, int):
                answer = await self._ask("GET", f"/incoming/{number}")
                found.extend(() if isinstance(answer, Result) else _reply(answer, self.clock()))
        return tuple(found)

    def _job(self, text: Text, number: str, key: NoticeId) -> dict[str, object]:
        wanted: dict[str, object] = {
            "charset": "UTF-8",
            "class": "phoneDisplay",
            "coding": "7bit" if is_gsm7(text.text) else "8bit",
            "message": text.text,
            # What we say is no advertising: without this nothing leaves at night, and
            # « STOP » with a number is added to the text.
            "noStopClause": True,
            "priority": "high",
            "receivers": [number],
            "tag": key[:_TAG_LENGTH],
            "validityPeriod": _VALID_MINUTES,
        }
        sender = self.account.sender
        return wanted | ({"senderForResponse": True} if sender is None else {"sender": sender})

    async def _ask(
        self, method: str, path: str, wanted: dict[str, object] | None = None
    ) -> Answer | Retry | Ambiguous:
        """Call the API, signed: SHA-1 over keys, method, address, body and time."""
        account = self.account
        url = f"{account.origin}/1.0/sms/{quote(account.service)}{path}"
        body = "" if wanted is None else json.dumps(wanted)
        timestamp = str(int(self.clock().timestamp()))
        signed = f"{account.secret}+{account.consumer}+{method}+{url}+{body}+{timestamp}"
        headers = {
            "Content-Type": "application/json",
            "X-Ovh-Application": account.application,
            "X-Ovh-Consumer": account.consumer,
            "X-Ovh-Timestamp": timestamp,
            # The algorithm is OVHcloud's; what it guards is this one request, over TLS.
            "X-Ovh-Signature": "$1$" + hashlib.sha1(signed.encode()).hexdigest(),  # noqa: S324
        }
        content = None if wanted is None else body.encode()
        return await self.line.ask(Question(method=method, url=url, headers=headers, body=content))


@dataclass(frozen=True, slots=True, kw_only=True)
class OvhCallbacks(Callbacks):
    """Receipts as OVHcloud calls them in: a GET with a query, unsigned, so by secret path."""

    secret: str = field(repr=False)

    @override
    def hear(self, call: Call) -> tuple[Told | Reply, ...]:
        require_secret(self.secret, call.secret)
        ref, ptt = reference(call.query.get("id")), call.query.get("ptt", "")
        if ref is None or not (ptt.isascii() and ptt.isdigit() and len(ptt) < len("10000")):
            raise Unreadable
        if ptt in _ON_ITS_WAY:
            return ()
        ending = ReceiptState.DELIVERED if ptt == _DELIVERED else ReceiptState.FAILED
        return (Told(state=ending, at=call.at, ref=ref, code=f"ptt_{ptt}"),)


def _taken(answer: Answer, key: NoticeId) -> Result:
    """Read a yes: it may still say that the one receiver is none."""
    invalid, valid = answer.field("invalidReceivers"), answer.field("validReceivers")
    if invalid and valid == []:
        return Refused("invalid_receiver")
    ids = answer.field("ids")
    first = ids[0] if isinstance(ids, list) and ids else None
    return Accepted(reference(first) or key)


def _reply(answer: Answer, now: datetime) -> tuple[Reply, ...]:
    sender, text, at = (answer.field(name) for name in ("sender", "message", "creationDatetime"))
    if not isinstance(sender, str) or not isinstance(text, str):
        return ()
    try:
        when = datetime.fromisoformat(at) if isinstance(at, str) else now
    except ValueError:
        when = now
    reply = reply_of(sender, text, when if when.tzinfo is not None else now)
    return () if reply is None else (reply,)
