"""The YAML of definitions: what is text, what is refused, and with which line."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.grammar import (
    Many,
    Named,
    Number,
    OneOf,
    OneOrMany,
    Record,
    Text,
    complaints,
)
from care_circle.definition.language import BOOK, published
from care_circle.definition.pathway import COCON
from care_circle.definition.source import DefinitionError, Plain, parse, written

SCHEMA = COCON.parent / "schema.json"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *[(word, word) for word in ("no", "on", "~", "37+0", "2026-11-22", "0x1f", "1_000", "011")],
        *[(word, word) for word in ("18:00", ".5", "+1", "1e999", ".nan", "True", "=", "1.")],
        *[("null", None), ("", None), ("true", True), ("false", False), ("12", 12), ("-0.5", -0.5)],
        *[("1e2", 100.0), ('"12"', "12"), ("'true'", "true"), ("9" * 30, "9" * 30)],
    ],
)
def test_only_what_json_knows_is_more_than_text(said: str, meant: Plain) -> None:
    assert parse(f"key: {said}\n", "x.yaml").plain() == {"key": meant}


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(categories=("L", "N")), min_size=1), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["a", "no", "~", "12"]), PLAIN, min_size=1))
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    read = parse(written(value), "x.yaml").plain()

    assert read == value


@given(st.dictionaries(st.sampled_from(["é", "no", "1"]), PLAIN, min_size=1))
def test_json_is_read_by_the_same_reader(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value, ensure_ascii=False), "x.json").plain() == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: &one 1\nb: *one\n", "x.yaml:1: anchors and aliases are not part of the language"),
        ("a: 1\nb: !!str 2\n", "x.yaml:2: tags are not part of the language"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: 'a' is said twice, first in line 1"),
        ("? [a]\n: 1\n", "x.yaml:1: a key is a word"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: one file holds one definition"),
        ("", "x.yaml:1: the file is empty"),
        ("a: [1\nb: 2\n", "x.yaml:2: this is not YAML"),
        ("a: 1\n\tb: 2\n", "x.yaml:2: this is not YAML"),
        ("a: \x07\n", "x.yaml:1: this is not YAML"),
        ("[" * 60 + "]" * 60, "x.yaml:1: this is nested too deeply"),
        ("a: b: c\n", "x.yaml:1: this is not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_its_line(text: str, complaint: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(text, "x.yaml")

    assert str(refused.value.complaints[0]).startswith(complaint)


@given(st.text(max_size=200))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    with suppress(DefinitionError):
        parse(text, "x.yaml").plain()


SHAPE = Record(
    {"code": Text(pattern="[a-z]+", like="abc")},
    {
        "size": Number(whole=True, least=1, most=9),
        "list": Many(Number(), least=1, most=2),
        "one": OneOrMany(Number()),
        "map": Named(Number()),
        "kind": OneOf({"this": Record({"this": Number()}), "that": Record({"that": Text()})}),
    },
    id="code",
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code: abc\nsize: 9\nlist: [1]\none: 3\nmap: {a: 1}\nkind: {this: 1}\n", []),
        ("code: abc\none: [1, 2]\nsize:\n", []),
        ("size: 0\n", ["x:1: it must be 1 at least", "x:1: 'code' is missing"]),
        ("code: A1\n", ["x:1: (A1) 'A1' does not look like abc"]),
        ("code: 12\n", ["x:1: a text is expected: put it between quotes"]),
        ("code: a\nsiz: 1\n", ["x:2: (a) unknown key 'siz'"]),
        ("code: a\nsize: 1.5\n", ["x:2: (a) a whole number is expected"]),
        ("code: a\nlist: []\n", ["x:2: (a) at least 1 of them is expected"]),
        ("code: a\nlist: [1, 2, 3]\n", ["x:2: (a) at most 2 of them are expected"]),
        ("code: a\nlist:\n- 1\n- b\n", ["x:4: (a) a number is expected"]),
        ("code: a\nmap: {b: c}\n", ["x:2: (b) a number is expected"]),
        ("code: a\nkind: {}\n", ["x:2: (a) exactly one of 'this', 'that' is expected"]),
        ("code: a\none: [1, b]\n", ["x:2: (a) a number is expected"]),
        ("- 1\n", ["x:1: an object is expected"]),
    ],
)
def test_everything_that_does_not_fit_a_shape_is_told_with_line_and_part(
    text: str, found: list[str]
) -> None:
    assert [str(each) for each in complaints(parse(text, "x"), SHAPE, {})] == found


def test_the_published_schema_is_the_languages_own() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == published()


def test_every_name_that_the_schema_uses_is_in_it() -> None:
    text = json.dumps(published())

    used = {part.partition('"')[0] for part in text.split("#/$defs/")[1:]}

    assert used <= set(BOOK)
    assert {"pathway", "rules", "form"} <= used
