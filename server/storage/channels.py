"""Channels on the engine port: one stream for each log, one document for each channel.

The log is the truth. The document only says where to begin reading it after a restart:
from the newest commit, whose bundle holds the whole public group, and from the last item
whose projections are known to be done.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from typing_extensions import override

from channels.model import (
    MAX_EPOCH,
    Asker,
    Card,
    Channel,
    ChannelState,
    Envelope,
    GroupView,
    IdTaken,
    Item,
    NotAMember,
    StaleEpoch,
)
from channels.store import Appended, ChannelStore, Decide
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId
from crypto.session.log import Kind
from server.storage.decoding import decode
from server.storage.engine import Doc, Engine, Entry, Stale, Taken

KIND: Final = "channel"
SCHEMA: Final = 1
# A public group of 30 devices is some 200 kB of objects; a network talks in fewer channels a day.
REMEMBERED: Final = 1000
PAGE: Final = 200
ATTEMPTS: Final = 4
# No stream is ever in this epoch: an append made in it can only find what is there already.
_NO_EPOCH: Final = MAX_EPOCH

Project = Callable[[Channel, Item], Awaitable[None]]
Restore = Callable[[bytes], GroupView]


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int = SCHEMA
    circle: CircleId
    created_by: ProfessionalId
    created_at: datetime
    first: str
    commit_seq: int = 1
    projected_seq: int = 0


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int = SCHEMA
    by: ProfessionalId
    kind: Kind
    epoch: int
    body: bytes
    card: Card | None = None


_to_bytes = msgspec.msgpack.Encoder().encode
_DOCUMENT: Final = msgspec.msgpack.Decoder(_Document)
_BODY: Final = msgspec.msgpack.Decoder(_Body)


class _Loaded(NamedTuple):
    """A channel's state and the number up to which its log is in it."""

    state: ChannelState
    upto: int


