from typing import Any

import pytest

from tests.support.actors import Person
from tests.support.requests import PREFERENCES


async def test_everybody_is_told_who_they_are_here(ana: Person, ben: Person) -> None:
    coordinator, physician = await ana.get("/me"), await ben.get("/me")

    assert coordinator.body == {
        "professional": ana.id,
        "account": ana.id,
        "device": None,
        "given_name": "Ana",
        "family_name": "Dubreuil",
        "email": "ana@ronde.example",
        "role": "coordinator",
        "profession": None,
        "language": "fr",
        "passkeys": 0,
        "recovery": False,
    }
    assert (physician.body["role"], physician.body["profession"]) == ("professional", "physician")


async def test_choices_are_kept_for_the_one_who_made_them(ana: Person, ben: Person) -> None:
    before = await ana.get("/me/preferences")

    kept = await ana.ask("PUT", "/me/preferences", PREFERENCES)

    assert before.body == {
        "language": "fr",
        "digest": "off",
        "urgent": True,
        "quiet_from": "20:00",
        "quiet_to": "08:00",
        "push": True,
        "digest_at": "07:30",
        "digest_day": 0,
        "quiet_days": [],
        "urgent_email": False,
    }
    assert (kept.status, (await ana.get("/me/preferences")).body) == (200, PREFERENCES)
    assert (await ana.get("/me")).body["language"] == "en"
    assert (await ben.get("/me/preferences")).body == before.body


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "de"},
        {"digest": "hourly"},
        {"quiet_from": "24:00"},
        {"quiet_from": "7:00"},
        {"quiet_to": "07:00\n"},
        {"quiet_to": "07:00:00"},
        {"push": "yes"},
        {"digest_day": 7},
        {"quiet_days": [0, 7]},
        {"more": 1},
    ],
)
async def test_a_choice_that_is_none_is_refused(ana: Person, wrong: dict[str, Any]) -> None:
    refused = await ana.ask("PUT", "/me/preferences", PREFERENCES | wrong)

    assert (refused.status, refused.code) == (400, "malformed")
    assert (await ana.get("/me/preferences")).body["language"] == "fr"
