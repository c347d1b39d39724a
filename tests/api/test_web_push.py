"""Something waits: told to the absent, seldom, sealed, and to push services only."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from server.accounts.users import disable_user
from server.channel_house import CHANNEL_HOUSE
from server.config import Config
from server.senders.web_push import PublicAddresses, WebPush, outward
from server.services import PUSH_KEY
from tests.support.actors import Person, founded, stranger
from tests.support.channel_scene import listen
from tests.support.network import with_device
from tests.support.push_service import Browser, PushService, push_service
from tests.support.requests import PREFERENCES
from tests.support.server import Running, running
from tests.support.talkers import Talker, circle_of, talking

OPEN = PREFERENCES | {
    "push": True, "quiet_from": "03:00", "quiet_to": "03:00", "quiet_days": [],
}  # fmt: skip


@dataclass(kw_only=True)
class Scene:
    """People who talk, one of them with a browser that is told."""

    server: Running
    service: PushService
    talkers: list[Talker]
    http: aiohttp.ClientSession

    async def subscribe(self, talker: Talker, **choices: object) -> Browser:
        browser = self.service.browser()
        kept = await talker.ask("POST", "/push/subscriptions", browser.form())
        assert kept.status == 201, kept
        assert (await talker.ask("PUT", "/me/preferences", OPEN | choices)).status == 200
        return browser

    async def look(self) -> None:
        """Let the bell look now whom to tell."""
        pusher = WebPush(
            http=self.http,
            key=await self.server.app[PUSH_KEY].private(),
            contact="mailto:ronde@localhost",
            clock=self.server.clock,
        )
        channels = self.server.app[CHANNEL_HOUSE]
        await channels.bell.tell(pusher, here=channels.sockets.present())

    async def told(self) -> int:
        """Look, wait a moment, and count what has arrived."""
        await self.look()
        await asyncio.sleep(0.1)
        return len(self.service.messages)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with (
        push_service() as service,
        running(tmp_path, push_loopback=True) as server,
        circle_of(server, 3) as circle,
        outward(loopback=True) as http,
    ):
        talkers = await talking(circle)
        yield Scene(server=server, service=service, talkers=talkers, http=http)


async def test_somebody_who_is_away_is_told_that_something_waits_and_nothing_else(
    scene: Scene,
) -> None:
    ana, ben, _ = scene.talkers
    browser = await scene.subscribe(ben, language="fr")

    await ana.say()
    (message,) = await scene.service.received(1)

    claims = message.claims
    assert browser.read(message.body) == {"kind": "news", "language": "fr"}
    assert message.headers["Content-Encoding"] == "aes128gcm"
    assert (message.headers["TTL"], message.headers["Topic"]) == ("43200", "waiting")
    assert claims["aud"] == scene.service.url
    assert 0 < claims["exp"] - scene.server.clock().timestamp() <= 86_400
    assert ben.member.device.professional not in str((message.headers, claims))
    assert str(ana.channel) not in str((message.headers, claims))


async def test_whoever_is_connected_is_not_told(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    await scene.subscribe(ben)
    async with ben.socket() as bens:
        await listen(ben, bens)
        await ana.say()
        here = await scene.told()

    await ana.say()

    assert here == 0
    assert len(await scene.service.received(1)) == 1


async def test_who_writes_and_what_is_no_entry_rings_for_nobody(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    await scene.subscribe(ana)
    bens = await scene.subscribe(ben)
    await ana.commit()
    after_commit = await scene.told()

    await ana.say()
    (message,) = await scene.service.received(1)

    assert (after_commit, await scene.told()) == (0, 1)
    assert bens.endpoint.endswith(message.path)


async def test_five_minutes_pass_before_somebody_is_told_again(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    await scene.subscribe(ben)
    await ana.say()
    await scene.service.received(1)
    await ana.say()
    await ana.say()
    scene.server.clock.move(minutes=4)
    soon = await scene.told()

    scene.server.clock.move(minutes=1)
    later = await scene.told()
    scene.server.clock.move(minutes=5)
    silence = await scene.told()

    assert (soon, later, silence) == (1, 2, 2)


async def test_quiet_hours_end_with_one_word_for_all_that_came(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    assert scene.server.clock().hour == 9
    await scene.subscribe(ben, quiet_from="22:00", quiet_to="11:00")
    await ana.say()
    await ana.say()
    quiet = await scene.told()

    scene.server.clock.move(hours=1, minutes=1)
    await scene.told()
    await scene.service.received(1)
    scene.server.clock.move(minutes=6)

    assert (quiet, await scene.told()) == (0, 1)


async def test_who_wants_no_push_gets_none(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    await scene.subscribe(ben, push=False)

    await ana.say()

    assert await scene.told() == 0


@pytest.mark.parametrize("status", ["404", "410"])
async def test_a_browser_that_is_gone_is_forgotten(scene: Scene, status: str) -> None:
    ana, ben, _ = scene.talkers
    gone, there = await scene.subscribe(ben), await scene.subscribe(ben)
    scene.service.answers[gone.endpoint.removeprefix(scene.service.url)] = status

    await ana.say()
    await scene.service.received(2)
    await scene.told()
    scene.server.clock.move(minutes=5)
    await ana.say()
    messages = await scene.service.received(3)
    await scene.told()

    held = await scene.server.house.stores.subscriptions.of(ben.member.device.professional)
    assert [each.endpoint for each in held] == [there.endpoint]
    assert len(messages) == 3


@pytest.mark.parametrize("answer", ["500", "503", "429", "cut"])
async def test_a_push_service_in_trouble_is_asked_again_and_not_at_once(
    scene: Scene, answer: str
) -> None:
    ana, ben, _ = scene.talkers
    browser = await scene.subscribe(ben)
    path = browser.endpoint.removeprefix(scene.service.url)
    scene.service.answers[path] = answer
    await ana.say()
    await scene.service.received(1)
    at_once = await scene.told()
    del scene.service.answers[path]

    scene.server.clock.move(minutes=5)
    await scene.told()
    *_, last = await scene.service.received(2)

    assert at_once == 1
    assert browser.read(last.body)["kind"] == "news"


@pytest.mark.parametrize("answer", ["redirect", "flood", "400", "403"])
async def test_a_hostile_push_service_leads_us_nowhere(scene: Scene, answer: str) -> None:
    ana, ben, _ = scene.talkers
    browser = await scene.subscribe(ben)
    scene.service.answers[browser.endpoint.removeprefix(scene.service.url)] = answer

    await ana.say()
    (message,) = await scene.service.received(1)
    scene.server.clock.move(minutes=5)
    again = await scene.told()

    assert message.path.startswith("/push/")
    assert again == 1


async def test_one_person_in_trouble_keeps_nobody_else_waiting(scene: Scene) -> None:
    ana, ben, cleo = scene.talkers
    broken = await scene.subscribe(ben)
    whole = await scene.subscribe(cleo)
    held = await scene.server.house.stores.subscriptions.of(ben.member.device.professional)
    # A record that only a fault of ours could have made.
    await scene.server.house.stores.subscriptions.keep(replace(held[0], p256dh=b"no"))

    await ana.say()
    (message,) = await scene.service.received(1)

    assert whole.read(message.body)["kind"] == "news"
    assert message.path != broken.endpoint.removeprefix(scene.service.url)


async def test_a_removed_device_is_told_nothing(scene: Scene) -> None:
    _, ben, _ = scene.talkers
    await scene.subscribe(ben)

    removed = await ben.ask("DELETE", f"/devices/{ben.device}")

    assert removed.status == 204
    assert await scene.server.house.stores.subscriptions.of(ben.member.device.professional) == ()


# Subscribing.


@pytest.fixture
async def subscriber(tmp_path: Path) -> AsyncIterator[Person]:
    async with running(tmp_path) as server, stranger(server) as person:
        await with_device(await founded(person))
        yield person


async def test_a_closed_account_is_told_nothing(subscriber: Person) -> None:
    form = Browser(endpoint="https://fcm.googleapis.com/fcm/send/abc").form()
    await subscriber.post("/push/subscriptions", form)
    house = subscriber.server.house

    await disable_user(house, subscriber.id)

    assert await house.stores.subscriptions.of(subscriber.id) == ()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://par02p.notify.windows.com/w/?token=x%2b",
        "https://web.push.apple.com/QGz",
    ],
)
async def test_the_push_services_of_real_browsers_are_taken(
    subscriber: Person, endpoint: str
) -> None:
    form = Browser(endpoint=endpoint).form()

    first, again = [await subscriber.post("/push/subscriptions", form) for _ in range(2)]
    path = f"/push/subscriptions/{first.body['id']}"
    removed, gone = [(await subscriber.delete(path)).status for _ in range(2)]

    assert (first.status, again.body) == (201, first.body)
    assert (removed, gone) == (204, 404)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://fcm.googleapis.com@evil.example/fcm",
        "https://user@fcm.googleapis.com/fcm",
        "https://fcm.googleapis.com.evil.example/fcm",
        "https://evilfcm.googleapis.com/fcm",
        "https://notify.windows.com.evil.example/w",
        "https://evil.example/#.notify.windows.com",
        "https://127.0.0.1/push",
        "http://127.0.0.1:8480/push",
        "https://localhost/push",
        "https://[::1]/push",
        "https://[::1%.push.apple.com]/push",
        "https://[::ffff:10.0.0.1%25.push.apple.com]/push",
        "https://evil.example%2f.push.apple.com/push",
        "https://evil.example\\.push.apple.com/push",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com:99999999/x",
        "https://fcm.googleapis.com/\u00e9",
        "file:///etc/passwd",
        "",
        "https://fcm.googleapis.com/" + "x" * 2048,
    ],
)
async def test_no_page_makes_us_knock_elsewhere(subscriber: Person, endpoint: str) -> None:
    refused = await subscriber.post("/push/subscriptions", Browser(endpoint=endpoint).form())

    assert (refused.status, refused.code) == (422, "bad_subscription")


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA"},
        {"auth": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"auth": "é"},
        {"auth": ""},
    ],
)
async def test_keys_that_are_none_are_refused(subscriber: Person, keys: dict[str, str]) -> None:
    form = Browser(endpoint="https://fcm.googleapis.com/fcm/send/abc").form()

    refused = await subscriber.post("/push/subscriptions", form | {"keys": form["keys"] | keys})

    assert (refused.status, refused.code) == (422, "bad_subscription")


async def test_a_browser_has_one_owner_and_a_person_ten_browsers(subscriber: Person) -> None:
    async with stranger(subscriber.server) as person:
        ben = await founded(person, name="Ben")
        await with_device(ben)
        shared = Browser(endpoint="https://fcm.googleapis.com/fcm/send/shared").form()
        await subscriber.post("/push/subscriptions", shared)
        await ben.post("/push/subscriptions", shared)
    for number in range(12):
        subscriber.server.clock.move(seconds=1)
        endpoint = f"https://fcm.googleapis.com/fcm/send/{number}"
        await subscriber.post("/push/subscriptions", Browser(endpoint=endpoint).form())

    stores = subscriber.server.house.stores
    mine = await stores.subscriptions.of(subscriber.id)
    theirs = await stores.subscriptions.of(ben.id)
    assert {each.endpoint.rpartition("/")[2] for each in mine} == {str(n) for n in range(2, 12)}
    assert [each.endpoint.rpartition("/")[2] for each in theirs] == ["shared"]


async def test_the_server_s_key_is_made_once_and_outlives_it(tmp_path: Path) -> None:
    keys = []
    for name in ("Ana", "Ben"):
        async with running(tmp_path) as server, stranger(server) as person:
            await founded(person, name=name)
            keys += [(await person.get("/push/key")).body["key"] for _ in range(2)]

    assert len(set(keys)) == 1
    assert len(keys[0]) == 87


async def test_a_session_without_a_device_subscribes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as server, stranger(server) as person:
        ana = await founded(person)
        form = Browser(endpoint="https://fcm.googleapis.com/fcm/send/a").form()

        refused = await ana.post("/push/subscriptions", form)

    assert (refused.status, refused.code) == (403, "no_device")


class Names(AbstractResolver):
    """A name server that answers what a test says."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    @override
    async def close(self) -> None:
        """Let go of nothing."""


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::7"],
)
async def test_a_public_name_that_leads_inwards_leads_nowhere(address: str) -> None:
    resolver = PublicAddresses(Names("8.8.8.8", address))

    with pytest.raises(OSError, match="private"):
        await resolver.resolve("fcm.googleapis.com", 443)

    assert len(await PublicAddresses(Names("8.8.8.8")).resolve("fcm.googleapis.com", 443)) == 1