class EngineChannelStore(ChannelStore):
    """`ChannelStore` on any engine; remembers the states of the channels in use."""

    def __init__(self, engine: Engine, *, restore: Restore, project: Project) -> None:
        self._engine = engine
        self._restore = restore
        self._project = project
        self._loaded: OrderedDict[ChannelId, _Loaded] = OrderedDict()

    @override
    async def open(
        self, channel: Channel, envelope: Envelope, *, asker: Asker, group: GroupView
    ) -> Appended:
        mid, body = _mid(asker, envelope.id), _encode(envelope, asker)
        held = await self._create(channel, mid)
        if held.first != mid or held.circle != channel.circle:
            raise IdTaken
        try:
            placed = await self._engine.append(channel.id, mid, body, epoch=0)
        except Taken:
            raise IdTaken from None
        except Stale:
            # The group has moved on, so the log begins with this request or with another body.
            found = await self._seen(channel.id, envelope, asker)
            if found is None:
                raise IdTaken from None
            return found
        if placed.fresh:
            state = ChannelState(channel=channel, group=group)
            self._remember(channel.id, _Loaded(state, placed.seq))
        return Appended(
            item=_item(channel.id, placed.seq, placed.at, envelope, asker), fresh=placed.fresh
        )

    @override
    async def find(self, channel: ChannelId) -> Channel:
        loaded = self._loaded.get(channel)
        if loaded is not None:
            return loaded.state.channel
        return _channel(channel, _document(await self._doc(channel)))

    @override
    async def of_circle(self, circle: CircleId) -> tuple[Channel, ...]:
        found: list[Channel] = []
        after = ""
        while page := await self._engine.find(KIND, f"circle:{circle}", after, PAGE):
            found += [_channel(ChannelId(doc.id), _document(doc)) for doc in page]
            after = page[-1].id
        return tuple(found)

    @override
    async def append(
        self, channel: ChannelId, envelope: Envelope, *, asker: Asker, decide: Decide
    ) -> Appended:
        loaded = self._loaded.get(channel) or await self._load(channel)
        for _ in range(ATTEMPTS):
            try:
                group = decide(loaded.state)
            except Exception:
                found = await self._seen(channel, envelope, asker)
                if found is not None:
                    return found
                newer = await self._refresh(channel, loaded)
                if newer.state is loaded.state:
                    raise
                loaded = newer
                continue
            try:
                return await self._place(loaded, envelope, asker=asker, group=group)
            except StaleEpoch:
                loaded = await self._refresh(channel, loaded)
        raise StaleEpoch

    @override
    async def read(self, channel: ChannelId, *, since: int, limit: int) -> tuple[Item, ...]:
        entries = await self._engine.read(channel, since, limit)
        return tuple(_stored_item(channel, entry) for entry in entries)

    @override
    async def heads(self, channels: Sequence[ChannelId]) -> Mapping[ChannelId, int]:
        heads = await self._engine.heads(channels)
        return {channel: heads[channel] for channel in channels}

    async def _place(
        self, loaded: _Loaded, envelope: Envelope, *, asker: Asker, group: GroupView
    ) -> Appended:
        """Append what the decision allowed, and let the state follow what was stored.

        Raises:
            StaleEpoch: The channel moved between the decision and the write.
            IdTaken: The id has other content.
        """
        channel = loaded.state.channel
        commits = envelope.kind is Kind.COMMIT
        try:
            placed = await self._engine.append(
                channel.id,
                _mid(asker, envelope.id),
                _encode(envelope, asker),
                epoch=envelope.epoch,
                advance=commits,
            )
        except Stale:
            raise StaleEpoch from None
        except Taken:
            raise IdTaken from None
        if placed.fresh:
            after = ChannelState(channel=channel, group=group) if commits else loaded.state
            self._advance(after, placed.seq)
        if placed.fresh and commits:
            await self._note(channel.id, commit_seq=placed.seq)
        item = _item(channel.id, placed.seq, placed.at, envelope, asker)
        return Appended(item=item, fresh=placed.fresh)

    def _advance(self, state: ChannelState, seq: int) -> None:
        """Take our own append into the remembered state, unless it is ahead already."""
        channel = state.channel.id
        held = self._loaded.get(channel)
        if held is None or held.state.epoch > state.epoch:
            return
        # Appends may come back out of order: only an unbroken run counts as taken in.
        upto = seq if seq == held.upto + 1 else held.upto
        newer = state if state.epoch > held.state.epoch else held.state
        self._loaded[channel] = _Loaded(newer, upto)

    async def _seen(self, channel: ChannelId, envelope: Envelope, asker: Asker) -> Appended | None:
        """Find the first answer to a request that was stored before.

        Raises:
            IdTaken: The id has other content.
        """
        mid, body = _mid(asker, envelope.id), _encode(envelope, asker)
        try:
            placed = await self._engine.append(channel, mid, body, epoch=_NO_EPOCH)
        except Stale:
            return None
        except Taken:
            raise IdTaken from None
        return Appended(item=_item(channel, placed.seq, placed.at, envelope, asker), fresh=False)

    async def _load(self, channel: ChannelId) -> _Loaded:
        """Rebuild a channel from its newest creation or commit, and finish its projections."""
        doc = await self._doc(channel)
        held = _document(doc)
        start = min(held.commit_seq - 1, held.projected_seq)
        loaded, commit_seq = await self._scan(
            _channel(channel, held), after=start, projected=held.projected_seq
        )
        self._remember(channel, loaded)
        await self._note(channel, commit_seq=commit_seq, projected_seq=loaded.upto)
        return loaded

    async def _scan(self, channel: Channel, *, after: int, projected: int) -> tuple[_Loaded, int]:
        group: GroupView | None = None
        commit_seq = newest = after
        while entries := await self._engine.read(channel.id, newest, PAGE):
            for entry in entries:
                item = _stored_item(channel.id, entry)
                if item.kind in (Kind.CREATE, Kind.COMMIT):
                    group, commit_seq = self._restore(item.body), entry.seq
                if entry.seq > projected:
                    await self._project(channel, item)
            newest = entries[-1].seq
        if group is None:
            raise NotAMember
        return _Loaded(ChannelState(channel=channel, group=group), newest), commit_seq

    async def _refresh(self, channel: ChannelId, known: _Loaded) -> _Loaded:
        """Read what another process, or another task of this one, appended since."""
        held = self._loaded.get(channel, known)
        state, upto = held
        while entries := await self._engine.read(channel, upto, PAGE):
            for entry in entries:
                item = _stored_item(channel, entry)
                if item.kind is Kind.COMMIT and entry.leads_to > state.epoch:
                    group = self._restore(item.body)
                    state = ChannelState(channel=state.channel, group=group)
            upto = entries[-1].seq
        fresh = _Loaded(state, upto)
        self._remember(channel, fresh)
        return fresh

    async def _create(self, channel: Channel, first: str) -> _Document:
        wanted = _Document(
            circle=channel.circle,
            created_by=channel.created_by,
            created_at=channel.created_at,
            first=first,
        )
        tags = (f"circle:{channel.circle}",)
        doc = Doc(KIND, channel.id, 0, _to_bytes(wanted), tags=tags)
        try:
            await self._engine.put(doc)
        except Stale:
            return _document(await self._doc(channel.id))
        return wanted

    async def _note(self, channel: ChannelId, **hints: int) -> None:
        """Move the document's hints forward; if somebody else does too, either will do."""
        doc = await self._doc(channel)
        held = _document(doc)
        ahead = {name: seq for name, seq in hints.items() if seq > getattr(held, name)}
        if not ahead:
            return
        moved = msgspec.structs.replace(held, **ahead)
        try:
            await self._engine.put(doc._replace(body=_to_bytes(moved)))
        except Stale:
            return

    async def _doc(self, channel: ChannelId) -> Doc:
        doc = await self._engine.get(KIND, channel)
        if doc is None:
            raise NotAMember
        return doc

    def _remember(self, channel: ChannelId, loaded: _Loaded) -> None:
        self._loaded[channel] = loaded
        self._loaded.move_to_end(channel)
        if len(self._loaded) > REMEMBERED:
            self._loaded.popitem(last=False)


