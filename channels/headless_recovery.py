"""Losing devices and coming back (R10): a code, a new device, or a new identity."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from channels.headless_device import PACKAGES, PAGE, HeadlessDevice
from channels.headless_file import DeviceFile, Memory
from channels.headless_forms import base64_of, bytes_of
from channels.headless_line import Line, Refused
from channels.headless_people import Credentials, attesting, register
from crypto.backup import Recovered, begin, certificates_in, put_back, recover, settled
from crypto.identity import Attestation
from crypto.ids import ChannelId, CircleId, DeviceId, ProfessionalId, new_id
from crypto.recovery import BackupKeys, RecoveryCode, keys_for, new_code
from crypto.session import session as sessions
from crypto.session.effects import Event
from crypto.session.log import Item, Kind
from crypto.session.state import Phase, Session
from crypto.vault import DEFAULT_COST, Cost


class NoBackup(Exception):
    """No recovery code was ever set up for this account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A device that came back; `refused` counts records that were not its owner's."""

    device: HeadlessDevice
    refused: int


async def set_up(headless: HeadlessDevice) -> RecoveryCode:
    """Begin the backup anew under a fresh code and fill it; the code is told this once.

    The former code opens nothing from then on.
    """
    code = new_code()
    keys = code.keys()
    form = {"public_key": base64_of(keys.pair.public)}
    await headless.line.ask("PUT", "/backup", form)
    headless.file.keep_backup(begin(keys))
    await headless.back_up()
    return code


async def take_up(headless: HeadlessDevice, code: RecoveryCode) -> None:
    """Let this device, too, back up under the code that is in force.

    Raises:
        BadCode: It is another backup's code.
        NoBackup: There is none.
    """
    backup = await _page(headless.line, since=0, limit=1)
    headless.file.keep_backup(begin(keys_for(code, bytes_of(backup["public_key"]))))
    await headless.back_up()


async def restore(
    line: Line,
    credentials: Credentials,
    code: RecoveryCode,
    *,
    server: str,
    path: Path,
    passphrase: str,
    clock: Callable[[], datetime],
    cost: Cost = DEFAULT_COST,
    stock: int = PACKAGES,
) -> Restored:
    """Make a new device of the same identity, which reads what was backed up.

    Like `enrol` it writes its file before the server hears of the device. It is in no group
    yet: `come_back` sees to that.

    Raises:
        BadCode: It is another backup's code.
        NoBackup: There is none, or no record of it holds the identity key.
        ChainRolledBack: The server shows another chain than the one of the backup, gone on.
        FileExists: There is a device in the file already.
        Refused: The credentials were refused.
    """
    signed = await line.ask("POST", "/sessions", credentials.form())
    line.sign_in(signed["token"])
    professional = ProfessionalId(signed["professional"])
    keys, records = await _records(line, code)
    found = recover(records, professional=professional, keys=keys)
    if found.identity is None:
        raise NoBackup
    fresh = sessions.enrol(found.identity, professional, DeviceId(new_id()), now=clock())
    session = await _with_pasts(line, fresh, found)
    backup = settled(begin(keys), session)
    memory = Memory(server=server, token=signed["token"], session=session, backup=backup)
    file = DeviceFile.create(path, passphrase, memory, cost=cost)
    headless = HeadlessDevice(line=line, file=file, clock=clock, stock=stock)
    await register(headless)
    return Restored(device=headless, refused=found.refused)


async def other_devices(headless: HeadlessDevice) -> tuple[DeviceId, ...]:
    """List the other devices of this professional that the server knows, oldest first."""
    found = await headless.line.ask("GET", "/devices")
    ours = headless.session.device.id
    return tuple(DeviceId(one["id"]) for one in found["devices"] if one["id"] != ours)


async def let_go(headless: HeadlessDevice, lost: Collection[DeviceId]) -> None:
    """End what lost devices may still do with the server: their sessions, their messages."""
    for device in lost:
        await headless.line.ask("DELETE", f"/devices/{device}")


async def come_back(headless: HeadlessDevice, lost: Collection[DeviceId]) -> tuple[Event, ...]:
    """Go into every channel of our circles in the place of a lost device, or as one more.

    Lost devices beyond the one whose place is taken are removed afterwards.
    """
    events = list(await headless.synchronise())
    for channel, state in tuple(headless.session.channels.items()):
        if state.phase is Phase.WAITING:
            try:
                events += await _come_into(headless, channel, lost)
            except Refused as refused:
                if refused.code != "not_found":
                    raise
    return tuple(events)


async def attest_again(
    headless: HeadlessDevice, professional: ProfessionalId, *, seen: bytes
) -> Attestation:
    """Sign that somebody who lost everything has a new identity key, read out face to face.

    It replaces the one attested before; whoever shares a circle with them is warned once
    they are admitted under it.
    """
    person = await headless.line.ask("GET", f"/professionals/{professional}")
    attestation, form = attesting(headless, professional, seen)
    if person.get("attestation") is not None:
        form["replaces"] = person["attestation"]["identity_key"]
    await headless.line.ask("PUT", f"/professionals/{professional}/attestation", form)
    return attestation


async def _records(line: Line, code: RecoveryCode) -> tuple[BackupKeys, list[bytes]]:
    keys: BackupKeys | None = None
    records: list[bytes] = []
    since, more = 0, True
    while more:
        page = await _page(line, since=since, limit=PAGE)
        # What was mistyped is told before anything more is asked for.
        keys = keys_for(code, bytes_of(page["public_key"]))
        records += [bytes_of(one["body"]) for one in page["records"]]
        since = page["records"][-1]["seq"] if page["records"] else since
        more = bool(page["more"]) and bool(page["records"])
    return keys or code.keys(), records


async def _page(line: Line, *, since: int, limit: int) -> Any:  # noqa: ANN401 -- JSON
    try:
        return await line.ask("GET", f"/backup?since={since}&limit={limit}")
    except Refused as refused:
        if refused.code == "not_found":
            raise NoBackup from None
        raise


async def _with_pasts(line: Line, session: Session, found: Recovered) -> Session:
    """Verify the circles that we are still in, and take in what was known of their channels."""
    for circle in dict.fromkeys(said.circle for said in found.channels.values()):
        chain = await _chain(line, circle)
        if chain is not None:
            session = sessions.trust(session, circle, chain).session
    for channel, said in found.channels.items():
        if said.circle in session.circles:
            session = put_back(session, said, channel).session
    return session


async def _chain(line: Line, circle: CircleId) -> Sequence[bytes] | None:
    try:
        found: Any = await line.ask("GET", f"/circles/{circle}")
    except Refused as refused:
        if refused.code == "not_found":
            return None
        raise
    return [bytes_of(statement) for statement in found["chain"]]


async def _come_into(
    headless: HeadlessDevice, channel: ChannelId, lost: Collection[DeviceId]
) -> tuple[Event, ...]:
    newest = _newest(await headless.items(channel))
    ours = (one.device for one in certificates_in(newest, headless.professional))
    there = [one for one in ours if one in lost]
    events = await headless.come_in(channel, newest, replaces=there[0] if there else None)
    members = {one.certificate.device for one in headless.session.channels[channel].members}
    left = [one for one in there if one in members]
    return events + await headless.remove(channel, left) if left else events


def _newest(items: Sequence[Item]) -> Item:
    return [item for item in items if item.kind in (Kind.CREATE, Kind.COMMIT)][-1]
