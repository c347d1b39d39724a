"""A real browser stays signed in on this very machine, by either of its names."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.actors import founded, stranger
from tests.support.server import running

SIGN_IN_AND_OUT = """async (form) => {
  const json = {"Content-Type": "application/json"};
  const ask = (method, path, body) =>
    fetch("/api/v1" + path, body ? {method, headers: json, body: JSON.stringify(body)} : {method});
  const signed = await ask("POST", "/sessions", form);
  const known = await ask("GET", "/session");
  const left = await ask("DELETE", "/session");
  const gone = await ask("GET", "/session");
  return [[signed, known, left, gone].map((answer) => answer.status), document.cookie];
}"""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_browser_on_this_machine_stays_signed_in(
    tmp_path: Path, browser: Browser, host: str
) -> None:
    async with running(tmp_path) as server, stranger(server) as person:
        ana = await founded(person)
        server.clock.move(seconds=30)
        form = {"email": ana.email, "password": ana.password, "code": ana.code()}
        # What answers here is JSON, whose policy lets no script ask for anything.
        page = await (await browser.new_context(bypass_csp=True)).new_page()
        await page.goto(f"http://{host}:{server.config.public_port}/healthz")

        statuses, readable = await page.evaluate(SIGN_IN_AND_OUT, form)

    assert statuses == [201, 200, 204, 401]
    assert readable == ""
