"""A circle that the server made up: nobody this device knows answers for it (R1, R2)."""

import base64
import json
from typing import Any, Final

import pytest
from playwright.async_api import Route

from crypto.identity import Device, new_identity
from crypto.ids import CircleId, DeviceId, ProfessionalId, new_id
from crypto.membership import found
from tests.support.browser_shell import CHROMIUM, Scene, Window

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

VOUCHERS: Final = "() => ronde.vouchers.map(({professional}) => professional)"
CIRCLES: Final = "() => ronde.circles.map(({id}) => id)"


def invented(scene: Scene) -> tuple[CircleId, list[str]]:
    """Begin a circle under keys that nobody ever attested."""
    identity, now = new_identity(), scene.story.clock()
    nobody, device = ProfessionalId(new_id()), DeviceId(new_id())
    signer = Device.enrol(identity, nobody, device, now=now)
    circle = CircleId(new_id())
    genesis = found(circle, identity.public, signer=signer, now=now)
    return circle, [base64.b64encode(genesis.encode()).decode()]


async def list_too(scene: Scene, circle: CircleId, chain: list[str]) -> None:
    """Let the server list a circle of its own making."""

    async def listing(route: Route) -> None:
        honest = await route.fetch()
        told: Any = await honest.json()
        told["items"].append({"id": circle, "chain": chain})
        await route.fulfill(response=honest, body=json.dumps(told))

    async def channels(route: Route) -> None:
        await route.fulfill(content_type="application/json", body='{"channels": []}')

    await scene.lea.context.route("**/api/v1/circles?*", listing)
    await scene.lea.context.route(f"**/api/v1/circles/{circle}/channels", channels)


async def tab_that_knows(scene: Scene, circle: CircleId) -> Window:
    tab = await scene.lea.opens()
    await tab.until(f"(wanted) => ({CIRCLES})().includes(wanted)", circle)
    return tab


async def test_whoever_founds_a_circle_that_the_server_made_up_answers_for_nobody(
    scene: Scene,
) -> None:
    await scene.tab.ask("() => ronde.synchronise()")
    first = await scene.tab.ask(VOUCHERS)
    circle, chain = invented(scene)
    await list_too(scene, circle, chain)

    tabs = [await tab_that_knows(scene, circle) for _ in range(2)]

    assert first == [scene.story.ana.id]
    for tab in tabs:
        assert await tab.ask(VOUCHERS) == first
