"""Sessions in series, looked at, booked, moved and called off; and an agenda read elsewhere."""

from datetime import timedelta
from typing import Any

from server.demonstration.cast import Actor
from tests.support.canary_phrases import OTHER_PLACE, PLACE
from tests.support.canary_walk import Walk

_LATER = timedelta(days=60)


async def mind_agendas(walk: Walk, ana: Actor, ben: Actor) -> None:
    """Fill every field of series and feeds."""
    child = f"/children/{walk.ids['child']}"
    series = {"professional": ben.id, "slot": _slot(walk, PLACE), "rhythm": _rhythm(walk)}
    await ana.line.ask("POST", f"{child}/series/preview", series | {"visit": "V24"})
    booked = await ana.line.ask("POST", f"{child}/series", series | {"care": "physiotherapy"})
    first, second, *_ = (each["id"] for each in booked["appointments"])
    following = {"slot": _slot(walk, OTHER_PLACE, days=1), "leave": [second]}
    await ana.line.ask("POST", f"/appointments/{first}/following/preview", following)
    await ana.line.ask("PUT", f"/appointments/{first}/following/slot", following)
    gone = {"reason": walk.phrase("FollowingCancellationForm.reason"), "leave": [second]}
    await ana.line.ask("POST", f"/appointments/{first}/following/cancellation", gone)
    why = {"reason": walk.phrase("CancellationForm.reason")}
    await ana.line.ask("POST", f"/appointments/{second}/cancellation", why)
    care = {"professional": ben.id, "care": "physiotherapy", "slot": _slot(walk, PLACE, days=2)}
    alone = await ana.line.ask("POST", f"{child}/appointments", care)
    await ana.line.ask("POST", f"/appointments/{alone['id']}/cancellation", why)
    made = await ben.line.ask("POST", "/me/feeds", {"name": walk.phrase("FeedForm.name")})
    walk.secrets.append(made["address"].rpartition("/")[2].removesuffix(".ics"))
    walk.ids["feed"] = made["feed"]["id"]
    program = await walk.line("calendar program")
    await program.exchange("GET", f"/feeds/{walk.secrets[-1]}.ics")
    await _take_in(walk, ben)


async def _take_in(walk: Walk, ben: Actor) -> None:
    """Let somebody's other calendar in, of which only the hours are to be found."""
    day = f"{walk.today + _LATER:%Y%m%d}"
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1@cabinet.example"),
        *(f"SUMMARY:{walk.phrase('FeedForm.name')}", f"DTSTART:{day}T180000Z", "DURATION:PT1H"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    )
    line = await walk.line("importer of hours")
    line.token = ben.line.token
    await line.exchange("POST", "/me/busy", data="\r\n".join(lines).encode())


def _rhythm(walk: Walk) -> dict[str, Any]:
    day = walk.today + _LATER
    return {
        "every_weeks": 1,
        "until": str(day + timedelta(days=22)),
        "times": None,
        "holidays": False,
        "but": [str(day + timedelta(days=14))],
    }


def _slot(walk: Walk, place: str, *, days: int = 0) -> dict[str, object]:
    return {
        "start": f"{walk.today + _LATER + timedelta(days=days)}T09:10:00",
        "zone": "Europe/Paris",
        "duration_minutes": 45,
        "place_label": place,
    }
