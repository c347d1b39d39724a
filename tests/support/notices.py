"""One notice as the renderer gets it, and a renderer of a made-up house."""

from dataclasses import replace
from datetime import datetime

from crypto.ids import ContactId, NoticeId
from notifications import link
from notifications.notice import Carrier, CarrierKind, Medium, Notice, Rule
from notifications.saying import OF_APPOINTMENTS
from server.config import Config
from server.house import the_pathway
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.senders.templates import Templates
from server.wording import wording

TOKEN = link.token(b"k" * 32, NoticeId("n"))
PHONE = "04 65 71 00 00"
HOME = "https://rdv.exemple.fr"
ADDRESS = "famille@exemple.fr"
SETTINGS = Config(master_key=bytes(32), phone=PHONE, public_url=HOME)
CODES = {
    Rule.BOOKED: ("N1",),
    Rule.BEFORE: ("N2", "N3"),
    Rule.CHANGED: ("N4",),
    Rule.CANCELLED: ("N4",),
    Rule.TO_BOOK: ("N5",),
    Rule.QUESTIONNAIRE: ("N6",),
    Rule.MISSED: ("N7",),
    Rule.WAITING: ("N8",),
}
"""The lines of COCON by what they tell; the rules that it has no line for are told without."""

LINES = [(rule, code) for rule in Rule for code in CODES.get(rule, ("",))]


def renderer(templates: Templates | None = None, *, home: str = HOME) -> TemplateRenderer:
    return TemplateRenderer(
        templates=templates or wording(SETTINGS, the_pathway()),
        organizer=Organizer(name="Service des rendez-vous", address="rdv@exemple.fr"),
        public_url=home,
        phone=PHONE,
    )


def notice(
    rule: Rule = Rule.BOOKED, code: str = "", language: str = "fr", **more: object
) -> Notice:
    """A notice of an appointment on the first of December, or of an errand without one."""
    kind = CarrierKind.APPOINTMENT if rule in OF_APPOINTMENTS else CarrierKind.ERRAND
    made = Notice(
        id=NoticeId("n"),
        carrier=Carrier(kind=kind, id="meeting"),
        code=code,
        rule=rule,
        contact=ContactId("ana"),
        medium=Medium.SMS,
        language=language,
        zone="Europe/Paris",
        sequence=3,
        place_zone="Europe/Paris",
        not_before=1_795_000_000_000,
        expires=1_796_000_000_000,
        next_at=None,
    )
    if kind is CarrierKind.APPOINTMENT:
        made = replace(
            made,
            start=datetime.fromisoformat("2026-12-01T14:30"),
            duration_minutes=45,
            place_label="12 rue de l'Île, Nîmes",
        )
    return replace(made, **more)  # type: ignore[arg-type]  # tests name fields by keyword
