"""One question to a provider over HTTP, and what its answer is worth.

Every way in which asking can go wrong ends in one of the outbox's results. What certainly
never left is a `Retry`, what may have left a doubt; a provider is believed no further than
its answer goes. No redirect is followed: the body holds a telephone number.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import aiohttp

from notifications.delivery import Ambiguous, Refused, Result, Retry

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=6)
LONGEST_REF = 120
_LONGEST_ANSWER = 65_536
_LATEST_RETRY_S = 3600

# Certainly not taken, and worth another try: too much at once, down, or our own settings
# (a wrong secret, an address that moved, no credit left), which must cost no family its notice.
_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    }
)
# The provider is, or was, busy with this very key.
_UNCLEAR = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a provider; `body` is None for a GET."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider said: `said` is its JSON, None where there is none to be read."""

    status: int
    retry_after: str = ""
    said: object = field(default=None, repr=False)

    @property
    def is_yes(self) -> bool:
        """Tell whether the request was taken."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def verdict(self) -> Result:
        """Say what an answer that is no yes means."""
        return classified(self.status, self.retry_after)

    def field(self, name: str) -> object:
        """Give one field of the JSON object that was said; None without it."""
        return self.said.get(name) if isinstance(self.said, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLine:
    """The line to one provider. `name` begins the codes of what goes wrong on it."""

    http: aiohttp.ClientSession
    name: str = "sms"
    timeout: aiohttp.ClientTimeout = TIMEOUT

    async def ask(self, question: Question) -> Answer | Retry | Ambiguous:
        """Ask once; nothing below us asks again."""
        try:
            return await self._ask(question)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Retry(f"{self.name}_unreachable")
        except aiohttp.InvalidURL:
            return Retry(f"{self.name}_bad_address")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            return Ambiguous(f"{self.name}_{type(failure).__name__}".lower())

    async def _ask(self, question: Question) -> Answer:
        async with self.http.request(
            question.method,
            question.url,
            data=question.body,
            headers=question.headers,
            allow_redirects=False,
            timeout=self.timeout,
        ) as answer:
            return Answer(
                status=answer.status,
                retry_after=answer.headers.get("Retry-After", ""),
                said=await _json(answer),
            )


def outcome(
    answer: Answer | Retry | Ambiguous,
    taken: Callable[[Answer], Result],
    refused: Callable[[Answer], Result] = Answer.verdict,
) -> Result:
    """Say what asking came to: a yes is read by `taken`, a no by `refused`, no answer is kept."""
    if not isinstance(answer, Answer):
        return answer
    return taken(answer) if answer.is_yes else refused(answer)


def classified(status: int, retry_after: str) -> Result:
    """Say what an HTTP answer other than success means: not taken, in doubt, or refused."""
    word = f"http_{status}"
    if status in _LATER or status < HTTPStatus.BAD_REQUEST:
        usable = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < len("99999")
        wait = min(int(retry_after), _LATEST_RETRY_S) if usable else None
        return Retry(word, None if wait is None else timedelta(seconds=wait))
    if status in _UNCLEAR or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Ambiguous(word)
    return Refused(word)


def reference(said: object) -> str | None:
    """Read a provider's name for a message: a word or a number, bounded; else None."""
    if isinstance(said, int) and not isinstance(said, bool):
        said = str(said)
    usable = isinstance(said, str) and 0 < len(said) <= LONGEST_REF and said.isprintable()
    return said if usable and isinstance(said, str) else None


async def _json(answer: aiohttp.ClientResponse) -> object:
    """Read the answer's JSON; None for what is none, is too long, or does not arrive.

    The status is what counts: a body that cannot be read changes nothing that it said.
    """
    try:
        body = await answer.content.read(_LONGEST_ANSWER)
        while len(body) < _LONGEST_ANSWER and (more := await answer.content.read(_LONGEST_ANSWER)):
            body += more
        said: object = json.loads(body[:_LONGEST_ANSWER]) if body else None
    except (TimeoutError, ValueError, RecursionError, OSError, aiohttp.ClientError):
        return None
    return said
