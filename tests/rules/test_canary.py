import base64
import json
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.canary import forms, packed, sightings, sightings_in_files

PHRASE = "Zéphyrine préfère le vélo"


def mail_with(text: str, encoding: str) -> bytes:
    message = EmailMessage()
    message.set_content(text, cte=encoding)
    return message.as_bytes()


@pytest.mark.parametrize("name", sorted(forms(PHRASE)))
def test_each_disguise_is_seen_through(name: str) -> None:
    hidden = b"before" + forms(PHRASE)[name] + b"after"

    assert name in sightings(PHRASE, hidden)


@pytest.mark.parametrize("before", range(6))
def test_base64_of_a_longer_text_is_seen_at_every_alignment(before: int) -> None:
    whole = base64.b64encode(b"x" * before + PHRASE.encode() + b" and so on")

    assert sightings(PHRASE, whole)


@pytest.mark.parametrize(
    "hidden",
    [
        packed("so " + PHRASE),
        b"head" + packed(json.dumps({"a": PHRASE})),
        mail_with(f"Bonjour,\n\n{PHRASE} " * 20, "quoted-printable"),
        mail_with(PHRASE, "base64"),
        quote(PHRASE).encode(),
        PHRASE.encode().hex().upper().encode(),
    ],
    ids=["packed", "packed_inside", "quoted_printable", "mail_base64", "percent", "hex"],
)
def test_packed_and_mailed_phrases_are_found(hidden: bytes) -> None:
    assert sightings(PHRASE, hidden)


def test_clean_bytes_show_nothing() -> None:
    clean = bytes(range(256)) * 40 + packed("nothing here") + mail_with("rien", "base64")

    assert sightings(PHRASE, clean) == []


def test_files_and_their_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" + PHRASE.encode("utf-16-le"))
    (tmp_path / f"{PHRASE}.txt").write_bytes(b"")

    found = sightings_in_files([PHRASE], tmp_path)

    assert len({line.partition(":")[0] for line in found}) == 2
