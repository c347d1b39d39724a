"""What repeats in a calendar (RFC 5545, section 3.3.10), within a horizon and a budget.

A rule may ask for every second since 1970, or for a thirtieth of February: whatever it
asks, it is followed to the horizon and no further, and each day it looks at is paid for
first. Libraries look for a day that never comes up to the year 9999, so this one is ours.
What no practice works by (hours and finer, days of the year, numbers of weeks) is unreadable.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from care_circle.agenda.busy import CalendarFault, CalendarRefused

MOST_STEPS: Final = 300_000
"""How many days all rules of a file together may look at: half a second of the processor."""

_PERIOD: Final = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_EVEN = frozenset({"DAILY", "WEEKLY"})
_KNOWN = frozenset(
    (
        *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
        *("BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"),
    )
)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}")
_LONGEST_RULE = 400
_MOST_INTERVAL = 1_000
_MONTHS = 12
_WEEK = 7
_DAY = timedelta(days=1)
_BEFORE = timedelta(days=90)
_STAMP = "%Y%m%dT%H%M%S"


class Unreadable(ValueError):
    """One event cannot be read; it is counted and passed over."""


@dataclass(slots=True)
class Budget:
    """What may still be looked at."""

    left: int = MOST_STEPS

    def spend(self, days: int) -> None:
        """Pay for some days.

        Raises:
            CalendarRefused: There is not so much left.
        """
        self.left -= days
        if self.left < 0:
            raise CalendarRefused(CalendarFault.TOO_MANY_DATES)


def repeated(
    start: datetime, text: str, *, since: datetime, until: datetime, budget: Budget
) -> Iterator[datetime]:
    """Give the times of a rule between two instants, on the wall clock of an aware start.

    Some that lie a little before `since` may be among them.

    Raises:
        Unreadable: The rule is none, or one that nobody works by.
        CalendarRefused: The budget is used up.
    """
    rule = _rule(text, start)
    last = min(until, rule.until).astimezone(start.tzinfo).replace(tzinfo=None)
    begin = start.date()
    if rule.freq in _EVEN and not rule.count:
        begin = _skipped(begin, since.date(), _PERIOD[rule.freq] * rule.interval)
    found = 0
    for day in _walk(rule, begin, last.date(), budget):
        at = datetime.combine(day, start.time())
        if at < start.replace(tzinfo=None):
            continue
        found += 1
        if at > last or (rule.count and found > rule.count):
            return
        yield at.replace(tzinfo=start.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule as it is followed; `weekdays` are (which of the period, 0 for each; 0 for Monday)."""

    freq: str
    interval: int
    count: int
    until: datetime
    months: frozenset[int]
    month_days: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...]
    positions: tuple[int, ...]
    week_start: int
    first: date


def _rule(text: str, start: datetime) -> _Rule:
    if len(text) > _LONGEST_RULE:
        raise Unreadable
    pairs = (part.partition("=") for part in text.upper().split(";") if part)
    said = {name: value for name, _, value in pairs}
    if said.get("FREQ") not in _PERIOD or not said.keys() <= _KNOWN:
        raise Unreadable
    rule = _Rule(
        freq=said["FREQ"],
        interval=_number(said.get("INTERVAL", "1")),
        count=_number(said.get("COUNT", "0")),
        until=_end(said.get("UNTIL"), start),
        months=frozenset(_numbers(said, "BYMONTH")),
        month_days=tuple(_numbers(said, "BYMONTHDAY")),
        weekdays=tuple(_weekday(each) for each in _listed(said, "BYDAY")),
        positions=tuple(_numbers(said, "BYSETPOS")),
        week_start=_weekday(said.get("WKST", "MO"))[1],
        first=start.date(),
    )
    if not 1 <= rule.interval <= _MOST_INTERVAL or rule.count < 0:
        raise Unreadable
    return rule


def _listed(said: dict[str, str], name: str) -> Iterable[str]:
    return said[name].split(",") if name in said else ()


def _numbers(said: dict[str, str], name: str) -> Iterator[int]:
    return map(_number, _listed(said, name))


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise Unreadable
    return int(text)


def _weekday(text: str) -> tuple[int, int]:
    found = _WEEKDAY.fullmatch(text)
    if found is None:
        raise Unreadable
    return int(found[1] or 0), _WEEKDAYS.index(found[2])


