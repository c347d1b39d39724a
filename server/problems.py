"""Every refusal as one object (RFC 9457), the same over HTTP and in a socket's ack.

Rules raise plain exceptions that know nothing of HTTP; the table says what each looks like
from outside. What is not in the table is our fault: it is told as `internal`, and logged by
type and place only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler

from care_circle.definition.inclusion import GuardsUnmet, NotIncludable
from care_circle.documents.answers import AnswerProblem, BadAnswers, Wrong
from care_circle.importing.csv_table import FileRefused
from care_circle.mending import Mendable, Mender, Proposing
from server.limits import TooManyRequests
from server.logs import logger
from server.problem_kind import Kind
from server.problem_table import HTTP_PROBLEMS, PROBLEMS
from server.wire import Malformed, encode

INTERNAL = Kind(500, "internal", "Erreur interne", "Internal error")
MEDIA_TYPE = "application/problem+json"
LEFT = 499
"""Whoever asked hung up before the answer; a status that nginx's logs made known."""

_TYPE = "urn:ronde:problem:"


class Place(NamedTuple):
    """One place of a request that is wrong: a JSON pointer, a word, the bounds if it has any."""

    pointer: str
    detail: str
    minimum: float | None = None
    maximum: float | None = None

    def as_object(self) -> dict[str, object]:
        """Give the JSON object, without bounds that are not there."""
        return {name: value for name, value in self._asdict().items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal as it leaves the house; holds nothing that a person wrote."""

    kind: Kind
    language: str = "fr"
    detail: str | None = None
    errors: tuple[Place, ...] = ()
    mended_by: Mender | None = None
    instead: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """HTTP status code."""
        return self.kind.status

    @property
    def code(self) -> str:
        """Stable name of the refusal, for programs."""
        return self.kind.code

    def as_object(self) -> dict[str, object]:
        """Give the JSON object: type, title, status, code, who can mend it, what else there is."""
        told: dict[str, object] = {
            "type": _TYPE + self.code,
            "title": self.kind.english if self.language == "en" else self.kind.french,
            "status": self.status,
            "code": self.code,
        }
        if self.detail is not None:
            told["detail"] = self.detail
        if self.mended_by is not None:
            told["mended_by"] = self.mended_by.value
        if self.instead is not None:
            told["instead"] = self.instead
        if self.errors:
            told["errors"] = [each.as_object() for each in self.errors]
        return told


def problem_of(error: BaseException, *, language: str = "fr") -> Problem:
    """Tell how an exception looks from outside; an unknown one is `internal`, and logged."""
    if isinstance(error, web.HTTPException):
        return _http_problem(error, language)
    kind = next((PROBLEMS[kin] for kin in type(error).__mro__ if kin in PROBLEMS), None)
    if kind is None or kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger().error("unexpected_error", cause=error)
    kind = kind or INTERNAL
    return Problem(
        kind=kind,
        language=language,
        detail=_fault(error),
        errors=_errors(error),
        mended_by=error.mended_by if isinstance(error, Mendable) else None,
        instead=error.told if isinstance(error, Proposing) else None,
        headers=_retry_headers(error, kind),
    )


def language_of(request: web.Request) -> str:
    """Choose French or English by Accept-Language; French when neither is asked for."""
    wishes: list[tuple[float, str]] = []
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.strip().lower()[:2]
        if language in ("fr", "en"):
            wishes.append((_quality(quality), language))
    return max(wishes, default=(0.0, "fr"), key=lambda wish: wish[0])[1]


def problem_response(problem: Problem) -> web.Response:
    """Answer with a problem object."""
    return web.Response(
        body=encode(problem.as_object()),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers={"Content-Language": problem.language, **problem.headers},
    )


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into a problem object."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 -- the last-resort handler (ASVS 16.5.4)
        if isinstance(error, ConnectionResetError) and _has_left(request):
            # Nobody hears this; the log's line of the request keeps the status.
            return web.Response(status=LEFT)
        return problem_response(problem_of(error, language=language_of(request)))


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _http_problem(error: web.HTTPException, language: str) -> Problem:
    kind = HTTP_PROBLEMS.get(error.status)
    if kind is None:
        logger().error("unexpected_error", cause=error)
        return Problem(kind=INTERNAL, language=language)
    allow = error.headers.get("Allow")
    return Problem(kind=kind, language=language, headers={"Allow": allow} if allow else {})


def _errors(error: BaseException) -> tuple[Place, ...]:
    """Say (JSON pointer, what) where a rule names several things at once, in our words only."""
    match error:
        case Malformed():
            return tuple(Place(*each) for each in error.errors)
        case BadAnswers():
            return tuple(map(_place_of, error.problems))
        case NotIncludable():
            missing = error.assessment.missing
            facts = (Place(f"/{fact}", "missing") for fact in missing)
            return (Place("", error.assessment.outcome), *facts)
        case GuardsUnmet():
            return tuple(Place("", guard) for guard in error.guards)
        case FileRefused():
            at = f"/lines/{error.line}" if error.line else ""
            named = tuple(Place(at, word) for word in error.columns)
            return named or (Place(at, error.fault),)
        case _:
            return ()


def _place_of(problem: AnswerProblem) -> Place:
    """Point at an answer, in its row if it is in one; what the form does not know is not named."""
    if problem.wrong is Wrong.UNKNOWN_FIELD:
        return Place("/answers", problem.wrong)
    pointer = "/".join(("/answers", *map(str, problem.path or (problem.field,))))
    if problem.wrong is not Wrong.OUT_OF_RANGE:
        return Place(pointer, problem.wrong)
    return Place(pointer, problem.wrong, problem.minimum, problem.maximum)


def _fault(error: BaseException) -> str | None:
    """Name the check that failed, where a rule names it by a constant of its own."""
    fault = getattr(error, "fault", None)
    return fault.value if isinstance(fault, StrEnum) else None


def _retry_headers(error: BaseException, kind: Kind) -> dict[str, str]:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "1"}
    if kind.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="ronde"'}
    return {}
