"""The lines to one mail server: kept for a run of mails, and what its every word is worth.

Until the letter's own bytes leave, whatever goes wrong is for later; once they may have left,
only the server's answer settles anything.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiosmtplib
from aiosmtplib import SMTPResponseException

from notifications.delivery import Accepted, Ambiguous, Refused, Result, Retry
from server.senders.letter import Letter

_LINES = 4
_PARTING_S = 2.0
_PERMANENT = 500
_CLOSING = 421
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")


class Lines:
    """The lines to one server: up to four, each for one mail at a time, kept a while after it."""

    def __init__(self, client: Callable[[], aiosmtplib.SMTP], idle_s: float) -> None:
        self._client = client
        self._idle_s = idle_s
        self._places = asyncio.Semaphore(_LINES)
        self._kept: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}

    @asynccontextmanager
    async def one(self, letter: Letter) -> AsyncIterator[aiosmtplib.SMTP | Result]:
        """Give a line on which the server has agreed to take a letter, or its answer instead."""
        async with self._places:
            line, agreed = await self._agree(letter)
            try:
                yield line if agreed is None else agreed
            except BaseException:
                line.close()
                raise
            if line.is_connected and not await self._keep(line, reset=agreed is not None):
                line.close()

    async def close(self) -> None:
        """Part from the server on every line that is kept."""
        while self._kept:
            line, timer = self._kept.popitem()
            timer.cancel()
            await part(line)

    async def _agree(self, letter: Letter) -> tuple[aiosmtplib.SMTP, Result | None]:
        """Put the envelope before the server; a kept line may have died, so then anew."""
        while self._kept:
            line, timer = self._kept.popitem()
            timer.cancel()
            with contextlib.suppress(_Stale), _closed_on_failure(line):
                return line, await _envelope(line, letter, fresh=False)
        line = self._client()
        with _closed_on_failure(line):
            try:
                await line.connect()
            except Exception as failure:  # noqa: BLE001 - not a byte of the message has left
                return line, Retry(word_of("connect", failure))
            return line, await _envelope(line, letter, fresh=True)

    async def _keep(self, line: aiosmtplib.SMTP, *, reset: bool) -> bool:
        """Keep a line for the next mail; False if it cannot be used any more."""
        if reset:
            try:
                await line.rset()
            except (aiosmtplib.SMTPException, OSError):
                return False
        loop = asyncio.get_running_loop()
        self._kept[line] = loop.call_later(self._idle_s, self._let_go, line)
        return True

    def _let_go(self, line: aiosmtplib.SMTP) -> None:
        del self._kept[line]
        line.close()


class _Stale(Exception):
    """A line that was kept does not stand any more; nothing was said on it."""


async def _envelope(line: aiosmtplib.SMTP, letter: Letter, *, fresh: bool) -> Result | None:
    """Say who writes to whom; None when the server agrees to both.

    What is wrong with our own address must cost no family its notice, so it is for later;
    a word on the addressee is the server's, for now (4yz) or for good (5yz).

    Raises:
        _Stale: The line was kept, and is over.
    """
    if letter.needs_utf8 and not line.supports_extension("smtputf8"):
        return Refused("smtp_no_utf8")
    encoding = "utf-8" if letter.needs_utf8 else "ascii"
    options = ["SMTPUTF8"] if letter.needs_utf8 else []
    try:
        await line.mail(letter.sender, options=options)
        await line.rcpt(letter.recipient, encoding=encoding)
    except aiosmtplib.SMTPRecipientRefused as refusal:
        return _refused(refusal)
    except SMTPResponseException as refusal:
        if not fresh and refusal.code == _CLOSING:
            raise _Stale from refusal
        return Retry(_coded(refusal))
    except (aiosmtplib.SMTPException, OSError) as failure:
        if not fresh:
            raise _Stale from failure
        return Retry(word_of("envelope", failure))
    return None


async def hand_over(line: aiosmtplib.SMTP, letter: Letter, *, data_s: float) -> Result:
    """Send the letter itself; once its bytes may have left, only an answer settles anything.

    A reply code is the server's own word that it did not take the message (RFC 5321,
    section 4.2.1): 4yz for now, 5yz for good.
    """
    try:
        answer = await line.data(letter.data, timeout=data_s)
    except SMTPResponseException as refusal:
        return _refused(refusal)
    except (aiosmtplib.SMTPException, OSError) as failure:
        return Ambiguous(word_of("send", failure))
    return Accepted(answer.message[:120])


@contextmanager
def _closed_on_failure(line: aiosmtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        line.close()
        raise


async def part(line: aiosmtplib.SMTP) -> None:
    """Take leave of the server; whether it hears that matters to nobody."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await line.quit(timeout=_PARTING_S)
    line.close()


def _refused(refusal: SMTPResponseException) -> Result:
    word = _coded(refusal)
    return Refused(word) if refusal.code >= _PERMANENT else Retry(word)


def _coded(refusal: SMTPResponseException) -> str:
    """Name a refusal by its codes alone (RFC 3463): its text may quote addresses."""
    enhanced = _ENHANCED.match(refusal.message)
    return f"smtp_{refusal.code}" + (f"_{enhanced[0]}" if enhanced is not None else "")


def word_of(stage: str, failure: BaseException) -> str:
    """Name a failure by its class alone: its text may quote addresses."""
    return f"smtp_{stage}_{type(failure).__name__}".lower()
