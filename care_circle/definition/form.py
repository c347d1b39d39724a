"""Forms defined as data; `form_reading.py` reads them, `answers.py` checks what is filled in.

A field says what it takes, between which bounds, under which codes, and when it applies.
Standard scales are named with version, date and scores only: their items are not ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from care_circle.definition.condition import Condition
from care_circle.labels import Label, Mark

Single = bool | int | float | str
Inner = Mapping[str, Single | tuple[Single, ...]]
Row = Mapping[str, Single | tuple[Single | Inner, ...]]
Answer = Single | tuple[Single | Row, ...]
"""One value, several, or the rows of a section that repeats (which may hold rows once more)."""
Answers = Mapping[str, Answer]


class FieldType(StrEnum):
    """What a field takes."""

    FLAG = "flag"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    LINE = "line"
    TEXT = "text"
    ADDRESS = "address"
    PROFESSIONAL = "professional"
    STRUCTURE = "structure"
    REFERENCE = "reference"
    FILE = "file"
    NOTE = "note"


NUMBERS = (FieldType.WHOLE, FieldType.DECIMAL)
CHOSEN = (FieldType.CHOICE, FieldType.CHOICES)
WRITTEN = (FieldType.LINE, FieldType.TEXT)


class FormRecord(StrEnum):
    """What keeps a filled form: a document, or a record with a use case of its own."""

    DOCUMENT = "document"
    CONVENTION = "convention"
    TRAINING = "training"
    CIRCLE = "circle"
    INCLUSION = "inclusion"
    REFERRAL = "referral"
    PRESCRIPTION = "prescription"
    FORFAIT = "forfait"
    MEETING = "meeting"
    SESSION = "session"
    DEPARTURE = "departure"


class Operation(StrEnum):
    """How a computed number is made. There is no other way: nothing here diagnoses."""

    SUM = "sum"
    MEAN = "mean"
    DIFFERENCE = "difference"
    QUOTIENT = "quotient"
    MONTHS = "months"


class Control(StrEnum):
    """How a question would like to be drawn; what cannot is drawn as usual."""

    RADIO = "radio-button"
    CHECK = "check-box"
    DROP_DOWN = "drop-down"
    AUTOCOMPLETE = "autocomplete"
    SLIDER = "slider"
    SPINNER = "spinner"
    TEXT_BOX = "text-box"
    LOOKUP = "lookup"
    LIST = "list"
    TABLE = "table"
    TALL_TABLE = "htable"
    GROUP_TABLE = "gtable"
    ANSWER_TABLE = "atable"
    GRID = "grid"
    HEADER = "header"
    FOOTER = "footer"
    PAGE = "page"
    TAB = "tab-container"
    INLINE = "inline"
    PROMPT = "prompt"
    UNIT = "unit"
    LOWER = "lower"
    UPPER = "upper"
    FLYOVER = "flyover"
    HELP = "help"
    LEGAL = "legal"


class SourceKey(StrEnum):
    """What a form from elsewhere says of itself."""

    URL = "url"
    NAME = "name"
    STATUS = "status"
    DATE = "date"
    PUBLISHER = "publisher"
    COPYRIGHT = "copyright"
    PURPOSE = "purpose"
    APPROVED = "approved"
    REVIEWED = "reviewed"
    LANGUAGE = "language"
    ID = "id"
    EXPERIMENTAL = "experimental"
    SUBJECT = "subject"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a public nomenclature, such as LOINC."""

    code: str
    system: str | None = None
    display: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that can be chosen; `score` is what it counts in a sum."""

    code: str
    label: Label
    codes: tuple[Code, ...] = ()
    score: float | None = None
    kind: str | None = None
    exclusive: bool = False
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How often something may stand; without `most` there is no end."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """Where a first answer comes from; one of these is said.

    fact: of the register. last: the newest of these fields (form, field) in signed documents.
    last_coded: the newest signed measure with this LOINC code. values: the same for everybody.
    """

    fact: str | None = None
    last: tuple[tuple[str, str], ...] = ()
    last_coded: str | None = None
    visit_date: bool = False
    author: bool = False
    values: tuple[Single, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """A number made from other answers: codes of fields, or numbers; months between two days.

    Of `months` the terms are the two days: `birth`, `corrected`, or a field of type date.
    """

    operation: Operation
    terms: tuple[str | float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question: bounds are included; `unit` is UCUM; `when` says when it applies.

    `several` makes the answer a list; `other` lets one's own words stand for a choice;
    `under` names the question it belongs to; `link`, `fhir` and `value_set` are what FHIR
    calls it where that is not what follows from the rest. `relay`: quoted in the relay's paper.
    """

    code: str
    label: Label
    type: FieldType
    mark: Mark
    required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    choices: tuple[Choice, ...] = ()
    other: bool = False
    several: Rows | None = None
    codes: tuple[Code, ...] = ()
    when: Condition | None = None
    help: Label | None = None
    most: int | None = None
    not_before: str | None = None
    not_after: str | None = None
    prefill: Prefill | None = None
    compute: Computation | None = None
    read_only: bool = False
    hidden: bool = False
    control: Control | None = None
    orientation: str | None = None
    prefix: str | None = None
    under: str | None = None
    link: str | None = None
    fhir: str | None = None
    value_set: str | None = None
    targets: tuple[str, ...] = ()
    relay: bool = False
    note: str | None = None

    @property
    def is_listed(self) -> bool:
        """Whether the answer is a list."""
        return self.several is not None or self.type is FieldType.CHOICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A published scale; a proprietary one has dates, lines and scores only."""

    name: str
    licence: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a form. With `repeats` its answers are rows under its own code.

    `within` names an earlier section that this is a part of. A `loose` one is no part of its
    own to others: its questions follow those before them.
    """

    code: str
    label: Label
    mark: Mark
    fields: tuple[Field, ...]
    when: Condition | None = None
    help: Label | None = None
    repeats: Rows | None = None
    required: bool = False
    scale: Scale | None = None
    within: str | None = None
    loose: bool = False
    codes: tuple[Code, ...] = ()
    read_only: bool = False
    hidden: bool = False
    control: Control | None = None
    prefix: str | None = None
    link: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a form is expected: days after an event, or after a form of this code is signed."""

    after: str
    days: int
    mark: Mark | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCodes:
    """Which answers of a form make a child's plan: rows of goals, and when it is reviewed.

    `goals` is the section whose rows are the goals; the rest are fields, `review` outside them.
    """

    goals: str
    goal: str
    review: str
    owner: str | None = None
    by: str | None = None
    state: str | None = None
    actions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: who may fill and sign it, who may read it (professions, roles of the office).

    Without `readers` every member of the circle reads it. `visits` are those it belongs to,
    `visit` the first of them. `formerly` are codes that documents may still know it by.
    `relay` says that its documents go to whoever takes over, and to the family.
    """

    code: str
    version: str
    label: Label
    mark: Mark
    stage: str
    fillers: tuple[str, ...]
    sections: tuple[Section, ...]
    visits: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    record: FormRecord = FormRecord.DOCUMENT
    many: bool = True
    due: Due | None = None
    help: Label | None = None
    formerly: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    source: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    visit: str | None = None
    relay: bool = False
    plan: PlanCodes | None = None

    def fields(self) -> tuple[Field, ...]:
        """Give the fields of all sections, in order."""
        return tuple(each for section in self.sections for each in section.fields)

    def section(self, code: str) -> Section:
        """Give a section that is there."""
        return next(each for each in self.sections if each.code == code)

    def is_called(self, code: str) -> bool:
        """Tell whether documents may know the form by this code."""
        return code == self.code or code in self.formerly

    def enclosing(self, section: Section) -> Iterator[Section]:
        """Give a section and the sections it lies in, the innermost first."""
        yield section
        while section.within is not None:
            section = self.section(section.within)
            yield section

    def rows_of(self, section: Section) -> Section | None:
        """Give the innermost repeating section whose rows hold this one's answers."""
        return next((each for each in self.enclosing(section) if each.repeats is not None), None)
