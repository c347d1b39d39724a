"""Files sealed in chunks: whole and in order, or not at all."""

import hashlib
import os
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.attachment import (
    CHUNK,
    MAX_SIZE,
    PREFIX_LENGTH,
    TAG_LENGTH,
    AttachmentFault,
    BadAttachment,
    new_key,
    open_,
    open_stream,
    padded_size,
    seal,
    seal_stream,
    sealed_size,
)

KEY = new_key()
EDGES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5)


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    """Let bytes arrive in whatever pieces."""
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    yield b""
    for start, end in pairwise(ends):
        yield data[start:end]


@given(size=st.sampled_from(EDGES), places=st.lists(st.integers(0, 1 << 20), max_size=8))
def test_a_stream_opens_however_it_arrives(size: int, places: list[int]) -> None:
    data = os.urandom(size)

    sealed = b"".join(seal_stream(KEY, cut(data, places)))

    assert b"".join(open_stream(KEY, cut(sealed, places))) == data
    assert len(sealed) == PREFIX_LENGTH + size + max(1, -(-size // CHUNK)) * TAG_LENGTH


@given(size=st.sampled_from(EDGES), data=st.data())
def test_a_stream_that_is_cut_anywhere_is_refused(size: int, data: st.DataObject) -> None:
    sealed = b"".join(seal_stream(KEY, (os.urandom(size),)))
    end = data.draw(st.integers(0, len(sealed) - 1))

    with pytest.raises(BadAttachment):
        b"".join(open_stream(KEY, (sealed[:end],)))


@given(size=st.sampled_from(EDGES), more=st.binary(min_size=1, max_size=40))
def test_a_stream_with_more_behind_it_is_refused(size: int, more: bytes) -> None:
    sealed = b"".join(seal_stream(KEY, (os.urandom(size),)))

    with pytest.raises(BadAttachment):
        b"".join(open_stream(KEY, (sealed + more,)))


@given(size=st.sampled_from(EDGES), data=st.data())
def test_a_stream_with_one_bit_changed_is_refused(size: int, data: st.DataObject) -> None:
    sealed = bytearray(b"".join(seal_stream(KEY, (os.urandom(size),))))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(BadAttachment):
        b"".join(open_stream(KEY, (bytes(sealed),)))


def test_two_chunks_that_changed_places_are_refused() -> None:
    sealed = b"".join(seal_stream(KEY, (bytes(3 * CHUNK),)))
    start, step = PREFIX_LENGTH, CHUNK + TAG_LENGTH
    first, second = sealed[start : start + step], sealed[start + step : start + 2 * step]

    with pytest.raises(BadAttachment):
        b"".join(open_stream(KEY, (sealed[:start], second, first, sealed[start + 2 * step :])))


def test_what_was_opened_before_the_fault_was_genuine() -> None:
    data = os.urandom(2 * CHUNK + 9)
    sealed = b"".join(seal_stream(KEY, (data,)))
    stream = open_stream(KEY, (sealed[:-1],))

    opened = next(stream) + next(stream)

    with pytest.raises(BadAttachment):
        next(stream)
    assert opened == data[: 2 * CHUNK]


def test_the_same_file_twice_has_nothing_in_common_for_the_server() -> None:
    one, other = seal(b"compte rendu"), seal(b"compte rendu")

    assert one.key != other.key
    assert one.sealed[:PREFIX_LENGTH] != other.sealed[:PREFIX_LENGTH]
    assert one.sha256 != other.sha256


def test_the_largest_file_opens_and_a_byte_more_is_refused_before_it_is_sealed() -> None:
    file = seal(bytes(MAX_SIZE))

    with pytest.raises(BadAttachment) as refused:
        seal(bytes(MAX_SIZE + 1))

    assert refused.value.fault is AttachmentFault.TOO_LARGE
    assert open_(file.sealed, key=file.key, size=file.size, sha256=file.sha256) == bytes(MAX_SIZE)


@given(st.integers(0, MAX_SIZE))
def test_a_size_is_blurred_by_an_eighth_at_most(size: int) -> None:
    padded = padded_size(size)

    assert size <= padded <= max(1024, size * 1.125)
    assert padded_size(padded) == padded
    assert sealed_size(size) == sealed_size(padded)


def test_few_sizes_are_ever_seen() -> None:
    seen = {padded_size(size) for size in range(0, MAX_SIZE, 997)}

    assert len(seen) < 400


def test_a_key_that_was_guessed_wrong_shows_nothing() -> None:
    file = seal(b"compte rendu")

    with pytest.raises(BadAttachment) as refused:
        open_(file.sealed, key=new_key(), size=file.size, sha256=file.sha256)

    assert refused.value.fault is AttachmentFault.UNREADABLE


def test_a_blob_that_opens_under_another_key_too_is_refused_for_its_hash() -> None:
    file, other = seal(b"compte rendu"), seal(b"autre chose!")
    sha256 = hashlib.sha256(other.sealed).digest()

    with pytest.raises(BadAttachment) as refused:
        open_(file.sealed, key=file.key, size=file.size, sha256=sha256)

    assert refused.value.fault is AttachmentFault.MISMATCHED


def test_a_files_key_is_not_shown() -> None:
    file = seal(b"compte rendu")

    assert file.key.hex() not in repr(file)
    assert "Secret(...)" in repr(file)
