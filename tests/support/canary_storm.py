"""Everything that can be asked wrongly, with a phrase in it, and everything a stranger may try."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import aiohttp
import msgspec

from server.app import OPERATIONS
from server.operations import API, Operation
from tests.support.canary_phrases import WRONG_PASSWORD
from tests.support.canary_walk import Walk
from tests.support.canary_wire import IN_A_PATH, INTRUDER, RecordingLine

_HEADERS = ("If-Match", "Accept-Language", "Cookie", "X-Forwarded-For", "X-Request-Id", "Referer")
_GUESSED = ("/sessions", "/enrolments", "/enrolments/confirmation")


async def ask_wrongly(walk: Walk, line: RecordingLine) -> None:
    """Send every operation bodies, paths, queries and headers that it must refuse."""
    for operation in OPERATIONS:
        path = operation.path.removeprefix(API)
        if path in _GUESSED:
            continue
        lost = _filled(path, {})
        if lost != path:
            await line.exchange(operation.method, lost)
            await line.exchange(operation.method, lost.replace(IN_A_PATH, quote(INTRUDER)))
        if operation.body is not None:
            known = _filled(path, walk.ids)
            for data in _bodies(operation):
                await line.exchange(operation.method, known, data=data, version=1)
        if operation.method == "GET":
            query = quote(INTRUDER)
            known = f"{_filled(path, walk.ids)}?after={query}&since={query}&limit={query}"
            await line.exchange("GET", known)
            await line.exchange(
                "GET", f"{lost}?after=Rodomontade", headers=dict.fromkeys(_HEADERS, IN_A_PATH)
            )
    for method in ("GET", "POST"):
        await line.exchange(method, f"/{quote(INTRUDER)}")
    await _ask_strangely(walk, line)


async def _ask_strangely(walk: Walk, line: RecordingLine) -> None:
    """Break what holds for every request: media type, coding, weight, origin, condition."""
    said = json.dumps({"name": INTRUDER, "neutral_label": INTRUDER}).encode()
    place = f"/documents/{walk.ids['document']}"
    for headers in (
        {"Content-Type": f"text/{IN_A_PATH}"},
        {"Content-Encoding": "gzip"},
        {"Origin": f"https://{IN_A_PATH}.example"},
    ):
        await line.exchange("POST", "/structures", data=said, headers=headers)
    await line.exchange("POST", "/structures", data=said * 1000)
    await line.exchange("PATCH", "/structures", data=said)
    await line.exchange("POST", f"{place}/strike", {"reason": INTRUDER})
    await line.exchange("POST", f"{place}/strike", {"reason": INTRUDER}, version=99)


async def guess(line: RecordingLine) -> None:
    """Try to sign in and to enrol with words that are somebody's secrets, or nearly."""
    for form in (
        {"email": "hildegonde@ronde.example", "password": WRONG_PASSWORD, "code": "000000"},
        {"email": INTRUDER, "password": WRONG_PASSWORD, "code": INTRUDER, "device": INTRUDER},
        {INTRUDER: INTRUDER},
    ):
        await line.exchange("POST", "/sessions", form)
    for path in ("/enrolments", "/enrolments/confirmation"):
        await line.exchange("POST", path, {"token": INTRUDER, "password": WRONG_PASSWORD})
        await line.exchange("POST", path, {"token": INTRUDER, "code": INTRUDER})
    await line.exchange("GET", "/session", headers={"Authorization": f"Bearer {IN_A_PATH}"})


async def look_everywhere(walk: Walk, line: RecordingLine) -> None:
    """Read all there is, by its right name."""
    ids = {**walk.ids, "token": IN_A_PATH}
    for operation in OPERATIONS:
        if operation.method == "GET":
            await line.exchange("GET", _filled(operation.path.removeprefix(API), ids))


async def shout_into_sockets(walk: Walk, token: str | None) -> list[bytes]:
    """Open sockets and send what no client sends; gives all that came back."""
    heard: list[bytes] = []
    channel = walk.ids["channel"]
    for frame in _frames(channel):
        heard += await _one_socket(walk, token, frame)
    return heard


