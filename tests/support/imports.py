"""Files of an invented tool, and somebody who imports them over HTTP."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from care_circle.ins import nir_key
from tests.support.actors import Answer, Person

EXPORT: Final = Path(__file__).parent / "spico_export.csv"
CHILD: Final[Mapping[str, str]] = {
    "N° de dossier": "D-1",
    "Nom de naissance": "Quenouille",
    "Prénoms de naissance": "Zéphyrine Marie",
    "Date de naissance": "20/08/2024",
    "Sexe": "F",
    "Terme": "28+3",
    "Poids de naissance (g)": "1040",
    "Responsable 1 - Nom": "Quenouille",
    "Responsable 1 - Prénom": "Odile",
    "Responsable 1 - Autorité parentale": "Oui",
    "Responsable 1 - Téléphone": "06 39 98 01 02",
}
"""A line about an invented child, in the words of `spico.yaml`."""

_NUMBER = "2240830189001"
QUALIFIED: Final[Mapping[str, str]] = {
    "Matricule INS": _NUMBER,
    "Clé INS": f"{nir_key(_NUMBER):02d}",
    "OID INS": "1.2.250.1.213.1.4.10",
    "Statut de l'identité": "Qualifiée",
    "Justificatif d'identité": "Livret de famille",
    "Code INSEE du lieu de naissance": "30189",
}
"""What makes that child's identity a qualified one, under a system made for tests."""


def child(**otherwise: str) -> dict[str, str]:
    """Give a line about a child; what is said otherwise goes by the field's short name."""
    names = {
        "id": "N° de dossier", "family": "Nom de naissance", "given": "Prénoms de naissance",
        "born": "Date de naissance", "weight": "Poids de naissance (g)", "term": "Terme",
        "phone": "Responsable 1 - Téléphone",
    }  # fmt: skip
    return {**CHILD, **{names.get(name, name): text for name, text in otherwise.items()}}


def table(rows: Iterable[Mapping[str, str]], *, separator: str = ";") -> str:
    """Write lines as a table."""
    known = list(rows)
    headings = list(dict.fromkeys(name for row in known for name in row))
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, headings, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(known)
    return held.getvalue()


async def send(
    person: Person, rows: Iterable[Mapping[str, str]] | bytes, *, source: str = "spico"
) -> Answer:
    """Send a file for a report on it."""
    data = rows if isinstance(rows, bytes) else table(rows).encode()
    return await person.ask("POST", f"/imports?source={source}", data=data)


async def take_over(person: Person, report: Answer, **form: object) -> dict[str, Any]:
    """Apply a report, and wait until it is over."""
    path = f"/imports/{report.body['id']}"
    begun = await person.post(f"{path}/application", {"digest": report.body["digest"], **form})
    assert begun.status == 202, begun
    async with asyncio.timeout(30):
        while (now := await person.get(path)).body["state"] == "applying":  # noqa: ASYNC110 -- as a page does
            await asyncio.sleep(0.05)
    held: dict[str, Any] = now.body
    return held


async def lines_of(person: Person, report: Answer, query: str = "") -> list[dict[str, Any]]:
    """Read a report's lines."""
    answer = await person.get(f"/imports/{report.body['id']}/lines?limit=200{query}")
    assert answer.status == 200, answer
    items: list[dict[str, Any]] = answer.body["items"]
    return items
