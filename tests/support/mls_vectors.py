"""The official MLS test vectors, as pytest parameters."""

import json
from pathlib import Path
from typing import Any

import pytest

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
