"""The forms in which marks and presence cross the wire, the same over HTTP and in sockets."""

from typing import Annotated, TypedDict

import msgspec

from channels.marks import TRANSCRIPT, Mark
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.forms.channels import Epoch, Id, Sequence0
from server.wire import Struct

Transcript = Annotated[bytes, msgspec.Meta(min_length=TRANSCRIPT, max_length=TRANSCRIPT)]


class Words(TypedDict):
    """What a device says of its own place."""

    delivered: int
    read: int
    epoch: int
    transcript: bytes


class MarkForm(Struct, frozen=True, kw_only=True):
    """How far a device has come: sequence numbers, and its epoch's transcript hash (R11)."""

    delivered: Sequence0
    read: Sequence0
    epoch: Epoch
    transcript: Transcript

    def words(self) -> Words:
        """Give what is said, without where."""
        return Words(
            delivered=self.delivered, read=self.read, epoch=self.epoch, transcript=self.transcript
        )


class MarkEvent(MarkForm, frozen=True, kw_only=True):
    """The same in a socket, where the channel is named inside."""

    channel: Id


class MarkView(Struct, frozen=True, kw_only=True):
    """A device's place as members see it; `at` is when it last changed, ms UTC."""

    professional: ProfessionalId
    device: DeviceId
    delivered: int
    read: int
    epoch: int
    transcript: bytes
    at: int

    @staticmethod
    def of(mark: Mark) -> "MarkView":
        """Write the domain's value as the form."""
        return MarkView(
            professional=mark.professional,
            device=mark.device,
            delivered=mark.delivered,
            read=mark.read,
            epoch=mark.epoch,
            transcript=mark.transcript,
            at=mark.at,
        )


class MarkPush(MarkView, frozen=True, kw_only=True):
    """A mark that moved, as it is pushed."""

    channel: ChannelId

    @staticmethod
    def in_channel(mark: Mark) -> "MarkPush":
        """Write the domain's value as the form."""
        view = MarkView.of(mark)
        held = {name: getattr(view, name) for name in view.__struct_fields__}
        return MarkPush(channel=mark.channel, **held)


class MarkList(Struct, frozen=True, kw_only=True):
    """The places of all devices; `forked` when two of one epoch report different transcripts."""

    marks: tuple[MarkView, ...]
    forked: bool


class Presence(Struct, frozen=True, kw_only=True):
    """Who listens to a channel now."""

    channel: ChannelId
    present: tuple[ProfessionalId, ...]
