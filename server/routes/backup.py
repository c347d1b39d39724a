"""One's own backup (R10): begin it, append to it, read it to come back."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from crypto.ids import EntryId
from crypto.recovery import MAX_RECORD
from server.accounts.backups import Backups, StoredRecord
from server.forms.channels import MOST, PAGE, PAGE_BYTES, Id
from server.identity import actor_of, device_of
from server.operations import Operations
from server.paging import number_of
from server.wire import Struct, answer, nothing, read

BACKUPS: web.AppKey[Backups] = web.AppKey("backups", Backups)
# A record in base64, with its JSON.
_RECORD_BYTES = MAX_RECORD * 3 // 2

operations = Operations()

PublicKey = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class BackupForm(Struct, frozen=True, kw_only=True):
    """The public half that records are sealed to: X25519, 32 bytes."""

    public_key: PublicKey


class RecordForm(Struct, frozen=True, kw_only=True):
    """A sealed record with an id of its maker's, and what it is sealed to."""

    id: Id
    body: bytes
    public_key: PublicKey


class RecordPlaced(Struct, frozen=True, kw_only=True):
    """Where a record stands."""

    seq: int


class RecordView(Struct, frozen=True, kw_only=True):
    """A sealed record at its place."""

    seq: int
    body: bytes


class BackupView(Struct, frozen=True, kw_only=True):
    """A backup from a place on; `more` says that it goes on."""

    public_key: bytes
    records: tuple[RecordView, ...]
    more: bool


@operations.add("PUT", "/backup", body=BackupForm, status=HTTPStatus.NO_CONTENT)
async def begin_backup(request: web.Request) -> web.Response:
    """Begin one's backup anew, from one of one's devices; the former one is deleted."""
    actor, form = actor_of(request), await read(request, BackupForm)
    device_of(actor)

    await request.app[BACKUPS].begin(actor.professional, form.public_key)

    return nothing()


@operations.add(
    "POST", "/backup/records", body=RecordForm, answer=RecordPlaced, status=HTTPStatus.CREATED
)
async def append_record(request: web.Request) -> web.Response:
    """Append a sealed record to one's backup, from one of one's devices."""
    actor, form = actor_of(request), await read(request, RecordForm, limit=_RECORD_BYTES)
    device_of(actor)

    seq = await request.app[BACKUPS].append(
        actor.professional, EntryId(form.id), form.body, public_key=form.public_key
    )

    return answer(RecordPlaced(seq=seq), status=HTTPStatus.CREATED)


@operations.add("GET", "/backup", answer=BackupView)
async def read_backup(request: web.Request) -> web.Response:
    """Read one's backup after a record; it needs no device, since none may be left."""
    actor = actor_of(request)
    since = number_of(request, "since", default=0, least=0, most=1 << 53)
    limit = number_of(request, "limit", default=PAGE, least=1, most=MOST)

    public_key, records = await request.app[BACKUPS].read(
        actor.professional, since=since, limit=limit
    )

    return answer(_page(public_key, records, limit))


def _page(public_key: bytes, records: tuple[StoredRecord, ...], limit: int) -> BackupView:
    """Make a page, cut where it grows too heavy."""
    held: list[RecordView] = []
    weight = 0
    for record in records:
        weight += len(record.body)
        if held and weight > PAGE_BYTES:
            break
        held.append(RecordView(seq=record.seq, body=record.body))
    more = len(held) < len(records) or len(records) == limit
    return BackupView(public_key=public_key, records=tuple(held), more=more)
