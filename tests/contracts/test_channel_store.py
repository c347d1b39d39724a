import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from channels.model import (
    Asker,
    Channel,
    ChannelState,
    Envelope,
    GroupView,
    IdTaken,
    Item,
    NotAMember,
    NotInGroup,
    StaleEpoch,
)
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId, new_id
from crypto.session.log import Kind
from server.storage.channels import EngineChannelStore
from server.storage.engine import Engine

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANA = Asker(professional=ProfessionalId(new_id()), device=DeviceId(new_id()))
BEN = Asker(professional=ProfessionalId(new_id()), device=DeviceId(new_id()))


class Group:
    """A group that is nothing but its epoch; its bundle is that number."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.devices = {ANA.device: ANA.professional}


def restore(body: bytes) -> GroupView:
    return Group(int(body))


class World:
    """A store on an engine, and what it projected."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.projected: list[int] = []
        self.again()

    def again(self) -> None:
        """Begin anew, as after a restart: nothing is remembered."""
        self.store = EngineChannelStore(self.engine, restore=restore, project=self._project)

    async def _project(self, _channel: Channel, item: Item) -> None:
        self.projected.append(item.seq)

    async def open(self, circle: CircleId | None = None) -> Channel:
        channel = Channel(
            id=ChannelId(new_id()),
            circle=circle or CircleId(new_id()),
            created_by=ANA.professional,
            created_at=NOW,
        )
        await self.store.open(channel, creation(), asker=ANA, group=Group(0))
        return channel


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def creation() -> Envelope:
    return Envelope(id=EntryId(new_id()), kind=Kind.CREATE, epoch=0, body=b"0")


def entry(epoch: int = 0, body: bytes = b"sealed") -> Envelope:
    return Envelope(id=EntryId(new_id()), kind=Kind.ENTRY, epoch=epoch, body=body)


def commit(epoch: int) -> Envelope:
    body = str(epoch + 1).encode()
    return Envelope(id=EntryId(new_id()), kind=Kind.COMMIT, epoch=epoch, body=body)


def judged(asked: Envelope) -> Callable[[ChannelState], GroupView]:
    def decide(state: ChannelState) -> GroupView:
        if asked.epoch != state.epoch:
            raise StaleEpoch
        return Group(asked.epoch + 1) if asked.kind is Kind.COMMIT else state.group

    return decide


async def append(world: World, channel: Channel, asked: Envelope, asker: Asker = ANA) -> Item:
    placed = await world.store.append(channel.id, asked, asker=asker, decide=judged(asked))
    return placed.item


async def test_items_are_numbered_without_gaps_and_read_back_whole(world: World) -> None:
    channel = await world.open()
    asked = [entry(), entry(), commit(0), entry(1)]

    items = [await append(world, channel, one) for one in asked]
    read = await world.store.read(channel.id, since=1, limit=10)

    assert [item.seq for item in items] == [2, 3, 4, 5]
    assert read == tuple(items)
    assert await world.store.heads([channel.id]) == {channel.id: 5}


async def test_the_same_request_again_gets_the_first_answer_whatever_is_decided_now(
    world: World,
) -> None:
    channel = await world.open()
    asked = entry()
    first = await append(world, channel, asked)
    await append(world, channel, commit(0))

    again = await world.store.append(channel.id, asked, asker=ANA, decide=judged(asked))

    assert (again.item, again.fresh) == (first, False)


async def test_a_commit_repeated_gets_the_first_answer_too(world: World) -> None:
    channel = await world.open()
    asked = commit(0)
    first = await append(world, channel, asked)

    again = await append(world, channel, asked)

    assert again == first


async def test_an_id_used_for_other_content_is_taken_for_its_own_device_only(
    world: World,
) -> None:
    channel = await world.open()
    asked = entry()
    await append(world, channel, asked)
    other = Envelope(id=asked.id, kind=Kind.ENTRY, epoch=0, body=b"other")

    with pytest.raises(IdTaken):
        await append(world, channel, other)
    placed = await append(world, channel, other, asker=BEN)

    assert placed.seq == 3


