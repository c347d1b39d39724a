"""Our own vectors, read here and by the TypeScript twin alike."""

from pathlib import Path

import pytest

from tests.support.generate_vectors import every_vector
from tests.support.ronde_vectors import FOLDER, load, run

FILES = sorted(FOLDER.iterdir()) if FOLDER.exists() else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_vector_gives_what_it_expects(path: Path) -> None:
    vector = load(path)

    assert vector["name"] == path.stem
    assert run(vector) == vector["expect"]


def test_every_file_has_its_place_in_the_generator_and_the_other_way_round() -> None:
    written = {path.name for path in FILES}

    assert written == {f"{vector.name}.json" for vector in every_vector()}


def test_every_vector_is_still_what_its_generator_means() -> None:
    outcomes = {vector.name: vector.outcome for vector in every_vector()}

    for path in FILES:
        expect = load(path)["expect"]
        assert isinstance(expect, dict)
        assert expect["outcome"] == outcomes[path.stem], path.name
