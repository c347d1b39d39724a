"""What is known while a Questionnaire is read: its language, its lists, the questions so far."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from care_circle.definition.source import Plain
from care_circle.fhir.element import Element, objects_of
from care_circle.fhir.rest import FIELD, SECTION, own
from care_circle.fhir.terms import Dropped, Json
from care_circle.fhir.texts import label_of
from care_circle.labels import Label

_SLUG = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", re.ASCII)
_LONGEST = 56
_PREFIX = 40
RESERVED = frozenset({"birth", "today", "corrected"})
_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that conditions may speak of: as it is defined, and in whose rows it lies."""

    said: Json
    rows: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Context:
    """What is known so far."""

    language: str
    codes: Mapping[str, str]
    contained: Mapping[str, Json] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)

    def element(self, held: Json, link: str = "", path: str = "") -> Element:
        """Begin to read an object, of the item with this linkId."""
        return Element(held=held, link=link, dropped=self.dropped, path=path)

    def label(self, element: Element, key: str, otherwise: str) -> Json:
        """Read a text with its translations as a label; what is very long is cut, and told."""
        text = element.text(key)
        if text is None:
            element.drop(key, f"it is missing: {otherwise!r} stands for it")
            text = otherwise
        found = label_of(text, element.translations(key), self.language)
        if max(len(found.fr), len(found.en)) > _TEXT:
            element.drop(key, f"it is longer than {_TEXT} characters: the rest is cut off")
        return plain_label(found)

    def part(self, element: Element, link: str) -> Json:
        """Read what groups and questions share: code, linkId, label, prefix, codes."""
        said: Json = {"code": self.codes[link]}
        said["label"] = self.label(element, "text", link)
        said["mark"] = "A"
        prefix = element.text("prefix")
        if prefix is not None:
            said["prefix"] = prefix[:_PREFIX]
            if len(prefix) > _PREFIX:
                element.drop("prefix", f"it is longer than {_PREFIX} characters")
        codes = codes_of(element, "code")
        if codes:
            said["codes"] = codes
        if said["code"] != link:
            said["link"] = link
        return said


def plain_label(label: Label) -> Json:
    """Say a label as a definition does."""
    return {"fr": label.fr[:_TEXT], "en": label.en[:_TEXT]}


def codes_of(element: Element, key: str) -> list[Plain]:
    """Read codes of nomenclatures."""
    found: list[Plain] = []
    for coding in element.objects(key):
        inner = Element(held=coding, link=element.link, dropped=element.dropped, path=f"{key}.")
        said = {name: inner.text(name) for name in ("system", "code", "display", "version")}
        inner.left()
        if said["code"] is None:
            element.drop(key, "a code is missing")
        else:
            found.append({name: value for name, value in said.items() if value is not None})
    return found


def coded(questionnaire: Json) -> dict[str, str]:
    """Give each item its code: the one our extension names, or one made of its linkId.

    Items without a linkId, or with one that stands there before, have none and are dropped.
    """
    items = list(_items(questionnaire))
    links = [item["linkId"] for item in items if isinstance(item.get("linkId"), str)]
    named = {str(item.get("linkId")): code for item in items for code in _named(item)}
    taken = {*RESERVED, *named.values()}
    codes: dict[str, str] = {}
    for link in map(str, links):
        if link not in codes:
            codes[link] = named.get(link) or _free(link, taken)
    return codes


def _items(held: Json) -> Iterator[Json]:
    for item in objects_of(held.get("item")):
        yield item
        yield from _items(item)


def _named(item: Json) -> Iterable[str]:
    for extension in objects_of(item.get("extension")):
        for level in (SECTION, FIELD):
            key, value = own(level, extension)
            if key == "code" and isinstance(value, str) and _CODE.fullmatch(value):
                yield value


def _free(link: str, taken: set[str]) -> str:
    """Make a code of a linkId that nothing else has, and take it."""
    base = slug(link) or "q"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    taken.add(code)
    return code


def slug(text: str) -> str:
    """Make a code of any words, empty where nothing of them is left."""
    kept = text if _CODE.fullmatch(text) else _SLUG.sub("_", text).strip("_-")[:_LONGEST]
    return kept.lstrip("-")
