"""A pathway document: one form filled for one child, in versions that are never overwritten.

`pen.py` writes them. A draft is edited in place under its edition number. Signing fixes
it; from then on a change is an amendment, which is a further signed version with its
reason. What was written by mistake is marked so, and stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from care_circle.access import Forbidden
from care_circle.actor import Actor
from care_circle.definition.form import Answer, Form, FormRecord
from care_circle.role import Role
from crypto.ids import ChildId, CircleId, DocumentId, ProfessionalId

MAX_REASON = 500


class StaleEdition(Exception):
    """Somebody has written since the edition this change is based on."""


class NotADraft(Exception):
    """The document is signed: it is amended, not edited."""


class NotSignedYet(Exception):
    """A draft is edited, not amended."""


class Struck(Exception):
    """The document is marked as entered in error: nothing follows."""


class ReasonMissing(ValueError):
    """An amendment or a strike says why, in at most 500 characters."""


class WrongProfession(Forbidden):
    """The form is for another profession to fill and sign."""


class AlreadyWritten(Exception):
    """The child has this document already, and may have one only: it is amended."""


class WrongVisit(Exception):
    """The form is not for this visit."""


class KeptElsewhere(Exception):
    """The form is filled where its record is kept: `record` says which."""

    def __init__(self, record: FormRecord) -> None:
        super().__init__(record)
        self.record = record


class FormReplaced(Exception):
    """The document was begun on a version of the form that the pathway has no more."""


class DocumentState(StrEnum):
    """Where a document stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of the answers; without `signed_at` it is the draft."""

    number: int
    answers: Mapping[str, Answer] = field(repr=False)
    author: ProfessionalId
    saved_at: datetime
    signed_at: datetime | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """That a document was entered in error: by whom, when, why."""

    by: ProfessionalId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document; `edition` grows by one with every write and guards against lost ones.

    `circle` is None while the child has none. `single` says that a child has one such
    document at most, of its visit if it has one.
    """

    id: DocumentId
    child: ChildId
    circle: CircleId | None
    form: str
    form_version: str
    visit: str | None
    author: ProfessionalId
    edition: int
    versions: tuple[Version, ...]
    strike: Strike | None = None
    single: bool = False

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def state(self) -> DocumentState:
        """Where the document stands."""
        if self.strike is not None:
            return DocumentState.ENTERED_IN_ERROR
        if self.current.signed_at is None:
            return DocumentState.DRAFT
        return DocumentState.SIGNED if len(self.versions) == 1 else DocumentState.AMENDED


def role_of(actor: Actor) -> str:
    """Say what somebody is to a form: a profession, or a role of the office."""
    is_carer = actor.role is Role.PROFESSIONAL and actor.profession is not None
    return str(actor.profession) if is_carer else str(actor.role)


def is_readable(state: DocumentState, form: Form, actor: Actor, *, member: bool = True) -> bool:
    """Tell whether somebody may read a document in this state on this form.

    A draft is its writers' own; a form may name the roles it is for (CON-1). The office
    reads what names it; what names nobody is for members of the circle.
    """
    role = role_of(actor)
    if role in form.fillers:
        return True
    named = role in form.readers if form.readers else member
    return named and state is not DocumentState.DRAFT
