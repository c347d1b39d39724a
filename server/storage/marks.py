"""Marks on any engine: one document for each device in a channel."""

from typing_extensions import override

from channels.marks import Mark, MarkStore, advanced
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape


class EngineMarks(MarkStore):
    """Marks by channel and device; who reads when is no secret of the store's, names are."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="mark",
            type=Mark,
            id_of=lambda mark: _id(mark.channel, mark.device),
            tags_of=lambda mark: (f"channel:{mark.channel}", f"professional:{mark.professional}"),
        )
        self._marks = Repository(engine, keyring, shape)

    @override
    async def find(self, channel: ChannelId, device: DeviceId) -> Mark | None:
        return await self._marks.get(_id(channel, device))

    @override
    async def of_channel(self, channel: ChannelId) -> tuple[Mark, ...]:
        return await self._marks.all_of(f"channel:{channel}")

    @override
    async def of_professional(self, professional: ProfessionalId) -> tuple[Mark, ...]:
        return await self._marks.all_of(f"professional:{professional}")

    @override
    async def keep(self, mark: Mark) -> None:
        await self._marks.upsert(_id(mark.channel, mark.device), lambda held: advanced(held, mark))


def _id(channel: ChannelId, device: DeviceId) -> str:
    return f"{channel}:{device}"
