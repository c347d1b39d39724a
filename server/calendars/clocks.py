"""Which clocks a calendar means: by IANA name, by Windows' name, by a path, or by offsets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from care_circle.agenda.territory import TERRITORIES

_OFFSET = re.compile(r"([+-])([01][0-9])([0-5][0-9])(?:00)?")
_WINTER, _SUMMER = datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)  # noqa: DTZ001 -- wall times


@dataclass(slots=True)
class Clocks:
    """The zones of one file. What names no clocks, or none we can find, is on `usual` ones."""

    usual: ZoneInfo
    defined: Mapping[str, frozenset[str]]
    _found: dict[str, tzinfo] = field(default_factory=dict)

    def called(self, name: str | None) -> tzinfo:
        """Find the clocks of a name that may be somebody's own."""
        if name is None:
            return self.usual
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> tzinfo:
        steps = name.strip("/").split("/")
        ends = ("/".join(steps[-n:]) for n in (3, 2))
        for known in (name, WINDOWS_TO_OLSON.get(name, ""), *ends):
            zone = _zone(known)
            if zone is not None:
                return zone
        return self._by_offsets(self.defined.get(name, frozenset()))

    def _by_offsets(self, offsets: Iterable[str]) -> tzinfo:
        """Choose the zone whose winter and summer are the file's own; ours before another."""
        said = {offset for offset in map(_offset, offsets) if offset is not None}
        if not said:
            return self.usual
        zones = sorted({each.zone for each in TERRITORIES.values()})
        for zone in (self.usual, *map(ZoneInfo, zones)):
            if said == {_at(zone, _WINTER), _at(zone, _SUMMER)}:
                return zone
        return timezone(min(said))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -length if found[1] == "-" else length


def _at(zone: ZoneInfo, wall: datetime) -> timedelta | None:
    return wall.replace(tzinfo=zone).utcoffset()