async def test_of_commits_that_race_in_one_epoch_exactly_one_is_stored(world: World) -> None:
    channel = await world.open()

    outcomes = await asyncio.gather(
        *(append(world, channel, commit(0), asker) for asker in (ANA, BEN) * 4),
        return_exceptions=True,
    )

    won = [one for one in outcomes if isinstance(one, Item)]
    assert len(won) == 1
    assert all(isinstance(one, StaleEpoch) for one in outcomes if one not in won)
    assert len(await world.store.read(channel.id, since=0, limit=100)) == 2


async def test_what_another_process_stored_is_seen_before_anything_is_refused(
    engine: Engine,
) -> None:
    here, there = World(engine), World(engine)
    channel = await here.open()
    await append(here, channel, entry())
    await append(there, channel, commit(0))

    with pytest.raises(StaleEpoch):
        await append(here, channel, entry(0))
    placed = await append(here, channel, entry(1))

    assert placed.seq == 4


async def test_what_the_decision_raises_passes_through_and_nothing_is_stored(
    world: World,
) -> None:
    channel = await world.open()

    def refuse(_state: ChannelState) -> GroupView:
        raise NotInGroup

    with pytest.raises(NotInGroup):
        await world.store.append(channel.id, entry(), asker=ANA, decide=refuse)

    assert await world.store.heads([channel.id]) == {channel.id: 1}


async def test_a_restarted_process_goes_on_in_the_newest_epoch(world: World) -> None:
    channel = await world.open()
    for epoch in range(3):
        await append(world, channel, commit(epoch))
        await append(world, channel, entry(epoch + 1))
    world.again()

    placed = await append(world, channel, entry(3))

    assert placed.seq == 8
    assert await world.store.find(channel.id) == channel


async def test_what_was_not_projected_before_a_crash_is_projected_on_load_and_once(
    world: World,
) -> None:
    channel = await world.open()
    for _ in range(3):
        await append(world, channel, entry())
    world.again()
    await append(world, channel, entry())
    first = list(world.projected)
    world.projected.clear()

    world.again()
    await append(world, channel, entry())

    assert first == [1, 2, 3, 4]
    assert world.projected == [5]


async def test_a_channel_is_opened_once_and_repeating_it_is_safe(world: World) -> None:
    channel = Channel(
        id=ChannelId(new_id()),
        circle=CircleId(new_id()),
        created_by=ANA.professional,
        created_at=NOW,
    )
    asked = creation()

    first = await world.store.open(channel, asked, asker=ANA, group=Group(0))
    await append(world, channel, commit(0))
    again = await world.store.open(channel, asked, asker=ANA, group=Group(0))

    assert (again.item, again.fresh) == (first.item, False)
    with pytest.raises(IdTaken):
        await world.store.open(channel, creation(), asker=BEN, group=Group(0))


async def test_a_creation_that_crashed_half_way_is_no_channel_until_it_is_repeated(
    world: World,
) -> None:
    channel = Channel(
        id=ChannelId(new_id()),
        circle=CircleId(new_id()),
        created_by=ANA.professional,
        created_at=NOW,
    )
    asked = creation()
    await world.store.open(channel, asked, asker=ANA, group=Group(0))
    await world.engine.trim(channel.id, None)
    world.again()

    with pytest.raises(NotAMember):
        await append(world, channel, entry())
    again = await world.store.open(channel, asked, asker=ANA, group=Group(0))
    placed = await append(world, channel, entry())

    assert (again.fresh, again.item.seq, placed.seq) == (True, 1, 2)


async def test_a_circle_s_channels_are_listed_by_id(world: World) -> None:
    circle = CircleId(new_id())
    opened = [await world.open(circle) for _ in range(3)]
    await world.open()

    listed = await world.store.of_circle(circle)

    assert list(listed) == sorted(opened, key=lambda channel: channel.id)


async def test_an_unknown_channel_is_not_found(world: World) -> None:
    channel = ChannelId(new_id())

    with pytest.raises(NotAMember):
        await world.store.find(channel)
    with pytest.raises(NotAMember):
        await world.store.append(channel, entry(), asker=ANA, decide=judged(entry()))
