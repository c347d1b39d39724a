"""Measure the pages in a real browser: `python -m tests.browser.bench [--quick] [--sizes]`.

What each page loads, in bytes on the wire; how soon one can use it, warm and cold; a circle
of a thousand entries opened and scrolled; a message from Enter to "sent", and to a colleague's
screen; a group begun and joined. Medians of several runs with the least and the most, beside
the machine's load: on a busy machine they say little.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page

from server.clock import system_clock
from server.logs import configure_logs
from tests.browser.bench_core import core_figures
from tests.support.browser_pages import Visitor, come_in, visitor
from tests.support.chromium import chromium
from tests.support.clock import StandingClock
from tests.support.journey import Journey, journey
from tests.support.server import running

ENTRIES: Final = 1000
RUNS: Final = 9
FEW: Final = 3
SCROLLS: Final = 60
QUIET_MS: Final = 1500

# Tells when a page stood still with its heading drawn and could answer: ms since it was asked for.
_WATCH: Final = """(() => {
  const longest = {worst: 0, count: 0};
  globalThis.bench = {drawn: null, newest: null, longest};
  const forgotten = () => { longest.worst = 0; longest.count = 0; };
  globalThis.bench.forget = forgotten;
  new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) {
      longest.worst = Math.max(longest.worst, duration);
      longest.count += 1;
    }
  }).observe({entryTypes: ["longtask"]});
  const look = () => {
    const settled = !document.querySelector(".skeleton, .starting, [aria-busy=true]");
    if (bench.drawn === null && settled && document.querySelector("main h1, h1") !== null) {
      bench.drawn = performance.now();
    }
    const last = document.querySelector(".desk-main .stream-list .row-item:last-child");
    if (bench.newest === null && last !== null) bench.newest = performance.now();
    if (bench.drawn === null || bench.newest === null) setTimeout(look, 4);
  };
  look();
})();"""
_SEND: Final = """(text) => new Promise((done) => {
  const field = document.querySelector(".desk-main .composer-field");
  const list = document.querySelector(".desk-main .stream-list");
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  const began = performance.timeOrigin + performance.now();
  let shown = null;
  const look = () => {
    const rows = [...list.querySelectorAll(".row-item")].slice(-3);
    const row = rows.find((each) => each.textContent.includes(text));
    const now = performance.timeOrigin + performance.now();
    if (row !== undefined && shown === null) shown = now;
    const reach = row?.querySelector(".message-foot .reach")?.title ?? "En attente";
    if (!reach.startsWith("En attente")) { watch.disconnect(); done({began, shown, sent: now}); }
  };
  const watch = new MutationObserver(look);
  watch.observe(list, {childList: true, subtree: true, attributes: true, characterData: true});
  const keys = {key: "Enter", bubbles: true, cancelable: true};
  field.dispatchEvent(new KeyboardEvent("keydown", keys));
})"""
_HEAR: Final = """(text) => new Promise((done) => {
  const list = document.querySelector(".desk-main .stream-list");
  const look = () => {
    const rows = [...list.querySelectorAll(".row-item")].slice(-3);
    if (!rows.some((each) => each.textContent.includes(text))) return;
    watch.disconnect();
    done(performance.timeOrigin + performance.now());
  };
  const watch = new MutationObserver(look);
  watch.observe(list, {childList: true, subtree: true, characterData: true});
  look();
})"""
_SCROLL: Final = """async (times) => {
  const stream = document.querySelector(".desk-main ronde-stream");
  bench.forget();
  for (let time = 0; time < times; time += 1) {
    stream.scrollTop -= stream.clientHeight;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
  }
  const {worst, count} = bench.longest;
  return {worst, count, rows: stream.querySelectorAll(".row-item").length};
}"""


def say(line: str) -> None:
    """Write a line at once: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, in the unit that its name ends with, and what to reach."""

    name: str
    runs: Sequence[float]
    aim: str = ""

    def line(self) -> str:
        """Tell the median, the least and the most."""
        middle, least, most = statistics.median(self.runs), min(self.runs), max(self.runs)
        spread = f"({least:.0f}-{most:.0f})" if len(self.runs) > 1 else ""
        return f"{self.name:<58}{middle:>8.0f} {spread:<16}{self.aim}"


@dataclass(slots=True, kw_only=True)
class Stage:
    """A server, a circle of a thousand entries, and two people with it in their browsers."""

    story: Journey
    browser: Browser
    lea: Visitor
    noe: Visitor
    runs: int
    figures: list[Figure] = field(default_factory=list)

    @property
    def circle(self) -> str:
        return f"/circles/{self.story.circle}"

    def note(self, name: str, runs: Sequence[float], aim: str = "") -> None:
        figure = Figure(name=name, runs=runs, aim=aim)
        self.figures.append(figure)
        say(figure.line())


@asynccontextmanager
async def stage(folder: Path, *, entries: int, runs: int) -> AsyncIterator[Stage]:
    """Set the scene: Ana and Ben have talked, Lea and Noé hold it all in a browser."""
    async with AsyncExitStack() as stack:
        clock = StandingClock(system_clock())
        server = await stack.enter_async_context(running(folder, clock=clock))
        story = await stack.enter_async_context(journey(server))
        browser = await stack.enter_async_context(chromium())
        ben = await story.join("Ben")
        await story.gather(ben)
        people: list[Visitor] = []
        for given, family in (("Lea", "Lavigne"), ("Noé", "Bertin")):
            one = await stack.enter_async_context(
                visitor(browser, story.url, given, family, service_workers="allow")
            )
            await one.context.add_init_script(_WATCH)
            await come_in(story, one)
            people.append(one)
        for number in range(entries):
            who = (story.ana, ben)[number % 2]
            await who.say(story.channel, f"Message {number} : le suivi continue comme convenu.")
        lea, noe = people
        for one in people:
            await one.goes(f"/circles/{story.circle}")
            await one.sees(f"Message {entries - 1} ", seconds=120)
        yield Stage(story=story, browser=browser, lea=lea, noe=noe, runs=runs)


async def measure_sizes(scene: Stage) -> None:
    """Weigh what a browser without a cache asks for, page by page, as gzip and as Brotli."""
    pages = {
        "/": "my day",
        scene.circle: "circle",
        f"{scene.circle}/tasks": "circle tasks",
        f"{scene.circle}/documents": "circle documents",
        f"{scene.circle}/members": "circle members",
        "/tasks": "tasks",
        "/account": "account",
    }
    for path, name in pages.items():
        for encoding in ("gzip", "br"):
            weighed = await _weighed(scene.lea, path, encoding)
            scene.note(f"{name}, {encoding}, B ({weighed.files} files)", [weighed.total], "≤ 80000")
    async with stranger_at(scene) as stranger:
        for encoding in ("gzip", "br"):
            weighed = await _weighed(stranger, "/sign-in", encoding)
            scene.note(
                f"sign-in, {encoding}, B ({weighed.files} files)", [weighed.total], "≤ 80000"
            )


@asynccontextmanager
async def stranger_at(scene: Stage) -> AsyncIterator[Visitor]:
    """Give somebody a fresh profile in the same browser: nobody is signed in there."""
    async with visitor(
        scene.browser, scene.story.url, "Zoé", "Nouvelle", service_workers="allow"
    ) as one:
        await one.context.add_init_script(_WATCH)
        yield one


@dataclass(slots=True, kw_only=True)
class Weighed:
    """What one load of a page brought over the wire, the server's JSON aside."""

    total: int = 0
    files: int = 0


