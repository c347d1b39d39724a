"""A child's plan: goals with whom they are for and by when, and the day it is reviewed.

Which answers of which form make it is said by the pathway (`plan` of a form); of several
plans the one signed last counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from care_circle.definition.form import Form, PlanCodes
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import Document, DocumentState
from care_circle.moments import is_day
from crypto.ids import DocumentId, ProfessionalId

GOAL_STATUS = "http://hl7.org/fhir/goal-status"
_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal; `state` is the choice's code, `status` what FHIR calls it, where that is said."""

    words: str = field(repr=False)
    actions: str = field(default="", repr=False)
    owner: ProfessionalId | None = None
    by: date | None = None
    state: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan that a signed document is."""

    document: DocumentId
    form: str
    author: ProfessionalId
    signed_at: datetime
    review_on: date | None
    goals: tuple[Goal, ...] = field(repr=False)


def plan_of(documents: Iterable[Document], pathway: Pathway) -> Plan | None:
    """Give the plan that was signed last, if there is one."""
    found = []
    for document in documents:
        form = pathway.form_of(document.form, document.form_version)
        signed = document.current.signed_at
        if form.plan is not None and document.state in _SIGNED and signed is not None:
            found.append((signed, document.id, _plan(document, form, form.plan, signed)))
    return max(found, default=(None, None, None), key=lambda each: each[:2])[2]


def review_day(documents: Iterable[Document], pathway: Pathway) -> date | None:
    """Give the day on which the child's plan is to be reviewed, as the follow-up asks for it."""
    plan = plan_of(documents, pathway)
    return None if plan is None else plan.review_on


def _plan(document: Document, form: Form, codes: PlanCodes, signed: datetime) -> Plan:
    answers = document.current.answers
    rows = answers.get(codes.goals, ())
    held = rows if isinstance(rows, tuple | list) else ()
    return Plan(
        document=document.id,
        form=form.code,
        author=document.current.author,
        signed_at=signed,
        review_on=_day(answers.get(codes.review)),
        goals=tuple(_goal(row, form, codes) for row in held if isinstance(row, Mapping)),
    )


def _goal(row: Mapping[str, object], form: Form, codes: PlanCodes) -> Goal:
    def said(code: str | None) -> str:
        value = None if code is None else row.get(code)
        return value if isinstance(value, str) else ""

    state = said(codes.state)
    return Goal(
        words=said(codes.goal),
        actions=said(codes.actions),
        owner=ProfessionalId(said(codes.owner)) or None,
        by=_day(said(codes.by)),
        state=state or None,
        status=_status(form, codes.state, state),
    )


def _status(form: Form, code: str | None, state: str) -> str | None:
    """Give FHIR's word for a goal's state, where the choice is coded with it."""
    for asked in form.fields():
        if asked.code == code:
            for choice in asked.choices:
                if choice.code == state:
                    return next((c.code for c in choice.codes if c.system == GOAL_STATUS), None)
    return None


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and is_day(value) else None
