import asyncio
import gzip
import io
import json
import re
import zlib
from pathlib import Path

import pytest

from crypto.ids import new_id
from server.app import OPERATIONS
from server.logs import configure_logs
from server.wire import LARGE, SMALL
from tests.support.actors import Person, stranger
from tests.support.server import Running, running

SIGN_IN = {"email": "a@ronde.example", "password": "x" * 20, "code": "000000"}


async def raw(server: Running, request: bytes) -> bytes:
    """Send bytes as they are, and read until the server hangs up."""
    port = int(server.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b"{", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"[" * 10_000, ""),
        (b'{"email": 1, "password": "", "code": ""}', "/email"),
        (b'{"email": "a", "password": "b"}', ""),
        (json.dumps(SIGN_IN | {"is_admin": True}).encode(), ""),
    ],
)
async def test_a_malformed_body_is_refused_with_the_place(
    nobody: Person, data: bytes, pointer: str
) -> None:
    answer = await nobody.post("/sessions", data=data)

    assert (answer.status, answer.code) == (400, "malformed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["errors"][0]["pointer"] == pointer
    assert "is_admin" not in json.dumps(answer.body)


async def test_a_body_that_is_not_json_is_refused(nobody: Person) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await nobody.post("/sessions", data=b"email=a", headers=headers)

    assert (answer.status, answer.code) == (415, "not_json")


@pytest.mark.parametrize("size", [SMALL + 1, LARGE + 1])
async def test_an_oversized_body_is_refused(nobody: Person, size: int) -> None:
    answer = await nobody.post("/sessions", data=b" " * size)

    assert (answer.status, answer.code) == (413, "too_large")


async def test_a_body_that_does_not_say_its_size_is_refused_as_soon_as_it_is_too_long(
    server: Running,
) -> None:
    head = (
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"

    answer = await raw(server, head + chunk * 5 + b"0\r\n\r\n")

    assert b"413" in answer.partition(b"\r\n")[0]
    assert b'"too_large"' in answer


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity"])
async def test_a_compressed_body_is_refused_unread(nobody: Person, coding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000) if coding == "gzip" else zlib.compress(b"{}")

    answer = await nobody.post("/sessions", data=bomb, headers={"Content-Encoding": coding})

    assert (answer.status, answer.code) == (415, "compressed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Cookie": "__Host-ronde=x"},
    ],
)
async def test_a_write_from_a_foreign_page_is_refused(
    nobody: Person, headers: dict[str, str]
) -> None:
    answer = await nobody.post("/sessions", SIGN_IN, headers=headers)

    assert (answer.status, answer.code) == (403, "wrong_origin")


async def test_a_write_from_our_own_page_or_a_program_passes_the_gate(
    nobody: Person, ana: Person
) -> None:
    ours = {"Origin": nobody.server.url, "Sec-Fetch-Site": "same-origin", "Cookie": "a=b"}

    page = await nobody.post("/sessions", SIGN_IN, headers=ours)
    program = await nobody.post("/sessions", SIGN_IN)
    bearer = await ana.delete("/session", headers={"Cookie": "a=b"})

    assert (page.status, program.status, bearer.status) == (401, 401, 204)