async def mumble(walk: Walk) -> list[bytes]:
    """Send what is not even HTTP; gives each answer as it came."""
    return [await _raw(walk, said) for said in _mumbles()]


async def _raw(walk: Walk, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", walk.wire.port)
    writer.write(said)
    try:
        async with asyncio.timeout(2):
            return await reader.read()
    except TimeoutError:
        return b""
    finally:
        writer.close()
        await writer.wait_closed()


def _mumbles() -> Iterator[bytes]:
    said = INTRUDER.encode()
    host = b"\r\nHost: ronde.example\r\n"
    yield said + b"\r\n\r\n"
    yield f"BREW /{IN_A_PATH} HTTP/1.1".encode() + host + b"\r\n"
    yield f"GET /{IN_A_PATH} HTTP/9".encode() + host + b"\r\n"
    yield b"GET /" + said + b" HTTP/1.1" + host + b"\r\n"
    yield b"GET / HTTP/1.1" + host + said + b"\r\n\r\n"
    yield b"GET / HTTP/1.1" + host + b"X: " + said * 1000 + b"\r\n\r\n"
    yield b"POST / HTTP/1.1" + host + b"Content-Length: " + said + b"\r\n\r\n"
    chunked = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield b"POST /api/v1/sessions HTTP/1.1" + host + chunked + said + b"\r\n" + said


async def _one_socket(walk: Walk, token: str | None, frame: str | bytes) -> list[bytes]:
    heard: list[bytes] = []
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    url = f"{walk.url}/socket.io/?EIO=4&transport=websocket&{quote(INTRUDER)}={quote(INTRUDER)}"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            url, headers=headers, timeout=aiohttp.ClientWSTimeout(ws_receive=0.3)
        ) as socket,
    ):
        hello = "40" if token is not None else "40" + json.dumps({"token": INTRUDER})
        await socket.send_str(hello)
        if isinstance(frame, bytes):
            await socket.send_bytes(frame)
        else:
            await socket.send_str(frame)
        try:
            for _ in range(3):
                message = await socket.receive()
                heard.append(str(message.data).encode() + str(message.extra).encode())
        except TimeoutError:
            pass
    return heard


def _frames(channel: str) -> Iterator[str | bytes]:
    said = json.dumps(INTRUDER, ensure_ascii=False)
    yield f"421[{said},{{}}]"
    yield f'422["append",{said}]'
    yield f'423["append",{{"channel":{said},"id":{said},"kind":{said},"epoch":0,"body":{said}}}]'
    yield f'424["append",{{"channel":"{channel}",{said}:1}}]'
    yield f'425["watch",{{"channels":[{said}]}}]'
    yield f'426["read",{{"channel":{said},"since":{said}}}]'
    yield f"42[{said}"
    yield f"451-[{said}]"
    yield INTRUDER
    yield INTRUDER.encode()


def _bodies(operation: Operation) -> Iterator[bytes]:
    """Make what is no JSON, what is another shape, and each field with another type in it."""
    yield f'{{"{INTRUDER}'.encode()
    yield INTRUDER.encode("utf-16")
    yield json.dumps(INTRUDER).encode()
    yield json.dumps({INTRUDER: INTRUDER}).encode()
    if operation.body is not None and issubclass(operation.body, msgspec.Struct):
        names = [field.name for field in msgspec.structs.fields(operation.body)]
        yield json.dumps({name: {INTRUDER: [INTRUDER]} for name in names}).encode()
        yield json.dumps(dict.fromkeys(names, INTRUDER), ensure_ascii=False).encode()
        yield json.dumps({name: [INTRUDER] for name in names}).encode()


def _filled(path: str, ids: Mapping[str, str]) -> str:
    """Put ids into a path, and the phrase where there is none."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: ids.get(match[1], IN_A_PATH), path)
