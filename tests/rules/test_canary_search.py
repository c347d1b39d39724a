"""The quick search sees what the slow one sees."""

import base64
import random

import pytest

from tests.support.canary import forms, packed, sightings
from tests.support.canary_search import found, named

PHRASES = ("Zéphyrine préfère le vélo", "ch'tîñ", "2B033", "10987654321")


@pytest.mark.parametrize("before", range(9))
@pytest.mark.parametrize("phrase", PHRASES)
def test_each_disguise_is_found_at_every_alignment(phrase: str, before: int) -> None:
    noise = random.Random(before)
    for name, needle in forms(phrase).items():
        data = noise.randbytes(before + 64) + needle + noise.randbytes(67)

        assert named(found(PHRASES, data)) == {phrase}, name
        assert sightings(phrase, data) != [], name


def test_packed_and_encoded_phrases_are_found_too() -> None:
    data = b"x" + packed("so " + PHRASES[0]) + base64.b64encode(b"yz" + PHRASES[3].encode())

    assert named(found(PHRASES, data)) == {PHRASES[0], PHRASES[3]}


def test_what_may_be_there_is_not_told() -> None:
    data = (PHRASES[0] + PHRASES[3]).encode()

    assert named(found(PHRASES, data, besides=[PHRASES[3]])) == {PHRASES[0]}
    assert found(PHRASES, b"") == []
