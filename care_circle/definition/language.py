"""The language of pathway definitions, shape by shape: what a file of each kind may say.

`pathways/schema.json` is made from this book; the readers add what a shape cannot say, such
as that a condition speaks of a field that is there.
"""

from typing import Final

from care_circle.definition.form import Control, FieldType, FormRecord, Operation, SourceKey
from care_circle.definition.grammar import (
    Anything,
    Book,
    Flag,
    Many,
    Named,
    Number,
    OneOf,
    OneOrMany,
    Record,
    Ref,
    Schema,
    Shape,
    Text,
    Word,
    schema,
)
from care_circle.definition.perinatal import CIRCUMSTANCES
from care_circle.labels import Mark
from care_circle.role import Profession, Role

LANGUAGE: Final = 1
SCHEMA_ID: Final = "https://ronde.example/pathway/schema.json"

_CODE = Text("what it is called in answers", r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", "weight_g")
_MARK = Word(tuple(Mark), "how well it is founded: S sourced, A assumed, ~ by analogy")
_NOTE = Text("for those who read the file")
_DAYS = Number(whole=True, least=-3660, most=3660)
_COUNT = Number(whole=True, least=0, most=100_000)
_CENTS = Number(whole=True, least=0, most=10_000_000, about="an amount in cents")
_OFFICE = (Role.COORDINATOR.value, Role.SECRETARY.value)
_WRITERS = Many(Word((*_OFFICE, *Profession)), about="professions, or roles of the office")
_LABEL: Shape = Ref("label")
_WHEN: Shape = Ref("condition")


def published() -> Schema:
    """Give the language as a JSON Schema; a file is a pathway, its rules, or a form."""
    return schema(BOOK, "file", about="Pathway definitions of Ronde", id_=SCHEMA_ID)


def _part(*free: tuple[str, Shape], **needed: Shape) -> Record:
    """Give the shape of a part that has a code, a label and a mark."""
    always: dict[str, Shape] = {"code": _CODE, "label": _LABEL, "mark": _MARK}
    return Record(always | needed, dict([*free, ("note", _NOTE)]), id="code")


_TESTS: dict[str, Shape] = {
    "is": Anything(),
    "has": Text("one of several choices that is among the answers"),
    "known": Flag("whether there is an answer"),
    **{bound: Anything() for bound in ("below", "up_to", "from", "above")},
}
_RANGE = Many(Anything(empty=True, about="a bound, null where there is none"), least=2, most=2)
_TERM = Anything(about="the code of a number of the form, or a number")
_OPERATIONS: dict[Operation, Shape] = {
    **{each: Record({each: Many(_TERM, least=1)}) for each in Operation},
    Operation.MONTHS: Record({"months": Record({"from": _CODE, "to": _CODE})}),
}
_PREFILLS: dict[str, Shape] = {
    "fact": Record({"fact": Text("a fact of the register", like="birth_weight_g")}),
    "last": Record({"last": Many(Text(pattern=r"[^.\s]+\.[^.\s]+", like="F25.weight_g"), least=1)}),
    "last_coded": Record({"last_coded": Text("the newest measure with this LOINC code")}),
    "visit_date": Record({"visit_date": Flag()}),
    "author": Record({"author": Flag()}),
    "value": Record({"value": OneOrMany(Anything(), about="the same for everybody")}),
}
_MEASURES: dict[str, Shape] = {
    "count": Record({"of": Word(("included",))}, {"by": Word(("criterion", "department", "sex"))}),
    "delay": Record(
        {
            "from": Word(("birth", "inclusion", "prescription", "discharge")),
            "to": Word(("inclusion", "first_session", "first_visit")),
        }
    ),
    "attendance": Record({"visit": _CODE}),
    "lost": Record(),
    "forfaits": Record({"state": Word(("opened", "used", "renewed"))}),
    "meetings": Record({"per": Word(("eligible_child",))}),
    "exits": Record({"by": Word(("reason",))}),
    "conventions": Record({"by": Word(("profession", "department"))}),
    "completeness": Record({"form": _CODE, "fields": Many(_CODE, least=1)}),
}

_CHOICE = Record(
    {"code": Text(longest=255), "label": _LABEL},
    {
        "codes": Many(Ref("coding")),
        "score": Number(about="what it counts in a sum"),
        "as": Word(
            ("integer", "date", "time", "string", "reference", "display"), "its kind in FHIR"
        ),
        "exclusive": Flag("chosen, it is the only one"),
        "prefix": Text("shown before the label", longest=40),
        "note": _NOTE,
    },
    id="code",
)

_FIELD = _part(
    ("required", Flag()),
    ("unit", Text("UCUM", longest=60)),
    ("range", _RANGE),
    ("decimals", Number(whole=True, least=0, most=9)),
    ("choices", Many(_CHOICE, least=1)),
    ("other", Flag("an answer in one's own words may stand for a choice")),
    ("several", Ref("rows")),
    ("codes", Many(Ref("coding"))),
    ("when", _WHEN),
    ("help", _LABEL),
    ("most", Number(whole=True, least=1, most=20_000, about="characters")),
    ("not_before", Text("birth, a field before this one, or a day")),
    ("not_after", Text("today, a field before this one, or a day")),
    ("prefill", Ref("prefill")),
    ("compute", Ref("compute")),
    ("read_only", Flag("shown, and not for the author to change")),
    ("hidden", Flag()),
    ("control", Word(tuple(Control))),
    ("orientation", Word(("horizontal", "vertical"))),
    ("prefix", Text("a number shown before the label", longest=40)),
    ("under", Text("the question that this one belongs to")),
    ("targets", Many(Text(longest=60), about="the kinds of things a reference may be to")),
    ("value_set", Text("where the choices are listed that the form does not hold")),
    ("relay", Flag("the relay's paper quotes it")),
    ("as", Text("the FHIR type, where it is not the usual one", longest=20)),
    ("link", Text("its linkId, where it is not the code", longest=255)),
    type=Word(tuple(FieldType)),
)

_SECTION = _part(
    ("when", _WHEN),
    ("help", _LABEL),
    ("repeats", Ref("rows")),
    ("required", Flag("one of its fields at least is answered")),
    ("scale", Record({"name": Text(), "licence": Text()}, {"note": _NOTE})),
    ("within", Text("the section that this one is a part of")),
    ("loose", Flag("its questions stand for themselves, without a heading in FHIR")),
    ("codes", Many(Ref("coding"))),
    ("read_only", Flag()),
    ("hidden", Flag()),
    ("control", Word(tuple(Control))),
    ("prefix", Text(longest=40)),
    ("link", Text("its linkId, where it is not the code", longest=255)),
    fields=Many(Ref("field")),
)

_FORM = Record(
    {
        "code": _CODE,
        "version": Text(longest=80),
        "label": _LABEL,
        "mark": _MARK,
        "stage": Ref("stage_code"),
        "fillers": _WRITERS,
        "sections": Many(Ref("section"), least=1),
    },
    {
        "visit": _CODE,
        "visits": Many(_CODE, least=1),
        "record": Word(tuple(FormRecord), "what keeps it"),
        "readers": _WRITERS,
        "many": Flag("a child may have several"),
        "relay": Flag("its documents go to whoever takes over, and to the family"),
        "plan": Record(
            {"goals": _CODE, "goal": _CODE, "review": _CODE},
            {"owner": _CODE, "by": _CODE, "state": _CODE, "actions": _CODE},
            about="which answers make the child's plan",
        ),
        "due": Record({"after": Text(), "days": _DAYS}, {"mark": _MARK, "note": _NOTE}),
        "help": _LABEL,
        "formerly": Many(Text("a code it had before")),
        "source": Record({}, {key: Text(longest=20_000) for key in SourceKey}),
        "codes": Many(Ref("coding")),
        "note": _NOTE,
    },
    id="code",
)

_RULE = Record(
    {"id": _CODE, "label": _LABEL, "mark": _MARK, "when": _WHEN}, {"note": _NOTE}, id="id"
)
_FACT = Record(
    {"code": _CODE, "label": _LABEL, "kind": Word(("flag", "number", "word")), "mark": _MARK},
    {"note": _NOTE},
    id="code",
)
_PARAMETER = Record({"value": Anything(), "mark": _MARK}, {"note": _NOTE})

_VISIT = _part(
    ("form", _CODE),
    ("minutes", _COUNT),
    ("cents", _CENTS),
    counted=Word(("discharge", "birth", "corrected", "chronological")),
    months=_COUNT,
    before_days=_COUNT,
    after_days=_COUNT,
)
_DISCIPLINE = _part(
    ("assessment_cents", _CENTS),
    ("session_cents", _CENTS),
    ("year_cents", _CENTS),
    profession=Word(tuple(Profession)),
    assessments=_COUNT,
    sessions=_COUNT,
    validity_months=_COUNT,
    renewals=_COUNT,
)
_REMINDER = Record(
    {
        "code": _CODE,
        "on": Word(
            (
                "booked",
                "before",
                "changed",
                "to_book",
                "questionnaire",
                "missed",
                "waiting",
                "failed",
            )
        ),
        "to": Word(("holders", "chosen_holder", "coordinator")),
        "mark": _MARK,
    },
    {
        "label": _LABEL,
        "days": _DAYS,
        "time": Text(pattern=r"([01]\d|2[0-3]):[0-5]\d", like="18:00"),
        "sms": Named(
            Text(longest=400, about="the text message, one line, {date} and the like for values"),
            keys=r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
            about="by language: fr, en, ar…",
        ),
        "visit": _CODE,
        "form": _CODE,
        "note": _NOTE,
    },
    id="code",
)

_PATHWAY = Record(
    {
        "id": _CODE,
        "version": Text(longest=80),
        "label": _LABEL,
        "parameters": Named(_PARAMETER),
        "visits": Many(_VISIT),
    },
    {
        "language": Number(whole=True, least=LANGUAGE, most=LANGUAGE),
        "stages": Many(
            Record(
                {"code": Ref("stage_code"), "label": _LABEL, "mark": _MARK},
                {"note": _NOTE},
                id="code",
            )
        ),
        "checklist": Many(
            Record({"code": _CODE, "label": _LABEL}, {"mark": _MARK, "note": _NOTE}, id="code")
        ),
        "disciplines": Many(_DISCIPLINE),
        "early_care": Record(
            {
                "prescribers": Many(Word(tuple(Profession)), least=1),
                "warn_percent": Number(whole=True, least=1, most=100),
                "warn_left": _COUNT,
                "mark": _MARK,
            },
            {"review_form": _CODE, "note": _NOTE},
        ),
        "meetings": Record(
            {
                "active_cares": _COUNT,
                "least_per_year": _COUNT,
                "most_per_year": _COUNT,
                "mark": _MARK,
            },
            {"note": _NOTE},
        ),
        "reminders": Many(_REMINDER),
        "exits": Many(
            _part(
                ("form", _CODE),
                ("fact", Word(CIRCUMSTANCES, "the exclusion that this exit follows")),
                relay=Flag("whether another structure goes on"),
            )
        ),
        "indicators": Many(_part(("baseline", Number()), measure=Ref("measure"))),
        "note": _NOTE,
    },
    id="id",
)

_RULES = Record(
    {
        "version": Text(longest=80),
        "criteria": Many(_RULE),
        "exclusions": Many(_RULE),
        "flags": Many(_RULE),
    },
    {"oldest_months": _PARAMETER, "facts": Many(_FACT), "note": _NOTE},
)

BOOK: Final[Book] = {
    "file": OneOf(
        {"parameters": Ref("pathway"), "criteria": Ref("rules"), "sections": Ref("form")}
    ),
    "pathway": _PATHWAY,
    "rules": _RULES,
    "form": _FORM,
    "section": _SECTION,
    "field": _FIELD,
    "label": Record({"fr": Text(longest=20_000), "en": Text(longest=20_000)}),
    "coding": Record(
        {"code": Text(longest=255)}, {"system": Text(), "display": Text(), "version": Text()}
    ),
    "rows": Record({}, {"least": _COUNT, "most": _COUNT}),
    "stage_code": Word(("inclusion", "coordination", "support", "exit")),
    "condition": OneOf(
        {
            "all": Record({"all": Many(_WHEN, least=1)}),
            "any": Record({"any": Many(_WHEN, least=1)}),
            "not": Record({"not": _WHEN}),
            "fact": Record({"fact": Text()}, _TESTS),
        }
    ),
    "prefill": OneOf(_PREFILLS),
    "compute": OneOf({str(key): shape for key, shape in _OPERATIONS.items()}),
    "measure": OneOf({key: Record({key: shape}) for key, shape in _MEASURES.items()}),
}
