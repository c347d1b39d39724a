"""The parts of contents: the steps of a task, the files of a message (R8).

A file lies sealed in a blob that the server keeps; all that is known of it, its name
too, is said here, inside the author's signature.
"""

import re
from dataclasses import dataclass
from typing import Final

from channels.content_fields import (
    BadContent,
    Fields,
    flag_of,
    id_of,
    key_of,
    list_of,
    number_of,
    text_of,
    written,
)
from crypto.ids import BlobId
from crypto.mls.suite import Secret

MAX_CHECKLIST: Final = 50
MAX_STEP: Final = 200
MAX_ATTACHMENTS: Final = 10
MAX_SIZE: Final = 10 << 20
MAX_MEDIA_TYPE: Final = 100
MAX_NAME: Final = 200
MAX_SIDE: Final = 65_535
"""The longest side of an image, in pixels."""

# RFC 6838, section 4.2, in lower case, as browsers tell it, and without parameters.
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One step of a task."""

    text: str
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A sealed file: `size` counts its plain bytes, `sha256` is over the sealed ones.

    Key and hash are 32 bytes long; `width` and `height` are an image's, in pixels.
    """

    blob: BlobId
    key: Secret
    size: int
    sha256: bytes
    type: str
    name: str
    width: int | None = None
    height: int | None = None


def plain_step(item: ChecklistItem) -> dict[str, object]:
    """Return a step as it stands in a body."""
    return {"text": item.text, "done": item.done}


def read_checklist(value: object) -> tuple[ChecklistItem, ...]:
    """Read the steps of a task out of a body."""
    return list_of(_step, MAX_CHECKLIST)(value)


def plain_attachment(attachment: Attachment) -> dict[str, object]:
    """Return an attachment as it stands in a body."""
    said: dict[str, object] = {
        "blob": attachment.blob,
        "key": written(attachment.key),
        "size": attachment.size,
        "sha256": written(attachment.sha256),
        "type": attachment.type,
        "name": attachment.name,
        "width": attachment.width,
        "height": attachment.height,
    }
    return {key: value for key, value in said.items() if value is not None}


def read_attachments(value: object) -> tuple[Attachment, ...]:
    """Read the files of a message out of a body."""
    return list_of(_attachment, MAX_ATTACHMENTS)(value)


def _step(value: object) -> ChecklistItem:
    fields = Fields(value)
    text = fields.take("text", text_of(MAX_STEP, least=1))
    item = ChecklistItem(text=text, done=fields.take("done", flag_of))
    fields.end()
    return item


def _attachment(value: object) -> Attachment:
    fields = Fields(value)
    attachment = Attachment(
        blob=BlobId(fields.take("blob", id_of)),
        key=fields.take("key", key_of),
        size=fields.take("size", number_of(0, MAX_SIZE)),
        sha256=fields.take("sha256", key_of),
        type=fields.take("type", _media_type),
        name=fields.take("name", text_of(MAX_NAME, least=1)),
        width=fields.maybe("width", number_of(1, MAX_SIDE)),
        height=fields.maybe("height", number_of(1, MAX_SIDE)),
    )
    fields.end()
    return attachment


def _media_type(value: object) -> str:
    text = text_of(MAX_MEDIA_TYPE, least=1)(value)
    if _MEDIA_TYPE.fullmatch(text) is None:
        raise BadContent("a media type of another shape")
    return text
