"""What the notices of one record mean for each other.

Two that say nearly the same must not arrive together, and one that failed by one medium is
worth saying by the other.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from crypto.ids import ContactId, NoticeId
from notifications import hours
from notifications.notice import Medium, Notice, Rule, State, Telling, notice_id, untried
from notifications.planning import NEWS
from notifications.settling import NothingToResend, resend

SUPERSEDED = "superseded"
_WAITING = frozenset({State.PLANNED, State.CLAIMED})
_LOST = frozenset({State.UNKNOWN, State.DEAD})


def in_step(notices: tuple[Notice, ...], *, at: int) -> tuple[Notice, ...]:
    """Give the notices of one record as they must be before any of them leaves (ms UTC).

    What is due before an appointment gives way to news of it that is still to be told, and
    to a later line that is due as well: after a pause of all sending, a family hears once.
    """
    due = [n for n in notices if n.state in _WAITING and n.not_before <= at]
    if not any(notice.rule is Rule.BEFORE for notice in due):
        return notices
    return tuple(
        replace(each, state=State.CANCELLED, next_at=None, answer=SUPERSEDED)
        if each in due and _gives_way(each, due)
        else each
        for each in notices
    )


def _gives_way(notice: Notice, due: list[Notice]) -> bool:
    if notice.rule is not Rule.BEFORE or notice.doubtful:
        return False
    others = (each for each in due if _heard_with(each) == _heard_with(notice))
    return any(
        each.rule in NEWS or (each.rule is Rule.BEFORE and each.not_before > notice.not_before)
        for each in others
    )


def _heard_with(notice: Notice) -> tuple[ContactId, Medium, int]:
    return notice.contact, notice.medium, notice.sequence


def back_up(notices: tuple[Notice, ...], *, at: int) -> tuple[Notice, ...]:
    """Back each text message that failed, or may have, by a mail saying the same (ms UTC).

    A second mail is harmless, so it goes wherever no mail tells the same already; who has no
    address for it is found out when it is due.
    """
    by_mail = {_what(each) for each in notices if each.medium is Medium.EMAIL}
    mails: dict[tuple[ContactId, Rule, str, int], Notice] = {}
    for notice in notices:
        if notice.medium is Medium.SMS and notice.state in _LOST and not notice.withdrawn:
            mails |= {_what(mail): mail for mail in _mail_instead(notice, at)}
    return (*notices, *(mail for what, mail in mails.items() if what not in by_mail))


def _what(notice: Notice) -> tuple[ContactId, Rule, str, int]:
    return notice.contact, notice.rule, notice.code, notice.sequence


def _mail_instead(notice: Notice, at: int) -> Iterator[Notice]:
    not_before = hours.next_decent(at, notice.zone)
    if not_before >= notice.expires:
        return
    telling = Telling(code=notice.code, rule=notice.rule)
    yield untried(
        notice,
        notice_id(
            notice.carrier,
            telling,
            contact=notice.contact,
            medium=Medium.EMAIL,
            sequence=notice.sequence,
        ),
        medium=Medium.EMAIL,
        not_before=not_before,
        expires=notice.expires,
    )


def told_again(
    notices: tuple[Notice, ...], wanted: NoticeId, by: str, *, now: datetime
) -> tuple[Notice, ...]:
    """Have one notice of a record told again, as `by` asks; the same wish again adds nothing.

    Raises:
        NothingToResend: It is not there, has not ended, or no longer says what is so.
    """
    held = next((each for each in notices if each.id == wanted), None)
    if held is None or any(each.sequence > held.sequence for each in notices):
        raise NothingToResend
    fresh = resend(held, by, now=now)
    known = any(each.id == fresh.id for each in notices)
    return notices if known else (*notices, fresh)
