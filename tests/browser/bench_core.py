"""The core by itself in a browser: a group begun and joined, a thousand entries opened."""

import asyncio
import subprocess
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Route

from tests.support.node import NODE, ROOT

_PAGE = '<!doctype html><title>core</title><script type="module" src="/bench/core.js"></script>'


async def core_figures(
    browser: Browser, url: str, *, runs: int
) -> list[tuple[str, list[float], str]]:
    """Run the core's own measures in a page of the browser."""
    built = await asyncio.to_thread(_built)

    async def answer(route: Route) -> None:
        if route.request.url.endswith(".js"):
            await route.fulfill(body=built, content_type="text/javascript")
        else:
            await route.fulfill(body=_PAGE, content_type="text/html")

    context = await browser.new_context(base_url=url, service_workers="block")
    page = await context.new_page()
    await page.route("**/bench/*", answer)
    await page.goto("/bench/core")
    await page.wait_for_function("() => globalThis.coreBench !== undefined")
    told = await page.evaluate("(runs) => coreBench(runs)", runs)
    await context.close()
    return [(each["name"], each["runs"], each["aim"]) for each in told]


def _built() -> str:
    with tempfile.TemporaryDirectory() as folder:
        script = str(ROOT / "tests" / "support" / "bundle_bench.ts")
        subprocess.run([NODE, script, folder], check=True)
        return (Path(folder) / "core.js").read_text(encoding="utf-8")
