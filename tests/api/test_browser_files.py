"""What a browser loads, byte by byte: compressed where it takes it, and with no idle header."""

import gzip
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.config import Config
from server.cookie import SESSION_COOKIE, SessionCookie
from server.routes.browser import add_pages
from server.security import CONFIG, add_strict_headers

SCRIPT = b"export const said = 'bonjour';" * 20
PARTS = {
    "assets/app-1a.js": SCRIPT,
    "assets/ronde-2b.css": b".page { color: black }",
    "assets/rooms-3c.js": b"export {};",
    "sw.js": b"self.skipWaiting();",
}
IDLE = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
)


def build(folder: Path) -> None:
    """Leave in a folder what a build leaves there."""
    (folder / "assets").mkdir(parents=True)
    for name, content in PARTS.items():
        (folder / name).write_bytes(content)
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        (folder / f"{name}.br").write_bytes(b"br:" + content)
    manifest = {
        "release": "r1",
        "script": "app-1a.js",
        "style": "ronde-2b.css",
        "preload": [],
        "session": ["rooms-3c.js"],
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in PARTS.items()
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve a small release, strictly as the application does."""
    build(tmp_path / "dist")
    config = Config(
        store=str(tmp_path / "ronde.sqlite3"),
        master_key=bytes(range(32)),
        public_url="http://127.0.0.1:1",
        phone="05 36 49 00 00",
    )
    app = web.Application()
    app[CONFIG] = config
    app[SESSION_COOKIE] = SessionCookie.of(config)
    app.on_response_prepare.append(add_strict_headers)
    add_pages(app, folder=tmp_path / "dist")
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(
            base_url=server.make_url("/"), auto_decompress=False, headers={"Accept-Encoding": ""}
        ) as session,
    ):
        yield session


@pytest.mark.parametrize(
    "taken", ["gzip", "deflate, gzip;q=0.5", "br;q=0, GZIP", "gzip, deflate, br, zstd"]
)
async def test_the_page_comes_compressed_to_whoever_takes_it(
    site: aiohttp.ClientSession, taken: str
) -> None:
    plain = await (await site.get("/circles")).read()

    answer = await site.get("/circles", headers={"Accept-Encoding": taken})
    sent = await answer.read()

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(sent) == plain
    assert int(answer.headers["Content-Length"]) == len(sent) < len(plain)


@pytest.mark.parametrize("path", ["/cercles", "/circles/a/b/c/d"])
async def test_whoever_mistypes_an_address_gets_the_page_and_not_a_problem(
    site: aiohttp.ClientSession, path: str
) -> None:
    wishes = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = await (await site.get("/circles")).read()

    lost = await site.get(path, headers=wishes)

    assert lost.status == 404
    assert "trusted-types ronde" in lost.headers["Content-Security-Policy"]
    assert await lost.read() == page


@pytest.mark.parametrize(("path", "wishes"), [("/api/v1/none", "text/html"), ("/cercles", "*/*")])
async def test_a_program_that_is_lost_gets_no_page(
    site: aiohttp.ClientSession, path: str, wishes: str
) -> None:
    lost = await site.get(path, headers={"Accept": wishes})

    assert lost.status == 404
    assert lost.content_type != "text/html"


@pytest.mark.parametrize("taken", ["", "identity", "gzip;q=0", "gzip; q=0.000, br;q=0"])
async def test_the_page_comes_as_it_is_to_whoever_takes_nothing_else(
    site: aiohttp.ClientSession, taken: str
) -> None:
    answer = await site.get("/", headers={"Accept-Encoding": taken})

    assert "Content-Encoding" not in answer.headers
    assert (await answer.text()).startswith("<!doctype html>")


async def test_the_page_preloads_the_session_of_whoever_is_signed_in(
    site: aiohttp.ClientSession,
) -> None:
    name = SessionCookie.of(
        Config(
            store="x",
            master_key=bytes(range(32)),
            public_url="http://127.0.0.1:1",
            phone="05 36 49 00 00",
        )
    ).name
    cookie = {"Cookie": f"{name}={secrets.token_urlsafe(32)}"}

    stranger = await (await site.get("/")).text()
    signed_in = await (await site.get("/", headers=cookie)).text()

    assert "rooms-3c.js" not in stranger
    assert "rooms-3c.js" in signed_in


async def test_the_page_is_strict(site: aiohttp.ClientSession) -> None:
    answer = await site.get("/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert all(name in answer.headers for name in IDLE)
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_file_named_by_its_content_carries_nothing_idle(
    site: aiohttp.ClientSession,
) -> None:
    answer = await site.get("/assets/app-1a.js", headers={"Accept-Encoding": "br, gzip"})

    assert not [name for name in IDLE if name in answer.headers]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Content-Type"] == "text/javascript"


async def test_a_file_that_is_not_there_is_refused_strictly(site: aiohttp.ClientSession) -> None:
    answer = await site.get("/assets/other-9z.js")

    assert answer.status == 404
    assert all(name in answer.headers for name in IDLE)


async def test_the_worker_stays_strict(site: aiohttp.ClientSession) -> None:
    answer = await site.get("/sw.js")

    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; connect-src 'self'; script-src 'self'"
    assert all(name in answer.headers for name in IDLE)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert await answer.read() == PARTS["sw.js"]
