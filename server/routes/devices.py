"""Devices: register one's own, see one's colleagues' certificates, remove a lost one."""

from datetime import date, datetime
from http import HTTPStatus

from aiohttp import web

from crypto.ids import DeviceId, ProfessionalId
from server.accounts.devices import RegisteredDevice
from server.identity import actor_of
from server.operations import Operations
from server.services import DEVICES
from server.wire import Struct, answer, nothing, read

operations = Operations()


class DeviceForm(Struct, frozen=True, kw_only=True):
    """A device certificate, the identity key that signed it (Ed25519, 32 bytes), and a name."""

    certificate: bytes
    identity_key: bytes
    name: str = ""


class DeviceNameForm(Struct, frozen=True, kw_only=True):
    """What the owner calls a device."""

    name: str


class DeviceView(Struct, frozen=True, kw_only=True):
    """A registered device, with what a client needs to verify it by itself."""

    id: DeviceId
    professional: ProfessionalId
    identity_key: bytes
    certificate: bytes
    registered_at: datetime


class OwnDeviceView(DeviceView, frozen=True, kw_only=True):
    """The same as its owner sees it; `last_seen_at` is a day, and no finer."""

    name: str
    last_seen_at: date | None
    current: bool


class OwnDeviceList(Struct, frozen=True, kw_only=True):
    """One's own live devices, oldest first."""

    devices: tuple[OwnDeviceView, ...]


class DeviceList(Struct, frozen=True, kw_only=True):
    """The live devices of one professional, oldest first."""

    devices: tuple[DeviceView, ...]


@operations.add(
    "POST", "/devices", body=DeviceForm, answer=OwnDeviceView, status=HTTPStatus.CREATED
)
async def register_device(request: web.Request) -> web.Response:
    """Register a device; this session speaks for it from now on."""
    actor = actor_of(request)
    form = await read(request, DeviceForm)

    device = await request.app[DEVICES].register(
        actor, form.certificate, identity_key=form.identity_key, name=form.name
    )

    view = _own_view(device, current=device.id)
    return answer(view, status=HTTPStatus.CREATED, location=f"/api/v1/devices/{device.id}")


@operations.add("GET", "/devices", answer=OwnDeviceList)
async def list_devices(request: web.Request) -> web.Response:
    """List one's own devices."""
    actor = actor_of(request)

    devices = await request.app[DEVICES].of(actor.professional)

    views = tuple(_own_view(device, current=actor.device) for device in devices)
    return answer(OwnDeviceList(devices=views))


@operations.add("PUT", "/devices/{device}/name", body=DeviceNameForm, answer=OwnDeviceView)
async def rename_device(request: web.Request) -> web.Response:
    """Call one's own device something else."""
    actor = actor_of(request)
    form = await read(request, DeviceNameForm)

    device = await request.app[DEVICES].rename(
        actor.professional, DeviceId(request.match_info["device"]), form.name
    )

    return answer(_own_view(device, current=actor.device))


@operations.add("GET", "/professionals/{professional}/devices", answer=DeviceList)
async def list_devices_of(request: web.Request) -> web.Response:
    """List a colleague's devices with their certificates."""
    actor = actor_of(request)

    devices = await request.app[DEVICES].of_colleague(
        actor.person, ProfessionalId(request.match_info["professional"])
    )

    return answer(DeviceList(devices=tuple(map(_view, devices))))


@operations.add("DELETE", "/devices/{device}", status=HTTPStatus.NO_CONTENT)
async def remove_device(request: web.Request) -> web.Response:
    """Remove a device for good; its sessions end with it."""
    actor = actor_of(request)

    await request.app[DEVICES].remove(actor.professional, DeviceId(request.match_info["device"]))

    return nothing()


def _view(device: RegisteredDevice) -> DeviceView:
    return DeviceView(
        id=device.id,
        professional=device.professional,
        identity_key=device.identity_key,
        certificate=device.certificate,
        registered_at=device.registered_at,
    )


def _own_view(device: RegisteredDevice, *, current: DeviceId | None) -> OwnDeviceView:
    seen = _view(device)
    return OwnDeviceView(
        **{name: getattr(seen, name) for name in seen.__struct_fields__},
        name=device.name,
        last_seen_at=device.seen_on,
        current=device.id == current,
    )
