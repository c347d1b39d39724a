"""What a booking begins with: who, where, on whose clocks, for how long, and what is free."""

from dataclasses import dataclass
from datetime import date, datetime, time

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.agenda.territory import territory_of
from care_circle.ages import Window
from care_circle.appointment import Slot
from care_circle.child import Child
from care_circle.definition.pathway import Pathway, visit_window
from care_circle.role import Role
from care_circle.services.diary import Diary
from care_circle.services.guard import Guard, Way
from care_circle.store import People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, ProfessionalId
from notifications.hours import from_ms, instant

_USUAL_MINUTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a professional works: a neutral label if there is a structure, and its clocks."""

    label: str | None
    zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A booking filled in; `free` are wall times on the clocks of `zone`."""

    professional: ProfessionalId | None
    may_hold: tuple[ProfessionalId, ...]
    zone: str
    place_label: str | None
    duration_minutes: int
    window: Window | None
    free: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where people work."""

    people: People

    async def of(self, professional: ProfessionalId) -> Place:
        """Give where somebody works, as far as the register says."""
        found = await self.people.professional(professional)
        if found.structure is None:
            return Place(label=None, zone=None)
        structure = await self.people.structure(found.structure)
        territory = territory_of(structure.finess)
        return Place(
            label=structure.neutral_label, zone=None if territory is None else territory.zone
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersService:
    """Fills bookings in. Refusals are those of booking for a child."""

    people: People
    places: Places
    diary: Diary
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    async def offer(
        self,
        actor: Actor,
        child: ChildId,
        *,
        professional: ProfessionalId | None = None,
        visit: str | None = None,
        near: date | None = None,
    ) -> Offer:
        """Fill a booking in, for a visit or not, with somebody or with whoever is nearest.

        Raises:
            UnknownVisit: The pathway has no such visit.
            NotFound: There is no such professional.
        """
        way = await self.guard.child(
            actor, Action.WRITE_APPOINTMENT, child, kind="appointment", thing=child
        )
        may_hold = await self._may_hold(way)
        who = professional or _first_choice(actor, way.child, may_hold, visit)
        place = Place(label=None, zone=None) if who is None else await self.places.of(who)
        window, minutes = self._of_visit(way.child, visit)
        zone = place.zone or self._family_zone(way.child)
        free = await self._free(child, who, zone=zone, minutes=minutes, near=_near(window, near))
        return Offer(
            professional=who,
            may_hold=may_hold,
            zone=zone,
            place_label=place.label,
            duration_minutes=minutes,
            window=window,
            free=free,
        )

    async def _may_hold(self, way: Way) -> tuple[ProfessionalId, ...]:
        """Give those of the circle who see children; before there is one, the physician."""
        if way.circle is None:
            physician = way.child.referring_physician
            return () if physician is None else (physician,)
        members = [await self.people.professional(stay.professional) for stay in way.circle.members]
        return tuple(each.id for each in members if each.role is Role.PROFESSIONAL)

    def _of_visit(self, child: Child, code: str | None) -> tuple[Window | None, int]:
        usual = self.pathway.consultation_minutes or _USUAL_MINUTES
        if code is None:
            return None, usual
        visit = self.pathway.visit(code)
        window = visit_window(
            visit,
            birth=child.identity.birth_date,
            perinatal=child.perinatal,
            reckoning=self.pathway.reckoning,
        )
        return window, visit.minutes or usual

    def _family_zone(self, child: Child) -> str:
        """Name the clocks a family lives by, or those of the network."""
        told = child.recipients(self.surroundings.today())
        zones = [each.zone for each in told] or [each.zone for each in child.contacts]
        return zones[0] if zones else self.surroundings.zone.key

    async def _free(
        self,
        child: ChildId,
        who: ProfessionalId | None,
        *,
        zone: str,
        minutes: int,
        near: date | None,
    ) -> tuple[datetime, ...]:
        if who is None:
            return ()
        now = self.surroundings.now()
        opens = datetime.combine(near or now.date(), time(8))
        start = max(from_ms(instant(opens, zone)), now)
        wall = datetime.combine(opens.date(), time(8))
        slot = Slot(start=wall, zone=zone, duration_minutes=minutes, place_label="")
        return await self.diary.proposals(slot, professional=who, child=child, around=start)


def _first_choice(
    actor: Actor, child: Child, may_hold: tuple[ProfessionalId, ...], visit: str | None
) -> ProfessionalId | None:
    """Choose whom a booking begins with: for a visit the child's physician, else who asks."""
    first = (child.referring_physician, actor.professional)
    wished = first if visit is not None else first[::-1]
    return next((who for who in (*wished, *may_hold) if who in may_hold), None)


def _near(window: Window | None, near: date | None) -> date | None:
    return near or (None if window is None else window.opens)
