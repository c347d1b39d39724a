"""What a definition may hold, said once: checked with every line, published as JSON Schema.

A shape is data. `complaints` finds everything in a definition that does not fit; `schema`
says the same in JSON Schema 2020-12 for editors and for other programs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from care_circle.definition.source import Complaint, DefinitionError, Node, Plain

Schema = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is not empty; `pattern` is what it must look like, `like` an example."""

    about: str = ""
    pattern: str = ""
    like: str = ""
    longest: int = 2000


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number between bounds that are included."""

    whole: bool = False
    least: float | None = None
    most: float | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    about: str = ""


@dataclass(frozen=True, slots=True)
class Anything:
    """A single value of any kind; `empty` lets nothing stand there too."""

    empty: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    of: "Shape"
    least: int = 0
    most: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """One thing alone, or a list of them."""

    of: "Shape"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An object: keys that must be there, keys that may; `id` names it in complaints."""

    needed: "Mapping[str, Shape]" = field(default_factory=dict)
    free: "Mapping[str, Shape]" = field(default_factory=dict)
    id: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An object whose keys are names that the definition chooses; `keys` is their pattern."""

    of: "Shape"
    about: str = ""
    keys: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """An object of one of several kinds, told apart by a key that each of them alone has."""

    kinds: "Mapping[str, Shape]"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A shape by its name in the book of shapes, so that it can hold itself."""

    name: str


Shape = Text | Word | Number | Flag | Anything | Many | OneOrMany | Record | Named | OneOf | Ref
Book = Mapping[str, Shape]


def require(node: Node, shape: Shape, book: Book) -> None:
    """Insist that a definition has a shape.

    Raises:
        DefinitionError: With every place where it has not.
    """
    found = tuple(complaints(node, shape, book))
    if found:
        raise DefinitionError(*found)


def complaints(node: Node, shape: Shape, book: Book) -> Iterator[Complaint]:
    """Find every place of a definition that does not have its shape."""
    match shape:
        case Ref():
            yield from complaints(node, book[shape.name], book)
        case Record():
            yield from _of_record(node, shape, book)
        case Named():
            for name, item in _keyed(node).items():
                fits = not shape.keys or re.fullmatch(shape.keys, name) is not None
                yield from _unless(
                    fits, item.named(node.name), f"{name!r} is no name that may stand here"
                )
                yield from complaints(item.named(name), shape.of, book)
            yield from _unless(isinstance(node.value, dict), node, "an object is expected")
        case OneOf():
            yield from _of_kind(node, shape, book)
        case Many():
            yield from _of_list(node, shape, book)
        case OneOrMany():
            inner = Many(shape.of, least=1) if isinstance(node.value, tuple) else shape.of
            yield from complaints(node, inner, book)
        case _:
            yield from _of_scalar(node, shape)