async def _weighed(one: Visitor, path: str, encoding: str) -> Weighed:
    page = await one.context.new_page()
    speaking = await one.context.new_cdp_session(page)
    await speaking.send("Network.enable")
    await speaking.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await speaking.send("Network.setBypassServiceWorker", {"bypass": True})
    accepted = {"headers": {"Accept-Encoding": encoding}}
    await speaking.send("Network.setExtraHTTPHeaders", accepted)
    weighed, ours = Weighed(), set[str]()

    def responded(event: dict[str, Any]) -> None:
        address = event["response"]["url"]
        if "/api/" not in address and "/socket.io/" not in address and "/sw.js" not in address:
            ours.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in ours:
            weighed.total += int(event["encodedDataLength"])
            weighed.files += 1

    speaking.on("Network.responseReceived", responded)
    speaking.on("Network.loadingFinished", finished)
    await page.goto(path)
    await _drawn(page)
    await page.wait_for_timeout(QUIET_MS)
    await page.close()
    return weighed


async def _drawn(page: Page, what: str = "drawn") -> float:
    await page.wait_for_function(
        "(what) => globalThis.bench?.[what] != null", arg=what, timeout=60_000
    )
    told: float = await page.evaluate("(what) => bench[what]", what)
    return told


async def measure_pages(scene: Stage) -> None:
    """Time the first page, warm and with everything fetched anew, and a circle's opening."""
    page = await scene.lea.context.new_page()
    warm = await _loads(page, "/", scene.runs)
    scene.note("my day, warm, ms", warm, "< 300")
    circle = await _loads(page, scene.circle, scene.runs, what="newest")
    scene.note(f"circle of {ENTRIES} entries, newest on screen, warm, ms", circle, "< 500")
    within = [await _within(page, scene.circle) for _ in range(scene.runs)]
    scene.note("the same from my day, by its link, ms", within, "< 500")
    speaking = await scene.lea.context.new_cdp_session(page)
    await speaking.send("Network.enable")
    await speaking.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await speaking.send("Network.setBypassServiceWorker", {"bypass": True})
    scene.note("my day, nothing cached, ms", await _loads(page, "/", scene.runs), "< 1000")
    await page.close()
    cold = []
    for _ in range(scene.runs):
        async with stranger_at(scene) as stranger:
            await stranger.page.goto("/sign-in")
            cold.append(await _drawn(stranger.page))
    scene.note("sign-in, fresh browser, ms", cold, "< 1000")


