"""What the operator could hand over: every field name in a store, by kind, and who can read it.

Works on a dump, as the operator would: with the master key in hand.
"""

import json
import re
from collections.abc import AsyncIterable, Iterator, Mapping
from typing import Any

import msgspec

from server.audit import STREAM
from server.storage.backups import STREAM as BACKUP
from server.storage.engine import Doc, Dumped
from server.storage.fields import Place, unseal
from server.storage.keys import Keyring

Inventory = dict[str, dict[str, list[str]]]

_ENVELOPE = {"schema", "written", "scope", "fields", "sealed"}
_ID = re.compile(r"[a-z2-7]{26}")
_FREE_KEYS = re.compile(r"(versions\[\]\.answers)\..*")
_CLOSED = {"blob": {"sealed"}}
_MEMBERS_ONLY = frozenset({"entry", "history"})


async def inventory(items: AsyncIterable[Doc | Dumped], keyring: Keyring) -> Inventory:
    """List the names of fields: open to a thief, open with the key, closed even to us."""
    found: dict[str, dict[str, set[str]]] = {}
    async for item in items:
        kind = item.kind if isinstance(item, Doc) else _log(item.stream)
        held = found.setdefault(kind, {})
        if isinstance(item, Doc):
            held.setdefault("keys", set()).update(_keys(item))
            held.setdefault("clear", set()).update(set(_clear(item)) - _CLOSED.get(kind, set()))
            held.setdefault("closed_to_us", set()).update(_CLOSED.get(kind, set()))
            held.setdefault("with_the_master_key", set()).update(await _sealed(item, keyring))
        else:
            names, closed = _entry(item)
            held.setdefault("clear", set()).update(names)
            held.setdefault("closed_to_us", set()).update(closed)
    return {
        kind: {how: sorted(names) for how, names in sorted(held.items()) if names}
        for kind, held in sorted(found.items())
    }


def as_text(listed: Inventory) -> str:
    """Write an inventory as its reviewed file."""
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _log(stream: str) -> str:
    if stream.startswith(BACKUP):
        return "log of a backup"
    return f"log of {stream}" if stream == STREAM else "log of a channel"


def _keys(doc: Doc) -> Iterator[str]:
    """Name the kinds of keys a document is found by; what follows the colon is an id or blind."""
    yield "id"
    if doc.due is not None:
        yield "due"
    for key in (doc.unique or "", *doc.tags):
        head, colon, _ = key.partition(":")
        if key:
            yield f"{head}:…" if colon else ("blind" if re.fullmatch("[0-9a-f]{32}", key) else key)


def _clear(doc: Doc) -> Iterator[str]:
    plain = msgspec.msgpack.decode(doc.body)
    if set(plain) == _ENVELOPE:
        yield from _names(plain["fields"], "")
    else:
        yield from _names(plain, "")


async def _sealed(doc: Doc, keyring: Keyring) -> list[str]:
    plain = msgspec.msgpack.decode(doc.body)
    if set(plain) != _ENVELOPE or not plain["sealed"]:
        return []
    key = await keyring.for_reading(plain["scope"])
    opened = {
        name: msgspec.msgpack.decode(
            unseal(key, Place(doc.kind, doc.id, name, plain["written"]), data)
        )
        for name, data in plain["sealed"].items()
    }
    return list(_names(opened, ""))


def _entry(item: Dumped) -> tuple[set[str], set[str]]:
    """Name what is open of an entry: its number, its sender and its card, but not its words."""
    plain = msgspec.msgpack.decode(item.entry.body)
    names = {"seq", "id", "at", *_names(plain, "")}
    if item.stream == STREAM:
        return names, set()
    if item.stream.startswith(BACKUP):
        return names - {"body"}, {"sealed record"}
    names |= {"sender", "epoch"}
    if plain["kind"] in _MEMBERS_ONLY:
        return names - {"body"}, {f"{plain['kind']} body"}
    return (names - {"body"}) | {f"{plain['kind']} body (public group state)"}, set()


def _names(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 -- whatever was stored
    """Walk to the leaves; lists count once, and ids that serve as keys are one name."""
    if isinstance(value, Mapping) and value:
        for name, held in value.items():
            shown = "{id}" if _ID.fullmatch(str(name)) else str(name)
            yield from _names(held, f"{path}.{shown}" if path else shown)
    elif isinstance(value, list):
        for held in value or [None]:
            yield from _names(held, f"{path}[]")
    else:
        yield _FREE_KEYS.sub(r"\1.*", path)
