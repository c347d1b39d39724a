"""The recovery code: what people make of it, and what only it opens."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import recovery
from crypto.ids import ProfessionalId, new_id
from crypto.mls.suite import SUITE_1, Secret
from crypto.recovery import (
    LETTERS,
    BadCode,
    BadRecord,
    CodeFault,
    IdentityRecord,
    RecordFault,
    RecoveryCode,
    keys_for,
    new_code,
    read_code,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ANA = ProfessionalId(new_id())
RECORD = IdentityRecord(private=Secret(b"i" * 32))


def sealed(code: RecoveryCode, *, proof: bytes | None = None) -> bytes:
    keys = code.keys()
    return recovery.seal(
        RECORD, professional=ANA, public_key=keys.pair.public, proof=proof or keys.proof
    )


def test_a_code_is_eight_groups_of_four_letters() -> None:
    groups = new_code().written.split(" ")

    assert [len(group) for group in groups] == [4] * 8
    assert set("".join(groups)) <= set(ALPHABET)


def test_no_two_codes_are_alike() -> None:
    assert len({new_code().letters for _ in range(200)}) == 200


def test_a_code_is_read_however_it_was_typed() -> None:
    code = new_code()
    sloppy = code.written.replace("0", "o").replace("1", "l").lower()

    for text in (code.written, code.letters, sloppy, f"  {sloppy.replace(' ', ' - ')}\n"):
        assert read_code(text) == code
    assert read_code(code.written.replace("1", "I").replace(" ", "\u202f")) == code


@given(st.integers(0, LETTERS - 1), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_always_noticed(place: int, letter: str) -> None:
    code = new_code()
    wrong = code.letters[:place] + letter + code.letters[place + 1 :]

    if wrong != code.letters:
        with pytest.raises(BadCode) as refused:
            read_code(wrong)
        assert refused.value.fault is CodeFault.MISTYPED


@given(st.data())
def test_two_wrong_letters_are_always_noticed(data: st.DataObject) -> None:
    code = new_code()
    letters = list(code.letters)
    for place in data.draw(st.lists(st.integers(0, LETTERS - 1), min_size=2, max_size=2)):
        letters[place] = data.draw(st.sampled_from(ALPHABET))

    if "".join(letters) != code.letters:
        with pytest.raises(BadCode):
            read_code("".join(letters))


@given(st.integers(0, LETTERS - 1), st.integers(0, LETTERS - 1))
def test_two_letters_that_changed_places_are_always_noticed(one: int, other: int) -> None:
    code = new_code()
    letters = list(code.letters)
    letters[one], letters[other] = letters[other], letters[one]

    if "".join(letters) != code.letters:
        with pytest.raises(BadCode):
            read_code("".join(letters))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", CodeFault.LENGTH),
        ("0" * 31, CodeFault.LENGTH),
        ("0" * 33, CodeFault.LENGTH),
        ("U" + "0" * 31, CodeFault.LETTER),
        ("é" + "0" * 31, CodeFault.LETTER),
        ("\u0661" + "0" * 31, CodeFault.LETTER),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason(text: str, fault: CodeFault) -> None:
    with pytest.raises(BadCode) as refused:
        read_code(text)

    assert refused.value.fault is fault


def test_a_code_shows_neither_itself_nor_its_keys() -> None:
    code = new_code()
    shown = f"{code!r} {code} {code.keys()!r}"

    assert code.letters not in shown
    assert code.keys().proof.hex() not in shown
    assert code.keys().pair.private.hex() not in shown


def test_a_code_has_one_pair_of_keys_and_another_code_another() -> None:
    code = new_code()

    assert read_code(code.written).keys() == code.keys()
    assert new_code().keys() != code.keys()
    assert code.keys().proof != code.keys().pair.private


def test_a_code_of_another_backup_is_told_before_anything_is_opened() -> None:
    code = new_code()

    with pytest.raises(BadCode) as refused:
        keys_for(new_code(), code.keys().pair.public)

    assert refused.value.fault is CodeFault.ANOTHER
    assert keys_for(code, code.keys().pair.public) == code.keys()


def test_a_record_opens_with_its_code_alone() -> None:
    code = new_code()

    opened = recovery.open_(sealed(code), professional=ANA, keys=code.keys())

    assert opened == RECORD
    with pytest.raises(BadRecord) as refused:
        recovery.open_(sealed(code), professional=ANA, keys=new_code().keys())
    assert refused.value.fault is RecordFault.UNREADABLE


def test_a_record_is_nobody_elses() -> None:
    code = new_code()

    with pytest.raises(BadRecord):
        recovery.open_(sealed(code), professional=ProfessionalId(new_id()), keys=code.keys())


def test_a_server_that_plants_an_identity_key_of_its_own_is_found_out() -> None:
    code = new_code()
    planted = sealed(code, proof=SUITE_1.random_secret())

    with pytest.raises(BadRecord) as refused:
        recovery.open_(planted, professional=ANA, keys=code.keys())

    assert refused.value.fault is RecordFault.FORGED


@given(st.binary(max_size=200))
def test_noise_is_refused_as_a_record(noise: bytes) -> None:
    with pytest.raises(BadRecord):
        recovery.open_(noise, professional=ANA, keys=CODE.keys())


@given(st.text(alphabet=string.printable, max_size=60))
def test_noise_is_refused_as_a_code(text: str) -> None:
    with pytest.raises(BadCode):
        read_code(text + "!")


CODE = new_code()
