"""The official MLS test vectors, as pytest parameters."""

import json
from pathlib import Path
from typing import Any

import pytest

from crypto.mls.key_package import KeyPackage, KeyPackageSecrets
from crypto.mls.message import unpack
from crypto.mls.suite import Secret

FOLDER = Path(__file__).parents[1] / "vectors" / "mls"

# Rows are JSON of fifteen shapes, each read by the one test that knows it.
Row = dict[str, Any]


def rows(file: str) -> list[Any]:
    """Return one parameter for each row of a vector file, named by file and number."""
    found = json.loads((FOLDER / f"{file}.json").read_text())
    return [pytest.param(row, id=f"{file}-{number}") for number, row in enumerate(found)]


def unhex(text: str) -> bytes:
    """Return the bytes that a vector writes in hexadecimal."""
    return bytes.fromhex(text)


PASSIVE = [
    row
    for file in (
        "passive-client-welcome",
        "passive-client-handling-commit",
        "passive-client-random",
    )
    for row in rows(file)
]


def keys_of(row: Row) -> KeyPackageSecrets:
    """Read the private side of a passive client."""
    package = unpack(unhex(row["key_package"]))
    assert isinstance(package, KeyPackage)
    return KeyPackageSecrets(
        key_package=package,
        init_key=Secret(unhex(row["init_priv"])),
        encryption_key=Secret(unhex(row["encryption_priv"])),
        signature_key=Secret(unhex(row["signature_priv"])),
    )
