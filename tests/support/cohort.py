"""A made-up cohort that lives through seven years, and a calendar reckoned otherwise.

What the house computes from windows and states is found here by counting days one by one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from care_circle.ages import CountedFrom, GestationalAge
from care_circle.appointment import Appointment, Slot, Status
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition.inclusion import Decision
from care_circle.definition.pathway import Pathway, Visit
from care_circle.definition.perinatal import Perinatal
from care_circle.follow_up.progress import ChildFile
from care_circle.ins import Identity, Sex
from crypto.ids import AppointmentId, ChildId, CircleId, ProfessionalId

DAY = timedelta(days=1)
BEN = ProfessionalId("ben")
YEARS = 7


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One child's way through the pathway: `held` are the days on which visits took place."""

    birth: date
    weeks: int
    days: int
    home: date
    included: date
    held: dict[str, date]

    def file(self, on: date) -> ChildFile:
        """Give the file as it stands at the end of a day."""
        child = Child(
            id=ChildId("child"),
            local_identifier="ABCDEF2345",
            identity=Identity(
                birth_family_name="Amarante",
                birth_given_names=("Noé",),
                birth_date=self.birth,
                sex=Sex.FEMALE,
            ),
            perinatal=Perinatal(
                gestational_age=GestationalAge(weeks=self.weeks, days=self.days),
                discharged_on=self.home,
            ),
            decision=Decision(reasons=("INC-1",), version="1", on=self.included, by=BEN),
        )
        circle = Circle(
            id=CircleId("circle"),
            child=child.id,
            chain=(),
            participations=(),
            opened_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
        seen = [(code, day) for code, day in self.held.items() if day <= on]
        return ChildFile(
            child=child, circle=circle, appointments=tuple(_seen(*each) for each in seen)
        )


def _seen(visit: str, on: date) -> Appointment:
    return Appointment(
        id=AppointmentId(f"seen-{visit}"),
        child=ChildId("child"),
        professional=BEN,
        visit=visit,
        slot=Slot(
            start=datetime(on.year, on.month, on.day, 9),  # noqa: DTZ001 - a wall time
            zone="Europe/Paris",
            duration_minutes=45,
            place_label="12 rue des Lilas",
        ),
        booked_by=BEN,
        status=Status.HONOURED,
    )


def due_day(walk: Walk, visit: Visit, *, corrected_below: int = 37) -> date:
    """Find the day a visit is due by walking to it: to term day by day, then month by month."""
    if visit.counted is CountedFrom.DISCHARGE:
        return months_later(walk.home, visit.months)
    start = walk.birth
    if visit.counted is CountedFrom.CORRECTED and walk.weeks < corrected_below:
        weeks, days = walk.weeks, walk.days
        while (weeks, days) != (40, 0):
            start += DAY
            days += 1
            if days == 7:
                weeks, days = weeks + 1, 0
    return months_later(start, visit.months)


def months_later(day: date, months: int) -> date:
    """Turn the calendar's pages one by one, and step back where the month is too short."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a careful clerk would write down of a child at the end of a day."""

    late: frozenset[str]
    held: frozenset[str]
    open: frozenset[str]
    lost_since: date | None


class Clerk:
    """Keeps one child's card by looking at it every day."""

    def __init__(self, walk: Walk, pathway: Pathway) -> None:
        self._walk = walk
        self._days = {
            visit.code: (
                due_day(walk, visit) - visit.before_days * DAY,
                due_day(walk, visit) + visit.after_days * DAY,
            )
            for visit in pathway.visits
        }

    def card(self, on: date) -> Seen:
        """Write the card of a day, going through all visits by hand."""
        held = frozenset(code for code, day in self._walk.held.items() if day <= on)
        late = self._late(on, held)
        return Seen(
            late=late,
            held=held,
            open=frozenset(
                code
                for code, (first, last) in self._days.items()
                if code not in held and first <= on <= last
            ),
            lost_since=self._lost_since(on, held),
        )

    def _late(self, on: date, held: frozenset[str]) -> frozenset[str]:
        return frozenset(
            code
            for code, (_, last) in self._days.items()
            if code not in held and last < on and not last < self._walk.included
        )

    def _lost_since(self, on: date, held: frozenset[str]) -> date | None:
        """Go back day by day for as long as the child was lost, given who is known to have come."""
        if not self._is_lost(on, held):
            return None
        day = on
        while self._is_lost(day - DAY, held):
            day -= DAY
        return day

    def _is_lost(self, on: date, held: frozenset[str]) -> bool:
        came = max((self._days[code][1] for code in held), default=date.min)
        missed = sorted(
            self._days[code][1] for code in self._late(on, held) if self._days[code][1] > came
        )
        return len(missed) >= 2 or any(on > months_later(last, 6) for last in missed)


def turning_days(walk: Walk, pathway: Pathway) -> list[date]:
    """Give the days round which something happens: where mistakes by one day would show."""
    days = {walk.included, *walk.held.values()}
    for visit in pathway.visits:
        due = due_day(walk, visit)
        first, last = due - visit.before_days * DAY, due + visit.after_days * DAY
        days |= {first - DAY, first, last, last + DAY, months_later(last, 6) + DAY}
    return sorted(day for day in days if day >= walk.birth)


def cohort(size: int, pathway: Pathway, *, seed: int = 20261122) -> Iterator[Walk]:
    """Make children: at term and at 24 weeks, on leap days and on the 31st, some never seen."""
    chance = random.Random(seed)
    births = (date(2016, 2, 29), date(2020, 2, 29), date(2017, 1, 31), date(2019, 12, 31))
    for number in range(size):
        birth = date(2015, 1, 1) + chance.randrange(2200) * DAY
        if number % 10 == 0:
            birth = births[number // 10 % len(births)]
        weeks = (24, 41, 36, 37)[number % 4] if number % 7 == 0 else chance.randrange(24, 42)
        yield walk_of(birth, weeks, chance.randrange(7) if number % 7 else 0, pathway, chance)


def walk_of(birth: date, weeks: int, days: int, pathway: Pathway, chance: random.Random) -> Walk:
    """Let a child go home, be included, and come to some of its visits, some of them late."""
    home = birth + chance.randrange(1, 120) * DAY
    included = birth + chance.choice((0, 10, 60, 400, 900)) * DAY
    bare = Walk(birth=birth, weeks=weeks, days=days, home=home, included=included, held={})
    faithful, held = chance.randrange(101), dict[str, date]()
    for visit in pathway.visits:
        if chance.randrange(100) < faithful:
            due = due_day(bare, visit)
            shift = chance.randrange(-visit.before_days, visit.after_days + 1)
            late = chance.choice((0, 0, 0, 0, 45, 250))
            held[visit.code] = max(due + (shift + late) * DAY, birth)
    return Walk(birth=birth, weeks=weeks, days=days, home=home, included=included, held=held)
