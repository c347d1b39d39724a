"""A family's link: what stands behind it, how long it opens, and what may be said through it.

Who holds a link needs no account, and learns what the SMS said already; nothing here says
why. Each act is a form made for one turn of one link.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from care_circle.appointment import OPEN, Appointment
from care_circle.child import Child
from care_circle.contact import Contact
from care_circle.telling.answer import Act, answer_of
from care_circle.telling.handing import Handing
from care_circle.telling.link_state import LinkState, StaleForm
from care_circle.telling.proof import Deed
from care_circle.telling.reaching import may_not_know
from notifications import hours
from notifications.errand import Errand
from notifications.notice import Medium, Notice, Rule

STAYS_OPEN = timedelta(days=1)
"""A link shows its appointment until the day after; later it opens nothing."""

_FORM_BYTES = 12
_ALWAYS = frozenset({Act.STOP, Act.RESUME, Act.NOT_ME, Act.CONFIRM, Act.CALL_ME})
_OF_APPOINTMENT = frozenset({Act.COMING, Act.NOT_COMING})
_OF_RULE: dict[Rule, frozenset[Act]] = {
    Rule.TO_BOOK: frozenset({Act.BOOKED_ALREADY}),
    Rule.MISSED: frozenset({Act.BOOKED_ALREADY}),
    Rule.QUESTIONNAIRE: frozenset({Act.RECEIVED, Act.PAPER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind a link that is good today."""

    carrier: Appointment | Errand
    notice: Notice
    child: Child = field(repr=False)
    contact: Contact = field(repr=False)
    state: LinkState
    now: datetime
    handing: Handing | None = None

    @property
    def medium(self) -> Medium:
        """The medium whose notice carried the link."""
        return self.notice.medium

    @property
    def is_theirs(self) -> bool:
        """Tell whether nobody said that the address is somebody else's."""
        return self.medium not in self.contact.disowned

    @property
    def coming(self) -> bool | None:
        """Whether this person said they come, to the appointment as it stands."""
        if not isinstance(self.carrier, Appointment):
            return None
        return answer_of(self.carrier.answers, self.contact.id, self.carrier.sequence)

    @property
    def is_ahead(self) -> bool:
        """Tell whether it is an appointment that stands and has not begun."""
        carrier = self.carrier
        return (
            isinstance(carrier, Appointment)
            and carrier.status in OPEN
            and carrier.slot.is_after(self.now)
        )

    def acts(self) -> frozenset[Act]:
        """Say what may be said through this link now."""
        if not self.is_theirs:
            return frozenset()
        more = _OF_RULE.get(self.notice.rule, frozenset())
        return _ALWAYS | more | (_OF_APPOINTMENT if self.is_ahead else frozenset())


def form_of(token: str, turn: int) -> str:
    """Give what a form shown for a turn of a link carries, and no other page can know."""
    digest = hmac.digest(token.encode(), f"ronde form v1:{turn}".encode(), hashlib.sha256)
    return digest[:_FORM_BYTES].hex()


def turn_of(token: str, form: str, turn: int) -> int:
    """Say which turn a form was made for: this one or the last.

    Raises:
        StaleForm: It is for neither, or for another link.
    """
    for made_for in (turn, turn - 1):
        if hmac.compare_digest(form_of(token, made_for).encode(), form.encode()):
            return made_for
    raise StaleForm


def subject_of(behind: Behind) -> str:
    """Name what somebody asks about: one duty for each person and appointment or errand."""
    return f"{behind.carrier.id}:{behind.contact.id}"


def start_of(appointment: Appointment) -> datetime:
    """Give when an appointment begins, aware, on the clocks of its own place."""
    slot = appointment.slot
    return hours.local(hours.instant(slot.start, slot.zone), slot.zone)


def ends(carrier: Appointment | Errand, notice: Notice, errands_open: timedelta) -> datetime:
    """Say when a link opens no more: a day after an appointment, or its own time after sending."""
    sent = hours.from_ms(notice.first_try or notice.not_before)
    if isinstance(carrier, Appointment):
        return sent + errands_open if notice.rule is Rule.MISSED else start_of(carrier) + STAYS_OPEN
    over = min(carrier.expires_at + STAYS_OPEN, sent + errands_open)
    return min(over, sent) if carrier.closed else over


def is_hidden(contact: Contact, notice: Notice, now: datetime) -> bool:
    """Tell whether this person, or whoever had the address before, may not look any more."""
    today = hours.local(hours.to_ms(now), contact.zone).date()
    if may_not_know(contact, today) is not None:
        return True
    sent = notice.first_try
    return sent is not None and any(
        line.deed is Deed.READDRESSED
        and line.medium is notice.medium
        and hours.to_ms(line.saying.at) >= sent
        for line in contact.media_log
    )
