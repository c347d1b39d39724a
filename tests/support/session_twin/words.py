"""Effects of the TypeScript sessions, read back into those of the Python ones."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from crypto.author import Notice
from crypto.canonical import moment_of
from crypto.entry import Entry, EntryFault, Member, OpenedEntry
from crypto.mls.codec import decode
from crypto.session.effects import (
    CannotRead,
    CatchUp,
    CommitRefused,
    Concern,
    Effect,
    EntryOpened,
    EntryParked,
    EntryRefused,
    EntryStored,
    FetchChain,
    HistoryReceived,
    MembersChanged,
    ReadAgain,
    Rejoin,
    RemovedFromChannel,
    RosterChanged,
    SafetyWarning,
    Send,
    Shown,
)
from crypto.session.log import AppendRequest, Kind
from crypto.statement import Statement

Plain = dict[str, Any]


def bytes_of(text: str) -> bytes:
    """Read base64."""
    return base64.b64decode(text, validate=True)


def text_of(data: bytes) -> str:
    """Write base64."""
    return base64.b64encode(data).decode("ascii")


def effect_of(plain: Plain) -> Effect:
    """Read one effect."""
    fields = dict(plain)
    return _EFFECTS[fields.pop("kind")](fields)


def shown_of(plain: Plain) -> Shown:
    """Read what stands at an entry's place."""
    fields = dict(plain)
    return _SHOWN[fields.pop("kind")](fields)


def _send(fields: Plain) -> Send:
    asked = dict(fields["request"])
    asked["kind"], asked["body"] = Kind(asked["kind"]), bytes_of(asked["body"])
    return Send(request=AppendRequest(**asked), attempt=fields["attempt"])


def _opened(fields: Plain) -> EntryOpened:
    opened, notice = fields["opened"], fields["notice"]
    entry = decode(Entry.read, bytes_of(opened["entry"]))
    return EntryOpened(
        channel=fields["channel"],
        seq=fields["seq"],
        at=moment_of(fields["at"]),
        opened=OpenedEntry(entry=entry, author=_member(opened["author"])),
        notice=None if notice is None else Notice(notice),
    )


def _refused(fields: Plain) -> EntryRefused:
    fault, at = EntryFault(fields["fault"]), moment_of(fields["at"])
    return EntryRefused(**{**fields, "fault": fault, "at": at})


def _changed(fields: Plain) -> MembersChanged:
    for name in ("added", "removed"):
        fields[name] = tuple(_member(member) for member in fields[name])
    return MembersChanged(**fields)


def _roster(fields: Plain) -> RosterChanged:
    statements = (decode(Statement.read, bytes_of(one)) for one in fields["statements"])
    return RosterChanged(circle=fields["circle"], statements=tuple(statements))


def _warning(fields: Plain) -> SafetyWarning:
    return SafetyWarning(kind=Concern(fields.pop("concern")), **fields)


def _member(plain: Plain) -> Member:
    fields = dict(plain)
    return Member(signature_key=bytes_of(fields.pop("signatureKey")), **fields)


def _listed(kind: Callable[..., Effect], name: str) -> Callable[[Plain], Effect]:
    return lambda fields: kind(**{**fields, name: tuple(fields[name])})


_EFFECTS: Mapping[str, Callable[[Plain], Effect]] = {
    "send": _send,
    "catch_up": lambda fields: CatchUp(**fields),
    "read_again": _listed(ReadAgain, "seqs"),
    "fetch_chain": lambda fields: FetchChain(**fields),
    "rejoin": lambda fields: Rejoin(**fields),
    "entry_opened": _opened,
    "cannot_read": lambda fields: CannotRead(**fields),
    "members_changed": _changed,
    "roster_changed": _roster,
    "history_received": _listed(HistoryReceived, "epochs"),
    "entry_stored": lambda fields: EntryStored(**fields),
    "entry_parked": lambda fields: EntryParked(**fields),
    "commit_refused": lambda fields: CommitRefused(**fields),
    "removed_from_channel": lambda fields: RemovedFromChannel(**fields),
    "safety_warning": _warning,
}

_SHOWN: Mapping[str, Callable[[Plain], Shown]] = {
    "entry_opened": _opened,
    "cannot_read": lambda fields: CannotRead(**fields),
    "entry_refused": _refused,
}
