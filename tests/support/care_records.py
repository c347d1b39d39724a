"""Records of one family as the rules leave them, for whoever keeps them."""

from dataclasses import replace
from datetime import datetime

from care_circle.appointment import Appointment, Slot, book
from care_circle.child import Child
from care_circle.circle import Circle, Newcomer, admit, open_circle
from care_circle.documents.answers import Known
from care_circle.documents.document import Document
from care_circle.documents.pen import Pen, draft, sign
from care_circle.ins import Ins, InsKind, Reliability, nir_key
from crypto.ids import (
    AppointmentId,
    CircleId,
    DocumentId,
    new_id,
)
from tests.support.care import (
    NOW,
    PATHWAY,
    TODAY,
    Somebody,
    addition,
    convention,
    coordinator,
    genesis,
)
from tests.support.care_answers import WHOLE
from tests.support.tellings import TELLINGS

ANA = coordinator()
CANARY = "canarizinzolin"
"""Stands in the words of a document and of an appointment, to be looked for."""


def circle_of(for_child: Child, *members: Somebody) -> Circle:
    """Open a circle of a child, with its members let in."""
    name = CircleId(new_id())
    circle = open_circle(name, for_child, genesis(name, ANA), coordinator=ANA.record, now=NOW)
    for member in members:
        circle = let_in(circle, member)
    return circle


def let_in(circle: Circle, who: Somebody) -> Circle:
    """Let somebody into a circle."""
    return admit(
        circle,
        addition(circle, who, ANA),
        newcomer=Newcomer(professional=who.record, conventions=(convention(who.id),)),
        by=ANA.id,
        now=NOW,
        today=TODAY,
    )


def signed(circle: Circle, by: Somebody) -> Document:
    """Sign a 24-month document of a circle."""
    pen = Pen(
        actor=by.actor,
        conventions=(convention(by.id),),
        child=circle.child,
        circle=circle,
        form=PATHWAY.form("F26"),
        known=Known(today=TODAY),
        today=TODAY,
        now=NOW,
    )
    answers = WHOLE | {"parents_concerned": True, "parents_concern": CANARY}
    return sign(draft(DocumentId(new_id()), pen, answers, visit="V24"), pen, edition=1)


def booked(family: Child, label: str = "12 rue des Lilas") -> Appointment:
    """Book an appointment of a child, with its notices planned."""
    slot = Slot(
        start=datetime(2026, 12, 3, 14, 30),  # noqa: DTZ001 - a wall time
        zone="Europe/Paris",
        duration_minutes=45,
        place_label=label,
        map_address=CANARY,
    )
    return book(
        AppointmentId(new_id()),
        slot,
        child=family.id,
        professional=ANA.id,
        visit="V24",
        by=ANA.id,
        recipients=family.recipients(TODAY),
        tellings=TELLINGS,
        now=NOW,
    )


def with_ins(family: Child) -> Child:
    """Give a child a qualified national identifier."""
    digits = "2240931555001"
    ins = Ins(number=f"{digits}{nir_key(digits):02}", kind=InsKind.DEMO)
    identity = replace(family.identity, reliability=Reliability.QUALIFIED, ins=ins)
    return replace(family, identity=identity)
