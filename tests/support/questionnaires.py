"""Forms made at random, over all that the language can say, for round trips."""

from typing import Any

from hypothesis import strategies as st

from care_circle.definition.form import Control, Form
from care_circle.definition.form_reading import read_form
from care_circle.definition.source import parse, written

Said = dict[str, Any]

WORDS = st.text(
    st.characters(categories=("L", "N", "Zs", "P", "S")), min_size=1, max_size=20
).filter(lambda text: text.strip() == text)
LABELS = st.fixed_dictionaries({"fr": WORDS, "en": WORDS})
CODINGS = st.fixed_dictionaries(
    {"code": WORDS}, optional={"system": st.just("http://loinc.org"), "display": WORDS}
)
ROWS = st.fixed_dictionaries({}, optional={"least": st.integers(1, 3), "most": st.integers(3, 9)})
SHOWN: Said = {
    "help": LABELS,
    "codes": st.lists(CODINGS, min_size=1, max_size=2),
    "read_only": st.just(True),
    "hidden": st.just(True),
    "control": st.sampled_from([control.value for control in Control]),
    "prefix": WORDS,
    "note": WORDS,
}
OF_A_TYPE: dict[str, Said] = {
    "flag": {"prefill": st.just({"value": True})},
    "whole": {
        "range": st.sampled_from([[0, 10], [None, 5], [-3.5, None], [None, None]]),
        "unit": st.sampled_from(["g", "cm", "{score}"]),
        "prefill": st.sampled_from([{"value": 3}, {"fact": "birth_weight_g"}]),
    },
    "decimal": {
        "range": st.sampled_from([[0, 10.5], [None, 5], [None, None]]),
        "decimals": st.integers(0, 3),
        "unit": st.just("kg"),
        "as": st.just("quantity"),
        "prefill": st.sampled_from([{"value": 1.5}, {"last": ["T1.a", "T2.b"]}]),
    },
    "date": {
        "not_before": st.sampled_from(["birth", "2020-02-29"]),
        "not_after": st.sampled_from(["today", "2030-12-31"]),
        "prefill": st.just({"visit_date": True}),
    },
    "time": {"prefill": st.just({"value": "18:30"})},
    "moment": {"prefill": st.just({"value": "2026-11-22T18:30:15+01:00"})},
    "choice": {"other": st.just(True), "orientation": st.just("vertical")},
    "choices": {"other": st.just(True)},
    "line": {"most": st.integers(1, 200), "value_set": st.just("http://exemple.fr/liste")},
    "text": {"most": st.integers(1, 2000), "prefill": st.just({"value": "rien"})},
    "address": {},
    "professional": {"prefill": st.just({"author": True})},
    "structure": {},
    "reference": {"targets": st.just(["Patient", "Device"])},
    "file": {},
    "note": {},
}
CHOICES = st.lists(
    st.fixed_dictionaries(
        {"code": WORDS, "label": LABELS},
        optional={
            "codes": st.lists(CODINGS, min_size=1, max_size=2),
            "score": st.integers(0, 9) | st.just(0.5),
            "exclusive": st.just(True),
            "prefix": WORDS,
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda choice: str(choice["code"]),
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form that reads."""
    maker = _Maker(draw)
    said: Said = {
        "code": "T1",
        "version": draw(WORDS),
        "label": draw(LABELS),
        "mark": draw(st.sampled_from("SA~")),
        "stage": draw(st.sampled_from(["inclusion", "support", "exit"])),
        "fillers": ["physician"],
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "visits": st.just(["V24", "V36"]),
                    "readers": st.just(["coordinator"]),
                    "many": st.booleans(),
                    "due": st.just({"after": "birth", "days": 7}),
                    "formerly": st.just(["v1"]),
                    "help": LABELS,
                    "codes": st.lists(CODINGS, min_size=1, max_size=2),
                    "source": st.just({"language": "en", "publisher": "Exemple"}),
                },
            )
        ),
        "sections": [maker.section(number) for number in range(draw(st.integers(1, 4)))],
    }
    return read_form(parse(written(said), "T1"))


class _Maker:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._count = 0
        self._rows: dict[str, str | None] = {}
        self._within: dict[str, str | None] = {}
        self._flags: list[tuple[str, str | None]] = []

    def section(self, number: int) -> Said:
        draw, code = self._draw, f"s{number}"
        earlier = [None, *self._within]
        within = draw(st.sampled_from(earlier))
        said: Said = {
            "code": code,
            "label": draw(LABELS),
            "mark": draw(st.sampled_from("SA~")),
            **draw(st.fixed_dictionaries({}, optional=SHOWN)),
            **({} if within is None else {"within": within}),
        }
        around = self._around(within)
        if draw(st.booleans()) and (within is None or self._rows.get(within) is None):
            said["repeats"] = draw(ROWS)
        if (condition := self._condition(around)) is not None:
            said["when"] = condition
        self._within[code] = within
        self._rows[code] = code if "repeats" in said else (within and self._rows[within])
        rows = self._rows[code]
        said["fields"] = [self._field(rows) for _ in range(draw(st.integers(0, 4)))]
        for before, field in zip(said["fields"], said["fields"][1:], strict=False):
            if draw(st.integers(0, 3)) == 0:
                field["under"] = before["code"]
        return said

    def _around(self, section: str | None) -> set[str | None]:
        return {None} if section is None else {None, self._rows[section]}

    def _condition(self, around: set[str | None]) -> Said | None:
        flags = [code for code, rows in self._flags if rows in around]
        if not flags or self._draw(st.booleans()):
            return None
        one, other = (self._draw(st.sampled_from(flags)) for _ in range(2))
        tests = [{"fact": one, "is": True}, {"fact": other, "known": False}]
        kinds: list[Said] = [
            tests[0],
            {"not": tests[0]},
            {"all": tests},
            {"any": [tests[1], {"not": {"all": tests}}]},
        ]
        return self._draw(st.sampled_from(kinds))

    def _field(self, rows: str | None) -> Said:
        draw = self._draw
        self._count += 1
        kind = draw(st.sampled_from(sorted(OF_A_TYPE)))
        said: Said = {"code": f"f{self._count}", "label": draw(LABELS), "type": kind, "mark": "A"}
        said |= draw(st.fixed_dictionaries({}, optional=SHOWN | OF_A_TYPE[kind]))
        if kind in ("whole", "decimal"):
            said.setdefault("range", [0, 1])
        if kind in ("choice", "choices"):
            said["choices"] = draw(CHOICES)
        if kind == "note":
            said.pop("codes", None)
        elif draw(st.booleans()):
            said["required"] = True
        if kind not in ("note", "choice") and draw(st.integers(0, 3)) == 0:
            said["several"] = draw(ROWS)
        if (condition := self._condition({None, rows})) is not None:
            said["when"] = condition
        if kind == "flag" and "several" not in said:
            self._flags.append((said["code"], rows))
        return said