def test_no_setting_of_the_product_allows_a_push_service_on_this_machine() -> None:
    asked: dict[str, Any] = {"RONDE_MASTER_KEY": "A" * 43 + "=", "RONDE_TEST_PUSH_LOOPBACK": "1"}

    assert Config.from_environ(asked).push_loopback is False


@pytest.mark.parametrize(("allowed", "rung"), [(True, 1), (False, 0)])
async def test_what_its_author_calls_urgent_rings_in_quiet_hours_for_those_who_let_it(
    scene: Scene,
    allowed: bool,
    rung: int,
) -> None:
    ana, ben, _ = scene.talkers
    saturday = {"quiet_days": [5], "urgent": allowed, "language": "fr"}
    browser = await scene.subscribe(ben, **saturday)
    form = ana.form()
    await ana.say(form)
    silent = await scene.told()

    called = await ana.ask("POST", f"/channels/{ana.channel}/urgent", {"entry": form["id"]})

    assert (called.status, silent, await scene.told()) == (204, 0, rung)
    for message in scene.service.messages:
        assert browser.read(message.body) == {"kind": "urgent", "language": "fr"}
        assert message.headers["Urgency"] == "high"


async def test_an_urgent_call_does_not_wait_for_the_five_minutes_to_pass(scene: Scene) -> None:
    ana, ben, _ = scene.talkers
    await scene.subscribe(ben)
    await ana.say()
    await scene.service.received(1)
    form = ana.form()
    await ana.say(form)
    soon = await scene.told()

    await ana.ask("POST", f"/channels/{ana.channel}/urgent", {"entry": form["id"]})

    assert (soon, await scene.told()) == (1, 2)


async def test_somebody_calls_to_urgent_things_a_dozen_times_an_hour_at_the_most(
    scene: Scene,
) -> None:
    ana, _, _ = scene.talkers
    form = ana.form()
    await ana.say(form)
    path = f"/channels/{ana.channel}/urgent"

    called = [await ana.ask("POST", path, {"entry": form["id"]}) for _ in range(13)]

    assert [each.status for each in called] == [204] * 12 + [429]
