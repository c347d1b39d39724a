"""The people and families of the bench's region, as the services would have left them.

What is drawn by lot is drawn alike each time. How many come, end or lack a physician is
assumed, but for those who come at 24 months.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from care_circle.ages import GestationalAge
from care_circle.appointment import Appointment, Slot, Status
from care_circle.child import Child
from care_circle.circle import Circle, Participation
from care_circle.contact import Contact
from care_circle.convention import Convention
from care_circle.definition.inclusion import Decision
from care_circle.definition.pathway import Pathway, Visit, visit_window
from care_circle.definition.perinatal import Perinatal
from care_circle.documents.document import Document, Version
from care_circle.ins import Identity, Sex
from care_circle.professional import Professional
from care_circle.role import Profession, Role
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    ContactId,
    ConventionId,
    DocumentId,
    ProfessionalId,
    new_id,
)
from server.bench.pathway_care import Care, care_of

_MEMBERS = 6
_ZONE = "Europe/Paris"
_HELD_PERCENT = 80
_V24_PERCENT = 63
"""How many come at 24 months: those of Montpellier from 2010 to 2017."""

_WITHOUT_PHYSICIAN_PERCENT = 4
_ENDING_PERCENT = 5
_FIELDS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What all families are made from."""

    pathway: Pathway
    people: Sequence[Professional]
    physicians: Sequence[Professional]
    chance: random.Random
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A child with its circle and all that was written of it."""

    child: Child
    circle: Circle
    appointments: tuple[Appointment, ...]
    documents: tuple[Document, ...]
    care: Care


def professional(number: int) -> Professional:
    """Make somebody; the first is the coordinator, every fifth of the others a physician."""
    leads = number == 0
    professions = (Profession.PHYSICIAN, *list(Profession)[3:7])
    return Professional(
        id=ProfessionalId(new_id()),
        family_name="Essai",
        given_name="Banc",
        role=Role.COORDINATOR if leads else Role.PROFESSIONAL,
        email=f"{number}@banc.example",
        profession=None if leads else professions[number % len(professions)],
    )


def convention(of: ProfessionalId, chance: random.Random, today: date) -> Convention:
    """Make somebody's convention: in force for years, a few of them ending soon."""
    since = date(2020, 1, 1)
    ends = chance.randrange(100) < _ENDING_PERCENT
    return Convention(
        id=ConventionId(new_id()),
        professional=of,
        pieces=(),
        signed_on=since,
        active_from=since,
        active_to=today + timedelta(days=chance.randrange(120)) if ends else None,
    )


def family_of(region: Region, documents: int) -> Family:
    """Make a child born in the last five years, with its circle and all that was written."""
    pathway, chance, today = region.pathway, region.chance, region.today
    physician = chance.choice(region.physicians).id
    child = _child(physician, chance, today)
    circle = _circle(child, region.people, chance)
    held = [visit for visit in pathway.visits if _is_over(visit, child, pathway, today)]
    came = [visit for visit in held if chance.randrange(100) < _percent(visit)]
    return Family(
        child=child,
        circle=circle,
        appointments=tuple(_appointment(child, visit, pathway) for visit in came),
        documents=tuple(
            _document(child, circle, came, number=n, last=n == documents - 1)
            for n in range(documents)
        ),
        care=care_of(circle, physician, pathway, chance, today),
    )


def _percent(visit: Visit) -> int:
    return _V24_PERCENT if visit.code == "V24" else _HELD_PERCENT


def _child(physician: ProfessionalId, chance: random.Random, today: date) -> Child:
    born = today - timedelta(days=chance.randrange(60, 5 * 365))
    home = born + timedelta(days=chance.randrange(3, 58))
    return Child(
        id=ChildId(new_id()),
        local_identifier="ABCDEF2345",
        identity=Identity(
            birth_family_name="Essai",
            birth_given_names=("Banc",),
            birth_date=born,
            sex=chance.choice((Sex.FEMALE, Sex.MALE)),
        ),
        perinatal=Perinatal(
            gestational_age=GestationalAge(weeks=chance.randrange(24, 37)), discharged_on=home
        ),
        contacts=(
            Contact(id=ContactId(new_id()), family_name="Essai", email="famille@banc.example"),
        ),
        referring_physician=None
        if chance.randrange(100) < _WITHOUT_PHYSICIAN_PERCENT
        else physician,
        decision=Decision(reasons=("INC-1",), version="1", on=home, by=physician),
    )


def _circle(child: Child, people: Sequence[Professional], chance: random.Random) -> Circle:
    since = datetime(2021, 1, 1, tzinfo=UTC)
    picked = chance.sample(range(1, len(people)), _MEMBERS)
    members = [people[0], *(people[number] for number in picked)]
    return Circle(
        id=CircleId(new_id()),
        child=child.id,
        chain=(),
        participations=tuple(
            Participation(
                professional=person.id,
                role=str(person.profession or person.role),
                identity_key=bytes(32),
                since=since,
                since_index=0,
            )
            for person in members
        ),
        opened_at=since,
    )


def _is_over(visit: Visit, child: Child, pathway: Pathway, today: date) -> bool:
    window = visit_window(
        visit,
        birth=child.identity.birth_date,
        perinatal=child.perinatal,
        reckoning=pathway.reckoning,
    )
    return window is not None and window.due < today


def _appointment(child: Child, visit: Visit, pathway: Pathway) -> Appointment:
    window = visit_window(
        visit,
        birth=child.identity.birth_date,
        perinatal=child.perinatal,
        reckoning=pathway.reckoning,
    )
    due = child.identity.birth_date if window is None else window.due
    physician = child.referring_physician or ProfessionalId("")
    return Appointment(
        id=AppointmentId(new_id()),
        child=child.id,
        professional=physician,
        visit=visit.code,
        slot=Slot(
            start=datetime(due.year, due.month, due.day, 9, 30),  # noqa: DTZ001 -- a wall time
            zone=_ZONE,
            duration_minutes=45,
            place_label="12 rue des Tilleuls",
        ),
        booked_by=physician,
        status=Status.HONOURED,
    )


def _document(
    child: Child, circle: Circle, came: Sequence[Visit], *, number: int, last: bool
) -> Document:
    """Make a document of two dozen answers: a visit's while there are any, the last a draft."""
    saved = datetime(2024, 1, 1, 9, 0, tzinfo=UTC) + timedelta(days=number)
    author = child.referring_physician or ProfessionalId("")
    visit = came[number] if number < len(came) else None
    answers = {f"field_{each}": float(number + each) for each in range(_FIELDS)}
    return Document(
        id=DocumentId(new_id()),
        child=child.id,
        circle=circle.id,
        form=(visit.form if visit is not None else None) or "F38",
        form_version="1",
        visit=None if visit is None else visit.code,
        author=author,
        edition=1,
        versions=(
            Version(
                number=1,
                answers=answers | {"words": "Examen sans particularité. " * 6},
                author=author,
                saved_at=saved,
                signed_at=None if last else saved,
            ),
        ),
    )
