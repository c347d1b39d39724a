"""What a family is told that is no appointment: a visit to book, a form, a message that waits.

An errand is opened when there is something to tell and closed when it no longer holds; its
notices live in it, as an appointment's do in the appointment. Its id is made of what it is
about, so that opening it twice cannot tell anybody twice.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.ids import ChildId, ErrandId, id_of
from notifications import hours
from notifications.notice import (
    Carrier,
    CarrierKind,
    Notice,
    Recipient,
    Rule,
    Telling,
    needs_a_person,
    was_withdrawn,
    withdraw,
)
from notifications.planning import blank_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something to tell, to whom, and how far that got.

    `child` is None for what concerns no child (a digest). `subject` is a visit's code, a
    form's, or an id: what this is about beside the child. Times are aware UTC.
    """

    id: ErrandId
    rule: Rule
    code: str
    child: ChildId | None
    subject: str = field(repr=False)
    recipients: tuple[Recipient, ...]
    opened_at: datetime
    expires_at: datetime
    closed: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def carrier(self) -> Carrier:
        """The record its notices live in: itself."""
        return Carrier(kind=CarrierKind.ERRAND, id=self.id)

    @property
    def needs_a_person(self) -> bool:
        """Tell whether a notice failed, or may have: somebody must see to the family."""
        return needs_a_person(self.notices)


def errand_id(rule: Rule, child: ChildId | None, subject: str) -> ErrandId:
    """Name an errand by what it is about: the same thing is told once."""
    return ErrandId(id_of(f"errand:{rule}:{child or ''}:{subject}"))


def open_errand(
    telling: Telling,
    *,
    child: ChildId | None,
    subject: str,
    recipients: tuple[Recipient, ...],
    expires_at: datetime,
    now: datetime,
    at: datetime | None = None,
) -> Errand:
    """Open an errand and plan its notices: at once, or `at` the time given if that is later.

    `telling` is the pathway's line (its code and rule; its days are the caller's to reckon).
    From `expires_at` on nothing is told any more, and a person hears of what was not.

    Raises:
        UnknownZone: A recipient's zone does not exist.
    """
    opened = Errand(
        id=errand_id(telling.rule, child, subject),
        rule=telling.rule,
        code=telling.code,
        child=child,
        subject=subject,
        recipients=(),
        opened_at=now,
        expires_at=expires_at,
    )
    return tell_errand(opened, recipients, now=now, at=at)


def tell_errand(
    errand: Errand,
    recipients: tuple[Recipient, ...],
    *,
    now: datetime,
    at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Errand:
    """Plan an errand for those who are to be told now, opening it again if it was closed.

    Who was told is not told again; what was taken back unsent is planned anew. The same
    recipients again change nothing.

    Raises:
        UnknownZone: A recipient's zone does not exist.
    """
    told = replace(
        errand, recipients=recipients, closed=False, expires_at=expires_at or errand.expires_at
    )
    instant = hours.to_ms(now)
    wanted = {(each.contact, medium) for each in recipients for medium in each.media}
    notices = {
        each.id: each if (each.contact, each.medium) in wanted else withdraw(each, instant)
        for each in errand.notices
    }
    for notice in _planned(told, max(at or now, now), instant):
        if notice.id not in notices or was_withdrawn(notices[notice.id]):
            notices[notice.id] = notice
    return replace(told, notices=tuple(notices.values()))


def close_errand(errand: Errand, *, now: datetime) -> Errand:
    """Withdraw what is unsent of an errand that no longer holds; again, nothing changes."""
    at = hours.to_ms(now)
    return replace(
        errand, closed=True, notices=tuple(withdraw(each, at) for each in errand.notices)
    )


def _planned(errand: Errand, told: datetime, at: int) -> list[Notice]:
    return [
        blank_notice(
            errand.carrier,
            Telling(code=errand.code, rule=errand.rule),
            recipient=recipient,
            medium=medium,
            told=hours.to_ms(told),
            expires=hours.to_ms(errand.expires_at),
            at=at,
        )
        for recipient in errand.recipients
        for medium in recipient.media
    ]
