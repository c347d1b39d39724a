"""Sealed files beside a channel's log: who may leave and fetch them, and how long they stay."""

import asyncio
import io
import os
from dataclasses import replace
from typing import NamedTuple

import pytest

from channels.blobs import BlobService, ChannelFull
from crypto.attachment import MAX_SEALED, seal
from crypto.ids import BlobId, EntryId, new_id
from server.routes.blobs import BLOBS
from server.wire import LARGE
from tests.support import channel_scene
from tests.support.server import Running
from tests.support.talkers import Talker

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers
eve = channel_scene.eve

ID = "a" * 26
SEALED = seal(b"compte rendu").sealed


class Told(NamedTuple):
    """What came back: status, code of a refusal, bytes."""

    status: int
    code: str | None
    body: bytes


@pytest.fixture
def blobs(server: Running) -> BlobService:
    return server.app[BLOBS]


async def told(
    talker: Talker, method: str, blob: str, *, data: bytes | None = None, entry: str | None = None
) -> Told:
    query = "" if entry is None else f"?entry={entry}"
    url = f"{talker.server.url}/api/v1/channels/{talker.channel}/blobs/{blob}{query}"
    headers = {"Authorization": f"Bearer {talker.member.token}"}
    stream = None if data is None else io.BytesIO(data)
    async with talker.http.request(method, url, headers=headers, data=stream) as response:
        problem = await response.json() if response.content_type.endswith("json") else {}
        return Told(response.status, problem.get("code"), await response.read())


async def upload(
    talker: Talker, data: bytes = SEALED, *, blob: str | None = None, entry: str | None = None
) -> Told:
    return await told(talker, "PUT", blob or new_id(), data=data, entry=entry or new_id())


async def leave(blobs: BlobService, talker: Talker) -> None:
    """Upload without a network, to a service of one's own making."""

    async def receive() -> bytes:
        return SEALED

    names = BlobId(new_id()), EntryId(new_id())
    await blobs.upload(
        talker.member.asker, talker.channel, names[0], entry=names[1], receive=receive
    )


async def fetch(talker: Talker, blob: str) -> Told:
    return await told(talker, "GET", blob)


async def test_every_member_fetches_the_bytes_that_one_of_them_left(talkers: list[Talker]) -> None:
    ana, ben, cleo = talkers
    blob = new_id()

    left = await upload(ana, blob=blob)

    assert left.status == 204
    assert [await fetch(one, blob) for one in (ana, ben, cleo)] == [Told(200, None, SEALED)] * 3


