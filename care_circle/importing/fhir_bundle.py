"""A FHIR R4 Bundle as rows of text, like those of a table: one for each person and place.

Read as plain objects, since what tools write is seldom what profiles ask for. What has no
place in an import is left aside and named. A row's line is the number of its entry, from 1.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from care_circle.importing.csv_table import (
    MOST_BYTES,
    MOST_LINES,
    FileFault,
    FileRefused,
    Row,
    fault_of,
)
from care_circle.importing.fields import MOST_CONTACTS, Sort
from care_circle.importing.source import Source
from care_circle.importing.values import Reason, folded, tidied, written_number
from care_circle.ins import InsKind

Json = dict[str, Any]
Cells = dict[str, str]

_SORTS: Final = {
    "Organization": Sort.STRUCTURE,
    "Practitioner": Sort.PROFESSIONAL,
    "Patient": Sort.CHILD,
}
_BESIDE: Final = {"PractitionerRole", "RelatedPerson", "Observation", "EpisodeOfCare"}
_VOID: Final = {"entered-in-error", "cancelled"}
_DAYS: Final = {"d": 1, "wk": 7}
_GRAMS: Final = {"g": 1, "kg": 1000}
_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose entries are known by their names; `rows` reads who and what is in it."""

    source: Source
    entries: tuple[tuple[int, str, Json], ...] = field(repr=False)
    about: Mapping[str, tuple[Json, ...]] = field(repr=False)
    sorts: tuple[Sort, ...]
    ignored: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Read places first, then professionals, then children: each may name the former."""
        for sort in Sort:
            for line, name, resource in self.entries:
                if _SORTS.get(_kind(resource)) is sort:
                    yield self._row(line, name, resource, sort)

    def _row(self, line: int, name: str, resource: Json, sort: Sort) -> Row:
        wrong: tuple[tuple[str, Reason], ...] = ()
        if sort is Sort.STRUCTURE:
            cells = self._structure(resource)
        elif sort is Sort.PROFESSIONAL:
            cells = self._professional(name, resource)
        else:
            cells, wrong = self._child(name, resource)
        cells["source_id"] = _own_name(resource)
        faults = [(code, fault_of(text)) for code, text in cells.items()]
        return Row(
            line=line,
            sort=sort,
            cells={code: ((0, tidied(text)),) for code, text in cells.items() if text},
            wrong=(*wrong, *((code, reason) for code, reason in faults if reason is not None)),
        )

    def _structure(self, resource: Json) -> Cells:
        lines = _texts(_first(resource, "address").get("line"))
        return {
            "name": _text(resource.get("name")),
            "neutral_label": lines[0] if lines else "",
            "finess": self._identifier(resource, "finess"),
        }

    def _professional(self, name: str, resource: Json) -> Cells:
        roles = self._about(name, "PractitionerRole")
        codings = [
            f"{_text(coding.get('code'))}|{_text(coding.get('system'))}"
            for role in roles
            for concept in _objects(role.get("code"))
            for coding in _objects(concept.get("coding"))
        ]
        places = [_last(_object(role.get("organization"))) for role in roles]
        named = _name(resource, "official")
        ways: Cells = {}
        for each in (*roles, resource):
            ways |= _ways(each)
        return {
            "family_name": _text(named.get("family")),
            "given_name": " ".join(_texts(named.get("given"))[:1]),
            "profession": _profession(codings),
            "rpps": self._identifier(resource, "rpps"),
            "structure": next((place for place in places if place), ""),
            **ways,
        }

    def _child(self, name: str, resource: Json) -> tuple[Cells, tuple[tuple[str, Reason], ...]]:
        official, usual = _name(resource, "official"), _name(resource, "usual")
        cells = {
            "birth_family_name": _text(official.get("family")),
            "birth_given_names": self._given_names(official),
            "birth_date": _text(resource.get("birthDate")),
            "sex": _text(resource.get("gender")),
            "birth_place": self._birth_place(resource),
            "referring_physician": self._physician(name, resource),
            **self._identity(resource),
        }
        if usual is not official:
            cells["usual_family_name"] = _text(usual.get("family"))
            cells["usual_given_name"] = " ".join(_texts(usual.get("given"))[:1])
        measured, wrong = self._measures(name)
        relatives = self._about(name, "RelatedPerson")
        if len(relatives) > MOST_CONTACTS:
            wrong = (*wrong, (f"contact_{MOST_CONTACTS}.family_name", Reason.TOO_MANY))
        for number, each in enumerate(relatives[:MOST_CONTACTS], start=1):
            relative = _relative(each, self._relations())
            cells |= {f"contact_{number}.{code}": text for code, text in relative.items()}
        return cells | measured, wrong

    def _relations(self) -> set[str]:
        """Give the codes of relationship that mean something here."""
        columns = self.source.sheets[Sort.CHILD].columns.get("contact_1.relation", ())
        return {word for column in columns for word in (*column.words, *column.field.words)}

    def _given_names(self, named: Json) -> str:
        """Give the list of given names at birth where there is one, else those that are used."""
        listed = self._extension(named, "given_names").get("valueString")
        return _text(listed).replace(" ", ",") or ",".join(_texts(named.get("given")))

    def _identity(self, resource: Json) -> Cells:
        reliability = self._extension(resource, "reliability")
        parts = {_text(part.get("url")): part for part in _objects(reliability.get("extension"))}
        codes = {
            url: _text(_object(part.get("valueCoding")).get("code")) for url, part in parts.items()
        }
        cells = {
            "reliability": codes.get("identityStatus", ""),
            "identity_proof": codes.get("validationMode", ""),
        }
        for each in _objects(resource.get("identifier")):
            if _text(each.get("system")) in list(InsKind):
                cells["ins_number"] = _text(each.get("value"))
                cells["ins_system"] = _text(each.get("system"))
        return cells

    def _birth_place(self, resource: Json) -> str:
        address = _object(self._extension(resource, "birth_place").get("valueAddress"))
        return _text(_object(self._extension(address, "insee").get("valueCoding")).get("code"))

    def _physician(self, name: str, resource: Json) -> str:
        managers = [
            _last(_object(each.get("careManager"))) for each in self._about(name, "EpisodeOfCare")
        ]
        general = [_last(each) for each in _objects(resource.get("generalPractitioner"))]
        return next((each for each in (*managers, *general) if each), "")

    def _measures(self, name: str) -> tuple[Cells, tuple[tuple[str, Reason], ...]]:
        """Read what was measured; a unit that is none of the quantity's is refused."""
        cells: Cells = {}
        wrong: list[tuple[str, Reason]] = []
        for each in self._about(name, "Observation"):
            known = self._measured(each)
            if known is None or _text(each.get("status")) in _VOID or cells.get(known):
                continue
            text = _quantity(known, _object(each.get("valueQuantity")))
            if text:
                cells[known] = text
            else:
                wrong.append((known, Reason.NOT_A_NUMBER))
        return cells, tuple(wrong)

    def _measured(self, resource: Json) -> str | None:
        codings = _objects(_object(resource.get("code")).get("coding"))
        said = {(_text(each.get("system")), _text(each.get("code"))) for each in codings}
        found = (each.field for each in self.source.coded if (each.system, each.code) in said)
        return next(found, None)

    def _identifier(self, resource: Json, what: str) -> str:
        for each in _objects(resource.get("identifier")):
            if _text(each.get("system")) in self.source.urls.get(what, ()):
                return _text(each.get("value"))
        return ""

    def _extension(self, holder: Json, what: str) -> Json:
        for each in _objects(holder.get("extension")):
            if _text(each.get("url")) in self.source.urls.get(what, ()):
                return each
        return {}

    def _about(self, name: str, kind: str) -> tuple[Json, ...]:
        return tuple(each for each in self.about.get(name, ()) if _kind(each) == kind)


