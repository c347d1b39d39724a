"""What bad input and bad luck get from the shell: a plain answer, and nothing lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from care_circle.role import Role
from tests.support.browser_shell import (
    ALL_SENT,
    BEGIN,
    CHROMIUM,
    STATES,
    Scene,
    bring_in,
    enrol_in_browser,
    surfer,
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

LISTEN = """() => {
  globalThis.heard = [];
  for (const event of ["session-over", "standing", "warning"]) {
    ronde.on(event, (news) => heard.push([event, news]));
  }
}"""
INSIDES = """async (channel) => {
  const {entries} = await ronde.conversation(channel);
  return entries.filter(({inside}) => inside.kind !== "members")
    .map(({inside, seq}) => [inside.kind, inside.content?.text ?? inside.fault ?? "", seq]);
}"""
NEWER = """() => new Promise((done, fail) => {
  const opening = indexedDB.open("ronde", 99);
  opening.onsuccess = () => { opening.result.close(); done(); };
  opening.onerror = () => fail(opening.error);
})"""


async def test_an_expired_session_asks_to_sign_in_again_and_loses_nothing(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.ask(LISTEN)
    await tab.ask("() => ronde.saveDraft('feed', {text: 'À moitié'})")
    session = (await tab.ask("() => ronde.api.ask('GET', '/session')"))["id"]
    await tab.ask("(id) => ronde.api.ask('DELETE', `/sessions/${id}`)", session)

    await tab.says(channel, "Dit trop tard.")
    await tab.until("() => !ronde.status.signedIn")
    held = await tab.ask(STATES, channel)
    draft = await tab.ask("() => ronde.draft('feed')")
    heard = await tab.ask("() => heard.map(([event]) => event)")
    await scene.lea.sign_in(tab, scene.story.clock)

    await tab.until(ALL_SENT, [channel, 1])
    assert (held, draft) == ([["Dit trop tard.", "waiting"]], {"text": "À moitié"})
    assert heard.count("session-over") == 1
    assert await scene.ben.texts(channel) == ["Dit trop tard."]


async def test_a_tampered_entry_shows_its_place_and_no_text(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await scene.lea.context.route_web_socket("**/socket.io/**", lambda line: line.close())
    await scene.lea.context.route("**/entries?*", spoil)
    await tab.page.close()
    for text in ("Avant", "Faux", "Après"):
        await scene.ben.say(channel, text)

    again = await scene.lea.opens()
    await again.ask("async (c) => (await ronde.conversation(c)).refresh()", channel)

    shown = await again.ask(INSIDES, channel)
    assert [one[:2] for one in shown] == [
        ["content", "Avant"], ["fault", "unreadable"], ["content", "Après"],
    ]  # fmt: skip
    warned = await again.ask("() => ronde.status.warnings.map(({kind, seq}) => [kind, seq])")
    assert ["entry_refused", shown[1][2]] in warned


async def test_a_store_of_a_newer_version_is_left_alone(scene: Scene) -> None:
    await scene.tab.page.close()
    blank = await scene.lea.context.new_page()
    await blank.route("**/blank", lambda route: route.fulfill(body="", content_type="text/html"))
    await blank.goto(scene.lea.url + "/blank")
    await blank.evaluate(NEWER)

    tab = await scene.lea.opens()

    assert await tab.ask("() => ronde.standing") == {"kind": "too-new"}


async def test_signing_out_shows_nothing_until_somebody_signs_in(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Encore là.")
    await tab.until(ALL_SENT, [channel, 1])

    await tab.ask("() => ronde.signOut({wipe: false})")
    away = await scene.lea.opens()
    seen = await away.ask("() => [ronde.standing, ronde.me, ronde.circles]")
    await scene.lea.sign_in(away, scene.story.clock)

    assert seen == [{"kind": "signed-out", "removed": False}, None, []]
    await away.reads(channel, ["Encore là."])


async def test_wiping_forgets_the_device_here_and_at_the_server(scene: Scene) -> None:
    await scene.tab.ask("() => ronde.synchronise()")

    await scene.tab.ask("() => ronde.signOut({wipe: true})")
    left = await scene.tab.ask("async () => (await indexedDB.databases()).map(({name}) => name)")
    listed = await scene.story.ana.line.ask("GET", f"/professionals/{scene.id}/devices")

    assert left == []
    assert listed["devices"] == []


async def test_who_lost_everything_begins_again_under_another_identity(scene: Scene) -> None:
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.ask("() => ronde.signOut({wipe: true})")
    await scene.lea.sign_in(scene.tab, scene.story.clock)

    code = await scene.tab.ask(BEGIN, {"kind": "lost"})
    standing = await scene.tab.ask("() => ronde.standing")
    key = await scene.tab.ask("() => ronde.device.identityKey()")

    assert code is None
    assert standing["kind"] == "ready"
    assert (standing["registered"], standing["backedUp"]) == (False, False)
    assert len(bytes.fromhex(key)) == 32


async def test_who_lost_everything_is_attested_anew_and_reads_what_was_said(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    story, channel, tab = scene.story, scene.story.channel, scene.tab
    zoe = await surfer(browser, shell_files, story.url, "Zoe")
    her, zoes_id, _ = await enrol_in_browser(story, zoe, role=Role.COORDINATOR)
    await bring_in(story, zoes_id, role=Role.COORDINATOR)
    await her.ask("() => ronde.synchronise()")
    await scene.ben.device.synchronise()
    await scene.ben.say(channel, "Dit avant.")
    await tab.ask("() => ronde.signOut({wipe: true})")
    await scene.lea.sign_in(tab, story.clock)
    await tab.ask(BEGIN, {"kind": "lost"})
    key = await tab.ask("() => ronde.device.identityKey()")

    await her.ask("([who, seen]) => ronde.coordination.attest(who, {seen})", [scene.id, key])
    await tab.ask("() => ronde.signedIn()")
    standing = await tab.ask("() => ronde.standing")
    code = await tab.ask("() => ronde.device.renewCode()")
    await tab.until(
        "async () => (await ronde.api.ask('GET', KEYS)).waiting > 0".replace(
            "KEYS", "`/devices/${ronde.standing.device}/key_packages`"
        )
    )
    await her.ask("([c, who]) => ronde.coordination.welcome(c, who)", [story.circle, scene.id])
    await tab.ask("() => ronde.synchronise()")

    assert standing["registered"]
    assert len(code.split()) == 8
    await tab.reads(channel, ["Dit avant."])
    await tab.says(channel, "Me revoilà.")
    await her.reads(channel, ["Dit avant.", "Me revoilà."])
    assert await her.ask("() => ronde.status.warnings.map(({kind}) => kind)") == [
        "identity_changed"
    ]


async def spoil(route: Route) -> None:
    """Answer for the log with the second entry's last bytes turned over."""
    answer = await route.fetch()
    page: Any = await answer.json()
    entries = [item for item in page["items"] if item["kind"] == "entry"]
    for item in entries[1:2]:
        body = item["body"]
        item["body"] = body[:-8] + ("A" if body[-8] != "A" else "B") + body[-7:]
    await route.fulfill(response=answer, body=json.dumps(page))