def _document(doc: Doc) -> _Document:
    return decode(_DOCUMENT, doc.body, what=f"{KIND}/{doc.id}")


def _mid(asker: Asker, entry: EntryId) -> str:
    """Name an entry within its stream, so that nobody can squat on another device's ids."""
    return f"{asker.device}:{entry}"


def _encode(envelope: Envelope, asker: Asker) -> bytes:
    return _to_bytes(
        _Body(
            by=asker.professional,
            kind=envelope.kind,
            epoch=envelope.epoch,
            body=envelope.body,
            card=envelope.card,
        )
    )


def _item(channel: ChannelId, seq: int, at: int, envelope: Envelope, asker: Asker) -> Item:
    return Item(
        channel=channel,
        seq=seq,
        id=envelope.id,
        kind=envelope.kind,
        epoch=envelope.epoch,
        sender=asker.device,
        by=asker.professional,
        at=at,
        body=envelope.body,
        card=envelope.card,
    )


def _stored_item(channel: ChannelId, entry: Entry) -> Item:
    sender, _, entry_id = entry.mid.partition(":")
    held = decode(_BODY, entry.body, what=f"entry {channel}/{entry.seq}")
    return Item(
        channel=channel,
        seq=entry.seq,
        id=EntryId(entry_id),
        kind=held.kind,
        epoch=held.epoch,
        sender=DeviceId(sender),
        by=held.by,
        at=entry.at,
        body=held.body,
        card=held.card,
    )


def _channel(channel: ChannelId, held: _Document) -> Channel:
    return Channel(
        id=channel,
        circle=held.circle,
        created_by=held.created_by,
        created_at=held.created_at,
    )
