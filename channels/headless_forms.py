"""The wire's JSON on a device's side: what the session says and hears, as the server writes it."""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from crypto.ids import ChannelId, DeviceId, DocumentId, EntryId, ProfessionalId, TaskId, is_id
from crypto.session.log import AppendRequest, Card, Item, Kind


class BadAnswer(Exception):
    """The server answered with something that no server of ours would say."""


def base64_of(data: bytes) -> str:
    """Write bytes as the wire does: standard base64."""
    return base64.b64encode(data).decode("ascii")


def bytes_of(text: object) -> bytes:
    """Read bytes as the wire writes them.

    Raises:
        BadAnswer: It is no base64.
    """
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError:
        raise BadAnswer("no base64") from None


def id_of(text: object) -> str:
    """Read an id as the wire writes it: what is none could be kept, and never read again.

    Raises:
        BadAnswer: It is none.
    """
    if not isinstance(text, str) or not is_id(text):
        raise BadAnswer("no id")
    return text


def request_form(request: AppendRequest) -> dict[str, object]:
    """Write a request to append; the channel is named by the address."""
    form: dict[str, object] = {
        "id": request.id,
        "kind": request.kind.value,
        "epoch": request.epoch,
        "body": base64_of(request.body),
    }
    if request.card is not None:
        form["card"] = _card_form(request.card)
    return form


def read_item(form: Mapping[str, Any]) -> Item:
    """Read one place of a channel's log.

    Raises:
        BadAnswer: It is none.
    """
    try:
        return Item(
            channel=ChannelId(id_of(form["channel"])),
            seq=int(form["seq"]),
            id=EntryId(id_of(form["id"])),
            kind=Kind(form["kind"]),
            epoch=int(form["epoch"]),
            sender=DeviceId(id_of(form["sender"])),
            at=_moment(form["at"]),
            body=bytes_of(form["body"]),
            card=_read_card(form.get("card")),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadAnswer("no item") from None


def _moment(told: Any) -> datetime:  # noqa: ANN401 -- JSON
    """Read milliseconds since 1970.

    Raises:
        ValueError: No calendar of ours has that day.
    """
    if int(told) < 0:
        raise ValueError("before all moments")
    return datetime.fromtimestamp(int(told) / 1000, UTC)


def _card_form(card: Card) -> dict[str, object]:
    return {
        "task": card.task,
        "assignees": list(card.assignees),
        "due": None if card.due is None else card.due.isoformat(),
        "state": card.state,
        "document": card.document,
    }


def _read_card(form: Mapping[str, Any] | None) -> Card | None:
    if form is None:
        return None
    due, document = form.get("due"), form.get("document")
    return Card(
        task=TaskId(form["task"]),
        state=str(form["state"]),
        assignees=tuple(ProfessionalId(one) for one in form["assignees"]),
        due=None if due is None else date.fromisoformat(due),
        document=None if document is None else DocumentId(document),
    )
