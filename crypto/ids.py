"""The names by which the rooms of the house speak of the same things.

Every id is opaque text made by whoever creates the thing: 26 lower-case base-32
characters, 130 bits of which 128 are random or, for log entries, ordered by time.
None of them says anything about a person.
"""

import base64
import hashlib
import secrets
from typing import NewType

ProfessionalId = NewType("ProfessionalId", str)
DeviceId = NewType("DeviceId", str)
StructureId = NewType("StructureId", str)
ConventionId = NewType("ConventionId", str)
ChildId = NewType("ChildId", str)
CircleId = NewType("CircleId", str)
ChannelId = NewType("ChannelId", str)
EntryId = NewType("EntryId", str)
BlobId = NewType("BlobId", str)
TaskId = NewType("TaskId", str)
DocumentId = NewType("DocumentId", str)
AppointmentId = NewType("AppointmentId", str)
NoticeId = NewType("NoticeId", str)
ContactId = NewType("ContactId", str)
PrescriptionId = NewType("PrescriptionId", str)
ForfaitId = NewType("ForfaitId", str)
CareSessionId = NewType("CareSessionId", str)
DutyId = NewType("DutyId", str)
ErrandId = NewType("ErrandId", str)
ImportId = NewType("ImportId", str)
MeetingId = NewType("MeetingId", str)
DepartureId = NewType("DepartureId", str)
RelayFileId = NewType("RelayFileId", str)

_LENGTH = 26
_BYTES = 16


def new_id() -> str:
    """Make an opaque id: 26 characters of lower-case base 32, 128 random bits."""
    return _written(secrets.token_bytes(_BYTES))


def id_of(name: str) -> str:
    """Make the id that belongs to a name: always the same, and none that a client could aim at."""
    return _written(hashlib.sha256(name.encode()).digest()[:_BYTES])


def is_id(text: str) -> bool:
    """Tell whether a text has the shape of an id, so that nothing else reaches a store."""
    return len(text) == _LENGTH and all(c in "abcdefghijklmnopqrstuvwxyz234567" for c in text)


def _written(random: bytes) -> str:
    return base64.b32encode(random).decode("ascii").rstrip("=").lower()
