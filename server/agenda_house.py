"""Agendas put together: who is taken when, series, offers, feeds and imported times."""

from dataclasses import dataclass

from aiohttp import web

from care_circle.agenda.terms import agenda_terms
from care_circle.services.agendas import AgendaService
from care_circle.services.appointments import AppointmentsService
from care_circle.services.desk import Desk
from care_circle.services.diary import Diary
from care_circle.services.offers import OffersService, Places
from care_circle.services.series import SeriesService
from server.limits import Allowance, RateLimit
from server.pathway_house import Ground

FEEDS_PER_NETWORK = Allowance(tries=120, seconds=3600)
"""How often feeds are read from one network: a practice of ten, each device every half hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaHouse:
    """The services round appointments."""

    appointments: AppointmentsService
    series: SeriesService
    offers: OffersService
    agendas: AgendaService


AGENDA: web.AppKey[AgendaHouse] = web.AppKey("agenda", AgendaHouse)
FEED_LIMIT: web.AppKey[RateLimit] = web.AppKey("feed_limit", RateLimit)


def furnish_agenda(here: Ground) -> AgendaHouse:
    """Put the services round appointments on their ground; nothing runs yet."""
    terms, desk = agenda_terms(here.pathway), _desk(here)
    places = Places(people=here.stores.people)
    return AgendaHouse(
        appointments=AppointmentsService(desk=desk),
        series=SeriesService(desk=desk),
        offers=OffersService(
            people=here.stores.people,
            places=places,
            diary=desk.diary,
            guard=here.guard,
            surroundings=here.around,
            pathway=here.pathway,
        ),
        agendas=AgendaService(
            appointments=here.stores.appointments,
            children=here.stores.children,
            people=here.stores.people,
            places=places,
            diary=desk.diary,
            feeds=here.stores.feeds,
            calendars=here.stores.busy_calendars,
            surroundings=here.around,
            terms=terms,
        ),
    )


def _desk(here: Ground) -> Desk:
    return Desk(
        appointments=here.stores.appointments,
        people=here.stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
        diary=Diary(
            holdings=here.stores.holdings,
            calendars=here.stores.busy_calendars,
            appointments=here.stores.appointments,
            surroundings=here.around,
            hours=agenda_terms(here.pathway).hours,
        ),
        forbidden=here.forbidden,
    )
