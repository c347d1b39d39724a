"""Files of messages: what is refused, what is stripped, what comes back."""

import asyncio

import pytest
from playwright.async_api import Route

from tests.support.browser_shell import CHROMIUM, Scene, Window

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

MEGABYTE = 1024 * 1024
SEND = """async ([channel, name, type, size]) => {
  const bytes = new Uint8Array(size).map((_, at) => at % 251);
  const file = new File([bytes], name, {type});
  const entry = ronde.newEntry();
  const steps = [];
  const attachment = await ronde.files.attach(file, {
    channel, entry, progress: (done) => steps.push(done),
  });
  const message = {
    kind: "message", text: "Voici.", replyTo: null, mentions: [],
    attachments: [attachment], urgent: false,
  };
  await (await ronde.conversation(channel)).post(message, {entry});
  return [attachment.name, attachment.type, attachment.size, steps.at(-1)];
}"""
FETCH = """async (channel) => {
  const {entries} = await ronde.conversation(channel);
  const [attachment] = entries.at(-1).inside.content.attachments;
  const blob = await ronde.files.fetchAttachment(channel, attachment);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return [blob.type, bytes.length, bytes.every((byte, at) => byte === at % 251)];
}"""
REFUSED = """async ([name, type, size]) => {
  const file = Object.defineProperty(new File(["x"], name, {type}), "size", {value: size});
  try { await ronde.files.check(file); return "taken"; } catch ({code}) { return code; }
}"""
DAMAGE = """async (channel) => {
  const {entries} = await ronde.conversation(channel);
  const [attachment] = entries.at(-1).inside.content.attachments;
  const other = {...attachment, sha256: attachment.sha256.map((byte) => byte ^ 1)};
  return await ronde.files.fetchAttachment(channel, other).catch(({code}) => code);
}"""
# A JPEG of the browser's own with an EXIF segment put behind its first marker.
PHOTO = """async ([channel, width, height]) => {
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "white";
  drawing.fillRect(0, 0, width, height);
  drawing.fillStyle = "black";
  for (let at = 0; at < width; at += 8) drawing.fillRect(at, 0, 4, height);
  const plain = new Uint8Array(
    await (await canvas.convertToBlob({type: "image/jpeg"})).arrayBuffer(),
  );
  const said = new TextEncoder().encode("Exif\\0\\0GPS 45.5017 chez Zéphyrine");
  const segment = [0xff, 0xe1, 0, said.length + 2, ...said];
  const whole = new Uint8Array([...plain.slice(0, 2), ...segment, ...plain.slice(2)]);
  globalThis.photo = new File([whole], "IMG_0042.jpg", {type: "image/jpeg"});
  const entry = ronde.newEntry();
  const attachment = await ronde.files.attach(photo, {channel, entry});
  const blob = await ronde.files.fetchAttachment(channel, attachment);
  const text = new TextDecoder("latin1").decode(await blob.arrayBuffer());
  const before = new TextDecoder("latin1").decode(whole);
  return [before.includes("GPS 45"), text.includes("Exif") || text.includes("GPS 45"),
    attachment.type, attachment.width, attachment.height];
}"""
BLUR = """async () => {
  const strokes = [{radius: 100, points: [[150, 150], [450, 150]]}];
  const blurred = await ronde.files.blur(photo, strokes);
  const bitmap = await createImageBitmap(blurred);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const drawing = canvas.getContext("2d", {willReadFrequently: true});
  drawing.drawImage(bitmap, 0, 0);
  const contrast = (x, y) => {
    const {data} = drawing.getImageData(x, y, 40, 1);
    const shades = data.filter((_, at) => at % 4 === 0);
    return Math.max(...shades) - Math.min(...shades);
  };
  return [contrast(280, 150), contrast(280, 380)];
}"""
# Letters on glass: black where something stands, nothing at all between.
GLASS = """async () => {
  const canvas = new OffscreenCanvas(600, 400);
  const drawing = canvas.getContext("2d");
  for (let at = 0; at < 600; at += 8) drawing.fillRect(at, 0, 4, 400);
  globalThis.photo = new File([await canvas.convertToBlob()], "capture.png", {type: "image/png"});
  const strokes = [{radius: 100, points: [[150, 150], [450, 150]]}];
  const bitmap = await createImageBitmap(await ronde.files.blur(photo, strokes));
  const shown = new OffscreenCanvas(600, 400).getContext("2d", {willReadFrequently: true});
  shown.drawImage(bitmap, 0, 0);
  const contrast = (x, y) => {
    const shades = shown.getImageData(x, y, 40, 1).data.filter((_, at) => at % 4 === 3);
    return Math.max(...shades) - Math.min(...shades);
  };
  return [contrast(280, 150), contrast(280, 380)];
}"""


