"""What a device keeps on disk, under a passphrase."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.vault import DEFAULT_COST, BadVault, Cost, WrongPassphrase, open_, seal

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
STATE = b"what must not be read"


def test_a_vault_opens_with_its_passphrase() -> None:
    vault = seal(STATE, "neuf mots de passe", cost=CHEAP)

    assert open_(vault, "neuf mots de passe") == STATE


def test_a_vault_shows_nothing_of_its_content_or_passphrase() -> None:
    vault = seal(STATE, "neuf mots de passe", cost=CHEAP)

    assert STATE not in vault
    assert b"mots" not in vault


def test_another_passphrase_opens_nothing() -> None:
    vault = seal(STATE, "neuf mots de passe", cost=CHEAP)

    with pytest.raises(WrongPassphrase):
        open_(vault, "neuf mots de passé")


def test_the_same_state_never_looks_the_same() -> None:
    assert seal(STATE, "x", cost=CHEAP) != seal(STATE, "x", cost=CHEAP)


def test_the_default_cost_is_what_rfc_9106_asks_of_a_small_machine() -> None:
    vault = seal(STATE, "neuf mots de passe")

    assert open_(vault, "neuf mots de passe") == STATE
    assert DEFAULT_COST.memory_kib == 64 * 1024
    assert (DEFAULT_COST.passes, DEFAULT_COST.lanes) == (3, 4)


@pytest.mark.parametrize(
    "cost",
    [
        Cost(memory_kib=1 << 21, passes=1, lanes=1),
        Cost(memory_kib=64, passes=17, lanes=1),
        Cost(memory_kib=512, passes=1, lanes=9),
    ],
)
def test_a_vault_that_would_freeze_its_reader_is_refused(cost: Cost) -> None:
    vault = seal(STATE, "x", cost=CHEAP)
    prefix = len(vault) - len(STATE) - 28 - 6
    numbers = cost.memory_kib.to_bytes(4, "big") + bytes((cost.passes, cost.lanes))
    heavy = vault[:prefix] + numbers + vault[prefix + 6 :]

    with pytest.raises(BadVault):
        open_(heavy, "x")


@settings(max_examples=60)
@given(data=st.data())
def test_no_damaged_vault_is_opened(data: st.DataObject) -> None:
    vault = bytearray(seal(STATE, "x", cost=CHEAP))
    prefix = len(vault) - len(STATE) - 28 - 6
    spared = range(prefix, prefix + 6)  # costs are tried above, a large one takes its time
    places = [at for at in range(len(vault)) if at not in spared]
    vault[data.draw(st.sampled_from(places))] ^= data.draw(st.integers(1, 255))

    with pytest.raises((BadVault, WrongPassphrase)):
        open_(bytes(vault), "x")


@pytest.mark.parametrize("data", [b"", b"\0", b"ronde vault v1", bytes(100)])
def test_what_is_no_vault_is_refused(data: bytes) -> None:
    with pytest.raises(BadVault):
        open_(data, "x")
