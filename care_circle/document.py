"""A pathway document: one form filled for one child, in versions that are never overwritten.

A draft is edited in place under its edition number. Signing fixes it; from then on a
change is an amendment, which is a further signed version with its reason. What was
written by mistake is marked so, and stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.access import Forbidden, NotFound
from care_circle.actor import Actor
from care_circle.answers import require_fitting
from care_circle.circle import Circle
from care_circle.convention import Convention, require_active
from care_circle.form import Answer, Form
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
    """A document; `edition` grows by one with every write and guards against lost ones."""

    id: DocumentId
    child: ChildId
    circle: CircleId
    form: str
    form_version: str
    visit: str | None
    author: ProfessionalId
    edition: int
    versions: tuple[Version, ...]
    strike: Strike | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Whoever writes: the person, their conventions, and the child's circle as it is now."""

    actor: Actor
    conventions: tuple[Convention, ...]
    circle: Circle
    form: Form
    today: date
    now: datetime


def draft(
    document: DocumentId, pen: Pen, answers: Mapping[str, Answer], *, visit: str | None
) -> Document:
    """Begin a document.

    Raises:
        NotFound: The writer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The writer has no convention in force today.
        BadAnswers: An answer does not fit the form.
    """
    _check_pen(pen)
    require_fitting(pen.form, answers, whole=False)
    return Document(
        id=document,
        child=pen.circle.child,
        circle=pen.circle.id,
        form=pen.form.code,
        form_version=pen.form.version,
        visit=visit or pen.form.visit,
        author=pen.actor.professional,
        edition=1,
        versions=(_version(1, pen, answers),),
    )


def edit(document: Document, pen: Pen, answers: Mapping[str, Answer], *, edition: int) -> Document:
    """Replace the answers of a draft.

    Raises:
        NotFound: The writer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The writer has no convention in force today.
        StaleEdition: Somebody wrote in between.
        Struck: It is marked as entered in error.
        NotADraft: It is signed.
        BadAnswers: An answer does not fit the form.
    """
    _check_turn(document, pen, edition)
    if document.state is not DocumentState.DRAFT:
        raise NotADraft
    require_fitting(pen.form, answers, whole=False)
    return _written(document, (_version(1, pen, answers),))


def sign(document: Document, pen: Pen, *, edition: int) -> Document:
    """Sign a draft that is whole.

    Raises:
        NotFound: The signer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The signer has no convention in force today.
        StaleEdition: Somebody wrote in between.
        Struck: It is marked as entered in error.
        NotADraft: It is signed.
        BadAnswers: An answer is missing or does not fit.
    """
    _check_turn(document, pen, edition)
    if document.state is not DocumentState.DRAFT:
        raise NotADraft
    require_fitting(pen.form, document.current.answers, whole=True)
    signed = replace(document.current, author=pen.actor.professional, signed_at=pen.now)
    return _written(document, (signed,))


def amend(
    document: Document, pen: Pen, answers: Mapping[str, Answer], *, edition: int, reason: str
) -> Document:
    """Add a further signed version, with the reason for it; the former ones stay.

    Raises:
        NotFound: The signer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The signer has no convention in force today.
        StaleEdition: Somebody wrote in between.
        Struck: It is marked as entered in error.
        NotSignedYet: It is a draft.
        ReasonMissing: There is no reason, or a very long one.
        BadAnswers: An answer is missing or does not fit.
    """
    _check_turn(document, pen, edition)
    if document.state is DocumentState.DRAFT:
        raise NotSignedYet
    _check_reason(reason)
    require_fitting(pen.form, answers, whole=True)
    added = _version(len(document.versions) + 1, pen, answers)
    amended = replace(added, signed_at=pen.now, reason=reason)
    return _written(document, (*document.versions, amended))


def strike(document: Document, pen: Pen, *, edition: int, reason: str) -> Document:
    """Mark a document as entered in error; its versions stay readable.

    Raises:
        NotFound: The writer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The writer has no convention in force today.
        StaleEdition: Somebody wrote in between.
        Struck: It is marked already.
        ReasonMissing: There is no reason, or a very long one.
    """
    _check_turn(document, pen, edition)
    _check_reason(reason)
    struck = Strike(by=pen.actor.professional, at=pen.now, reason=reason)
    return replace(_written(document, document.versions), strike=struck)


def require_readable(document: Document, form: Form, actor: Actor) -> None:
    """Insist that this member of the circle may read the document.

    A draft is its writers' own; a form may name the roles it is for (CON-1).

    Raises:
        NotFound: It is not for them.
    """
    fills = actor.profession in form.fillers
    if document.state is DocumentState.DRAFT and not fills:
        raise NotFound
    role = Role.COORDINATOR.value if actor.role is Role.COORDINATOR else actor.profession
    if form.readers and role not in form.readers and not fills:
        raise NotFound


def _check_turn(document: Document, pen: Pen, edition: int) -> None:
    _check_pen(pen)
    if pen.circle.id != document.circle:
        raise NotFound
    if document.strike is not None:
        raise Struck
    if document.edition != edition:
        raise StaleEdition
    if not pen.form.is_called(document.form) or document.form_version != pen.form.version:
        raise FormReplaced


def _check_pen(pen: Pen) -> None:
    if pen.actor.professional not in pen.circle.roster:
        raise NotFound
    if pen.actor.role is not Role.PROFESSIONAL or pen.actor.profession not in pen.form.fillers:
        raise WrongProfession
    require_active(pen.conventions, on=pen.today)


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ReasonMissing


def _version(number: int, pen: Pen, answers: Mapping[str, Answer]) -> Version:
    return Version(
        number=number, answers=dict(answers), author=pen.actor.professional, saved_at=pen.now
    )


def _written(document: Document, versions: tuple[Version, ...]) -> Document:
    return replace(document, versions=versions, edition=document.edition + 1)
