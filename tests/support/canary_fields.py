"""Every field that somebody can fill, read off the routes: a new one cannot be forgotten."""

import copy
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NewType, Union, get_args, get_origin

import msgspec

from server.forms.channels import ClientId, Id
from server.operations import Operation


class Sort(StrEnum):
    """What a field takes; numbers, flags and closed lists can hold no phrase and are left out."""

    TEXT = "text"
    ID = "id"
    BYTES = "bytes"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value in a body, the field it stands in, and the way to it."""

    field: str
    sort: Sort
    path: tuple[str | int, ...]
    value: Any


def fields_of(operations: Iterable[Operation]) -> dict[str, Sort]:
    """Name every field of every body that can hold a phrase, an id, bytes or a day."""
    found: dict[str, Sort] = {}
    for operation in operations:
        if operation.body is not None:
            found.update(_fields(operation.body))
    return found


def places(shape: type, body: Mapping[str, Any]) -> Iterator[Place]:
    """Walk a body along the struct it is read as."""
    yield from _places(shape, body, "", ())


def altered(body: Mapping[str, Any], path: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401 -- JSON
    """Copy a body with one value replaced."""
    made: Any = copy.deepcopy(body)
    held = made
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    return made


def operation_of(operations: Iterable[Operation], method: str, path: str) -> Operation | None:
    """Find what a request asks for."""
    bare = path.partition("?")[0]
    for operation in operations:
        if operation.method == method and pattern_of(operation).fullmatch(bare):
            return operation
    return None


def pattern_of(operation: Operation) -> re.Pattern[str]:
    """Make a pattern of an operation's path; its groups are the parameters."""
    return re.compile(re.sub(r"\{[a-z_]+\}", "([^/]+)", operation.path))


def _fields(shape: type) -> dict[str, Sort]:
    found: dict[str, Sort] = {}
    for field in msgspec.structs.fields(shape):
        for leaf in _leaves(field.type):
            if isinstance(leaf, Sort):
                found[f"{shape.__name__}.{field.encode_name}"] = leaf
            else:
                found.update(_fields(leaf))
    return found


def _leaves(kind: Any) -> Iterator[Sort | type]:  # noqa: ANN401 -- a type's description
    """Take a type apart down to what a phrase could stand in, or a struct."""
    if kind in (Id, ClientId) or isinstance(kind, NewType):
        yield Sort.ID
    elif get_origin(kind) is Annotated:
        yield from _leaves(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType, tuple, list, dict):
        for part in get_args(kind):
            yield from _leaves(part)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    else:
        yield from (_SORTS[each] for each in _SORTS if kind is each)


_SORTS = {str: Sort.TEXT, bytes: Sort.BYTES, date: Sort.DATE, datetime: Sort.DATE}


def _places(
    kind: Any,  # noqa: ANN401 -- a type's description
    value: Any,  # noqa: ANN401 -- JSON
    field: str,
    path: tuple[str | int, ...],
) -> Iterator[Place]:
    leaves = list(_leaves(kind))
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(kind, item, field, (*path, number))
    elif isinstance(value, dict):
        shapes = [leaf for leaf in leaves if not isinstance(leaf, Sort)]
        yield from (
            _in_struct(shapes[0], value, path) if shapes else _in_map(kind, value, field, path)
        )
    elif isinstance(value, str):
        yield from (
            Place(field=field, sort=leaf, path=path, value=value)
            for leaf in leaves[:1]
            if isinstance(leaf, Sort)
        )


def _in_struct(
    shape: type, value: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[Place]:
    kinds = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
    for name, held in value.items():
        yield from _places(kinds[name], held, f"{shape.__name__}.{name}", (*path, name))


def _in_map(
    kind: Any,  # noqa: ANN401 -- a type's description
    value: Mapping[str, Any],
    field: str,
    path: tuple[str | int, ...],
) -> Iterator[Place]:
    for name, held in value.items():
        yield from _places(kind, held, field, (*path, name))
