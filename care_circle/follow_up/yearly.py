"""The yearly report: what a pathway's indicators come to, child by child.

Each child gives each indicator some samples, and each indicator's samples make one figure;
so children may be gone through one after the other. Numbers are told with what they are
of, and no percentage is told of fewer than `FEW`.
"""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from zoneinfo import ZoneInfo

from care_circle.definition.follow_up_terms import FollowUpTerms, terms_of
from care_circle.definition.indicators import (
    Breakdown,
    Event,
    ForfaitFate,
    Indicator,
    Measure,
    Measured,
)
from care_circle.definition.pathway import Pathway
from care_circle.follow_up.follow_up import FollowUp, Moment
from care_circle.follow_up.life import Life, VisitMark
from care_circle.follow_up.progress import VisitState, loss_by
from care_circle.labels import Label, Mark
from care_circle.role import Profession

FEW = 11
"""Of fewer than so many no percentage is told: one child more or less would move it by ten."""

UNKNOWN = "unknown"
_WHOLE = 100
_YEAR = re.compile(r"2[01][0-9]{2}", re.ASCII)
_MOVED = "moving"


class NoSuchYear(ValueError):
    """A year is written with four digits, from 2000 to 2199."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One thing counted: whether it is a hit where it can be one, by what, and how much."""

    hit: bool | None = None
    keys: tuple[str, ...] = ()
    value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderConvention:
    """Somebody under a convention on the last day of the year."""

    profession: Profession | None
    department: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a number; one thing may be in several."""

    key: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one indicator comes to.

    `n` things were counted; of a share, `numerator` of `denominator`. Values are in days, or
    in meetings for each child: median and quartiles. `few` says that there are too few for a
    percentage, which is then None.
    """

    code: str
    label: Label
    mark: Mark
    n: int
    numerator: int | None
    denominator: int | None
    percent: float | None
    baseline: float | None
    few: bool
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    mean: float | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The year that is looked at: its first day and its last, or today if that comes first.

    Its days are those of `zone`, where the network works.
    """

    first: date
    last: date
    zone: ZoneInfo
    terms: FollowUpTerms
    active_cares: int

    def holds(self, day: date | None) -> bool:
        """Tell whether a day that is known lies in it."""
        return day is not None and self.first <= day <= self.last

    def saw(self, moment: datetime | None) -> bool:
        """Tell whether a moment that is known falls into it."""
        return moment is not None and self.holds(moment.astimezone(self.zone).date())


@dataclass(slots=True)
class Tally:
    """The samples of one indicator as they come in."""

    indicator: Indicator
    samples: list[Sample] = field(default_factory=list)

    def figure(self) -> Figure:
        """Sum them up."""
        hits = [each.hit for each in self.samples if each.hit is not None]
        values = sorted(each.value for each in self.samples if each.value is not None)
        keys = Counter(chain.from_iterable(each.keys for each in self.samples))
        few = len(self.samples) < FEW
        low, middle, high = _quartiles(values)
        return Figure(
            code=self.indicator.code,
            label=self.indicator.label,
            mark=self.indicator.mark,
            n=len(self.samples),
            numerator=sum(hits) if hits else None,
            denominator=len(hits) if hits else None,
            percent=round(_WHOLE * sum(hits) / len(hits), 1) if hits and not few else None,
            baseline=self.indicator.baseline,
            few=few,
            median=middle,
            lower_quartile=low,
            upper_quartile=high,
            mean=round(statistics.fmean(values), 2) if values else None,
            parts=tuple(Part(key=key, count=keys[key]) for key in sorted(keys)),
        )


def year_of(pathway: Pathway, text: str, moment: Moment) -> Year:
    """Give a year of a pathway.

    Raises:
        NoSuchYear: The text is none.
    """
    if _YEAR.fullmatch(text) is None:
        raise NoSuchYear
    year = int(text)
    return Year(
        first=date(year, 1, 1),
        last=min(date(year, 12, 31), moment.on),
        zone=moment.zone,
        terms=terms_of(pathway),
        active_cares=1 if pathway.meetings is None else pathway.meetings.active_cares,
    )


def begun(pathway: Pathway) -> tuple[Tally, ...]:
    """Begin a report: one tally for each of the pathway's indicators."""
    return tuple(Tally(indicator) for indicator in pathway.indicators)


def count_child(tallies: Sequence[Tally], followed: FollowUp, year: Year) -> None:
    """Count one child in."""
    for tally in tallies:
        measure = tally.indicator.measure
        if measure.word in _COUNTING:
            tally.samples += _COUNTING[measure.word](measure, followed, year)


def count_people(tallies: Sequence[Tally], people: Sequence[UnderConvention]) -> None:
    """Count those under a convention in."""
    for tally in tallies:
        measure = tally.indicator.measure
        if measure.word is Measured.CONVENTIONS:
            tally.samples += [Sample(keys=_known(_key_of_person(each, measure))) for each in people]


def _key_of_person(person: UnderConvention, measure: Measure) -> str | None:
    return person.profession if measure.by is Breakdown.PROFESSION else person.department


