"""The services handlers reach through the application, one typed key each."""

from aiohttp import web

from server.accounts import Accounts
from server.devices import Devices
from server.sessions import Sessions
from server.sign_in import SignIn

ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)
DEVICES: web.AppKey[Devices] = web.AppKey("devices", Devices)
SESSIONS: web.AppKey[Sessions] = web.AppKey("sessions", Sessions)
SIGN_IN: web.AppKey[SignIn] = web.AppKey("sign_in", SignIn)
