"""What a session asks of the shell, and what it has to tell.

Every call of the session returns these beside the new state. The shell persists the
state first, then does them in order.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crypto.author import Notice
from crypto.entry import EntryFault, Member, OpenedEntry
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId
from crypto.session.log import AppendRequest, Card
from crypto.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Ask the log to append; answer with `acknowledge` or `refuse`.

    `attempt` counts from 0; before any other the shell waits, the longer the higher and
    never the same time on two devices (R5).
    """

    request: AppendRequest
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """Read the log from behind `after` and hand what it says to `receive`."""

    channel: ChannelId
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """Hand these items to `receive` once more, in order: there are keys for them now."""

    channel: ChannelId
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchChain:
    """Ask for the circle's membership chain: somebody has seen a longer one."""

    circle: CircleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejoin:
    """This device has lost the thread of a channel: call `rejoin` with its newest commit."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOpened:
    """An entry, its author proven; `notice` says what is odd about its place."""

    channel: ChannelId
    seq: int
    at: datetime
    opened: OpenedEntry
    card: Card | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotRead:
    """An entry of an epoch whose key we were not given, or not yet."""

    channel: ChannelId
    seq: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRefused:
    """An entry that is not what it claims to be: nothing of it may be shown but its place.

    `sender` is the server's word.
    """

    channel: ChannelId
    seq: int
    at: datetime
    sender: DeviceId
    fault: EntryFault


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersChanged:
    """The group's devices after a commit; on our own joining, all of them are `added`."""

    channel: ChannelId
    seq: int
    epoch: int
    by: DeviceId
    added: tuple[Member, ...] = ()
    removed: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanged:
    """New statements of a circle's chain, for all to see."""

    circle: CircleId
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReceived:
    """Somebody gave us keys of epochs before our time."""

    channel: ChannelId
    giver: ProfessionalId
    epochs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStored:
    """The log has an entry of ours."""

    channel: ChannelId
    id: EntryId
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryParked:
    """The log refuses an entry of ours for good; those behind it go on."""

    channel: ChannelId
    id: EntryId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRefused:
    """The log refuses a change of ours for good, and it is dropped."""

    channel: ChannelId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedFromChannel:
    """We were removed: what we could read stays readable, nothing more will come."""

    channel: ChannelId


class Concern(StrEnum):
    """What somebody should look into: a fault of the server, or of a member."""

    IDENTITY_CHANGED = "identity_changed"
    ROSTER_FORKED = "roster_forked"
    COMMIT_REFUSED = "commit_refused"
    ENTRY_REFUSED = "entry_refused"
    ENTRY_REPLAYED = "entry_replayed"
    ENTRY_WITHHELD = "entry_withheld"
    HISTORY_REFUSED = "history_refused"
    SENDER_SPOOFED = "sender_spoofed"
    WELCOME_REFUSED = "welcome_refused"
    GROUP_FORKED = "group_forked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyWarning:
    """Something that cannot happen among honest parties; `detail` is a stable code."""

    kind: Concern
    channel: ChannelId | None = None
    seq: int | None = None
    professional: ProfessionalId | None = None
    device: DeviceId | None = None
    detail: str = ""


Shown = EntryOpened | CannotRead | EntryRefused
"""What stands at an entry's place when the log is looked through once more."""

Event = (
    EntryOpened
    | CannotRead
    | MembersChanged
    | RosterChanged
    | HistoryReceived
    | EntryStored
    | EntryParked
    | CommitRefused
    | RemovedFromChannel
    | SafetyWarning
)
Effect = Send | CatchUp | ReadAgain | FetchChain | Rejoin | Event
