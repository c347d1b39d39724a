"""How values cross the wire: closed structs in, JSON out, and one way to be malformed."""

import asyncio
import re
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from aiohttp import hdrs, web

SMALL = 64 * 1024
"""What a body may weigh, in bytes, unless its route says otherwise."""

LARGE = 1024 * 1024
"""What a commit bundle may weigh, in bytes: it holds a ratchet tree and Welcomes."""

_STRIDE = 256 * 1024

BODY_SECONDS = 30
"""How long a body may take to arrive."""

Wanted = TypeVar("Wanted")


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a body: nothing missing, nothing unknown (ASVS 15.3.3)."""


class Malformed(Exception):
    """A body is not the JSON that was asked for; `errors` are (JSON pointer, expectation)."""

    def __init__(self, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self.errors = errors


class TooLarge(Exception):
    """A body weighs more than its route allows."""


class TooSlow(Exception):
    """A body did not arrive in time."""


class NotJson(Exception):
    """A body is announced as something else than JSON."""


class NoCondition(Exception):
    """A write that must name the version it is based on names none (RFC 6585, section 3)."""


class ConditionFailed(Exception):
    """A write is based on a version that is no longer the present one."""


async def read(request: web.Request, wanted: type[Wanted], *, limit: int = SMALL) -> Wanted:
    """Read a request's JSON body as a closed struct.

    Raises:
        NotJson: The media type is not JSON.
        TooLarge: The body weighs more than `limit` bytes.
        TooSlow: The body took more than `BODY_SECONDS` to arrive.
        Malformed: The body is not what was asked for.
    """
    if request.content_type != "application/json":
        raise NotJson
    return decode(await body_of(request, limit), wanted)


def decode(data: bytes, wanted: type[Wanted]) -> Wanted:
    """Decode JSON from outside.

    Four exceptions, not one: msgspec also lets UnicodeDecodeError and RecursionError
    through, and neither is a DecodeError.

    Raises:
        Malformed: With a JSON pointer to the offending place when there is one.
    """
    try:
        return msgspec.json.decode(data, type=wanted)
    except msgspec.ValidationError as error:
        raise Malformed((_explained(str(error)),)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed((("", "not well-formed JSON"),)) from None


def encode(value: object) -> bytes:
    """Encode an answer as JSON: snake_case keys, base64 bytes, RFC 3339 times in UTC."""
    return msgspec.json.encode(value, enc_hook=_encode_other)


def answer(
    value: object,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    version: int | None = None,
    location: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """Answer with JSON, and the version of what is shown as its entity tag."""
    extra = dict(headers or {})
    if version is not None:
        extra["ETag"] = f'"{version}"'
    if location is not None:
        extra["Location"] = location
    return web.Response(
        body=encode(value), status=status, content_type="application/json", headers=extra
    )


async def answer_bytes(request: web.Request, data: bytes) -> web.StreamResponse:
    """Answer with plain bytes, at the pace of whoever takes them."""
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    response.content_length = len(data)
    await response.prepare(request)
    for at in range(0, len(data) if request.method == hdrs.METH_GET else 0, _STRIDE):
        await response.write(data[at : at + _STRIDE])
    await response.write_eof()
    return response


def nothing() -> web.Response:
    """Answer that it is done and that there is nothing to show."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


_ETAG = re.compile(r'"([0-9]{1,15})"')


def base_version(request: web.Request) -> int:
    """Tell the version a write is based on, from If-Match (RFC 9110, section 13.1.1).

    Raises:
        NoCondition: There is no If-Match.
        ConditionFailed: It is not an entity tag of ours, so it matches nothing here.
    """
    condition = request.headers.get("If-Match")
    if condition is None:
        raise NoCondition
    match = _ETAG.fullmatch(condition.strip())
    if match is None:
        raise ConditionFailed
    return int(match[1])


_BODY: web.RequestKey[bytes] = web.RequestKey("body", bytes)


async def body_of(request: web.Request, limit: int, *, seconds: float = BODY_SECONDS) -> bytes:
    """Read a body within bounds of size and time; asked again, it gives the same bytes.

    Raises:
        TooLarge: It weighs more than `limit` bytes.
        TooSlow: It took more than `seconds` to arrive.
    """
    if _BODY not in request:
        request[_BODY] = await _received(request, limit, seconds)
    body: bytes = request[_BODY]
    if len(body) > limit:
        raise TooLarge
    return body


async def _received(request: web.Request, limit: int, seconds: float) -> bytes:
    if (request.content_length or 0) > limit:
        raise TooLarge
    held = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                held += chunk
                if len(held) > limit:
                    raise TooLarge
    except TimeoutError:
        raise TooSlow from None
    return bytes(held)


_SAYS = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+|\.\.\.)\]")
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field.*", re.DOTALL)
_INVALID_VALUE = re.compile(r"Invalid enum value.*", re.DOTALL)


def _explained(message: str) -> tuple[str, str]:
    """Turn msgspec's sentence into (JSON pointer, expectation) without what the sender wrote.

    Two of its sentences quote the input, the name of an unknown field and an enum's
    value; both are replaced by a constant.
    """
    match = _SAYS.fullmatch(message)
    what, path = (match["what"], match["path"] or "") if match else ("", "")
    steps = [name or index.replace("...", "*") for name, index in _STEP.findall(path)]
    pointer = "".join(f"/{step}" for step in steps)
    if _UNKNOWN_FIELD.fullmatch(what):
        return pointer, "no unknown field"
    if _INVALID_VALUE.fullmatch(what):
        return pointer, "one of the listed values"
    return pointer, what


def _encode_other(value: object) -> Any:  # noqa: ANN401 -- msgspec's hook returns what it can encode
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, StrEnum):
        return value.value
    raise NotImplementedError
