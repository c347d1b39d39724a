"""What both adapters agree on: which keys are fit to store, and the digest of a row.

SQLite's own check finds one flipped bit in ten, so every row carries a digest of all that
is in it. It guards against rot, not against an attacker: what must not be forged is sealed
or signed above the engine.
"""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable

from server.storage.engine import Damaged, Doc, Dumped, Entry

LONGEST_KEY = 512
LARGEST_PAGE = 1000
LARGEST_BODY = 15 * 2**20
_LARGEST_INTEGER = 2**63 - 1
_FIRST_PRINTABLE = " "
_LAST_ASCII = "\x7f"


def require_keys(*keys: str) -> None:
    """Refuse text the two databases could disagree about: empty, long, or with controls.

    Raises:
        ValueError: A key is not fit.
    """
    for key in keys:
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            _require_tolerable(key)


def is_key(key: str) -> bool:
    """Tell whether anything can be stored under a key."""
    try:
        require_keys(key)
    except ValueError:
        return False
    return True


def _require_tolerable(key: str) -> None:
    """Settle the rare cases: printable to a database is more than printable to Python."""
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError("a key is empty or too long")
    if min(key) < _FIRST_PRINTABLE or _LAST_ASCII in key:
        raise ValueError("a key holds a control character")
    if any("\ud800" <= character <= "\udfff" for character in key):
        raise ValueError("a key holds half a character")


def require_doc(doc: Doc) -> None:
    """Refuse a document an engine could not keep.

    Raises:
        ValueError: A key, the body or a number is not fit.
    """
    require_keys(doc.kind, doc.id, *doc.tags)
    if doc.unique is not None:
        require_keys(doc.unique)
    require_body(doc.body)
    require_numbers(doc.version, doc.due or 0)


def require_body(body: bytes) -> None:
    """Refuse a body that is not bytes, or larger than a MongoDB document may be.

    Raises:
        ValueError: It is not fit.
    """
    if not isinstance(body, bytes) or len(body) > LARGEST_BODY:
        raise ValueError("a body is not bytes or is larger than 15 MiB")


def require_numbers(*numbers: int) -> None:
    """Refuse numbers that do not fit into 63 bits.

    Raises:
        ValueError: One is negative or too large.
    """
    if not all(0 <= number <= _LARGEST_INTEGER for number in numbers):
        raise ValueError("a number is negative or too large")


def require_page(limit: int) -> None:
    """Refuse a page that holds nothing, or more than fits into an answer.

    Raises:
        ValueError: It does.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise ValueError("a page holds 1 to 1000 items")


async def in_pages(
    items: AsyncIterable[Doc | Dumped], size: int
) -> AsyncIterator[list[Doc | Dumped]]:
    """Give what comes in lists of at most `size`, each item fit to be stored.

    Raises:
        ValueError: An item breaks the port's rules.
    """
    page: list[Doc | Dumped] = []
    async for item in items:
        require_item(item)
        page.append(item)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def require_item(item: Doc | Dumped) -> None:
    """Refuse a part of a dump an engine could not keep.

    Raises:
        ValueError: A key, a body or a number is not fit.
    """
    if isinstance(item, Doc):
        require_doc(item)
        return
    require_keys(item.stream, item.entry.mid)
    require_body(item.entry.body)
    require_numbers(item.entry.seq, item.entry.at, item.entry.leads_to, item.entry.epoch or 0)


def labels(doc: Doc) -> list[str]:
    """List every key `find` knows a document by, each once."""
    keys = set(doc.tags)
    if doc.unique is not None:
        keys.add(doc.unique)
    return sorted(keys)


def doc_digest(doc: Doc) -> bytes:
    """Digest a document with all that is kept beside its body: 16 bytes."""
    tags = "\x1e".join(doc.tags)
    head = f"{doc.kind}\x1f{doc.id}\x1f{doc.version}\x1f{doc.unique or ''}\x1f{tags}\x1f{doc.due}\n"
    return hashlib.sha256(head.encode() + doc.body).digest()[:16]


def entry_digest(stream: str, entry: Entry) -> bytes:
    """Digest an entry with its place: 16 bytes."""
    seq, mid, body, epoch, at, leads_to = entry
    head = f"{stream}\x1f{seq}\x1f{mid}\x1f{epoch}\x1f{at}\x1f{leads_to}\n"
    return hashlib.sha256(head.encode() + body).digest()[:16]


def verified_doc(doc: Doc, digest: bytes) -> Doc:
    """Give a document back if its digest agrees.

    Raises:
        Damaged: It does not.
    """
    if doc_digest(doc) != digest:
        raise Damaged(f"document {doc.kind}/{doc.id} does not agree with its digest")
    return doc


def verified_entry(stream: str, entry: Entry, digest: bytes) -> Entry:
    """Give an entry back if its digest agrees.

    Raises:
        Damaged: It does not.
    """
    if entry_digest(stream, entry) != digest:
        raise Damaged(f"entry {stream}/{entry.seq} does not agree with its digest")
    return entry


def contiguous(stream: str, entries: list[Entry]) -> list[Entry]:
    """Give a page back if no number is missing inside it.

    Raises:
        Damaged: One is.
    """
    if entries and entries[-1].seq - entries[0].seq != len(entries) - 1:
        raise Damaged(f"stream {stream} misses a number")
    return entries


def gaps(numbered: Iterable[tuple[str, int]]) -> list[str]:
    """Say where a stream misses a number; takes every (stream, seq) in order."""
    complaints, last = [], ("", 0)
    for stream, seq in numbered:
        if stream == last[0] and seq != last[1] + 1:
            complaints.append(f"stream {stream} misses a number before {seq}")
        last = (stream, seq)
    return complaints
