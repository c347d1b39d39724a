"""Seeded damage to byte strings, of the kinds that break decoders."""

from random import Random

# Lengths that lie: none, one too long, the longest of each form, forms that are forbidden.
LENGTHS = (
    b"\x00",
    b"\x3f",
    b"\x40\x00",
    b"\x7f\xff",
    b"\x80\x00\x00\x00",
    b"\xbf\xff\xff\xff",
    b"\xc0\x00\x00\x00\x00\x00\x00\x00",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
)


def damaged(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """Return the bytes with one to three kinds of damage."""
    for _ in range(random.randint(1, 3)):
        data = _damage(random, data, others)
    return data


def blurred(random: Random, data: bytes) -> bytes:
    """Return the bytes with one to four bits flipped: most structures survive it."""
    for _ in range(random.randint(1, 4)):
        data = _flipped(random, data)
    return data


def _damage(random: Random, data: bytes, others: list[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    to = min(len(data), at + random.randint(1, 40))
    match random.randrange(8):
        case 0:
            return _flipped(random, data)
        case 1:
            return data[:at]
        case 2:
            return data[:at] + random.choice(LENGTHS) + data[to:]
        case 3:
            return data[:at] + random.choice(LENGTHS) + data[at:]
        case 4:
            return data[:at] + data[at:to] * random.randint(2, 9) + data[to:]
        case 5:
            other = random.choice(others)
            return data[:at] + other[random.randrange(len(other) + 1) :]
        case 6:
            return data[:at] + random.randbytes(random.randint(1, 24)) + data[to:]
        case _:
            return data[:at] + data[to:]


def _flipped(random: Random, data: bytes) -> bytes:
    if not data:
        return b"\x00"
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ (1 << random.randrange(8)),)) + data[at + 1 :]
