"""Cases that forms are held to in Python and in the browser alike, made by Python.

`python -m tests.support.form_vectors` writes `tests/vectors/forms/*.json`; a test keeps the
files as this module makes them. A case is a form as the server tells it, answers, the child's
days, and what comes of them: numbers computed, problems of a draft, problems of a whole form.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from care_circle.definition.form import Form
from care_circle.documents.answers import Known, check_answers
from care_circle.documents.computing import computed
from server.wire import encode
from tests.support.forms import field, form_of, label, section

FOLDER: Final = Path(__file__).parent.parent / "vectors" / "forms"
BIRTH: Final = date(2025, 8, 31)
KNOWN: Final = Known(birth=BIRTH, corrected_from=date(2025, 11, 2), today=date(2026, 11, 22))

Case = tuple[str, Mapping[str, object]]


def choice(code: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key of a choice
    return {"code": code, "label": label(code), **more}


def number(code: str, kind: str = "decimal", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key
    return field(code, kind, **{"range": [-100000, 100000], **more})


def _computing() -> tuple[Form, list[Case]]:
    scored = [choice("none", score=0), choice("some", score=1.5), choice("unscored")]
    form = form_of(
        section(
            "measures",
            number("a"),
            number("b"),
            field("level", "choice", choices=scored),
            field("signs", "choices", choices=scored),
            field("counted", "flag"),
            number("sum", compute={"sum": ["a", "b", 1]}),
            number("mean", decimals=1, compute={"mean": ["a", "b"]}),
            number("rest", "whole", compute={"difference": ["a", "b"]}),
            number("ratio", decimals=3, compute={"quotient": ["a", "b"]}),
            number(
                "score",
                compute={"sum": ["level", "signs"]},
                when={"fact": "counted", "is": True},
            ),
            number("doubled", compute={"sum": ["sum", "sum"]}),
        ),
        section("rows", number("x"), number("twice", compute={"sum": ["x", "x", "a"]}),
                repeats={"least": 0, "most": 4}),
    )  # fmt: skip
    return form, [
        ("nothing is made of nothing", {}),
        ("what is missing makes nothing", {"a": 2}),
        ("halves are rounded up", {"a": 0.125, "b": 0.25}),
        ("halves below zero are rounded up too", {"a": -2.5, "b": 0}),
        ("nothing is divided by nothing", {"a": 4, "b": 0}),
        ("a third is cut", {"a": 1, "b": 3}),
        ("binary fractions do not show", {"a": 1.005, "b": 0.1}),
        ("scores of what is chosen", {"level": "some", "signs": ["none", "some"], "counted": True}),
        ("a choice without a score", {"level": "unscored", "signs": ["some"], "counted": True}),
        ("what is not asked is not made", {"level": "some", "signs": ["some"], "counted": False}),
        ("what was sent for a number is left out", {"a": 1, "b": 1, "sum": 99}),
        ("rows are made one by one", {"a": 10, "rows": [{"x": 1}, {"x": 2.5}, {}]}),
        ("a text is no number", {"a": "douze", "b": 1}),
    ]


def _months() -> tuple[Form, list[Case]]:
    form = form_of(
        section(
            "ages",
            field("on", "date", not_before="birth", not_after="today"),
            field("until", "date", not_before="on"),
            number("age", "whole", compute={"months": {"from": "birth", "to": "on"}}),
            number("corrected", "whole", compute={"months": {"from": "corrected", "to": "on"}}),
            number("between", "whole", compute={"months": {"from": "on", "to": "until"}}),
        )
    )
    days = ("2025-09-29", "2025-09-30", "2026-02-27", "2026-02-28", "2026-08-30", "2026-08-31")
    return form, [
        *((f"months on {day}", {"on": day}) for day in days),
        ("before birth is too early", {"on": "2025-08-30"}),
        ("tomorrow is too late", {"on": "2026-11-23"}),
        ("a day before another", {"on": "2026-05-31", "until": "2026-05-30"}),
        ("a month later", {"on": "2026-05-31", "until": "2026-06-30"}),
        ("no calendar shows it", {"on": "2026-02-31"}),
    ]


def _conditions() -> tuple[Form, list[Case]]:
    heavy = {"any": [{"fact": "weight", "from": 1000}, {"fact": "worried", "is": True}]}
    worried = {"fact": "worried", "is": True}
    quiet = {"not": worried}
    form = form_of(
        section(
            "asked",
            field("worried", "flag"),
            field("weight", "whole", range=[300, 6000]),
            field("signs", "choices", choices=[*map(choice, "ab"), choice("none", exclusive=True)]),
            field("day", "date"),
            field("why", "line", required=True, when=heavy),
            field("calm", "flag", when=quiet),
            field("sign_a", "line", when={"fact": "signs", "has": "a"}),
            field("dated", "line", when={"fact": "day", "known": True}),
            field("late", "line", when={"fact": "day", "above": "2026-01-01"}),
        ),
        section("more", field("inner", "flag", required=True), when=worried),
    )
    return form, [
        ("nothing is decided", {}),
        ("one of two decides", {"worried": True}),
        ("an unknown other leaves it open", {"weight": 900, "why": "x"}),
        ("both say no", {"weight": 900, "worried": False, "why": "x"}),
        ("has one", {"signs": ["a", "b"], "sign_a": "x"}),
        ("has it not", {"signs": ["b"], "sign_a": "x"}),
        ("an unknown list", {"sign_a": "x"}),
        ("none beside another", {"signs": ["none", "a"]}),
        ("twice the same", {"signs": ["a", "a"]}),
        ("a day is known", {"day": "2026-01-02", "dated": "x", "late": "x"}),
        ("a day is not late", {"day": "2026-01-01", "late": "x"}),
        ("a section that is not asked", {"worried": False, "inner": True}),
        ("a stray answer", {"nobody": 1}),
    ]


def _types() -> tuple[Form, list[Case]]:
    form = form_of(
        section(
            "all",
            field("weight", "decimal", range=[0.3, 80], decimals=2),
            number("count", "whole", required=True),
            field("at", "time"),
            field("starts", "moment"),
            field("short", "line", most=3),
            field("long", "text"),
            field("one", "choice", choices=[choice("a")], other=True),
            field("only", "choice", choices=[choice("a")]),
            field("list", "line", several={"least": 2, "most": 3}),
            field("hint", "note"),
        )
    )
    cases: list[dict[str, object]] = [
        {"weight": 0.3}, {"weight": 80.5}, {"weight": 1.125}, {"weight": "douze"}, {"weight": True},
        {"count": 1.5}, {"count": 2}, {"at": "24:00"}, {"at": "23:59:30"}, {"at": "7:00"},
        {"starts": "2026-11-22T18:00:00Z"}, {"starts": "2026-02-30T18:00:00Z"},
        {"starts": "2026-11-22T18:00+01:00"}, {"starts": "2026-11-22T18:00"},
        {"starts": "2026-11-22T18:00:00.123456Z"}, {"short": "été"}, {"short": "étés"},
        {"short": "👶👶👶"}, {"long": "x" * 2001}, {"one": "en mes mots"}, {"one": "x" * 256},
        {"only": "b"}, {"list": ["x"]}, {"list": ["x", "y"]}, {"list": ["x", "y", "z", "t"]},
        {"list": "x"}, {"list": []}, {"hint": "x"}, {"count": "2"},
    ]  # fmt: skip
    return form, [
        (f"{json.dumps(each, ensure_ascii=False)[:60]} ({at})", each)
        for at, each in enumerate(cases)
    ]


def _rows() -> tuple[Form, list[Case]]:
    form = form_of(
        section("outer", field("kind", "flag")),
        section(
            "goals",
            field("goal", "line", required=True),
            field("by", "date", not_before="birth"),
            field("why", "line", when={"fact": "kind", "is": True}),
            repeats={"least": 1, "most": 2},
        ),
        section(
            "steps",
            field("step", "line", required=True),
            within="goals",
            repeats={"least": 0, "most": 2},
        ),
    )
    return form, [
        ("none where one is asked for", {}),
        ("a row that lacks its goal", {"goals": [{"by": "2026-01-01"}]}),
        ("a day before birth in the second row",
         {"goals": [{"goal": "x"}, {"goal": "y", "by": "2025-01-01"}]}),
        ("three where two are", {"goals": [{"goal": "x"}, {"goal": "y"}, {"goal": "z"}]}),
        ("rows within rows", {"goals": [{"goal": "x", "steps": [{"step": "a"}, {}]}]}),
        ("an answer outside rounds a row's condition",
         {"kind": False, "goals": [{"goal": "x", "why": "y"}]}),
        ("no rows at all", {"goals": "x"}),
        ("a stray answer in a row", {"goals": [{"goal": "x", "nobody": 1}]}),
    ]  # fmt: skip


MAKERS: Final = {
    "computing": _computing,
    "months": _months,
    "conditions": _conditions,
    "types": _types,
    "rows": _rows,
}


def vectors() -> Iterator[tuple[str, str]]:
    """Give each file's name and its text."""
    for name, make in MAKERS.items():
        form, cases = make()
        known = {"birth": KNOWN.birth, "correctedFrom": KNOWN.corrected_from, "today": KNOWN.today}
        told = {
            "form": json.loads(encode(form)),
            "known": {key: None if day is None else day.isoformat() for key, day in known.items()},
            "cases": [_case(form, words, answers) for words, answers in cases],
        }
        yield f"{name}.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _case(form: Form, words: str, answers: Mapping[str, Any]) -> dict[str, object]:
    held = json.loads(encode(computed(form, answers, KNOWN)))
    return {
        "name": words,
        "answers": answers,
        "computed": held,
        "draft": _problems(form, held, whole=False),
        "whole": _problems(form, held, whole=True),
    }


def _problems(form: Form, answers: Mapping[str, Any], *, whole: bool) -> list[str]:
    found = check_answers(form, answers, whole=whole, known=KNOWN)
    return sorted(f"{'/'.join(map(str, each.path))} {each.wrong}" for each in found)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in vectors():
        (FOLDER / file).write_text(text, encoding="utf-8")
