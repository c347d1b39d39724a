"""`Ledger` on any engine: days and states are read off tags, and only a page is opened."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from typing_extensions import override

from care_circle.appointment import Appointment
from care_circle.telling.ledger import (
    UNDER_WAY,
    Backlog,
    Counts,
    Entry,
    Ledger,
    Narrowing,
    Record,
    day_of,
)
from notifications import hours
from notifications.notice import ALARMING, State
from server.storage import care_shapes
from server.storage.engine import Engine
from server.storage.errand_shapes import errand_shape
from server.storage.keys import Keyring
from server.storage.notice_labels import Label, day_tag, read_labels, read_needed
from server.storage.outbox import state_tag
from server.storage.repository import Repository

_MANY = 1000
_PLACE = 8 + 1 + 26
"""How many signs of a cursor name a day, a kind and a record; the rest is a notice."""

_DAY = timedelta(days=1)
_ALONG_DAYS = frozenset({State.SENT, State.CANCELLED})
"""The ends of which there are ever more: they are looked for day by day."""

_ALONG_KEYS = frozenset(State) - _ALONG_DAYS

_UNSENT = (State.PLANNED, State.CLAIMED)


@dataclass(frozen=True, slots=True, order=True)
class _Stop:
    """A day on which a record has notices that are wanted; `kind` is the first sign of its own."""

    day: date
    kind: str
    id: str


class EngineLedger(Ledger):
    """`Ledger` over appointments and errands."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._appointments = Repository(engine, keyring, care_shapes.appointment_shape())
        self._errands = Repository(engine, keyring, errand_shape())

    @override
    async def page(
        self, wanted: Narrowing, *, today: date, after: str, limit: int
    ) -> tuple[tuple[Entry, ...], str | None]:
        forwards = wanted.state is State.PLANNED
        entries: list[Entry] = []
        for stop in await self._stops(wanted, today, after, forwards=forwards):
            entries += [
                each
                for each in await self._entries(stop, wanted)
                if not after or _is_beyond(_cursor(each, wanted.zone), after, forwards)
            ]
            if len(entries) > limit:
                break
        shown = tuple(entries[:limit])
        return shown, _cursor(shown[-1], wanted.zone) if len(entries) > limit else None

    @override
    async def counts(self, *, since: date, today: date, zone: tzinfo = UTC) -> Counts:
        states: Counter[State] = Counter()
        for state in sorted(_ALONG_KEYS):
            wanted = Narrowing(since=since, state=state, zone=zone)
            states += await self._counted(wanted, today, {state})
        wanted = Narrowing(since=since, zone=zone)
        states += await self._counted(wanted, today, _ALONG_DAYS)
        in_need = 0
        async for _, _, tags in self._labels(Narrowing(since=since, in_need=True), today):
            in_need += read_needed(tags)
        return Counts(since=since, states=dict(states), in_need=in_need)

    @override
    async def backlog(self, now: datetime) -> Backlog:
        waiting, ran_out, at = 0, 0, hours.to_ms(now)
        async for kind, key, tags in self._labels(
            Narrowing(since=date.min, state=State.PLANNED), now.date()
        ):
            if not any(each.at.date() <= now.date() for each in read_labels(tags)):
                continue
            record = await self._record(kind, key)
            due = [
                each
                for each in (record.notices if record is not None else ())
                if each.state in _UNSENT and each.next_at is not None and each.next_at <= at
            ]
            late = sum(each.expires <= at for each in due)
            waiting, ran_out = waiting + len(due) - late, ran_out + late
        return Backlog(waiting=waiting, ran_out=ran_out)

    async def _counted(
        self, wanted: Narrowing, today: date, states: Collection[State]
    ) -> Counter[State]:
        """Count what is wanted of some states, each record once."""
        found: Counter[State] = Counter()
        seen = set[str]()
        async for _, key, tags in self._labels(wanted, today):
            if key in seen:
                continue
            seen.add(key)
            for each in read_labels(tags):
                if each.state in states and _is_counted(each, wanted, today):
                    found[each.state] += each.number
        return found

    async def _stops(
        self, wanted: Narrowing, today: date, after: str, *, forwards: bool
    ) -> list[_Stop]:
        """Give where wanted notices are, in order, from a cursor on."""
        found = set[_Stop]()
        async for kind, key, tags in self._labels(wanted, today):
            counted = (e for e in read_labels(tags) if _is_counted(e, wanted, today))
            found |= {_Stop(_day_of(each, wanted), kind, key) for each in counted}
        stops = sorted(found, reverse=not forwards)
        begins = after[:_PLACE]
        return [each for each in stops if not after or _is_from(_place(each), begins, forwards)]

    async def _labels(
        self, wanted: Narrowing, today: date
    ) -> AsyncIterator[tuple[str, str, tuple[str, ...]]]:
        """Give kind, id and tags of records that may have wanted notices, each at least once."""
        for key in _keys(wanted, today):
            for kind, repository in (("a", self._appointments), ("e", self._errands)):
                after = ""
                while read := await repository.labels(key, after=after, limit=_MANY):
                    for found, tags in read:
                        yield kind, found, tags
                    after = read[-1][0]

    async def _entries(self, stop: _Stop, wanted: Narrowing) -> list[Entry]:
        """Open a record, and give its wanted notices of a day in order."""
        record = await self._record(stop.kind, stop.id)
        if record is None:
            return []
        forwards = wanted.state is State.PLANNED
        notices = sorted(record.notices, key=lambda each: each.id, reverse=not forwards)
        return [
            Entry(record=record, notice=each)
            for each in notices
            if day_of(each, wanted.zone) == stop.day and wanted.fits(each, record)
        ]

    async def _record(self, kind: str, key: str) -> Record | None:
        if kind == "a":
            return await self._appointments.get(key)
        return await self._errands.get(key)


def _keys(wanted: Narrowing, today: date) -> Iterator[str]:
    """Give the keys that lead to all records that may have what is wanted."""
    if wanted.in_need:
        yield care_shapes.IN_NEED
    elif wanted.state is not None and wanted.state not in _ALONG_DAYS:
        yield state_tag(wanted.state)
    else:
        # Records are tagged by days of UTC, and a day of any zone lies within three of those.
        for back in range(-1, (today - wanted.since).days + 2):
            yield day_tag(today - back * _DAY)


def _is_counted(label: Label, wanted: Narrowing, today: date) -> bool:
    """Tell whether what a label stands for may be wanted; who needs a person is found inside."""
    if wanted.medium not in (None, label.medium):
        return False
    if wanted.in_need:
        return label.state in ALARMING
    if wanted.state in UNDER_WAY:
        return label.state is wanted.state
    return wanted.since <= _day_of(label, wanted) <= today and wanted.state in (None, label.state)


def _day_of(label: Label, wanted: Narrowing) -> date:
    return label.at.astimezone(wanted.zone).date()


def _place(stop: _Stop) -> str:
    return f"{stop.day:%Y%m%d}{stop.kind}{stop.id}"


def _cursor(entry: Entry, zone: tzinfo) -> str:
    kind = "a" if isinstance(entry.record, Appointment) else "e"
    return f"{day_of(entry.notice, zone):%Y%m%d}{kind}{entry.record.id}{entry.notice.id}"


def _is_beyond(cursor: str, after: str, forwards: bool) -> bool:  # noqa: FBT001 -- a way, not an option
    return cursor > after if forwards else cursor < after


def _is_from(place: str, begins: str, forwards: bool) -> bool:  # noqa: FBT001 -- a way, not an option
    return place >= begins if forwards else place <= begins