async def test_a_file_arrives_as_it_was_sent(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")

    sent = await tab.ask(SEND, [channel, "compte\u202erendu.pdf", "application/pdf", 300_000])
    fetched = await tab.ask(FETCH, channel)
    damaged = await tab.ask(DAMAGE, channel)

    assert sent == ["compte_rendu.pdf", "application/pdf", 300_000, 1]
    assert fetched == ["application/pdf", 300_000, True]
    assert damaged == "attachment_damaged"


@pytest.mark.parametrize(
    ("name", "media_type", "size", "said"),
    [
        ("vide.pdf", "application/pdf", 0, "file_empty"),
        ("film.mp4", "video/mp4", 10 * MEGABYTE + 1, "file_too_large"),
        ("photo.jpg", "image/jpeg", 30 * MEGABYTE, "taken"),
        ("photo.jpg", "image/jpeg", 41 * MEGABYTE, "file_too_large"),
        ("page.html", "text/html", 10, "file_type"),
        ("dessin.svg", "image/svg+xml", 10, "file_type"),
        ("compte-rendu.pdf.exe", "application/pdf", 10, "file_type"),
        ("BILAN.PDF", "", 10, "taken"),
    ],
)
async def test_a_file_that_cannot_be_sent_is_refused_before_it_is_read(
    lone_tab: Window, name: str, media_type: str, size: int, said: str
) -> None:
    assert await lone_tab.ask(REFUSED, [name, media_type, size]) == said


async def test_a_photo_leaves_without_its_place_and_no_larger_than_is_shown(scene: Scene) -> None:
    await scene.tab.ask("() => ronde.synchronise()")

    was, still, kind, width, height = await scene.tab.ask(PHOTO, [scene.story.channel, 3000, 600])

    assert was
    assert not still
    assert (kind, width, height) == ("image/jpeg", 2048, 410)


async def test_what_is_brushed_over_cannot_be_made_out_any_more(scene: Scene) -> None:
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.ask(PHOTO, [scene.story.channel, 600, 400])

    brushed, beside = await scene.tab.ask(BLUR)

    assert beside > 150
    assert brushed < 40


async def test_what_is_brushed_over_on_glass_cannot_be_made_out_either(lone_tab: Window) -> None:
    brushed, beside = await lone_tab.ask(GLASS)

    assert beside > 150
    assert brushed < 40


MANY = """async (channel) => {
  const entry = ronde.newEntry();
  const made = Array.from({length: 7}, (_, at) => new File([`${at}`], `${at}.txt`));
  const given = await Promise.all(made.map((file) => ronde.files.attach(file, {channel, entry})));
  return given.map(({name}) => name);
}"""


async def test_of_many_files_two_leave_at_once_and_all_arrive(scene: Scene) -> None:
    await scene.tab.ask("() => ronde.synchronise()")
    inside, most = 0, 0

    async def slowly(route: Route) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.05)
        inside -= 1
        await route.continue_()

    await scene.lea.context.route("**/blobs/*", slowly)

    names = await scene.tab.ask(MANY, scene.story.channel)

    assert names == [f"{at}.txt" for at in range(7)]
    assert most == 2