def schema(book: Book, start: str, *, about: str, id_: str) -> Schema:
    """Say a book of shapes in JSON Schema 2020-12; `start` is the shape of a whole file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id_,
        "title": about,
        "$ref": f"#/$defs/{start}",
        "$defs": {name: _schema(shape) for name, shape in book.items()},
    }


def _unless(fits: bool, node: Node, problem: str) -> Iterator[Complaint]:  # noqa: FBT001 -- the one thing asked
    if not fits:
        yield node.complaint(problem)


def _keyed(node: Node) -> Mapping[str, Node]:
    return node.keyed() if isinstance(node.value, dict) else {}


def _of_record(node: Node, shape: Record, book: Book) -> Iterator[Complaint]:
    if not isinstance(node.value, dict):
        yield node.complaint("an object is expected")
        return
    said = node.value.get(shape.id)
    here = node.named(said.value) if said and isinstance(said.value, str) else node
    for key, item in node.value.items():
        inner = shape.needed.get(key) or shape.free.get(key)
        if inner is None:
            yield here.complaint(f"unknown key {key!r}", line=node.keys[key])
        elif item.value is not None or key in shape.needed:
            yield from complaints(item.named(here.name), inner, book)
    for key in shape.needed:
        if key not in node.value:
            yield here.complaint(f"{key!r} is missing")


def _of_kind(node: Node, shape: OneOf, book: Book) -> Iterator[Complaint]:
    told = [key for key in shape.kinds if key in _keyed(node)]
    if len(told) == 1:
        yield from complaints(node, shape.kinds[told[0]], book)
    else:
        yield node.complaint(f"exactly one of {', '.join(map(repr, shape.kinds))} is expected")


def _of_list(node: Node, shape: Many, book: Book) -> Iterator[Complaint]:
    if not isinstance(node.value, tuple):
        yield node.complaint("a list is expected")
        return
    if len(node.value) < shape.least:
        yield node.complaint(f"at least {shape.least} of them {_verb(shape.least)} expected")
    if shape.most is not None and len(node.value) > shape.most:
        yield node.complaint(f"at most {shape.most} of them {_verb(shape.most)} expected")
    for item in node.items():
        yield from complaints(item, shape.of, book)


def _verb(count: int) -> str:
    return "is" if count == 1 else "are"


def _of_scalar(node: Node, shape: Text | Word | Number | Flag | Anything) -> Iterator[Complaint]:
    value = node.value
    match shape:
        case Text():
            yield from _of_text(node, shape)
        case Word():
            if not isinstance(value, str):
                yield node.complaint(f"one of {', '.join(shape.words)} is expected")
            elif value not in shape.words:
                yield node.complaint(f"{value!r} is none of {', '.join(shape.words)}")
        case Number():
            yield from _of_number(node, shape)
        case Flag():
            yield from _unless(isinstance(value, bool), node, "true or false is expected")
        case Anything():
            single = not isinstance(value, tuple | dict) and (shape.empty or value is not None)
            yield from _unless(single, node, "a single value is expected")


def _of_text(node: Node, shape: Text) -> Iterator[Complaint]:
    value = node.value
    if not isinstance(value, str) or not value:
        put = isinstance(value, bool | int | float)
        yield node.complaint("a text is expected" + (": put it between quotes" if put else ""))
    elif len(value) > shape.longest:
        yield node.complaint(f"a text of at most {shape.longest} characters is expected")
    elif shape.pattern and re.fullmatch(shape.pattern, value) is None:
        yield node.complaint(f"{value!r} does not look like {shape.like}")


def _of_number(node: Node, shape: Number) -> Iterator[Complaint]:
    value, kinds = node.value, int if shape.whole else int | float
    if not isinstance(value, kinds) or isinstance(value, bool):
        yield node.complaint(f"a {'whole ' if shape.whole else ''}number is expected")
    elif shape.least is not None and value < shape.least:
        yield node.complaint(f"it must be {shape.least:g} at least")
    elif shape.most is not None and value > shape.most:
        yield node.complaint(f"it must be {shape.most:g} at most")


def _schema(shape: Shape) -> Plain:
    said: Schema = {}
    if not isinstance(shape, Ref) and shape.about:
        said["description"] = shape.about
    return said | _schema_of_scalar(shape) | _schema_of_parts(shape)


def _schema_of_scalar(shape: Shape) -> Schema:
    match shape:
        case Text():
            bounds: Schema = {"type": "string", "minLength": 1, "maxLength": shape.longest}
            return bounds | ({"pattern": f"^(?:{shape.pattern})$"} if shape.pattern else {})
        case Word():
            return {"enum": list(shape.words)}
        case Number():
            held = {"minimum": shape.least, "maximum": shape.most}
            some: Schema = {key: bound for key, bound in held.items() if bound is not None}
            return {"type": "integer" if shape.whole else "number"} | some
        case Flag():
            return {"type": "boolean"}
        case Anything():
            empty: list[Plain] = ["null"] if shape.empty else []
            return {"type": ["boolean", "number", "string", *empty]}
        case _:
            return {}


def _schema_of_parts(shape: Shape) -> Schema:
    match shape:
        case Many():
            most: Schema = {} if shape.most is None else {"maxItems": shape.most}
            least: Schema = {"minItems": shape.least} if shape.least else {}
            return {"type": "array", "items": _schema(shape.of)} | least | most
        case OneOrMany():
            return {"anyOf": [_schema(shape.of), _schema(Many(shape.of, least=1))]}
        case Record():
            return _schema_of_record(shape)
        case Named():
            names: Schema = {"propertyNames": {"pattern": f"^(?:{shape.keys})$"}}
            plain: Schema = {"type": "object", "additionalProperties": _schema(shape.of)}
            return plain | (names if shape.keys else {})
        case OneOf():
            return {"oneOf": [_schema(kind) for kind in shape.kinds.values()]}
        case Ref():
            return {"$ref": f"#/$defs/{shape.name}"}
        case _:
            return {}


def _schema_of_record(shape: Record) -> Schema:
    free: Schema = {key: _nullable(_schema(inner)) for key, inner in shape.free.items()}
    needed: Schema = {key: _schema(inner) for key, inner in shape.needed.items()}
    return {
        "type": "object",
        "properties": needed | free,
        "required": list(shape.needed),
        "additionalProperties": False,
    }


def _nullable(said: Plain) -> Plain:
    return {"anyOf": [said, {"type": "null"}]}