async def _loads(page: Page, path: str, runs: int, *, what: str = "drawn") -> list[float]:
    times = []
    for _ in range(runs + 1):
        await page.goto(path)
        times.append(await _drawn(page, what))
        await page.wait_for_timeout(300)
    return times[1:]


async def _within(page: Page, path: str) -> float:
    await page.goto("/")
    await _drawn(page)
    await page.wait_for_timeout(500)
    told: float = await page.evaluate(
        """async (path) => {
          const link = document.querySelector(`a[href="${path}"]`);
          bench.newest = null;
          const began = performance.now();
          link.click();
          while (document.querySelector(".desk-main .row-item:last-child") === null) {
            await new Promise((done) => setTimeout(done, 4));
          }
          return performance.now() - began;
        }""",
        path,
    )
    return told


async def measure_work(scene: Stage) -> None:
    """Count what the page's main thread works, which others on the machine disturb less."""
    for path, name, what in (("/", "my day", "drawn"), (scene.circle, "circle", "newest")):
        works = [await _worked(scene, path, what) for _ in range(scene.runs)]
        scene.note(f"{name}, main thread's own time to there, ms", works)


async def _worked(scene: Stage, path: str, what: str) -> float:
    page = await scene.lea.context.new_page()
    speaking = await scene.lea.context.new_cdp_session(page)
    await speaking.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.goto(path)
    await _drawn(page, what)
    told = await speaking.send("Performance.getMetrics")
    await page.close()
    metrics = {each["name"]: float(each["value"]) for each in told["metrics"]}
    return metrics["TaskDuration"] * 1000


async def measure_scroll(scene: Stage) -> None:
    """Scroll back through the thousand entries, and watch for what holds the page up."""
    page = scene.lea.page
    await page.goto(scene.circle)
    await _drawn(page, "newest")
    await page.wait_for_timeout(1000)
    told = await page.evaluate(_SCROLL, SCROLLS)
    scene.note("longest task while scrolling back, ms", [told["worst"]], "≤ 50")
    scene.note("tasks over 50 ms while scrolling back", [told["count"]], "0")
    scene.note("entries drawn by then", [told["rows"]])


async def measure_sending(scene: Stage) -> None:
    """Send messages and time their way to "sent" and to a colleague's screen."""
    for one in (scene.lea, scene.noe):
        await one.page.goto(scene.circle)
        await _drawn(one.page, "newest")
    await scene.lea.page.wait_for_timeout(1500)
    shown, sent, heard = [], [], []
    for number in range(scene.runs * 2):
        text = f"mesure-{number}-{os.urandom(3).hex()}"
        hearing = asyncio.ensure_future(scene.noe.page.evaluate(_HEAR, text))
        await asyncio.sleep(0.2)
        told = await scene.lea.page.evaluate(_SEND, text)
        there = await hearing
        shown.append(told["shown"] - told["began"])
        sent.append(told["sent"] - told["began"])
        heard.append(there - told["began"])
    scene.note("Enter to one's own screen, ms", shown)
    scene.note('Enter to "sent", ms', sent, "< 50")
    scene.note("Enter to the colleague's screen, ms", heard, "< 100")


async def bench(*, quick: bool, sizes: bool) -> None:
    """Set the scene and measure everything, or only what pages weigh."""
    # What the server says of every request would drown the figures.
    configure_logs("error")
    load = os.getloadavg()
    say(f"load {load[0]:.1f} {load[1]:.1f} {load[2]:.1f} on {os.cpu_count()} cores")
    entries = 30 if sizes else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder), entries=entries, runs=FEW if quick else RUNS) as scene:
            await measure_sizes(scene)
            if sizes:
                return
            await measure_pages(scene)
            await measure_work(scene)
            await measure_scroll(scene)
            await measure_sending(scene)
            for name, runs, aim in await core_figures(
                scene.browser, scene.story.url, runs=scene.runs
            ):
                scene.note(name, runs, aim)


def main() -> None:
    """Read what was asked for on the command line."""
    reader = argparse.ArgumentParser(prog="python -m tests.browser.bench")
    reader.add_argument("--quick", action="store_true", help="three runs of each")
    reader.add_argument("--sizes", action="store_true", help="only what pages weigh")
    asked = reader.parse_args(sys.argv[1:])
    asyncio.run(bench(quick=asked.quick, sizes=asked.sizes))


if __name__ == "__main__":
    main()
