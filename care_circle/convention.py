"""The signed agreement that lets a professional act in the pathway.

Four documents go back signed to the coordination (RPNA); which four is not published,
so the checklist is data of the pathway. The training in three modules follows the
signature (seed 000) and is attested, but it is not what makes a convention active.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from crypto.ids import ConventionId, ProfessionalId


class UnknownPiece(ValueError):
    """The checklist has no document of this code."""


class PiecesMissing(Exception):
    """A convention is signed only when all documents of its checklist are there."""


class NotSigned(Exception):
    """A convention that nobody signed cannot become active, nor its training be attested."""


class BadPeriod(ValueError):
    """A period ends on or after the day it begins, and begins once the paper is signed."""


class NoActiveConvention(Exception):
    """The professional has no convention that is active on this day."""


class TrainingModule(StrEnum):
    """The three modules of the training that follows the signature (seed 000)."""

    PATHWAY = "pathway"
    CHILD_SUPPORT = "child_support"
    TOOL = "tool"


class Footing(StrEnum):
    """How somebody stands to the agreement on a day; `pending` is on its way to a signature."""

    NONE = "none"
    PENDING = "pending"
    COMING = "coming"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One document of the checklist and the day it came back signed."""

    code: str
    received_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One module attested by a coordinator."""

    module: TrainingModule
    on: date
    coordinator: ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """One professional's agreement: pieces, signature, days of force, training.

    It is in force from `active_from` to `active_to`, both included; without an end day it
    stays in force.
    """

    id: ConventionId
    professional: ProfessionalId
    pieces: tuple[Piece, ...]
    signed_on: date | None = None
    active_from: date | None = None
    active_to: date | None = None
    trainings: tuple[Training, ...] = ()

    def is_complete(self) -> bool:
        """Tell whether every document came back."""
        return all(piece.received_on is not None for piece in self.pieces)

    def is_active(self, on: date) -> bool:
        """Tell whether the convention is in force on a day."""
        if self.signed_on is None or self.active_from is None or on < self.active_from:
            return False
        return self.active_to is None or on <= self.active_to

    def is_trained(self) -> bool:
        """Tell whether the three modules are attested."""
        return {training.module for training in self.trainings} == set(TrainingModule)


def propose(
    convention: ConventionId, professional: ProfessionalId, checklist: tuple[str, ...]
) -> Convention:
    """Begin a convention with the checklist of the pathway."""
    return Convention(
        id=convention,
        professional=professional,
        pieces=tuple(Piece(code=code) for code in checklist),
    )


def receive(convention: Convention, code: str, *, on: date) -> Convention:
    """Tick a document of the checklist; a second tick leaves the first day.

    Raises:
        UnknownPiece: The checklist has no such document.
    """
    if code not in {piece.code for piece in convention.pieces}:
        raise UnknownPiece
    return replace(
        convention,
        pieces=tuple(
            replace(piece, received_on=on)
            if piece.code == code and piece.received_on is None
            else piece
            for piece in convention.pieces
        ),
    )


def sign(
    convention: Convention, *, on: date, active_from: date, active_to: date | None
) -> Convention:
    """Sign a complete convention and say when it is in force.

    Raises:
        PiecesMissing: A document has not come back.
        BadPeriod: It would begin before the signature, or end before it begins.
    """
    if not convention.is_complete():
        raise PiecesMissing
    if active_from < on or (active_to is not None and active_to < active_from):
        raise BadPeriod
    return replace(convention, signed_on=on, active_from=active_from, active_to=active_to)


def end(convention: Convention, *, last_day: date) -> Convention:
    """Say the last day on which a signed convention is in force.

    Raises:
        NotSigned: It never was in force.
        BadPeriod: It would end before it begins.
    """
    if convention.active_from is None:
        raise NotSigned
    if last_day < convention.active_from:
        raise BadPeriod
    return replace(convention, active_to=last_day)


def attest_training(convention: Convention, training: Training) -> Convention:
    """Note that a module was followed; a module is attested once.

    Raises:
        NotSigned: The training follows the signature.
    """
    if convention.signed_on is None:
        raise NotSigned
    if training.module in {held.module for held in convention.trainings}:
        return convention
    return replace(convention, trainings=(*convention.trainings, training))


def require_active(conventions: tuple[Convention, ...], *, on: date) -> None:
    """Insist that one of a professional's conventions is in force on a day.

    Raises:
        NoActiveConvention: None is.
    """
    if not any(convention.is_active(on) for convention in conventions):
        raise NoActiveConvention


def footing(conventions: tuple[Convention, ...], *, on: date) -> Footing:
    """Tell how a professional with these conventions stands on a day; the best one counts."""
    found = {_footing(convention, on) for convention in conventions}
    order = (Footing.ACTIVE, Footing.COMING, Footing.PENDING, Footing.ENDED)
    return next((each for each in order if each in found), Footing.NONE)


def _footing(convention: Convention, on: date) -> Footing:
    if convention.is_active(on):
        return Footing.ACTIVE
    if convention.signed_on is None or convention.active_from is None:
        return Footing.PENDING
    return Footing.COMING if on < convention.active_from else Footing.ENDED
