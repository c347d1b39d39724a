"""Files, codes and backups made in one language are opened in the other (R8, R10)."""

import base64
import json
import subprocess
from typing import Any

import pytest

from crypto import attachment
from crypto.backup import Backup, begin, owed, put_back, recover, settled
from crypto.ids import DeviceId, new_id
from crypto.mls.suite import Secret
from crypto.recovery import RecoveryCode, new_code, read_code
from crypto.session import session as sessions
from crypto.session.session import enrol
from crypto.session.state import Session
from crypto.session.store import decode_session, encode_session
from tests.support.devices import NOW, Circle, person
from tests.support.newcomers import joined
from tests.support.node import NODE, ROOT
from tests.support.relay import Client, Relay, settle

SCRIPT = "tests/client/support/files_twin.ts"
PATIENCE_SECONDS = 120


def twin(what: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """Have the other language do one thing."""
    done = subprocess.run(
        [NODE, SCRIPT],
        cwd=ROOT,
        input=json.dumps({"do": what, **given}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def data(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


@pytest.fixture
def ben() -> Client:
    """Somebody who has talked over several epochs, in some of which he was not yet there."""
    circle = Circle(person())
    relay = Relay(circle=circle)
    ana = Client(circle.coordinator, relay)
    ana.open()
    ana.say("avant")
    ben = joined(circle, relay, ana)
    cleo = joined(circle, relay, ana, ben)
    for one in (ana, ben, cleo):
        one.say(f"de {one.id[:4]}")
        settle(ana, ben, cleo)
    circle.remove(cleo.person)
    ana.remove(cleo)
    settle(ana, ben)
    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    ben.say("après")
    settle(ana, ben)
    assert len(ben.read) == 5
    return ben


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 65_536, 65_537, 200_000])
def test_a_file_sealed_there_is_opened_here(size: int) -> None:
    file = twin("seal", size=size)

    opened = attachment.open_(
        data(file["sealed"]), key=data(file["key"]), size=file["size"], sha256=data(file["sha256"])
    )

    assert opened == bytes(at % 251 for at in range(size))
    assert len(data(file["sealed"])) == attachment.sealed_size(size)


def test_a_code_made_there_is_read_here_and_stands_for_the_same() -> None:
    code = read_code(twin("code")["code"])

    there = Backup.decode(data(twin("begin", code=code.written)["backup"]))

    assert there == begin(code.keys())


def test_what_is_backed_up_there_comes_back_here(ben: Client) -> None:
    code = new_code()
    session, backup = b64(encode_session(ben.session)), b64(begin(code.keys()).encode())

    told = twin("owed", session=session, backup=backup)
    records = [data(one) for one in told["records"]]

    assert back_here(ben, code, records).read == ben.read
    kept = Backup.decode(data(told["backup"]))
    assert kept == settled(begin(code.keys()), ben.session)
    assert owed(ben.session, kept) == ()


def test_what_is_backed_up_here_comes_back_there(ben: Client) -> None:
    code = new_code()
    records = [one.body for one in owed(ben.session, begin(code.keys()))]
    fresh = newcomer(ben, ben.person.identity.private)

    told = twin(
        "restore",
        session=b64(encode_session(fresh.session)),
        code=code.written,
        records=[b64(one) for one in records],
        professional=ben.person.professional,
    )

    assert data(told["identity"]) == ben.person.identity.private
    fresh.keep(decode_session(data(told["session"])))
    fresh.sync()
    assert fresh.read == ben.read == fresh.heard
    here = back_here(ben, code, records)
    assert fresh.state.given == here.state.given
    assert Backup.decode(data(told["backup"])) == settled(begin(code.keys()), fresh.session)


def back_here(lost: Client, code: RecoveryCode, records: list[bytes]) -> Client:
    found = recover(records, professional=lost.person.professional, keys=code.keys())
    assert found.identity is not None
    client = newcomer(lost, found.identity.private)
    for channel, said in found.channels.items():
        client.do(put_back(client.session, said, channel))
    client.sync()
    return client


def newcomer(lost: Client, identity: Secret) -> Client:
    """Begin on a new device that knows the circle and nothing more."""
    who = lost.person
    assert identity == who.identity.private
    session: Session = enrol(who.identity, who.professional, DeviceId(new_id()), now=NOW)
    client = Client(
        type(who)(professional=who.professional, identity=who.identity, device=session.device),
        lost.relay,
    )
    client.learn()
    return client
