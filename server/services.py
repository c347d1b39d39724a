"""The services handlers reach through the application, one typed key each."""

from aiohttp import web

from care_circle.definition.pathway import Pathway
from care_circle.services.appointments import AppointmentsService
from care_circle.services.children import ChildrenService
from care_circle.services.circles import CirclesService
from care_circle.services.coordination import CoordinationService
from care_circle.services.documents import DocumentsService
from care_circle.services.glance import GlanceService
from care_circle.services.people import PeopleService
from care_circle.services.tasks import TasksService
from server.accounts.accounts import Accounts
from server.accounts.devices import Devices
from server.accounts.me import Me
from server.accounts.passkeys import Passkeys
from server.accounts.preferences import PreferenceStore
from server.accounts.sessions import Sessions
from server.accounts.sign_in import SignIn
from server.accounts.subscriptions import Subscriptions
from server.agenda_house import AGENDA, FEED_LIMIT, FEEDS_PER_NETWORK
from server.colleagues import Colleagues
from server.house import House
from server.limits import RateLimit
from server.pathway_house import PATHWAY_CARE
from server.sending_house import SENDING
from server.storage.push import PushKey

HOUSE: web.AppKey[House] = web.AppKey("house", House)
PATHWAY: web.AppKey[Pathway] = web.AppKey("pathway", Pathway)
PEOPLE: web.AppKey[PeopleService] = web.AppKey("people", PeopleService)
CHILDREN: web.AppKey[ChildrenService] = web.AppKey("children", ChildrenService)
CIRCLES: web.AppKey[CirclesService] = web.AppKey("circles", CirclesService)
TASKS: web.AppKey[TasksService] = web.AppKey("tasks", TasksService)
DOCUMENTS: web.AppKey[DocumentsService] = web.AppKey("documents", DocumentsService)
APPOINTMENTS: web.AppKey[AppointmentsService] = web.AppKey("appointments", AppointmentsService)
GLANCE: web.AppKey[GlanceService] = web.AppKey("glance", GlanceService)
COORDINATION: web.AppKey[CoordinationService] = web.AppKey("coordination", CoordinationService)
ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)
COLLEAGUES: web.AppKey[Colleagues] = web.AppKey("colleagues", Colleagues)
DEVICES: web.AppKey[Devices] = web.AppKey("devices", Devices)
SESSIONS: web.AppKey[Sessions] = web.AppKey("sessions", Sessions)
ME: web.AppKey[Me] = web.AppKey("me", Me)
PREFERENCES: web.AppKey[PreferenceStore] = web.AppKey("preferences", PreferenceStore)
SUBSCRIPTIONS: web.AppKey[Subscriptions] = web.AppKey("subscriptions", Subscriptions)
PUSH_KEY: web.AppKey[PushKey] = web.AppKey("push_key", PushKey)
PASSKEYS: web.AppKey[Passkeys] = web.AppKey("passkeys", Passkeys)
SIGN_IN: web.AppKey[SignIn] = web.AppKey("sign_in", SignIn)


def install(app: web.Application, house: House) -> None:
    """Put every service where handlers look for it."""
    app[HOUSE] = house
    app[PATHWAY] = house.pathway
    app[PEOPLE] = house.care.people
    app[CHILDREN] = house.care.children
    app[CIRCLES] = house.care.circles
    app[TASKS] = house.care.tasks
    app[DOCUMENTS] = house.care.documents
    app[AGENDA] = house.care.agenda
    app[APPOINTMENTS] = house.care.agenda.appointments
    app[FEED_LIMIT] = RateLimit(FEEDS_PER_NETWORK)
    app[GLANCE] = house.care.glance
    app[COORDINATION] = house.care.coordination
    app[PATHWAY_CARE] = house.pathway_care
    app[ACCOUNTS] = house.accounts
    app[DEVICES] = house.devices
    app[COLLEAGUES] = house.colleagues
    app[SESSIONS] = house.sessions
    app[PUSH_KEY] = house.stores.push_key
    app[PASSKEYS] = house.passkeys
    app[SIGN_IN] = house.sign_in
    app[ME] = house.me
    app[SENDING] = house.sending
    app[PREFERENCES] = house.stores.preferences
