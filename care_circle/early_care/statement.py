"""A professional's statement of one month: what was done, what it comes to, in cents.

Until it is validated it is only a view of what is owed. Validating locks its lines for
good; what is corrected afterwards is a credit line in the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.fee import Fee
from care_circle.early_care.forfait import Forfait
from care_circle.mending import Mendable, Mender
from care_circle.month import Month
from crypto.ids import ChildId, ForfaitId, ProfessionalId, id_of


class MonthNotOver(Mendable, Exception):
    """A statement is validated once its month is over."""

    mended_by = Mender.PROFESSIONAL


class StatementMoved(Mendable, Exception):
    """Something was added or taken back since the statement was read."""

    mended_by = Mender.PROFESSIONAL


class StatementLocked(Mendable, Exception):
    """The statement is validated: what is wrong in it is corrected in the next one."""

    mended_by = Mender.PROFESSIONAL


class NothingToState(Mendable, Exception):
    """The month has no line."""

    mended_by = Mender.PROFESSIONAL


class NotValidated(Mendable, Exception):
    """What is paid is a statement that its professional validated."""

    mended_by = Mender.PROFESSIONAL


class PaidOn(ValueError):
    """A payment is dated from the validation to today."""


class StatementState(StrEnum):
    """Where a statement stands."""

    OPEN = "open"
    VALIDATED = "validated"
    PAID = "paid"


class Work(StrEnum):
    """What a line is for."""

    SESSION = "session"
    VISIT = "visit"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LineKey:
    """What makes a line that line: nothing is stated twice under one."""

    work: Work
    thing: str
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One amount, in cents, None where nobody has published one; `code`: discipline or visit.

    A credit takes back the very amount that was stated, and says the cause.
    """

    key: LineKey
    forfait: ForfaitId | None
    child: ChildId
    on: date
    code: str
    part: Part | None
    cents: int | None
    cause: Cause | None = None

    @property
    def amount(self) -> int:
        """What it adds to the total, in cents: a credit is negative, the unknown is nothing."""
        known = self.cents or 0
        return -known if self.key.side is Side.CREDIT else known


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """That a coordinator marked a statement as paid."""

    by: ProfessionalId
    at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement; `settled` once all that it holds knows so."""

    professional: ProfessionalId
    month: Month
    lines: tuple[Line, ...] = ()
    validated_at: datetime | None = None
    payment: Payment | None = None
    settled: bool = False

    @property
    def id(self) -> str:
        """The one id of a professional's statement for a month."""
        return statement_id(self.professional, self.month)

    @property
    def is_locked(self) -> bool:
        """Whether its lines never change any more."""
        return self.validated_at is not None

    @property
    def state(self) -> StatementState:
        """Where it stands."""
        if self.payment is not None:
            return StatementState.PAID
        return StatementState.VALIDATED if self.is_locked else StatementState.OPEN

    @property
    def total_cents(self) -> int:
        """The sum of its lines."""
        return sum(line.amount for line in self.lines)

    @property
    def unpriced(self) -> int:
        """How many lines have no published amount."""
        return sum(line.cents is None for line in self.lines)

    def holds(self, key: LineKey) -> bool:
        """Tell whether a line is in it."""
        return any(line.key == key for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A line that has to be stated, from a month on."""

    line: Line
    earliest: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a professional had before their eyes when they validated."""

    lines: int
    total_cents: int


def statement_id(professional: ProfessionalId, month: Month) -> str:
    """Give the id of a professional's statement for a month."""
    return id_of(f"statement of {professional} for {month.text}")


def owed_by_forfait(forfait: Forfait, professional: ProfessionalId) -> tuple[Owed, ...]:
    """Give what is owed to a professional for a forfait's sessions; the missed are owed nothing."""
    found = []
    for session in forfait.sessions:
        side = session.owed
        if side is None or session.professional != professional:
            continue
        taken = session.due.taken_back
        line = Line(
            key=LineKey(work=Work.SESSION, thing=session.id, side=side),
            forfait=forfait.id,
            child=forfait.child,
            on=session.held.on,
            code=forfait.discipline,
            part=session.held.part,
            cents=session.due.cents,
            cause=taken.cause if taken and side is Side.CREDIT else None,
        )
        found.append(Owed(line=line, earliest=session.due.earliest(session.held.on)))
    return tuple(found)


def owed_by_fee(fee: Fee) -> Owed | None:
    """Give what is owed for a visit, if anything."""
    side = fee.due.owed()
    if side is None:
        return None
    taken = fee.due.taken_back
    line = Line(
        key=LineKey(work=Work.VISIT, thing=fee.id, side=side),
        forfait=None,
        child=fee.child,
        on=fee.on,
        code=fee.visit,
        part=None,
        cents=fee.due.cents,
        cause=taken.cause if taken and side is Side.CREDIT else None,
    )
    return Owed(line=line, earliest=fee.due.earliest(fee.on))


def draft(professional: ProfessionalId, month: Month, lines: Iterable[Line]) -> Statement:
    """Put a statement together that nobody has validated; its lines by day."""
    ordered = sorted(lines, key=lambda line: (line.on, line.key))
    return Statement(professional=professional, month=month, lines=tuple(ordered))


def lock(
    stored: Statement | None, draft: Statement, seen: Seen, *, today: date, now: datetime
) -> Statement:
    """Validate a statement; the very same validation a second time changes nothing.

    Raises:
        MonthNotOver: Its month lasts still.
        NothingToState: It is empty.
        StatementMoved: It is not what was seen.
        StatementLocked: It was validated as something else.
    """
    if stored is not None and stored.is_locked:
        if _look(stored) != seen:
            raise StatementLocked
        return stored
    if not draft.month.is_over(today):
        raise MonthNotOver
    if not draft.lines:
        raise NothingToState
    if _look(draft) != seen:
        raise StatementMoved
    return replace(draft, validated_at=now)


def pay(
    statement: Statement | None, *, by: ProfessionalId, on: date, now: datetime, today: date
) -> Statement:
    """Mark a validated statement as paid; a second time changes nothing.

    Raises:
        NotValidated: Nobody validated it.
        PaidOn: The day is in the future, or before its month was over.
    """
    if statement is None or not statement.is_locked:
        raise NotValidated
    if statement.payment is not None:
        return statement
    if on > today or not statement.month.is_over(on):
        raise PaidOn
    return replace(statement, payment=Payment(by=by, at=now, on=on))


def settled(statement: Statement) -> Statement:
    """Note that all work on a locked statement knows that it is."""
    return replace(statement, settled=True)


def _look(statement: Statement) -> Seen:
    return Seen(lines=len(statement.lines), total_cents=statement.total_cents)
