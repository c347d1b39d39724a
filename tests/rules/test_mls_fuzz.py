"""Decoders under bytes that nobody meant: they refuse or they read, and do nothing else."""

import json
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.mls.codec import Encodable, Malformed, Reader, Writer, decode, encode
from crypto.mls.commit import Commit
from crypto.mls.framing import AuthenticatedContent, PublicMessage
from crypto.mls.group_context import GroupContext
from crypto.mls.group_info import GroupInfo
from crypto.mls.key_package import KeyPackage
from crypto.mls.leaf_node import LeafNode
from crypto.mls.message import MlsMessage
from crypto.mls.private_message import PrivateMessage, SenderData
from crypto.mls.proposal import Add, GroupContextExtensions, InjectPsk, ReInit, Remove, Update
from crypto.mls.psk import read_psk_id
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.update_path import UpdatePath
from crypto.mls.welcome import GroupSecrets, Welcome
from tests.support.mls_vectors import FOLDER
from tests.support.mutation import damaged

READERS: dict[str, Callable[[Reader], Encodable]] = {
    "add": Add.read,
    "authenticated content": AuthenticatedContent.read,
    "commit": Commit.read,
    "group context": GroupContext.read,
    "group context extensions": GroupContextExtensions.read,
    "group info": GroupInfo.read,
    "group secrets": GroupSecrets.read,
    "key package": KeyPackage.read,
    "leaf node": LeafNode.read,
    "message": MlsMessage.read,
    "pre-shared key": InjectPsk.read,
    "pre-shared key id": read_psk_id,
    "private message": PrivateMessage.read,
    "public message": PublicMessage.read,
    "ratchet tree": RatchetTree.read,
    "reinit": ReInit.read,
    "remove": Remove.read,
    "sender data": SenderData.read,
    "update": Update.read,
    "update path": UpdatePath.read,
    "welcome": Welcome.read,
}
FRAMES_NOW, FRAMES_LONG = 20_000, 1_000_000
HUGE_LENGTHS = (b"\xbf\xff\xff\xff", b"\x80\x01\x00\x00", b"\x9f\xff\xff\xff")


def read_or_refuse(read: Callable[[Reader], Encodable], data: bytes) -> bool:
    """Read bytes; tell whether they were the structure, whose only bytes these then are."""
    try:
        value = decode(read, data)
    except Refused:
        return False
    assert encode(value) == data, "two byte strings with one meaning"
    return True


def genuine() -> list[tuple[str, bytes]]:
    """Return real structures, each with the name of its reader."""
    rows = json.loads((FOLDER / "messages.json").read_text())
    names = {
        "ratchet_tree": "ratchet tree",
        "group_secrets": "group secrets",
        "add_proposal": "add",
        "update_proposal": "update",
        "commit": "commit",
        "pre_shared_key_proposal": "pre-shared key",
        "re_init_proposal": "reinit",
    }
    return [
        (names.get(name, "message"), bytes.fromhex(text))
        for row in rows
        for name, text in row.items()
        if name in names or name.startswith(("mls_", "public_", "private_"))
    ]


def shoot(frames: int, *, seed: int) -> int:
    """Feed damaged structures to their readers; return how many were still structures."""
    random, real = Random(seed), genuine()
    others = [data for _, data in real]
    read = 0
    for _ in range(frames):
        name, data = random.choice(real)
        read += read_or_refuse(READERS[name], damaged(random, data, others))
    return read


@given(data=st.binary(max_size=200), name=st.sampled_from(sorted(READERS)))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    read_or_refuse(READERS[name], data)


@pytest.mark.parametrize("name", sorted(READERS))
def test_nothing_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        decode(READERS[name], b"")


def test_damaged_structures_are_read_or_refused() -> None:
    read = shoot(FRAMES_NOW, seed=1)

    assert 0 < read < FRAMES_NOW


@pytest.mark.long
@pytest.mark.timeout(900)
def test_damaged_structures_are_read_or_refused_however_many_come() -> None:
    read = shoot(FRAMES_LONG, seed=2)

    assert 0 < read < FRAMES_LONG


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize("length", HUGE_LENGTHS)
def test_a_length_that_lies_costs_nothing(name: str, length: bytes) -> None:
    for prefix in (b"", b"\x00\x01\x00\x01", b"\x00\x01\x00\x05\x00\x01\x00\x01", b"\x01"):
        assert not read_or_refuse(READERS[name], prefix + length + b"\x00" * 64)


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_structure_nested_in_itself_exhausts_no_stack(name: str) -> None:
    data = b""
    for _ in range(5_000):
        data = Writer().opaque(data).bytes()

    # A list of extensions may hold it as the content of one: that is not nesting.
    assert read_or_refuse(READERS[name], data) == (name == "group context extensions")


@given(data=st.binary(max_size=40))
def test_what_the_reader_takes_the_writer_would_have_written(data: bytes) -> None:
    def read_all(reader: Reader) -> bytes:
        writer = Writer().opaque(reader.opaque()).uint16s(reader.uint16s())
        return writer.uint32s(reader.uint32s()).bytes()

    try:
        written = decode(read_all, data)
    except Malformed:
        return
    assert written == data


def test_a_length_in_a_longer_form_than_needed_is_refused() -> None:
    for padded in (b"\x40\x01a", b"\x80\x00\x00\x01a", b"\x80\x00\x3f\xff" + b"a" * 0x3FFF):
        with pytest.raises(Malformed):
            decode(Reader.opaque, padded)


def test_a_message_longer_than_any_of_ours_is_refused_before_it_is_read() -> None:
    with pytest.raises(Malformed):
        Reader(bytes((1 << 24) + 1))


@pytest.mark.parametrize("data", [bytes(1 << 20), b"\x01\x02\x00\x00\x00" * (1 << 18)])
def test_a_message_of_more_items_than_any_of_ours_is_refused_early(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(RatchetTree.read, Writer().opaque(data).bytes())
    with pytest.raises(Malformed):
        decode(Reader.uint16s, Writer().opaque(data).bytes())


def test_vectors_within_vectors_come_to_an_end() -> None:
    def read(reader: Reader) -> object:
        return reader.vector(read)

    data = b""
    for _ in range(50):
        data = Writer().opaque(data).bytes()

    with pytest.raises(Malformed):
        decode(read, data)


def test_a_value_of_fixed_length_has_that_length() -> None:
    def read(reader: Reader) -> bytes:
        return reader.fixed(2)

    assert decode(read, b"\x02ab") == b"ab"
    for data in (b"\x01a", b"\x03abc"):
        with pytest.raises(Malformed):
            decode(read, data)
