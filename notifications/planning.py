"""When a family is told of an appointment: a pure rule on the pathway's own lines.

Notices are planned in the same write as the fact they tell, so that no appointment can
move without its notices moving too. What is told on which occasion comes from the
pathway's data, never from here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifications import hours
from notifications.notice import (
    MAYBE_TOLD,
    NO_DECENT_HOUR_LEFT,
    TOO_LATE,
    AppointmentFacts,
    Carrier,
    CarrierKind,
    Medium,
    Notice,
    Recipient,
    Rule,
    State,
    Telling,
    next_hour,
    notice_id,
    was_withdrawn,
    withdraw,
)

# What follows other news of the same appointment within a day says nothing new.
APART = timedelta(hours=24) // hours.MILLISECOND
# An invitation to take a missed appointment up again is of no use for longer.
MISSED_HOLDS = timedelta(days=14) // hours.MILLISECOND
NEWS = frozenset({Rule.BOOKED, Rule.CHANGED, Rule.CANCELLED})


def plan_appointment(
    facts: AppointmentFacts,
    previous: tuple[Notice, ...],
    *,
    tellings: tuple[Telling, ...],
    now: datetime,
) -> tuple[Notice, ...]:
    """Give an appointment's notices as they must be from now on.

    News (booked, changed, cancelled) is told at once, what comes before it on its day; a
    change withdraws what is pending of the old sequence and tells those who may have heard
    of it. An appointment that was missed is told days after somebody said so, and no more
    once that is corrected. Planning the same facts again changes nothing.

    Raises:
        UnknownZone: The zone of the appointment or of a recipient does not exist.
    """
    start = hours.instant(facts.start, facts.zone)
    plan = _Plan(facts=facts, tellings=tellings, start=start, at=hours.to_ms(now))
    notices = {notice.id: plan.keep(notice) for notice in previous}
    kept = tuple(notices.values())
    for recipient in facts.recipients:
        for medium in recipient.media:
            for notice in plan.wanted(recipient, medium, kept):
                if notice.id not in notices or was_withdrawn(notices[notice.id]):
                    notices[notice.id] = notice
    return tuple(notices.values())


def carrier_of(facts: AppointmentFacts) -> Carrier:
    """Name the record an appointment's notices live in."""
    return Carrier(kind=CarrierKind.APPOINTMENT, id=facts.appointment)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is to be planned of one appointment at one instant; `start` and `at` are ms UTC."""

    facts: AppointmentFacts
    tellings: tuple[Telling, ...]
    start: int
    at: int

    def keep(self, notice: Notice) -> Notice:
        """Withdraw what is no longer true, or no longer for this person."""
        told = (each for each in self.facts.recipients if each.contact == notice.contact)
        wanted = any(notice.medium in each.media or notice.is_backup for each in told)
        return notice if wanted and self._is_true(notice) else withdraw(notice, self.at)

    def _is_true(self, notice: Notice) -> bool:
        if notice.sequence != self.facts.sequence:
            return False
        if notice.rule is Rule.BEFORE and all(notice.code != t.code for t in self.tellings):
            return False
        if notice.rule is Rule.MISSED:
            return self.facts.missed
        return self.facts.cancelled is (notice.rule is Rule.CANCELLED)

    def wanted(
        self, recipient: Recipient, medium: Medium, kept: tuple[Notice, ...]
    ) -> Iterator[Notice]:
        """Give what one person must hear by one medium from now on."""
        mine = [n for n in kept if n.contact == recipient.contact and n.medium is medium]
        if self.facts.missed:
            yield from self._missed(recipient, medium)
        elif self.start > self.at:
            news = list(self._news(recipient, medium, mine))
            yield from news
            if not self.facts.cancelled:
                yield from self._before(recipient, medium, [*mine, *news])

    def _missed(self, recipient: Recipient, medium: Medium) -> Iterator[Notice]:
        for telling in self._lines(Rule.MISSED):
            told = hours.days_from(self.at, recipient.zone, days=telling.days, at=telling.time)
            expires = max(told, self.at) + MISSED_HOLDS
            yield self._notice(recipient, medium, telling, told, expires)

    def _news(self, recipient: Recipient, medium: Medium, mine: list[Notice]) -> Iterator[Notice]:
        """Give what is told at once, in the light of all that was ever planned for somebody."""
        current = [n for n in mine if n.rule in NEWS and n.sequence == self.facts.sequence]
        if self.facts.heard == self.facts.sequence or not all(map(was_withdrawn, current)):
            return
        told = [n for n in mine if n.doubtful or n.state in MAYBE_TOLD]
        last = max(told, key=lambda notice: notice.sequence, default=None)
        heard = self.facts.heard is not None
        expects = heard if last is None else last.rule is not Rule.CANCELLED
        off = self.facts.cancelled
        if off and not expects:
            return
        rule = Rule.CHANGED if expects else Rule.BOOKED
        expires = self.start if off else self._latest
        for telling in self._lines(rule):
            said = replace(telling, rule=Rule.CANCELLED) if off else telling
            yield self._notice(recipient, medium, said, self.at, expires)

    def _before(
        self, recipient: Recipient, medium: Medium, mine: Iterable[Notice]
    ) -> Iterator[Notice]:
        """Give what comes before, the last one first: an earlier one must not crowd it."""
        news = [
            n.not_before
            for n in mine
            if n.rule in NEWS and n.sequence == self.facts.sequence and not was_withdrawn(n)
        ]
        heard = max(news, default=hours.next_decent(self.at, recipient.zone))
        following = self.start + APART
        dated = [(self._day_of(each, recipient), each) for each in self._lines(Rule.BEFORE)]
        for told, telling in sorted(dated, key=lambda each: each[0], reverse=True):
            apart = told >= max(self.at, heard + APART) and following - told >= APART
            if apart and hours.next_decent(told, recipient.zone) < self._latest:
                following = told
                yield self._notice(recipient, medium, telling, told, self._latest)

    def _day_of(self, telling: Telling, recipient: Recipient) -> int:
        return hours.days_from(self.start, recipient.zone, days=telling.days, at=telling.time)

    @property
    def _latest(self) -> int:
        return self.start - TOO_LATE // hours.MILLISECOND

    def _lines(self, rule: Rule) -> Iterator[Telling]:
        return (telling for telling in self.tellings if telling.rule is rule)

    def _notice(
        self, recipient: Recipient, medium: Medium, telling: Telling, told: int, expires: int
    ) -> Notice:
        facts = self.facts
        blank = blank_notice(
            carrier_of(facts),
            telling,
            recipient=recipient,
            medium=medium,
            sequence=facts.sequence,
            told=told,
            expires=expires,
            at=self.at,
        )
        return replace(
            blank,
            start=facts.start,
            place_zone=facts.zone,
            duration_minutes=facts.duration_minutes,
            place_label=facts.place_label,
            then=facts.then if telling.rule in NEWS else None,
        )


def blank_notice(
    carrier: Carrier,
    telling: Telling,
    *,
    recipient: Recipient,
    medium: Medium,
    told: int,
    expires: int,
    at: int,
    sequence: int = 0,
) -> Notice:
    """Plan one notice without an appointment, or its expiry where no decent hour is left."""
    not_before = next_hour(told, telling.rule, recipient.zone)
    late = not_before >= expires
    return Notice(
        id=notice_id(carrier, telling, contact=recipient.contact, medium=medium, sequence=sequence),
        carrier=carrier,
        code=telling.code,
        rule=telling.rule,
        contact=recipient.contact,
        medium=medium,
        language=recipient.language,
        zone=recipient.zone,
        sequence=sequence,
        place_zone=recipient.zone,
        not_before=not_before,
        expires=expires,
        next_at=at if late else not_before,
        state=State.EXPIRED if late else State.PLANNED,
        answer=NO_DECENT_HOUR_LEFT if late else None,
    )