async def test_the_largest_file_goes_through_and_nothing_larger(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    blob, largest = new_id(), os.urandom(MAX_SEALED)

    left = await upload(ana, largest, blob=blob)
    refused = await upload(ana, largest + b"x")

    assert left.status == 204
    assert (await fetch(ben, blob)).body == largest
    assert (refused.status, refused.code) == (413, "too_large")


async def test_other_routes_take_no_more_than_before(talkers: list[Talker]) -> None:
    ana = talkers[0]
    headers = {"Content-Type": "application/json", "Content-Length": str(LARGE + 1)}

    refused = await ana.ask(
        "POST",
        f"/channels/{ana.channel}/entries",
        data=io.BytesIO(bytes(LARGE + 1)),
        headers=headers,
    )

    assert (refused.status, refused.code) == (413, "too_large")


async def test_its_weight_is_told_without_the_file(talkers: list[Talker]) -> None:
    ana = talkers[0]
    blob = new_id()
    await upload(ana, blob=blob)

    head = await told(ana, "HEAD", blob)

    assert head == Told(200, None, b"")


async def test_the_same_upload_again_is_a_repeat(talkers: list[Talker]) -> None:
    ana = talkers[0]
    blob, entry = new_id(), new_id()

    first = await upload(ana, blob=blob, entry=entry)
    again = await upload(ana, blob=blob, entry=entry)

    assert (first.status, again.status) == (204, 204)


@pytest.mark.parametrize("changed", ["bytes", "entry", "device"])
async def test_an_id_used_for_anything_else_is_refused(talkers: list[Talker], changed: str) -> None:
    ana, ben, _ = talkers
    blob, entry = new_id(), new_id()
    await upload(ana, blob=blob, entry=entry)

    refused = await upload(
        ben if changed == "device" else ana,
        b"other" if changed == "bytes" else SEALED,
        blob=blob,
        entry=new_id() if changed == "entry" else entry,
    )

    assert (refused.status, refused.code) == (409, "id_taken")
    assert (await fetch(ana, blob)).body == SEALED


@pytest.mark.parametrize(
    ("blob", "entry", "data"),
    [(ID, "", SEALED), (ID, "b", SEALED), ("short", ID, SEALED), (ID, ID, b"")],
    ids=["no entry", "no id of an entry", "no id", "no bytes"],
)
async def test_what_is_no_upload_is_refused(
    talkers: list[Talker], blob: str, entry: str, data: bytes
) -> None:
    refused = await told(talkers[0], "PUT", blob, data=data, entry=entry)

    assert (refused.status, refused.code) == (422, "bad_entry")


async def test_a_stranger_learns_nothing_of_files(talkers: list[Talker], eve: Talker) -> None:
    ana = talkers[0]
    blob = new_id()
    await upload(ana, blob=blob)
    intruder = replace(eve, channel=ana.channel)

    hidden, absent = await fetch(intruder, blob), await fetch(intruder, new_id())
    left = await upload(intruder)

    assert hidden == absent
    assert (hidden.status, hidden.code) == (404, "not_found")
    assert left == hidden


async def test_a_file_is_found_in_its_own_channel_only(talkers: list[Talker]) -> None:
    ana = talkers[0]
    blob, channel = new_id(), ana.channel
    await upload(ana, blob=blob)
    assert (await ana.open_channel()).status == 201
    assert ana.channel != channel

    elsewhere = await fetch(ana, blob)

    assert (elsewhere.status, elsewhere.code) == (404, "not_found")


async def test_a_file_whose_entry_never_comes_is_gone_after_a_day(
    server: Running, talkers: list[Talker], blobs: BlobService
) -> None:
    ana = talkers[0]
    orphan, child, form = BlobId(new_id()), BlobId(new_id()), ana.form()
    await upload(ana, blob=orphan)
    await upload(ana, blob=child, entry=form["id"])
    assert (await ana.say(form)).status == 201

    server.clock.move(hours=23)
    early = await blobs.tidy()
    server.clock.move(hours=2)
    late = await blobs.tidy()

    assert (early, late, await blobs.tidy()) == (0, 1, 0)
    assert await blobs.store.find(ana.channel, orphan) is None
    assert await blobs.store.find(ana.channel, child) == SEALED


async def test_another_devices_entry_claims_no_file(
    server: Running, talkers: list[Talker], blobs: BlobService
) -> None:
    ana, ben, _ = talkers
    blob, form = new_id(), ben.form()
    await upload(ana, blob=blob, entry=form["id"])
    assert (await ben.say(form)).status == 201

    server.clock.move(hours=25)

    assert await blobs.tidy() == 1


async def test_a_full_channel_takes_no_more_until_something_goes(
    server: Running, talkers: list[Talker], blobs: BlobService
) -> None:
    ana, small = talkers[0], replace(blobs, quota=3 * len(SEALED))

    for _ in range(3):
        await leave(small, ana)
    with pytest.raises(ChannelFull):
        await leave(small, ana)
    server.clock.move(hours=25)
    dropped = await small.tidy()

    assert dropped == 3
    await leave(small, ana)


async def test_a_count_left_too_high_by_a_crash_is_put_right(
    talkers: list[Talker], blobs: BlobService
) -> None:
    ana, small = talkers[0], replace(blobs, quota=3 * len(SEALED))
    await blobs.store.take_room(ana.channel, 2 * len(SEALED), most=small.quota)

    for _ in range(3):
        await leave(small, ana)

    with pytest.raises(ChannelFull):
        await leave(small, ana)


async def test_too_many_uploads_at_once_wait_their_turn(talkers: list[Talker]) -> None:
    ana = talkers[0]
    large = os.urandom(4_000_000)

    at_once = await asyncio.gather(*(upload(ana, large) for _ in range(8)))

    codes = {(one.status, one.code) for one in at_once}
    assert codes == {(204, None), (429, "too_many_at_once")}
    assert (await upload(ana, large)).status == 204
