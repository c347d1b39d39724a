"""Agendas put together: who is taken when, series, offers, feeds and imported times."""

from dataclasses import dataclass

from aiohttp import web

from care_circle.agenda.terms import agenda_terms
from care_circle.services.agendas import AgendaService
from care_circle.services.appointments import AppointmentsService
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
    terms, stores = agenda_terms(here.pathway), here.stores
    places = Places(people=stores.people)
    diary = Diary(
        holdings=stores.holdings,
        calendars=stores.busy_calendars,
        appointments=stores.appointments,
        surroundings=here.around,
        hours=terms.hours,
    )
    appointments = AppointmentsService(
        appointments=stores.appointments,
        children=stores.children,
        people=stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
        diary=diary,
    )
    return AgendaHouse(
        appointments=appointments,
        series=SeriesService(single=appointments),
        offers=OffersService(
            people=stores.people,
            places=places,
            diary=diary,
            guard=here.guard,
            surroundings=here.around,
            pathway=here.pathway,
        ),
        agendas=AgendaService(
            appointments=stores.appointments,
            children=stores.children,
            people=stores.people,
            places=places,
            diary=diary,
            feeds=stores.feeds,
            calendars=stores.busy_calendars,
            surroundings=here.around,
            terms=terms,
        ),
    )
