import asyncio
import base64
import json
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.support.command_line import ronde, start


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


ADD = ("user", "add", "--family-name", "Dubreuil", "--given-name", "Ana")


async def test_the_first_coordinator_is_made_at_the_command_line(tmp_path: Path) -> None:
    added = await ronde(tmp_path, *ADD, "--email", "ana@ronde.example", "--role", "coordinator")
    twice = await ronde(tmp_path, *ADD, "--email", "Ana@ronde.example", "--role", "secretary")
    listed = await ronde(tmp_path, "user", "list")

    assert added[0] == 0
    assert len(added[1].splitlines()[1].split()[-1]) == 43
    assert twice[0] == 1
    assert "Déjà inscrit" in twice[2]
    assert "coordinator" in listed[1]
    assert "invité" in listed[1]
    assert "ronde.example" not in listed[1]


async def test_doctor_says_what_is_wrong_in_plain_sentences(tmp_path: Path) -> None:
    port = free_port()
    fine = await ronde(tmp_path, "doctor")
    deaf = await ronde(
        tmp_path, "doctor", RONDE_SMTP_URL=f"smtp://127.0.0.1:{port}", RONDE_PHONE="05 36 49 00 00"
    )
    locked = await ronde(tmp_path, "doctor", RONDE_MASTER_KEY=base64.b64encode(b"x" * 32).decode())
    wrong = await ronde(tmp_path, "doctor", RONDE_PORT="x", RONDE_MASTER_KEY="secret-but-bad")

    assert fine[0] == 0
    assert (deaf[0], "ne répond pas" in deaf[1]) == (1, True)
    assert (locked[0], "WrongMasterKey" in locked[1]) == (1, True)
    assert wrong[0] == 2
    assert "RONDE_PORT" in wrong[2]
    assert "RONDE_MASTER_KEY" in wrong[2]
    assert "secret-but-bad" not in wrong[2]


@pytest.mark.timeout(300)
async def test_the_server_serves_says_so_and_stops_when_asked(tmp_path: Path) -> None:
    port = free_port()
    started = await start(tmp_path, "serve", RONDE_PORT=str(port))
    assert started.stderr is not None
    listening = json.loads(await asyncio.wait_for(started.stderr.readline(), 60))
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/readyz") as answer,
    ):
        ready = await answer.json()

    started.send_signal(signal.SIGTERM)
    rest = (await asyncio.wait_for(started.communicate(), 30))[1].decode()

    assert (listening["event"], listening["port"]) == ("listening", port)
    assert ready == {"status": "ready"}
    assert started.returncode == 0
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"


async def test_a_server_that_cannot_open_its_store_says_why_by_name_only(tmp_path: Path) -> None:
    (tmp_path / "ronde.sqlite3").write_bytes(b"this is no database at all" * 100)

    code, _, err = await ronde(tmp_path, "serve", RONDE_PORT=str(free_port()))

    assert code == 1
    assert json.loads(err.splitlines()[-1])["event"] == "died"
    assert "Damaged" in err or "Unavailable" in err
