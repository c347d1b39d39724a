"""What bad input gets from the pages: a plain answer in its place, and never a stranger's words."""

import re
from typing import Any, Final

import msgspec
import pytest
from playwright.async_api import FilePayload, expect

from channels.content import Message
from crypto import attachment
from crypto.bundle import Bundle
from crypto.identity import Device, new_identity
from crypto.ids import DeviceId, ProfessionalId, new_id
from crypto.session.packages import make_package
from tests.support.discussion import Room, choose, composer, gathered, say, shows
from tests.support.dishonest_store import damage_blob, put_commit, rewrite_entry, turned
from tests.support.guests import Guests, has_opened
from tests.support.journey import Journey
from tests.support.photos import CAPTION, with_place
from tests.support.server import Running

pytestmark = pytest.mark.timeout(300)

MEGABYTE: Final = 1024 * 1024
# Whoever looks into a file must come this way.
_WATCH_READS: Final = """() => {
  globalThis.looks = 0;
  for (const way of ["arrayBuffer", "stream", "text", "slice", "bytes"]) {
    const read = Blob.prototype[way];
    Blob.prototype[way] = function look(...asked) { looks += 1; return read.apply(this, asked); };
  }
}"""


@pytest.fixture
async def room(story: Journey, guests: Guests) -> Room:
    return await gathered(story, guests)


async def test_a_tampered_entry_shows_its_number_and_none_of_its_words(
    room: Room, server: Running
) -> None:
    await room.page.goto("about:blank")
    said = ["Dit avant.", "Une phrase que quelqu'un a retouchée.", "Dit après."]
    entries = [await room.ben.say(room.story.channel, text) for text in said]
    seq = rewrite_entry(server.folder, room.story.channel, entries[1], turned)

    await room.guests.sit(room.lea)
    await shows(room.page, said[2])
    fault = room.page.locator(".event-fault")

    assert await room.page.locator(".desk-main .message-text").all_text_contents() == [
        said[0],
        said[2],
    ]
    told = (await fault.inner_text()).replace("\u00a0", " ")
    assert f"L'élément n° {seq} n'a pas pu être vérifié" in told
    assert not await has_opened(room.lea, "retouchée")
    await fault.get_by_role("button", name="Que faire").click()
    await room.lea.sees("prévenez la coordination")


async def test_a_device_that_nobody_admitted_stops_the_discussion_and_can_be_reported(
    room: Room, server: Running
) -> None:
    await say(room.page, "Dit entre nous.")
    await room.arrive("Dit entre nous.")
    ghost = await slip_in(room, server)

    await room.guests.sit(room.lea)
    banner = room.page.get_by_role("alert").filter(has_text="que personne n'a admis")
    await banner.wait_for()
    await room.lea.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await banner.get_by_role("button", name="Copier un signalement").click()
    await room.lea.sees("Signalement copié")
    report = await room.page.evaluate("() => navigator.clipboard.readText()")
    await say(room.page, "Cela ne doit pas partir.")
    await room.lea.goes(f"/circles/{room.story.circle}")
    await shows(room.page, "Cela ne doit pas partir.")

    assert "ghost" in report
    assert "Léa" not in report
    waits = room.page.get_by_role("img", name="En attente d'envoi")
    await expect(waits).to_have_count(1)
    assert (await server.house.engine.read(room.story.channel, 0, 200))[-1].seq == ghost


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (FilePayload(name="courbes.pdf", mimeType="application/pdf", buffer=b"x"), "dépasse 10 Mo"),
        (FilePayload(name="vide.pdf", mimeType="application/pdf", buffer=b""), "est vide"),
        (
            FilePayload(name="outil.exe", mimeType="application/x-msdownload", buffer=b"MZ"),
            "ce type de fichier ne peut pas être envoyé",
        ),
        (
            FilePayload(name="page.pdf.html", mimeType="application/pdf", buffer=b"<script>"),
            "ce type de fichier ne peut pas être envoyé",
        ),
    ],
    ids=["large", "empty", "program", "disguised"],
)
async def test_a_refused_file_is_told_why_before_it_is_read(
    room: Room, file: FilePayload, why: str
) -> None:
    if file["buffer"] == b"x":
        file["buffer"] = bytes(10 * MEGABYTE + 1)
    await composer(room.page).fill("Voici le fichier.")
    await room.page.evaluate(_WATCH_READS)

    await choose(room.page, file)
    toast = room.page.locator(".toast", has_text=re.compile(re.escape(file["name"])))
    await toast.wait_for()

    assert why in await told(toast)
    assert await room.page.evaluate("() => looks") == 0
    await expect(room.page.locator(".composer-tray li")).to_have_count(0)
    await expect(composer(room.page)).to_have_value("Voici le fichier.")


async def test_a_photo_arrives_without_the_place_where_it_was_taken(
    room: Room, server: Running
) -> None:
    photo = with_place(await room.page.screenshot(type="jpeg"))
    await choose(room.page, FilePayload(name="IMG_0042.jpg", mimeType="image/jpeg", buffer=photo))
    await say(room.page, "La tache sur l'épaule.")
    await room.page.locator(".picture img").wait_for()

    await room.arrive("La tache sur l'épaule.")
    (message,) = [
        one for one in await room.ben.history(room.story.channel) if isinstance(one, Message)
    ]
    (file,) = message.attachments
    sealed = await server.house.engine.get("blob", f"{room.story.channel}:{file.blob}")
    assert sealed is not None
    kept = msgspec.msgpack.decode(sealed.body)["sealed"]
    received = attachment.open_(kept, key=file.key, size=file.size, sha256=file.sha256)

    assert b"Exif" in photo
    assert received.startswith(b"\xff\xd8")
    for trace in (b"Exif", CAPTION, b"\xff\xe1"):
        assert trace not in received


async def test_a_file_damaged_on_the_server_is_refused_by_whoever_opens_it(
    room: Room, server: Running
) -> None:
    await choose(room.page, FilePayload(name="bilan.txt", mimeType="text/plain", buffer=b"Bilan."))
    await say(room.page, "Le bilan.")
    await room.arrive("Le bilan.")
    (message,) = [
        one for one in await room.ben.history(room.story.channel) if isinstance(one, Message)
    ]
    await damage_blob(server.house, room.story.channel, message.attachments[0].blob)

    await room.page.get_by_role("button", name="bilan.txt").click()

    await room.lea.sees("Ce fichier n'est pas celui qui a été envoyé")


async def told(toast: Any) -> str:  # noqa: ANN401 -- a locator
    return str(await toast.inner_text()).replace("\u00a0", " ").replace("\u202f", " ")


async def slip_in(room: Room, server: Running) -> int:
    """Let the server and Ben's changed client add a device that no statement justifies."""
    channel = room.story.channel
    state = room.ben.device.session.channels[channel]
    group = state.group
    assert group is not None
    now = room.story.clock()
    eve = Device.enrol(new_identity(), ProfessionalId(new_id()), DeviceId(new_id()), now=now)
    ghost = make_package(eve, now=now).key_package
    commit, welcome, after = group.commit([ghost], [], now=now)
    bundle = Bundle(
        commit=commit,
        welcome=welcome,
        group_info=after.group_info(),
        key_packages=(ghost.reference(),),
    )
    return await put_commit(
        server.house, channel, by=room.ben, epoch=group.epoch, body=bundle.encode()
    )