def read_bundle(data: bytes, source: Source) -> Bundle:
    """Understand a bundle: what is in it, and who speaks of whom.

    Raises:
        FileRefused: It is too large, no JSON, no bundle, or holds nothing to import.
    """
    entries = tuple(_entries(_parsed(data)))
    if len(entries) > MOST_LINES:
        raise FileRefused(FileFault.TOO_MANY_LINES)
    names = {alias: name for _, name, _, aliases in entries for alias in aliases}
    about: dict[str, list[Json]] = {}
    for _, _, resource, _ in entries:
        for key in ("patient", "subject", "practitioner"):
            said = _text(_object(resource.get(key)).get("reference"))
            if said in names and _kind(resource) in _BESIDE:
                about.setdefault(names[said], []).append(resource)
    kinds = {_kind(resource) for _, _, resource, _ in entries}
    sorts = tuple(sort for sort in Sort if sort in {_SORTS.get(kind) for kind in kinds})
    if not sorts:
        raise FileRefused(FileFault.EMPTY)
    return Bundle(
        source=source,
        entries=tuple((line, name, resource) for line, name, resource, _ in entries),
        about={name: tuple(held) for name, held in about.items()},
        sorts=sorts,
        ignored=tuple(sorted(kind for kind in kinds - {*_SORTS} - _BESIDE if kind)),
    )


