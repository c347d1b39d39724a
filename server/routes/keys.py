"""Key packages: leave some for one's own device, claim some of one's colleagues' (R12)."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.access import NotFound
from channels.keys import MAX_PACKAGE, MOST_PACKAGES, KeyPackages, StoredPackage
from channels.model import RegisteredDevice
from crypto.ids import CircleId, DeviceId, ProfessionalId
from server.accounts.devices import read_certificate
from server.forms.channels import Id
from server.operations import Operations
from server.routes.channels import asker_of
from server.services import DEVICES
from server.wire import Struct, answer, read

KEY_PACKAGES: web.AppKey[KeyPackages] = web.AppKey("key_packages", KeyPackages)
MOST_CLAIMED = 100
# Fifty packages and the last resort, in base64 with its JSON.
_UPLOAD_BYTES = (MOST_PACKAGES + 1) * MAX_PACKAGE * 3 // 2

operations = Operations()

Package = Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_PACKAGE)]


class Upload(Struct, frozen=True, kw_only=True):
    """Encoded MLSMessages of key packages; the last resort may be handed out repeatedly."""

    packages: Annotated[tuple[Package, ...], msgspec.Meta(max_length=MOST_PACKAGES)] = ()
    last_resort: Package | None = None


class Waiting(Struct, frozen=True, kw_only=True):
    """How many packages wait to be handed out, the last resort aside."""

    waiting: int


class Claim(Struct, frozen=True, kw_only=True):
    """The devices somebody wants to add."""

    devices: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MOST_CLAIMED)]


class PackageForm(Struct, frozen=True, kw_only=True):
    """A key package handed out, to be used in one commit."""

    device: DeviceId
    professional: ProfessionalId
    reference: bytes
    package: bytes

    @staticmethod
    def of(package: StoredPackage) -> "PackageForm":
        """Write the domain's value as the form."""
        return PackageForm(
            device=package.device,
            professional=package.professional,
            reference=package.reference,
            package=package.data,
        )


class Claimed(Struct, frozen=True, kw_only=True):
    """One package for each device that had left any."""

    packages: tuple[PackageForm, ...]


@operations.add(
    "POST",
    "/devices/{device}/key_packages",
    body=Upload,
    answer=Waiting,
    status=HTTPStatus.CREATED,
)
async def upload_packages(request: web.Request) -> web.Response:
    """Leave key packages for one's own device."""
    device = await _own_device(request)
    form = await read(request, Upload, limit=_UPLOAD_BYTES)

    waiting = await request.app[KEY_PACKAGES].upload(
        device, form.packages, last_resort=form.last_resort
    )

    return answer(Waiting(waiting=waiting), status=HTTPStatus.CREATED)


@operations.add("GET", "/devices/{device}/key_packages", answer=Waiting)
async def count_packages(request: web.Request) -> web.Response:
    """Tell how many key packages wait for one's own device."""
    device = await _own_device(request)

    waiting = await request.app[KEY_PACKAGES].waiting(device.id)

    return answer(Waiting(waiting=waiting))


@operations.add("POST", "/circles/{circle}/key_packages/claim", body=Claim, answer=Claimed)
async def claim_packages(request: web.Request) -> web.Response:
    """Claim one key package for each of some devices of a shared circle."""
    asker = asker_of(request)
    form = await read(request, Claim)

    packages = await request.app[KEY_PACKAGES].claim(
        asker,
        CircleId(request.match_info["circle"]),
        tuple(DeviceId(device) for device in form.devices),
    )

    return answer(Claimed(packages=tuple(PackageForm.of(package) for package in packages)))


async def _own_device(request: web.Request) -> RegisteredDevice:
    """Find the device in the path, if it is the one the session speaks for.

    Raises:
        NotFound: It is another's, or another one of the same person.
    """
    asker = asker_of(request)
    if request.match_info["device"] != asker.device:
        raise NotFound
    held = await request.app[DEVICES].owned(asker.professional, asker.device)
    return RegisteredDevice(
        id=held.id,
        professional=held.professional,
        signature_key=read_certificate(held.certificate).signature_key,
    )
