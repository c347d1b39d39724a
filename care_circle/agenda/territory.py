"""Where in France an appointment is held: which clocks it goes by, and which days are holidays.

Zones are those of the IANA database. Holidays are those of the Labour Code: everywhere
(L3133-1), Alsace and Moselle (L3134-13), overseas (L3422-2); where a territory legislates
for itself the days are those its own government lists, and are marked so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

Day = tuple[int, int]
"""Month and day of a holiday that is the same each year."""

_GOOD_FRIDAY = -2
_EASTER_MONDAY = 1
_ASCENSION = 39
_WHIT_MONDAY = 50
_MOVING: Final = (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY)
_FIXED: Final[tuple[Day, ...]] = (
    (1, 1),
    (5, 1),
    (5, 8),
    (7, 14),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 25),
)


class Holidays(StrEnum):
    """Sets of public holidays; the network says which is its own."""

    METROPOLE = "metropole"
    ALSACE_MOSELLE = "alsace-moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint-barthelemy"
    SAINT_MARTIN = "saint-martin"
    MIQUELON = "saint-pierre-et-miquelon"
    NOUVELLE_CALEDONIE = "nouvelle-caledonie"
    POLYNESIE = "polynesie"
    WALLIS_ET_FUTUNA = "wallis-et-futuna"


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A department or territory whose clocks or holidays are not those of most of France."""

    zone: str = "Europe/Paris"
    holidays: Holidays = Holidays.METROPOLE


TERRITORIES: Final[Mapping[str, Territory]] = {
    "57": Territory(holidays=Holidays.ALSACE_MOSELLE),
    "67": Territory(holidays=Holidays.ALSACE_MOSELLE),
    "68": Territory(holidays=Holidays.ALSACE_MOSELLE),
    "971": Territory(zone="America/Guadeloupe", holidays=Holidays.GUADELOUPE),
    "972": Territory(zone="America/Martinique", holidays=Holidays.MARTINIQUE),
    "973": Territory(zone="America/Cayenne", holidays=Holidays.GUYANE),
    "974": Territory(zone="Indian/Reunion", holidays=Holidays.REUNION),
    "975": Territory(zone="America/Miquelon", holidays=Holidays.MIQUELON),
    "976": Territory(zone="Indian/Mayotte", holidays=Holidays.MAYOTTE),
    "977": Territory(zone="America/St_Barthelemy", holidays=Holidays.SAINT_BARTHELEMY),
    "978": Territory(zone="America/Marigot", holidays=Holidays.SAINT_MARTIN),
    "986": Territory(zone="Pacific/Wallis", holidays=Holidays.WALLIS_ET_FUTUNA),
    "987": Territory(zone="Pacific/Tahiti", holidays=Holidays.POLYNESIE),
    "988": Territory(zone="Pacific/Noumea", holidays=Holidays.NOUVELLE_CALEDONIE),
}
"""Territories by the first characters of a FINESS number, or of a postcode."""

# Beside the days that are holidays everywhere.
_OWN: Final[Mapping[Holidays, tuple[Day, ...]]] = {
    Holidays.ALSACE_MOSELLE: ((12, 26),),
    Holidays.GUADELOUPE: ((5, 27),),
    Holidays.MARTINIQUE: ((5, 22),),
    Holidays.GUYANE: ((6, 10),),
    Holidays.REUNION: ((12, 20),),
    Holidays.MAYOTTE: ((4, 27),),
    Holidays.SAINT_BARTHELEMY: ((10, 9),),
    Holidays.SAINT_MARTIN: ((5, 28),),
    # Assumed from what these governments list; they may change their days by themselves.
    Holidays.NOUVELLE_CALEDONIE: ((9, 24),),
    Holidays.POLYNESIE: ((3, 5), (11, 20)),
    Holidays.WALLIS_ET_FUTUNA: ((4, 28), (7, 29)),
}
_KEEP_GOOD_FRIDAY = frozenset({Holidays.ALSACE_MOSELLE, Holidays.POLYNESIE})


def territory_of(finess: str | None) -> Territory | None:
    """Give the territory a FINESS number begins with; None without one."""
    if finess is None:
        return None
    return TERRITORIES.get(finess[:3]) or TERRITORIES.get(finess[:2]) or Territory()


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Give Easter Sunday of a year (the Gregorian computus of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays_in(year: int, where: Holidays) -> frozenset[date]:
    """Give the public holidays of a year."""
    moving = (*_MOVING, *((_GOOD_FRIDAY,) if where in _KEEP_GOOD_FRIDAY else ()))
    fixed = (*_FIXED, *_OWN.get(where, ()))
    return frozenset(
        (
            *(date(year, month, day) for month, day in fixed),
            *(easter(year) + timedelta(days=days) for days in moving),
        )
    )


def is_holiday(day: date, where: Holidays) -> bool:
    """Tell whether a day is a public holiday somewhere."""
    return day in holidays_in(day.year, where)