def _parsed(data: bytes) -> Json:
    if len(data) > MOST_BYTES:
        raise FileRefused(FileFault.TOO_LARGE)
    try:
        # Numbers stay text until a field asks for one: some are too large to be any.
        parsed = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise FileRefused(FileFault.NOT_A_BUNDLE) from None
    if _kind(_object(parsed)) != "Bundle":
        raise FileRefused(FileFault.NOT_A_BUNDLE)
    return _object(parsed)


def _entries(bundle: Json) -> Iterator[tuple[int, str, Json, tuple[str, ...]]]:
    """Give each resource with its line, its name in the bundle, and all by which it is named."""
    for line, entry in enumerate(_objects(bundle.get("entry")), start=1):
        resource, full = _object(entry.get("resource")), _text(entry.get("fullUrl"))
        by_type = f"{_kind(resource)}/{_text(resource.get('id'))}"
        aliases = tuple(each for each in (full, by_type) if each and not each.endswith("/"))
        yield line, f"{line}", resource, aliases


def _own_name(resource: Json) -> str:
    """Give what the source calls a resource: its id, else an identifier that is not national.

    A `fullUrl` is not taken: many tools make new ones each time.
    """
    if _text(resource.get("id")):
        return _text(resource.get("id"))
    for each in _objects(resource.get("identifier")):
        if _text(each.get("value")) and _text(each.get("system")) not in list(InsKind):
            return f"{_text(each.get('system'))}|{_text(each.get('value'))}"
    return ""


def _relative(resource: Json, relations: set[str]) -> Cells:
    named = _name(resource, "official")
    codes = [
        _text(coding.get("code"))
        for concept in _objects(resource.get("relationship"))
        for coding in _objects(concept.get("coding"))
    ]
    return {
        "source_id": _own_name(resource),
        "family_name": _text(named.get("family")),
        "given_name": " ".join(_texts(named.get("given"))[:1]),
        "relation": next((code for code in codes if {code, folded(code)} & relations), ""),
        **_ways(resource),
    }


def _ways(resource: Json) -> Cells:
    ways: Cells = {}
    for each in _objects(resource.get("telecom")):
        way, value = _text(each.get("system")), _text(each.get("value"))
        code = {"email": "email", "phone": "phone", "sms": "phone"}.get(way)
        if code is not None and value and _text(each.get("use")) != "old":
            ways.setdefault(code, value)
    return ways


def _profession(codings: list[str]) -> str:
    """Choose the coding that says a profession among those that say other things."""
    return next((each for each in codings if "G15" in each or "R95" in each), "".join(codings[:1]))


def _quantity(known: str, quantity: Json) -> str:
    """Write a measure as the field wants it: gestation as 28+3, weight in grams."""
    unit = _text(quantity.get("code")) or _text(quantity.get("unit"))
    times = (_DAYS if known == "gestational_age" else _GRAMS).get(unit)
    try:
        value = float(_text(quantity.get("value")))
    except ValueError:
        return ""
    if times is None or not 0 < value < MOST_BYTES:
        return ""
    if known != "gestational_age":
        return written_number(value * times)
    weeks, days = divmod(int(value * times + 0.01), _DAYS_PER_WEEK)
    return f"{weeks}+{days}"


def _name(resource: Json, use: str) -> Json:
    names = _objects(resource.get("name"))
    return next(
        (each for each in names if _text(each.get("use")) == use), names[0] if names else {}
    )


def _last(reference: Json) -> str:
    """Give the id that a reference ends with."""
    return _text(reference.get("reference")).rpartition("/")[2]


def _kind(resource: Json) -> str:
    return _text(resource.get("resourceType"))


def _first(resource: Json, key: str) -> Json:
    found = _objects(resource.get(key))
    return found[0] if found else {}


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> tuple[Json, ...]:
    """Give the objects of a list; FHIR has lists where some tools write one object alone."""
    if isinstance(value, dict):
        return (value,)
    return (
        tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) else (_text(value),)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
