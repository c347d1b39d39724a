"""Files beside a channel and a backup of it all: what the server keeps without ever reading it."""

from channels.headless_recovery import set_up
from crypto.attachment import seal
from crypto.ids import ChannelId, new_id
from server.demonstration.cast import Actor
from tests.support.canary_phrases import SEALED
from tests.support.canary_walk import Walk


async def leave_files(walk: Walk, actor: Actor, channel: ChannelId) -> None:
    """Upload a file whose entry is still to come."""
    blob, line = new_id(), await walk.line("ben with a file")
    line.token = actor.line.token
    file = seal("\n".join(SEALED.values()).encode())
    uploaded = await line.exchange(
        "PUT",
        f"/channels/{channel}/blobs/{blob}?entry={new_id()}",
        data=file.sealed,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert uploaded.status == 204
    walk.ids["blob"] = blob


async def keep_backup(walk: Walk, actor: Actor) -> None:
    """Set up a recovery code; nobody but its owner ever sees it."""
    code = await set_up(actor.device)
    walk.secrets += [code.letters, code.written]
