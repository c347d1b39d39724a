"""SMS by Twilio: its Messages API, and its signed calls for receipts and answers.

Sources (twilio.com/docs): "Message resource" for `POST .../Accounts/{sid}/Messages.json`
with `To, From | MessagingServiceSid, Body, StatusCallback` and basic authentication;
"Track the message status" for `MessageSid`, `MessageStatus`, `ErrorCode`; "Webhook request"
for `From`, `Body`; "Security" for the signature: HMAC-SHA1, under the account's token, over
the address called and the form's fields in order.
Not verified: that there is an idempotency key for messages. Its documentation names none,
though some programs send a header that they believe in; so we promise nothing, and a doubt
is settled by the status callback, whose address names our notice, or by a person.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode

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
from server.senders.brevo import KEY_IN_QUERY
from server.senders.calling_back import (
    Call,
    Callbacks,
    Forged,
    Told,
    Unreadable,
    reply_of,
)
from server.senders.http_line import Answer, HttpLine, Question, outcome, reference
from server.senders.numbers import FRANCE, dialled

SIGNATURE_HEADER = "X-Twilio-Signature"

# Error codes that are about the addressee: no number, no mobile, unreachable, said STOP.
_ADDRESSEE = frozenset({21211, 21214, 21217, 21421, 21610, 21612, 21614})
_ENDINGS = {
    "accepted": ReceiptState.ACCEPTED,
    "queued": ReceiptState.ACCEPTED,
    "sending": ReceiptState.ACCEPTED,
    "sent": ReceiptState.ACCEPTED,
    "delivered": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """The account, its token, and whom texts come from: a number, a name or a service.

    `receipts` is the address that Twilio calls; None where nobody outside can reach us.
    """

    origin: str
    sid: str = field(repr=False)
    token: str = field(repr=False)
    sender: str | None = None
    service: str | None = None
    receipts: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioTexter(Texter):
    """Sends by one Twilio account, without keys and without looking up by our reference."""

    line: HttpLine
    account: TwilioAccount
    clock: Callable[[], datetime]
    countries: Collection[str] = FRANCE
    name: str = "twilio"

    @property
    @override
    def capabilities(self) -> Capabilities:
        # It calls the address that it is told with each text, and no other.
        told = self.account.receipts is not None
        return Capabilities(key_window=None, lookup=False, receipts=told)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        number = dialled(to, countries=self.countries)
        if isinstance(number, Refused):
            return number
        answer = await self._ask("POST", "/Messages.json", self._form(text, number, key))
        return outcome(answer, lambda yes: _taken(yes, key), _refused)

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("no_lookup")

    async def check(self) -> Result:
        """Ask for the account: whether the token is good, at no cost."""
        answer = await self._ask("GET", ".json")
        return outcome(answer, lambda _: Accepted(self.name))

    def _form(self, text: Text, number: str, key: NoticeId) -> dict[str, str]:
        account, wanted = self.account, {"To": number, "Body": text.text}
        if account.service is not None:
            wanted["MessagingServiceSid"] = account.service
        if account.sender is not None:
            wanted["From"] = account.sender
        if account.receipts is not None:
            wanted["StatusCallback"] = f"{account.receipts}?{KEY_IN_QUERY}={key}"
        return wanted

    async def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> Answer | Retry | Ambiguous:
        account = self.account
        login = base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if form is None else urlencode(form).encode()
        url = f"{account.origin}/2010-04-01/Accounts/{quote(account.sid, safe='')}{path}"
        return await self.line.ask(Question(method=method, url=url, headers=headers, body=body))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioCallbacks(Callbacks):
    """Twilio's calls, which it signs; a call has no date, so a copy of one tells it again."""

    token: str = field(repr=False)

    @override
    def hear(self, call: Call) -> tuple[Told | Reply, ...]:
        try:
            form = parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=200)
        except ValueError as cause:
            raise Forged from cause
        given = call.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(twilio_signature(self.token, call.url, form).encode(), given):
            raise Forged
        fields = dict(form)
        if "MessageStatus" not in fields and "Body" in fields:
            reply = reply_of(fields.get("From", ""), fields["Body"], call.at)
            return () if reply is None else (reply,)
        return _told(fields, call)


def twilio_signature(token: str, url: str, form: Collection[tuple[str, str]]) -> str:
    """Sign a call as Twilio does: the address, then each field's name and value, sorted."""
    signed = url + "".join(name + value for name, value in sorted(form))
    # The algorithm is Twilio's; as an HMAC it still holds.
    made = hmac.new(token.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1)
    return base64.b64encode(made.digest()).decode()


def _told(fields: dict[str, str], call: Call) -> tuple[Told, ...]:
    key, ref = reference(call.query.get(KEY_IN_QUERY)), reference(fields.get("MessageSid"))
    ending = _ENDINGS.get(fields.get("MessageStatus", ""))
    if ending is None or (key is None and ref is None):
        raise Unreadable
    number = fields.get("ErrorCode", "")
    code = f"twilio_{number}" if number.isascii() and number.isdigit() else None
    return (Told(state=ending, at=call.at, key=key, ref=ref, code=code),)


def _taken(answer: Answer, key: NoticeId) -> Result:
    """Read a yes: a message may be made and have failed at once."""
    number = answer.field("error_code")
    if answer.field("status") == "failed" and isinstance(number, int):
        return Refused(f"twilio_{number}")
    return Accepted(reference(answer.field("sid")) or key)


def _refused(answer: Answer) -> Result:
    """Tell a wrong number from wrong settings of ours, which must cost no family its notice."""
    number = answer.field("code")
    if answer.status != HTTPStatus.BAD_REQUEST or not isinstance(number, int):
        return answer.verdict()
    word = f"twilio_{number}"
    return Refused(word) if number in _ADDRESSEE else Retry(word)
