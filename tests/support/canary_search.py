"""Looks for many phrases in much at once, with the disguises and the layers of canary.py."""

import sys
from collections.abc import Iterable, Iterator

from tests.support.canary import _layers, forms

_WINDOW = 8


def found(phrases: Iterable[str], data: bytes, *, besides: Iterable[str] = ()) -> list[str]:
    """Name the phrases that are in some bytes, in whichever disguise; `besides` may be there."""
    wanted = {phrase for phrase in phrases if phrase} - frozenset(besides)
    # Many disguises of a plain phrase are the same bytes: the first name is the one told.
    needles = {
        needle: f"{phrase}: {name}"
        for phrase in wanted
        for name, needle in reversed(forms(phrase).items())
    }
    return sorted(
        {
            f"{needles[needle]} {place}".strip()
            for place, content in _layers(data)
            for needle in _within(needles, content)
        }
    )


def named(sightings: Iterable[str]) -> set[str]:
    """Give the phrases that were seen."""
    return {line.rpartition(": ")[0] for line in sightings}


def _within(needles: Iterable[bytes], content: bytes) -> Iterator[bytes]:
    """Give the needles that are there; looks at each eight bytes once, not once for each."""
    beginnings: dict[int, list[bytes]] = {}
    for needle in needles:
        if len(needle) < _WINDOW:
            yield from (needle,) if needle in content else ()
        else:
            beginning = int.from_bytes(needle[:_WINDOW], sys.byteorder)
            beginnings.setdefault(beginning, []).append(needle)
    view, wanted = memoryview(content), set(beginnings)
    for shift in range(min(_WINDOW, len(content))):
        whole = (len(content) - shift) // _WINDOW * _WINDOW
        for beginning in wanted.intersection(view[shift : shift + whole].cast("Q")):
            yield from (needle for needle in beginnings[beginning] if needle in content)
