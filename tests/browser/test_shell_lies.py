"""A server that lies to a coordinator's browser about who is who."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from care_circle.role import Role
from crypto.identity import attest, new_identity
from crypto.ids import ProfessionalId
from crypto.mls.codec import encode
from tests.support.browser_shell import CHROMIUM, Scene, Window, bring_in, enrol_in_browser, surfer

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

ADMIT = """([circle, who]) => ronde.coordination.admit(circle, who)
  .then(() => "admitted", ({code}) => code)"""

ADMIT_AS = """([circle, who, role]) => ronde.coordination.admit(circle, who, {role})
  .then(() => "admitted", ({code}) => code)"""


@pytest.fixture
async def her(scene: Scene, browser: Browser, shell_files: Path) -> Window:
    """Let Zoe coordinate the circle too, in a browser."""
    zoe = await surfer(browser, shell_files, scene.story.url, "Zoe")
    tab, zoes_id, _ = await enrol_in_browser(scene.story, zoe, role=Role.COORDINATOR)
    await bring_in(scene.story, zoes_id, role=Role.COORDINATOR)
    await tab.ask("() => ronde.synchronise()")
    return tab


async def lie_about(tab: Window, professional: ProfessionalId, told: dict[str, Any]) -> None:
    """Answer for one person's record with something else."""

    async def answer(route: Route) -> None:
        honest = await (await route.fetch()).json()
        await route.fulfill(content_type="application/json", body=json.dumps(honest | told))

    await tab.page.route(f"**/api/v1/professionals/{professional}", answer)


async def test_one_persons_attested_key_seats_nobody_else(scene: Scene, her: Window) -> None:
    cleo = await scene.story.join("Cleo")
    record = await scene.story.ana.line.ask("GET", f"/professionals/{scene.ben.id}")
    await lie_about(her, cleo.id, record)

    assert await her.ask(ADMIT, [scene.story.circle, cleo.id]) == "not_that_key"


async def test_the_word_of_a_member_who_is_no_coordinator_admits_nobody(
    scene: Scene, her: Window
) -> None:
    cleo = await scene.story.join("Cleo")
    identity = scene.ben.device.session.identity
    assert identity is not None
    key, now = new_identity().public, scene.story.clock()
    word = attest(scene.ben.id, identity, professional=cleo.id, identity_key=key, at=now)
    statement = base64.b64encode(encode(word)).decode()
    await lie_about(her, cleo.id, {"attestation": {"statement": statement}})

    assert await her.ask(ADMIT, [scene.story.circle, cleo.id]) == "no_identity_key"


async def test_nobody_is_signed_in_as_something_else_than_was_confirmed(
    scene: Scene, her: Window
) -> None:
    cleo = await scene.story.join("Cleo")
    await lie_about(her, cleo.id, {"role": "coordinator"})

    told = await her.ask(ADMIT_AS, [scene.story.circle, cleo.id, "physician"])

    assert told == "not_that_role"
    await scene.story.ana.device.know_circle(scene.story.circle)
    assert cleo.id not in scene.story.ana.device.roster(scene.story.circle).active


async def test_an_honest_server_is_believed(scene: Scene, her: Window) -> None:
    cleo = await scene.story.join("Cleo")

    assert await her.ask(ADMIT, [scene.story.circle, cleo.id]) == "admitted"


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        ("**/api/v1/circles/*/channels", {"channels": [{"id": "x"}]}),
        ("**/api/v1/channels/*/entries*", {"at": 9e15}),
    ],
)
async def test_an_answer_that_cannot_be_kept_costs_nobody_their_device(
    scene: Scene, path: str, lie: dict[str, Any]
) -> None:
    async def answer(route: Route) -> None:
        told = await (await route.fetch()).json()
        told["items"] = [one | lie for one in told.get("items", [])]
        await route.fulfill(content_type="application/json", body=json.dumps(told | lie))

    await scene.lea.context.route(path, answer)
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.lea.context.unroute(path, answer)
    await scene.tab.page.close()
    again = await scene.lea.opens()
    await scene.ben.say(scene.story.channel, "Toujours là ?")

    assert await again.ask("() => ronde.standing.kind") == "ready"
    await again.reads(scene.story.channel, ["Toujours là ?"])
