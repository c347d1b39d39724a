"""A person's backup on the server: one's own, appended to, replaced as a whole."""

import base64
import os
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from crypto.ids import EntryId, new_id
from crypto.mls.suite import SUITE_1
from crypto.recovery import MAX_RECORD
from server.accounts.backups import BackupFull
from server.routes.backup import BACKUPS
from tests.support.actors import Answer, Person, device_form, new_device, stranger
from tests.support.server import Running

KEY = base64.b64encode(SUITE_1.generate_key_pair().public).decode()
OTHER_KEY = base64.b64encode(SUITE_1.generate_key_pair().public).decode()


def record(body: bytes = b"sealed", *, key: str = KEY, name: str | None = None) -> dict[str, str]:
    return {"id": name or new_id(), "body": base64.b64encode(body).decode(), "public_key": key}


async def equipped(person: Person) -> Person:
    """Give somebody a device, for which their session then speaks."""
    identity, device = new_device(person)
    assert (await person.post("/devices", device_form(device, identity))).status == 201
    return person


async def begun(person: Person, key: str = KEY) -> Answer:
    return await person.ask("PUT", "/backup", {"public_key": key})


async def read(person: Person, query: str = "") -> list[tuple[int, bytes]]:
    page = (await person.get(f"/backup{query}")).body
    return [(one["seq"], base64.b64decode(one["body"])) for one in page["records"]]


async def test_what_is_appended_is_read_in_its_order(ana: Person) -> None:
    await equipped(ana)
    assert (await begun(ana)).status == 204

    placed = [await ana.post("/backup/records", record(f"{n}".encode())) for n in range(3)]
    page = await ana.get("/backup")

    assert [(one.status, one.body) for one in placed] == [(201, {"seq": n}) for n in (1, 2, 3)]
    assert page.body["public_key"] == KEY
    assert page.body["more"] is False
    assert await read(ana) == [(1, b"0"), (2, b"1"), (3, b"2")]


async def test_it_is_read_in_pages(ana: Person) -> None:
    await equipped(ana)
    await begun(ana)
    for n in range(3):
        await ana.post("/backup/records", record(f"{n}".encode()))

    first = (await ana.get("/backup?limit=2")).body
    rest = await read(ana, "?since=2&limit=2")

    assert [one["seq"] for one in first["records"]] == [1, 2]
    assert first["more"] is True
    assert rest == [(3, b"2")]


async def test_a_page_ends_before_it_outgrows_a_receiver(ana: Person) -> None:
    await equipped(ana)
    await begun(ana)
    for _ in range(10):
        placed = await ana.post("/backup/records", record(os.urandom(MAX_RECORD)))
        assert placed.status == 201

    page = (await ana.get("/backup")).body

    assert len(page["records"]) == 8
    assert page["more"] is True


async def test_the_same_record_again_is_a_repeat_and_another_under_its_id_is_refused(
    ana: Person,
) -> None:
    await equipped(ana)
    await begun(ana)
    one = record(b"one")

    first, again = [await ana.post("/backup/records", one) for _ in range(2)]
    other = await ana.post("/backup/records", record(b"other", name=one["id"]))

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert (other.status, other.code) == (409, "taken")


async def test_nobody_reads_or_writes_anothers_backup(ana: Person, ben: Person) -> None:
    for one in (ana, ben):
        await equipped(one)
    await begun(ana)
    await ana.post("/backup/records", record(b"hers"))

    assert (await ben.get("/backup")).status == 404
    assert (await ben.post("/backup/records", record())).status == 404
    assert (await begun(ben, OTHER_KEY)).status == 204
    await ben.post("/backup/records", record(b"his", key=OTHER_KEY))
    assert await read(ana) == [(1, b"hers")]
    assert await read(ben) == [(1, b"his")]


async def test_a_stranger_gets_nothing(server: Running) -> None:
    async with AsyncExitStack() as stack:
        nobody = await stack.enter_async_context(stranger(server))

        answers = [
            await nobody.get("/backup"),
            await begun(nobody),
            await nobody.post("/backup/records", record()),
        ]

    assert {(one.status, one.code) for one in answers} == {(401, "not_signed_in")}


async def test_a_session_without_a_device_may_read_and_nothing_else(ana: Person) -> None:
    await equipped(ana)
    await begun(ana)
    await ana.post("/backup/records", record(b"kept"))
    await ana.sign_in()

    assert await read(ana) == [(1, b"kept")]
    for refused in (await begun(ana, OTHER_KEY), await ana.post("/backup/records", record())):
        assert (refused.status, refused.code) == (403, "no_device")


async def test_beginning_anew_deletes_what_was_sealed_to_the_old_code(
    server: Running, ana: Person
) -> None:
    await equipped(ana)
    await begun(ana)
    await ana.post("/backup/records", record(b"old and sealed"))

    await begun(ana, OTHER_KEY)
    late = await ana.post("/backup/records", record(b"too late"))

    assert (late.status, late.code) == (409, "backup_replaced")
    assert await read(ana) == []
    held = [item async for item in server.house.engine.dump()]
    assert not [item for item in held if b"old and sealed" in str(item).encode()]


async def test_the_same_beginning_again_keeps_what_is_there(ana: Person) -> None:
    await equipped(ana)
    await begun(ana)
    await ana.post("/backup/records", record(b"kept"))

    again = await begun(ana)

    assert again.status == 204
    assert await read(ana) == [(1, b"kept")]


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (base64.b64encode(bytes(32)).decode(), 422, "mls_refused"),
        (base64.b64encode(bytes(31)).decode(), 400, "malformed"),
        ("no base64", 400, "malformed"),
    ],
)
async def test_what_nothing_can_be_sealed_to_is_refused(
    ana: Person, key: str, status: int, code: str
) -> None:
    await equipped(ana)

    refused = await begun(ana, key)

    assert (refused.status, refused.code) == (status, code)


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        (record(b""), 422, "bad_backup"),
        (record(bytes(MAX_RECORD + 1)), 422, "bad_backup"),
        (record(bytes(2 * MAX_RECORD)), 413, "too_large"),
        (record(name="short"), 422, "bad_backup"),
    ],
)
async def test_what_is_no_record_is_refused(
    ana: Person, form: dict[str, str], status: int, code: str
) -> None:
    await equipped(ana)
    await begun(ana)

    refused = await ana.post("/backup/records", form)

    assert (refused.status, refused.code) == (status, code)


async def test_a_backup_holds_so_many_records_and_no_more(server: Running, ana: Person) -> None:
    small, key = replace(server.app[BACKUPS], most=2), base64.b64decode(KEY)
    await small.begin(ana.id, key)
    for _ in range(2):
        await small.append(ana.id, EntryId(new_id()), b"sealed", public_key=key)

    with pytest.raises(BackupFull):
        await small.append(ana.id, EntryId(new_id()), b"sealed", public_key=key)


async def test_reading_and_beginning_leave_a_trace(server: Running, ana: Person) -> None:
    await equipped(ana)
    await begun(ana)
    await ana.get("/backup")

    trace = [(one.who, one.action) for one in await server.house.audit.read()]

    assert [(ana.id, "begin_backup"), (ana.id, "read_backup")] == [
        one for one in trace if one[1].endswith("_backup")
    ]
