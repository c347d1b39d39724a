"""What a `deliver_sm` says: how a message ended, or what somebody answered.

The receipt's text is no part of the standard but what centres write (SMPP 3.4, appendix B);
the optional parameters say the same more plainly and go first.
"""

import re
from datetime import datetime

from notifications.delivery import ReceiptState
from notifications.replies import Reply
from server.senders.alphabet import decoded
from server.senders.calling_back import Told, reply_of
from server.senders.smpp.pdu import Delivered, Tag

_TYPE = 0x3C
_RECEIPTS = frozenset({0x04, 0x20})
_HAS_HEADER = 0x40
_LONGEST_TEXT = 1_000

_WORDS = {
    "ENROUTE": ReceiptState.ACCEPTED,
    "ACCEPTD": ReceiptState.ACCEPTED,
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
}
# `message_state`, section 5.2.28.
_STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD"} | {
    8: "REJECTD"
}
_ID = re.compile(r"\bid:([0-9A-Za-z._-]{1,64})", re.IGNORECASE)
_STAT = re.compile(r"\bstat:([A-Z]{1,10})", re.IGNORECASE)
_ERR = re.compile(r"\berr:([0-9A-Za-z]{1,8})", re.IGNORECASE)


def heard(delivered: Delivered, *, at: datetime) -> Told | Reply | None:
    """Say what a unit tells; None when there is nothing in it for us."""
    if delivered.esm_class & _TYPE in _RECEIPTS:
        return _told(delivered, at)
    message = delivered.message
    if delivered.esm_class & _HAS_HEADER and message:
        message = message[1 + message[0] :]
    return reply_of(delivered.source, decoded(message, delivered.coding), at)


def _told(delivered: Delivered, at: datetime) -> Told | None:
    text = delivered.message[:_LONGEST_TEXT].decode("latin-1")
    named = delivered.extras.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0]
    ref = named.decode("latin-1") or _found(_ID, text)
    state = delivered.extras.get(Tag.MESSAGE_STATE, b"\0")
    word = _STATES.get(state[0] if state else 0) or _found(_STAT, text).upper()
    ending = _WORDS.get(word)
    if not ref or ending is None:
        return None
    error = _found(_ERR, text).lstrip("0")
    code = f"smpp_{word.lower()}" + (f"_{error.lower()}" if error else "")
    return Told(state=ending, at=at, ref=ref, code=code)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match is not None else ""
