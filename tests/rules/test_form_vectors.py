"""What the browser computes and refuses is what the server does: both read these vectors."""

import pytest

from tests.support.form_vectors import FOLDER, vectors


@pytest.mark.parametrize(("file", "text"), list(vectors()), ids=lambda each: each[:20])
def test_the_vectors_of_forms_are_what_the_rules_say_today(file: str, text: str) -> None:
    kept = (FOLDER / file).read_text(encoding="utf-8")

    assert kept == text, "written anew by: python -m tests.support.form_vectors"


def test_no_other_file_lies_among_the_vectors() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {file for file, _ in vectors()}
