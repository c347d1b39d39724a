"""What everybody does for themselves on the way: name their devices, choose how to be told."""

from channels.headless_people import register
from crypto.identity import Device
from crypto.ids import DeviceId, new_id
from server.demonstration.cast import Actor
from tests.support.actors import device_form
from tests.support.authenticator import Authenticator
from tests.support.canary_phrases import SECRETS
from tests.support.canary_walk import Walk
from tests.support.push_service import Browser


async def mind_oneself(walk: Walk) -> None:
    """Fill every field by which somebody sets up their own account."""
    ben = walk.cast["ben"]
    await _name_devices(walk, ben)
    await _keep_passkey(walk, ben)
    choices = {
        "language": "fr", "digest": "off", "urgent": True, "quiet_from": "19:00",
        "quiet_to": "08:00", "push": False,
    }  # fmt: skip
    # Nobody is told by push on this walk: it would leave the house.
    await ben.line.ask("PUT", "/me/preferences", choices)
    browser = Browser(endpoint=SECRETS["SubscriptionForm.endpoint"][0])
    await ben.line.ask("POST", "/push/subscriptions", browser.form())


async def _name_devices(walk: Walk, ben: Actor) -> None:
    """Name the device there is, and bring another; the session goes on speaking for the first."""
    session = ben.device.session
    assert session.identity is not None
    other = Device.enrol(session.identity, ben.id, DeviceId(new_id()), now=walk.clock())
    named = device_form(other, session.identity) | {"name": walk.phrase("DeviceForm.name")}
    await ben.line.ask("POST", "/devices", named)
    await register(ben.device)
    await ben.line.ask(
        "PUT", f"/devices/{session.device.id}/name", {"name": walk.phrase("DeviceNameForm.name")}
    )


async def _keep_passkey(walk: Walk, ben: Actor) -> None:
    """Make a passkey, and sign in with it elsewhere."""
    authenticator = Authenticator(origin=f"http://localhost:{walk.wire.port}")
    options = await ben.line.ask("POST", "/passkeys/options")
    form = {"credential": authenticator.make(options), "name": walk.phrase("PasskeyForm.name")}
    await ben.line.ask("POST", "/passkeys", form)
    elsewhere = await walk.line("ben elsewhere")
    options = await elsewhere.ask("POST", "/sessions/passkey/options")
    used = {"credential": authenticator.use(options), "bearer": True}
    signed = await elsewhere.ask("POST", "/sessions/passkey", used)
    walk.secrets.append(signed["token"])
