"""SMS by SMPP 3.4, straight to a message centre: one line, kept bound, bound again when it breaks.

Source of what is promised: SMPP v3.4 knows no idempotency key, and looks a message up only
by the centre's own name for it (`query_sm`), which a doubtful one never got; so a doubt stays
one until a receipt comes or a person looks. Receipts come as `deliver_sm` on the same line.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.replies import Reply
from notifications.senders import Text, Texter
from server.logs import logger
from server.senders.alphabet import encoded
from server.senders.calling_back import Told
from server.senders.http_line import LONGEST_REF
from server.senders.numbers import FRANCE, dialled
from server.senders.smpp.pdu import (
    Address,
    Command,
    Delivered,
    Pdu,
    Status,
    read_message_id,
    submit_body,
)
from server.senders.smpp.receipt import heard
from server.senders.smpp.session import Centre, LineBroken, NotSent, Session, bound

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
WAIT_FOR_LINE_S = 5.0
_CROWDED = timedelta(seconds=5)
_HEX = 16

Hear = Callable[[Told | Reply], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppTexter(Texter):
    """Submits texts on the line that `run` keeps bound.

    `ids_in_hex`: the centre answers names in hexadecimal and writes them in decimal in
    receipts, as some do. `hear` is told of receipts and answers; the centre is told yes
    only after it returned.
    """

    centre: Centre
    sender: str
    clock: Callable[[], datetime]
    hear: Hear
    countries: Collection[str] = FRANCE
    name: str = "smpp"
    ids_in_hex: bool = False
    first_pause_s: float = FIRST_PAUSE_S
    wait_s: float = WAIT_FOR_LINE_S
    _line: "_Line" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_line", _Line())

    @property
    @override
    def capabilities(self) -> Capabilities:
        return Capabilities(key_window=None, lookup=False, receipts=True)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        number = dialled(to, countries=self.countries)
        if isinstance(number, Refused):
            return number
        session = await self._line.session(self.wait_s)
        if session is None:
            return Retry("smpp_unreachable")
        units = self._units(text, number)
        result = await self._submit(session, units[0])
        for unit in units[1:]:
            if not isinstance(result, Accepted):
                break
            result = _partly(await self._submit(session, unit))
        return result

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("no_lookup")

    async def check(self) -> Result:
        """Bind and part again, on a line of its own: whether the account is good."""
        try:
            async with bound(self.centre):
                return Accepted(self.name)
        except NotSent as refusal:
            return Retry(refusal.code)

    async def run(self) -> None:
        """Keep a line bound until cancelled; after a failure wait, ever longer, and try again."""
        pause = self.first_pause_s
        while True:
            try:
                async with bound(self.centre) as session:
                    self._line.is_up(session)
                    pause = self.first_pause_s
                    await session.serve(self._deliver)
            except NotSent as refusal:
                logger().warning("sms_line_down", medium=self.name, code=refusal.code)
            finally:
                self._line.is_down()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _deliver(self, delivered: Delivered) -> None:
        said = heard(delivered, at=self.clock())
        if said is not None:
            await self.hear(said)

    def _units(self, text: Text, number: str) -> list[bytes]:
        """Write one body for each part; a receipt is asked of the last, which ends them all."""
        written = encoded(text.text)
        last = len(written.parts) - 1
        return [
            submit_body(
                source=Address.of_sender(self.sender),
                to=Address.of_mobile(number),
                coding=written.coding,
                message=part,
                has_header=written.has_header,
                receipt=place == last,
            )
            for place, part in enumerate(written.parts)
        ]

    async def _submit(self, session: Session, body: bytes) -> Result:
        try:
            answer = await session.ask(Command.SUBMIT_SM, body)
        except NotSent as refusal:
            return Retry(refusal.code)
        except LineBroken as broken:
            return Ambiguous(broken.code)
        return self._result(answer)

    def _result(self, answer: Pdu) -> Result:
        """Say what a status means: any but zero is the centre's word that it took nothing.

        `system_error` alone is what a centre says when it does not know itself.
        """
        word = f"smpp_{answer.status}"
        if answer.status == Status.OK and answer.command == Command.SUBMIT_SM_RESP:
            return Accepted(self._ref(read_message_id(answer.body)))
        if answer.status in (Status.OK, Status.SYSTEM_ERROR):
            return Ambiguous(word)
        if answer.status in (Status.THROTTLED, Status.QUEUE_FULL):
            return Retry(word, _CROWDED)
        return Refused(word) if answer.status == Status.INVALID_DESTINATION else Retry(word)

    def _ref(self, message_id: str) -> str:
        named = message_id[:LONGEST_REF]
        if self.ids_in_hex:
            with contextlib.suppress(ValueError):
                return str(int(named, _HEX))
        return named


def trusted() -> ssl.SSLContext:
    """Trust whom this machine trusts, for a line over TLS."""
    return ssl.create_default_context()


@asynccontextmanager
async def kept_bound(texter: SmppTexter) -> AsyncIterator[SmppTexter]:
    """Keep a texter's line bound for the length of a block."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(texter.run())
        try:
            yield texter
        finally:
            running.cancel()


class _Line:
    """The session there is, if any, for whoever wants to send."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._up = asyncio.Event()

    def is_up(self, session: Session) -> None:
        self._session = session
        self._up.set()

    def is_down(self) -> None:
        self._session = None
        self._up.clear()

    async def session(self, wait_s: float) -> Session | None:
        """Give the session, waiting a little for one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._up.wait()
        return self._session


def _partly(result: Result) -> Result:
    """A later part that did not arrive leaves a doubt: what came first cannot be taken back."""
    return result if isinstance(result, Accepted) else Ambiguous("smpp_partly")
