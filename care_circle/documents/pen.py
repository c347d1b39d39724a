"""Writing a document: who may hold the pen, and what a draft, a signature, an amendment do.

Numbers that the form computes are made anew at every write, whatever was sent for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from care_circle.access import NotFound
from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.convention import Convention, require_active
from care_circle.definition.form import Answer, Form, FormRecord
from care_circle.documents.answers import Known, require_fitting
from care_circle.documents.computing import computed
from care_circle.documents.document import (
    MAX_REASON,
    Document,
    DocumentState,
    FormReplaced,
    KeptElsewhere,
    NotADraft,
    NotSignedYet,
    ReasonMissing,
    StaleEdition,
    Strike,
    Struck,
    Version,
    WrongProfession,
    WrongVisit,
    role_of,
)
from care_circle.role import Role
from crypto.ids import ChildId, DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Whoever writes: the person, their conventions, the child and its circle as it is now.

    `known` are the child's days, which answers are held against and computed from; `today` is
    the day it is where the network works.
    """

    actor: Actor
    conventions: tuple[Convention, ...]
    child: ChildId
    circle: Circle | None
    form: Form
    known: Known
    today: date
    now: datetime

    @property
    def role(self) -> str:
        """What the writer is to the form: their profession, or their role in the office."""
        return role_of(self.actor)


def draft(
    document: DocumentId, pen: Pen, answers: Mapping[str, Answer], *, visit: str | None
) -> Document:
    """Begin a document.

    Raises:
        NotFound: The writer is not in the circle.
        WrongProfession: The form is not for this profession.
        NoActiveConvention: The writer has no convention in force today.
        KeptElsewhere: The form's record is no document.
        WrongVisit: The form is not for this visit.
        BadAnswers: An answer does not fit the form.
    """
    _check_pen(pen)
    if visit is not None and pen.form.visits and visit not in pen.form.visits:
        raise WrongVisit
    return Document(
        id=document,
        child=pen.child,
        circle=None if pen.circle is None else pen.circle.id,
        form=pen.form.code,
        form_version=pen.form.version,
        visit=visit or pen.form.visit,
        single=not pen.form.many,
        author=pen.actor.professional,
        edition=1,
        versions=(_version(1, pen, _fitting(pen, answers, whole=False)),),
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
    held = _fitting(pen, answers, whole=False)
    return _written(document, pen, (_version(1, pen, held),))


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
    answers = _fitting(pen, document.current.answers, whole=True)
    written = replace(document.current, answers=answers, author=pen.actor.professional)
    return _written(document, pen, (replace(written, signed_at=pen.now),))


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
    held = _fitting(pen, answers, whole=True)
    added = _version(len(document.versions) + 1, pen, held)
    amended = replace(added, signed_at=pen.now, reason=reason)
    return _written(document, pen, (*document.versions, amended))


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
    return replace(_written(document, pen, document.versions), strike=struck)


def _check_turn(document: Document, pen: Pen, edition: int) -> None:
    if pen.child != document.child:
        raise NotFound
    _check_pen(pen)
    if document.strike is not None:
        raise Struck
    if document.edition != edition:
        raise StaleEdition
    if not pen.form.is_called(document.form) or document.form_version != pen.form.version:
        raise FormReplaced


def _check_pen(pen: Pen) -> None:
    is_carer = pen.actor.role is Role.PROFESSIONAL
    if is_carer and (pen.circle is None or pen.actor.professional not in pen.circle.roster):
        raise NotFound
    if pen.role not in pen.form.fillers:
        raise WrongProfession
    if pen.form.record is not FormRecord.DOCUMENT:
        raise KeptElsewhere(pen.form.record)
    if is_carer:
        require_active(pen.conventions, on=pen.today)


def _fitting(pen: Pen, answers: Mapping[str, Answer], *, whole: bool) -> Mapping[str, Answer]:
    """Give the answers with what is computed, once it is sure that they fit."""
    held = computed(pen.form, answers, pen.known)
    require_fitting(pen.form, held, whole=whole, known=pen.known)
    return held


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ReasonMissing


def _version(number: int, pen: Pen, answers: Mapping[str, Answer]) -> Version:
    return Version(
        number=number, answers=dict(answers), author=pen.actor.professional, saved_at=pen.now
    )


def _written(document: Document, pen: Pen, versions: tuple[Version, ...]) -> Document:
    circle = document.circle if pen.circle is None else pen.circle.id
    return replace(document, versions=versions, edition=document.edition + 1, circle=circle)
