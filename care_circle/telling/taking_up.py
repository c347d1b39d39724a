"""What somebody hears who stopped a medium and takes it up again: all that still stands.

While a medium is stopped nothing is planned for it, and what was planned is called off when
its hour comes. Afterwards each of it is told that is still to come and still true, at once or
on its day; what another medium told is told by this one too, since it was asked for.
"""

from dataclasses import replace
from datetime import datetime

from care_circle.appointment import Appointment, plan
from care_circle.child import Child
from care_circle.telling.proof import Deed
from crypto.ids import ContactId
from notifications.errand import Errand, tell_errand
from notifications.notice import WITHDRAWN, Medium, Notice, Recipient, State, Telling, was_withdrawn
from notifications.reach import WhyNot

Back = frozenset[tuple[ContactId, Medium]]
"""Who takes up which medium again."""


def back_of(child: Child) -> Back:
    """Say who of a family stopped a medium and said since that they want it again."""
    last = {
        (contact.id, proof.medium): proof.deed
        for contact in child.contacts
        for proof in contact.media_log
        if proof.deed in (Deed.STOPPED, Deed.RESUMED)
    }
    return frozenset(each for each, deed in last.items() if deed is Deed.RESUMED)


def told_again(
    appointment: Appointment,
    back: Back,
    *,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
) -> Appointment:
    """Plan what those who are back must hear of an appointment, and nothing for anybody else."""
    held = {each.id: each for each in appointment.notices}
    asked = replace(appointment, notices=_forgiven(appointment.notices, back))
    planned = plan(asked, recipients, tellings=tellings, now=now).notices
    made = {
        each.id: each
        for each in planned
        if (each.contact, each.medium) in back and _is_new(each, held.get(each.id))
    }
    return replace(appointment, notices=tuple((held | made).values()))


def errand_told_again(errand: Errand, back: Back, *, now: datetime) -> Errand:
    """Plan what those who are back must hear of an errand that is open; else nothing changes."""
    forgiven = _forgiven(errand.notices, back)
    if errand.closed or errand.expires_at <= now or forgiven == errand.notices:
        return errand
    return tell_errand(replace(errand, notices=forgiven), errand.recipients, now=now)


def _forgiven(notices: tuple[Notice, ...], back: Back) -> tuple[Notice, ...]:
    """Take what only a stop called off for taken back unsent, which may be planned anew."""
    return tuple(
        replace(each, answer=WITHDRAWN)
        if (each.contact, each.medium) in back and _was_stopped(each)
        else each
        for each in notices
    )


def _was_stopped(notice: Notice) -> bool:
    planned_by_rule = notice.again_of is None and not notice.is_backup
    off = notice.state is State.CANCELLED and notice.answer == WhyNot.OPTED_OUT
    return planned_by_rule and off


def _is_new(planned: Notice, held: Notice | None) -> bool:
    return not was_withdrawn(planned) and (
        held is None or was_withdrawn(held) or _was_stopped(held)
    )
