"""Backing up as a device goes (R10): records are appended as the session learns new keys."""

from contextlib import suppress
from typing import Final

from channels.headless_file import DeviceFile
from channels.headless_forms import base64_of
from channels.headless_line import Line, Refused, Unreachable
from crypto.backup import Backup, Owed, owed

_REPLACED: Final = frozenset({"backup_replaced", "not_found"})
"""Another device has made a new code since: what is sealed to ours, nobody will ever open."""


async def back_up(line: Line, file: DeviceFile) -> None:
    """Append what the backup does not hold yet; what cannot be done now is done later.

    A device without a backup has nothing to do. Never raises for the server's sake: the
    backup must not stand in the way of what people say to each other.
    """
    backup = file.memory.backup
    if backup is None:
        return
    with suppress(Unreachable):
        for one in owed(file.memory.session, backup):
            try:
                await line.ask("POST", "/backup/records", _form(backup, one))
            except Refused as refused:
                if refused.code in _REPLACED:
                    file.keep_backup(None)
                return
            backup = backup.noted(one)
            file.keep_backup(backup)


def _form(backup: Backup, one: Owed) -> dict[str, object]:
    body, key = base64_of(one.body), base64_of(backup.public_key)
    return {"id": one.id, "body": body, "public_key": key}
