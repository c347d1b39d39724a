"""The page behind a family's link: no login, no script, no word of health."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifications import typography
from server.family import Invitation
from server.operations import Operations
from server.security import CONFIG
from server.services import FAMILY
from server.spoken import spoken_date, spoken_time

operations = Operations(prefix="")

_FOLDER = Path(__file__).resolve().parents[2] / "web" / "templates"
_TEMPLATE = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined
).get_template("appointment.html")

_WORDS = {
    "fr": {
        "title": "Votre rendez-vous",
        "cancelled": "Ce rendez-vous est annulé.",
        "date_label": "Date",
        "time_label": "Heure",
        "place_label": "Lieu",
        "call": "Une question ? Appelez le",
    },
    "en": {
        "title": "Your appointment",
        "cancelled": "This appointment is cancelled.",
        "date_label": "Date",
        "time_label": "Time",
        "place_label": "Place",
        "call": "Any question? Please call",
    },
}


@operations.add("GET", "/r/{token}", public=True)
async def family_page(request: web.Request) -> web.Response:
    """Show when and where an appointment is, to whoever holds its link."""
    invitation = await request.app[FAMILY].behind(request.match_info["token"])

    text = _TEMPLATE.render(_values(invitation, request.app[CONFIG].phone))
    return web.Response(text=text, content_type="text/html")


def _values(invitation: Invitation, phone: str) -> dict[str, str]:
    language = invitation.language if invitation.language in _WORDS else "fr"
    words, start = _WORDS[language], invitation.start
    if language == "fr":
        words = {name: typography.french(said) for name, said in words.items()}
    return words | {
        "language": language,
        "cancelled": words["cancelled"] if invitation.is_cancelled else "",
        "date": spoken_date(start, language),
        "time": spoken_time(start, language),
        "place": invitation.place,
        "phone": phone,
        "phone_link": "".join(sign for sign in phone if sign in "+0123456789"),
    }
