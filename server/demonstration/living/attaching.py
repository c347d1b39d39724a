"""Files of the seeded weeks: made here, sealed like any other, sent before their entry."""

from channels.content_parts import Attachment
from channels.headless import HttpLine
from channels.headless_line import Refused
from crypto.attachment import seal
from crypto.ids import BlobId, ChannelId, EntryId, new_id
from server.demonstration.living.drawing import Drawn, drawn


async def attach(line: HttpLine, channel: ChannelId, entry: EntryId, name: str) -> Attachment:
    """Draw a file of the script, seal it, send it, and describe it for its entry.

    Raises:
        Refused: The server does not take it.
    """
    file: Drawn = drawn(name)
    sealed, blob = seal(file.content), BlobId(new_id())
    await _upload(line, f"/channels/{channel}/blobs/{blob}?entry={entry}", sealed.sealed)
    return Attachment(
        blob=blob,
        key=sealed.key,
        size=sealed.size,
        sha256=sealed.sha256,
        type=file.media_type,
        name=name,
        width=file.width,
        height=file.height,
    )


async def _upload(line: HttpLine, path: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {line.token}", "Content-Type": "application/octet-stream"}
    url = f"{line.url}/api/v1{path}"
    async with line.http.put(url, data=body, headers=headers) as response:
        if not response.ok:
            raise Refused(response.status, "not_taken", response.reason or "")