def _included(measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a child included in the year, by its criteria, department or sex."""
    if not year.holds(followed.life.included_on):
        return
    match measure.by:
        case Breakdown.CRITERION:
            yield Sample(keys=followed.life.reasons)
        case Breakdown.DEPARTMENT:
            yield Sample(keys=_known(followed.department))
        case Breakdown.SEX:
            yield Sample(keys=(followed.life.sex,))
        case _:
            yield Sample()


def _delays(measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give the days from one event to another one that fell in the year."""
    life = followed.life
    care = life.early_care
    pairs: list[tuple[date | None, date | None]]
    if measure.since is Event.PRESCRIPTION and measure.until is Event.FIRST_SESSION:
        pairs = [(each.signed_on, care.first_session_of(each.id)) for each in care.prescriptions]
    else:
        pairs = [(_day_of(measure.since, life), _day_of(measure.until, life))]
    for since, until in pairs:
        if since is not None and until is not None and year.holds(until):
            yield Sample(value=(until - since).days)


def _day_of(event: Event | None, life: Life) -> date | None:
    """Give the day of an event of a child, the first where there are several."""
    care = life.early_care
    match event:
        case Event.BIRTH:
            return life.birth_date
        case Event.DISCHARGE:
            return life.discharged_on
        case Event.INCLUSION:
            return life.included_on
        case Event.PRESCRIPTION:
            return min((each.signed_on for each in care.prescriptions), default=None)
        case Event.FIRST_SESSION:
            days = (each.first_session_on for each in care.forfaits)
            return min((day for day in days if day is not None), default=None)
        case Event.FIRST_VISIT:
            held = (visit.done_on for visit in life.visits)
            return min((day for day in held if day is not None), default=None)
        case None:
            return None


def _attendance(measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a child whose window of the visit ended in the year while it was followed."""
    life = followed.life
    for visit in life.visits:
        if visit.visit != measure.visit or visit.window is None:
            continue
        closes = visit.window.closes
        if not year.holds(closes) or not _is_followed(life, closes):
            continue
        if visit.state is VisitState.PASSED_BY or closes == year.last:
            continue
        held = visit.done_on is not None and visit.done_on <= year.last
        late = held and visit.done_on is not None and visit.done_on > closes
        yield Sample(hit=held, keys=("late" if late else "in_time",) if held else ("missed",))


def _lost(_measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a child followed on the year's last day, a hit if it was lost by then."""
    life = followed.life
    if _is_followed(life, year.last):
        visits = [_as_of(visit, year.last) for visit in life.visits]
        yield Sample(hit=loss_by(visits, year.terms, on=year.last) is not None)


def _as_of(visit: VisitMark, on: date) -> VisitMark:
    """Give a visit as it stood on a day gone by; what was booked then is not known any more."""
    if visit.window is None or visit.state is VisitState.PASSED_BY:
        return visit
    if visit.done_on is not None and visit.done_on <= on:
        state = VisitState.DONE
    else:
        state = VisitState.LATE if visit.window.closes < on else VisitState.COMING
    return visit if visit.state is state else replace(visit, state=state)


def _forfaits(measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give forfaits: those opened in the year, used at all, or ended in it and renewed."""
    life = followed.life
    for each in life.early_care.forfaits:
        ended = year.holds(each.last_day) and (each.closed or each.last_day < year.last)
        match measure.state:
            case ForfaitFate.OPENED if year.holds(each.opened_on):
                yield Sample(keys=(each.discipline,))
            case ForfaitFate.USED if year.holds(each.opened_on):
                yield Sample(hit=each.done > 0, keys=(each.discipline,) if each.done else ())
            case ForfaitFate.RENEWED if ended:
                yield Sample(hit=each.renewed, keys=(each.discipline,) if each.renewed else ())
            case _:
                continue


def _meetings(_measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a child for whom enough care ran at one time of the year, and how often they met."""
    life = followed.life
    held = [each for each in life.early_care.forfaits if each.opened_on <= year.last]
    days = {max(each.opened_on, year.first) for each in held}
    most = max((sum(f.opened_on <= day <= f.last_day for f in held) for day in days), default=0)
    if most >= year.active_cares:
        met = sum(year.holds(day) for day in life.meetings)
        yield Sample(hit=met > 0, value=met)


def _exits(_measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a child that left in the year, by the reason."""
    life = followed.life
    if life.leaving is not None and year.holds(life.leaving.on):
        yield Sample(keys=(life.leaving.reason,))
    elif life.leaving is None and year.holds(life.left_on):
        yield Sample(keys=(_MOVED,))


def _completeness(measure: Measure, followed: FollowUp, year: Year) -> Iterator[Sample]:
    """Give a form signed in the year, a hit if all of the fields are filled in."""
    life = followed.life
    for each in life.documents:
        if each.form == measure.form and year.saw(each.signed_at):
            filled = tuple(code for code in measure.fields if code in each.filled)
            yield Sample(hit=len(filled) == len(measure.fields), keys=filled)


def _is_followed(life: Life, on: date) -> bool:
    """Tell whether a child was in the pathway on a day."""
    if life.included_on is None or life.included_on > on:
        return False
    ends = (life.left_on, life.closed_on, None if life.leaving is None else life.leaving.on)
    return all(day is None or day > on for day in ends)


def _known(key: str | None) -> tuple[str, ...]:
    return (UNKNOWN if key is None else str(key),)


def _quartiles(values: Sequence[int]) -> tuple[float | None, float | None, float | None]:
    """Give the quartiles of sorted values, endpoints included; None where there are none."""
    if not values:
        return None, None, None
    if len(values) == 1:
        return float(values[0]), float(values[0]), float(values[0])
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


_COUNTING: Mapping[Measured, Callable[[Measure, FollowUp, Year], Iterator[Sample]]] = {
    Measured.COUNT: _included,
    Measured.DELAY: _delays,
    Measured.ATTENDANCE: _attendance,
    Measured.LOST: _lost,
    Measured.FORFAITS: _forfaits,
    Measured.MEETINGS: _meetings,
    Measured.EXITS: _exits,
    Measured.COMPLETENESS: _completeness,
}
"""What children give; of conventions people do."""