async def test_a_foreign_page_may_not_even_open_a_socket(nobody: Person) -> None:
    headers = {
        "Origin": "https://evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }

    answer = await nobody.get("/session", headers=headers)

    assert (answer.status, answer.code) == (403, "wrong_origin")


async def test_every_answer_is_strict_whatever_it_says(nobody: Person) -> None:
    answers = [
        await nobody.get("/healthz"),
        await nobody.get("/session"),
        await nobody.get("/no/such/thing"),
        await nobody.post("/sessions", data=b"{"),
    ]

    for answer in answers:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers


async def test_what_exists_and_what_does_not_look_alike_to_strangers(
    nobody: Person, ana: Person
) -> None:
    unknown_path = await nobody.get("/no-such-resource")
    unknown_to_ana = await ana.get("/no-such-resource")

    assert (unknown_path.status, unknown_path.code) == (404, "not_found")
    assert unknown_path.body == unknown_to_ana.body


async def test_a_wrong_method_names_the_right_ones(nobody: Person) -> None:
    answer = await nobody.ask("PATCH", "/sessions")

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


async def test_problems_speak_the_language_that_was_asked_for(nobody: Person) -> None:
    titles = [
        (await nobody.get("/session", headers={"Accept-Language": wish})).body["title"]
        for wish in ("", "en", "fr;q=0.4, en-GB;q=0.8", "de, fr", "en;q=x")
    ]

    assert titles == [
        "Connexion nécessaire",
        "Sign-in required",
        "Sign-in required",
        "Connexion nécessaire",
        "Sign-in required",
    ]


def filled(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", new_id(), path.removeprefix("/api/v1"))


async def test_without_a_session_every_operation_but_the_public_ones_is_shut(
    nobody: Person,
) -> None:
    shut = [
        f"{each.method} {each.path}"
        for each in OPERATIONS
        if not each.public and (await nobody.ask(each.method, filled(each.path))).status != 401
    ]
    public = sorted(each.path for each in OPERATIONS if each.public)

    assert shut == []
    assert public == [
        "/api/v1/enrolments",
        "/api/v1/enrolments/confirmation",
        "/api/v1/sessions",
        "/api/v1/sessions/passkey",
        "/api/v1/sessions/passkey/options",
        "/family.css",
        "/feeds/{token}.ics",
        "/healthz",
        "/r/{token}",
        "/r/{token}",
        "/r/{token}/calendar",
        "/r/{token}/document",
        "/r/{token}/stop",
        "/r/{token}/stop",
        "/readyz",
        "/receipts/{provider}",
        "/receipts/{provider}/{secret}",
        "/receipts/{provider}/{secret}",
    ]


async def test_the_description_lists_every_operation(nobody: Person) -> None:
    described = (await nobody.get("/openapi.json")).body

    assert described["openapi"] == "3.1.0"
    listed = {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }
    assert listed == {(each.method, each.path) for each in OPERATIONS}
    form = described["components"]["schemas"]["SignInForm"]
    assert form["additionalProperties"] is False


async def test_health_is_told_to_whoever_asks(nobody: Person) -> None:
    alive, ready = await nobody.get("/healthz"), await nobody.get("/readyz")

    assert (alive.body, ready.body) == ({"status": "alive"}, {"status": "ready"})


async def test_a_request_that_is_no_http_is_refused_and_not_logged(server: Running) -> None:
    out = io.StringIO()
    configure_logs("info", out)

    answer = await raw(server, b"GET /Zephyrine HTTP/9.9 what\r\n\r\n")

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert "BadStatusLine" in out.getvalue()
    assert "Zephyrine" not in out.getvalue()


async def test_whoever_hangs_up_in_the_middle_is_no_fault_of_ours(server: Running) -> None:
    out = io.StringIO()
    configure_logs("info", out)
    port = int(server.url.rpartition(":")[2])

    head = (
        "POST /api/v1/sessions HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Content-Length: 99",
        "Expect: 100-continue",
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join((*head, "", "{")).encode())
    await asyncio.wait_for(reader.readuntil(b"100 Continue\r\n\r\n"), 10)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while "/api/v1/sessions" not in out.getvalue():  # noqa: ASYNC110 -- another party's line
            await asyncio.sleep(0.01)

    assert "unexpected_error" not in out.getvalue()
    assert '"status": 499' in out.getvalue()


async def test_a_head_that_trickles_in_is_cut_off(tmp_path: Path) -> None:
    async with running(tmp_path, head_seconds=0.5) as server:
        port = int(server.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        trickle = asyncio.create_task(drip(writer))

        cut = await asyncio.wait_for(reader.read(), 10)

        trickle.cancel()
        writer.close()
    assert cut == b""


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    while True:
        await asyncio.sleep(0.1)
        writer.write(b"X-More: y\r\n")


async def test_a_public_address_in_https_stays_so(tmp_path: Path) -> None:
    async with (
        running(tmp_path, public_url="https://ronde.example") as server,
        stranger(server) as somebody,
    ):
        answer = await somebody.get("/healthz")
        ours = await somebody.post(
            "/sessions", SIGN_IN, headers={"Origin": "https://ronde.example"}
        )
        plain = await somebody.post(
            "/sessions", SIGN_IN, headers={"Origin": "http://ronde.example"}
        )

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert (ours.status, plain.status) == (401, 403)


async def test_behind_the_trusted_proxy_tries_are_counted_by_the_real_address(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, proxy="127.0.0.1") as server, stranger(server) as somebody:
        statuses: dict[str, list[int]] = {}
        for network in ("198.51.100", "203.0.113"):
            for guess in range(51):
                form = SIGN_IN | {"email": f"{network}.{guess}@x.example"}
                forwarded = {"X-Forwarded-For": f"10.9.9.9, {network}.{guess}"}
                answer = await somebody.post("/sessions", form, headers=forwarded)
                statuses.setdefault(network, []).append(answer.status)

    assert statuses["198.51.100"] == statuses["203.0.113"] == [401] * 50 + [429]
