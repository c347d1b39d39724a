"""A place that no family may be told of is refused as it is booked, with what to write instead."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.actors import Answer, Person, founded, stranger
from tests.support.network import Member, network_of
from tests.support.server import running

NETWORK_TEMPLATES = Path(__file__).parents[1] / "support" / "network_templates"
PLACE = {"name": "Pôle Grandir à Nîmes", "neutral_label": "3 place des Tilleuls"}
SLOT = {"start": "2026-12-03T14:30:00", "duration_minutes": 45}


class Booking(NamedTuple):
    """A coordinator of a network with words of its own, and a child with a physician."""

    ana: Person
    ben: Member
    child: str

    async def at(self, label: str, **more: Any) -> Answer:  # noqa: ANN401 - any field of a slot
        slot = SLOT | {"place_label": label} | more
        form = {"professional": self.ben.id, "slot": slot}
        return await self.ana.post(f"/children/{self.child}/appointments", form)


@pytest.fixture
async def booking(tmp_path: Path) -> AsyncIterator[Booking]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path, templates=NETWORK_TEMPLATES))
        ana = await founded(await stack.enter_async_context(stranger(server)))
        network = await network_of(ana)
        ben = await network.join(await stack.enter_async_context(stranger(server)), name="Ben")
        assert (await network.include_child(ben.id)).status == 200
        assert (await ana.post("/structures", PLACE)).status == 201
        yield Booking(ana, ben, network.child)


@pytest.mark.parametrize(
    "label", ["Pôle Grandir à Nîmes", "POLE GRANDIR - A NIMES", "Pôle «Grandir» à Nîmes"]
)
async def test_the_name_of_a_structure_is_refused_with_what_families_may_read(
    booking: Booking, label: str
) -> None:
    refused = await booking.at(label)
    series = await booking.ana.post(
        f"/children/{booking.child}/series/preview",
        {
            "professional": booking.ben.id,
            "slot": SLOT | {"place_label": label},
            "rhythm": {"every_weeks": 1, "times": 3},
        },
    )

    assert (refused.status, refused.code) == (422, "names_structure")
    assert refused.body["instead"] == {"place_label": "3 place des Tilleuls"}
    assert series.code == "names_structure"


async def test_what_is_told_instead_is_taken_and_an_appointment_does_not_move_to_a_name(
    booking: Booking,
) -> None:
    booked = await booking.at("3 place des Tilleuls")
    here = booked.headers["Location"].removeprefix("/api/v1")

    moved = await booking.ana.ask("PUT", f"{here}/slot", SLOT | {"place_label": PLACE["name"]})

    assert booked.status == 201
    assert moved.code == "names_structure"


@pytest.mark.parametrize("label", ["日本", "улица Мира, 12", "شارع ١٢"])
async def test_letters_that_a_text_message_has_not_are_refused_before_anything_is_planned(
    booking: Booking, label: str
) -> None:
    refused = await booking.at(label)

    assert (refused.status, refused.code) == (422, "unwritable_label")
    assert (await booking.at("12 rue de l'Œillet, bât. É")).status == 201


async def test_a_networks_own_words_name_no_place(booking: Booking) -> None:
    label = await booking.at("Les Lucioles, Nîmes")
    address = await booking.at("12 rue Basse", map_address="Les Lucioles, Nîmes")
    structure = await booking.ana.post(
        "/structures", {"name": "Maison", "neutral_label": "Les Lucioles"}
    )

    assert (label.code, address.code) == ("telling_label", "bad_address")
    assert (structure.status, structure.code) == (422, "telling_label")


@pytest.mark.parametrize(
    ("label", "code"), [("Maison Verte", "names_structure"), ("東京", "unwritable_label")]
)
async def test_a_structure_is_not_called_to_families_as_it_is_called(
    booking: Booking, label: str, code: str
) -> None:
    form = {"name": "Maison verte", "neutral_label": label}

    assert (await booking.ana.post("/structures", form)).code == code
