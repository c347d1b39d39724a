"""The demonstration is a promise: its story ends well, on either store, and tells the truth."""

import base64
import email
import email.policy
import json
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from server.demonstration.verdict import _verdict

ROOT = Path(__file__).resolve().parents[2]


async def told(folder: Path, *options: str) -> tuple[int | None, str]:
    process = await create_subprocess_exec(
        sys.executable, "-m", "server", "demo", "--once", "--folder", str(folder), *options,
        cwd=ROOT, stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_the_story_ends_well(tmp_path: Path) -> None:
    status, output = await told(tmp_path / "demo")

    assert status == 0, output
    assert "inclus par INC-1" in output
    assert "paroles du canal      3 sur 3  rien de neuf  rien     rien" in output
    subjects = subjects_of(tmp_path / "demo" / "mails.jsonl")
    assert sum("rendez-vous" in each for each in subjects) == 6
    assert sum("questionnaire" in each for each in subjects) == 2


def subjects_of(mails: Path) -> list[str]:
    raws = [json.loads(line)["raw"] for line in mails.read_text("utf-8").splitlines()]
    parsed = [email.message_from_string(raw, policy=email.policy.default) for raw in raws]
    return [str(each["subject"]) for each in parsed]


async def test_the_story_is_the_same_on_mongodb(tmp_path: Path, mongodb_address: str) -> None:
    status, output = await told(tmp_path / "demo", "--store", mongodb_address)

    assert status == 0, output
    assert "paroles du canal      3 sur 3  rien de neuf  rien     rien" in output


def test_the_verdict_finds_what_is_there() -> None:
    phrase = "une phrase que personne ne doit lire"

    hidden = [b"abc" + phrase.encode("utf-16-le") + b"def", b"nothing"]

    assert _verdict(hidden, (phrase,)) == "TROUVÉ (1)"
    assert _verdict(hidden, ("une autre phrase",)) == "rien"


@pytest.mark.parametrize("before", [b"", b"a", b"ab"])
def test_the_verdict_sees_through_base64_and_no_chance_likeness(before: bytes) -> None:
    hidden = base64.b64encode(before + "Timothée".encode() + b"after")

    assert _verdict([hidden], ("Timothée",)) == "TROUVÉ (1)"
    assert _verdict([b"b3Ro dGhv aG90"], ("Timothée",)) == "rien"