def _end(text: str | None, start: datetime) -> datetime:
    """Read a rule's own end: a day, a wall time, or an instant."""
    if text is None:
        return datetime.max.replace(tzinfo=UTC) - 2 * _DAY
    if len(text) == len("20261122"):
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=start.tzinfo)
        return datetime.combine(day, time.max, tzinfo=start.tzinfo)
    zone = UTC if text.endswith("Z") else start.tzinfo
    return datetime.strptime(text.removesuffix("Z"), _STAMP).replace(tzinfo=zone)


def _skipped(begin: date, since: date, step: int) -> date:
    """Begin by whole steps later where the rule began long ago: what it gives is the same."""
    return begin + max(0, (since - _BEFORE - begin).days // step) * step * _DAY


def _walk(rule: _Rule, begin: date, last: date, budget: Budget) -> Iterator[date]:
    """Give the days of a rule, period by period, to a last day; each is paid for first."""
    budget.spend(1)
    periods = _periods(rule, begin, last)
    while True:
        budget.spend(_PERIOD[rule.freq])
        days = next(periods, None)
        if days is None:
            return
        kept = [day for day in days if not rule.months or day.month in rule.months]
        if rule.positions:
            size = len(kept)
            places = {p - 1 if p > 0 else size + p for p in rule.positions}
            kept = [kept[place] for place in sorted(places) if 0 <= place < size]
        yield from kept


def _periods(rule: _Rule, begin: date, last: date) -> Iterator[list[date]]:
    if rule.freq == "DAILY":
        for offset in range(0, (last - begin).days + 1, rule.interval):
            day = begin + offset * _DAY
            yield [day] if _suits(rule, day) else []
    elif rule.freq == "WEEKLY":
        monday = begin - ((begin.weekday() - rule.week_start) % _WEEK) * _DAY
        wanted = {each for _, each in rule.weekdays} or {rule.first.weekday()}
        for offset in range(0, (last - monday).days + 1, rule.interval * _WEEK):
            week = (monday + (offset + n) * _DAY for n in range(_WEEK))
            yield [day for day in week if day.weekday() in wanted]
    elif rule.freq == "MONTHLY":
        first, end = _month(begin), _month(last)
        for month in range(first, end + 1, rule.interval):
            yield _days_of_month(rule, *divmod(month, _MONTHS))
    else:
        for year in range(begin.year, last.year + 1, rule.interval):
            yield _days_of_year(rule, year)


def _month(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _suits(rule: _Rule, day: date) -> bool:
    left = day.day - monthrange(day.year, day.month)[1] - 1
    by_day = not rule.month_days or {day.day, left} & set(rule.month_days)
    return bool(by_day) and (
        not rule.weekdays or day.weekday() in {each for _, each in rule.weekdays}
    )


def _days_of_month(rule: _Rule, year: int, month: int) -> list[date]:
    """Give the days of a month (0 for January) that a rule names."""
    length = monthrange(year, month + 1)[1]
    days = [date(year, month + 1, day + 1) for day in range(length)]
    if not rule.month_days and not rule.weekdays:
        return [day for day in days if day.day == rule.first.day]
    named = {day if day > 0 else length + 1 + day for day in rule.month_days}
    kept = [day for day in days if not rule.month_days or day.day in named]
    return _by_weekday(rule, days, kept) if rule.weekdays else kept


def _days_of_year(rule: _Rule, year: int) -> list[date]:
    if rule.weekdays and not rule.months and not rule.month_days:
        first = date(year, 1, 1)
        days = [first + n * _DAY for n in range((date(year, 12, 31) - first).days + 1)]
        return _by_weekday(rule, days, days)
    every = rule.months or (range(1, _MONTHS + 1) if rule.month_days else {rule.first.month})
    months = sorted(month for month in every if 1 <= month <= _MONTHS)
    return [day for month in months for day in _days_of_month(rule, year, month - 1)]


def _by_weekday(rule: _Rule, days: list[date], kept: list[date]) -> list[date]:
    """Keep the days whose weekday is named, or whose place among its like is."""
    chosen: set[date] = set()
    for which, weekday in rule.weekdays:
        like = [day for day in days if day.weekday() == weekday]
        if which == 0:
            chosen.update(like)
        elif -len(like) <= which <= len(like):
            chosen.add(like[which - 1] if which > 0 else like[which])
    return [day for day in kept if day in chosen]
