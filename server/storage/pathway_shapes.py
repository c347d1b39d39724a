"""What the pathway's aggregates are called in the store, and what of them is sealed.

As in `care_shapes.py`: open are ids, codes, states and days of work; sealed, by the child's
own key, is why care was prescribed and what was said of a session.
"""

from care_circle.early_care.fee import Fee
from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription
from care_circle.early_care.statement import Statement
from server.storage.care_shapes import child_key, professional_key
from server.storage.shape import Shape

WAITING = "waiting"
"""The key of prescriptions that nobody has answered."""

TO_PAY = "to_pay"
"""The key of statements that are validated and not paid."""


def prescription_shape() -> Shape[Prescription]:
    """Shape prescriptions: found by child, and while they wait for a forfait."""
    return Shape(
        kind="prescription",
        type=Prescription,
        id_of=lambda prescription: prescription.id,
        tags_of=lambda prescription: (
            child_key(prescription.child),
            *((WAITING,) if prescription.waits else ()),
        ),
        sealed=frozenset({"reason", "cancellation"}),
        scope_of=lambda prescription: prescription.child,
    )


def forfait_shape() -> Shape[Forfait]:
    """Shape forfaits: one that is not closed for each child and discipline."""
    return Shape(
        kind="forfait",
        type=Forfait,
        id_of=lambda forfait: forfait.id,
        tags_of=_forfait_tags,
        unique_of=lambda forfait: (
            f"open:{forfait.child}:{forfait.discipline}" if forfait.closing is None else None
        ),
        sealed=frozenset({"sessions", "closing"}),
        scope_of=lambda forfait: forfait.child,
    )


def fee_shape() -> Shape[Fee]:
    """Shape fees: one that stands for each child and visit; nothing to seal."""
    return Shape(
        kind="fee",
        type=Fee,
        id_of=lambda fee: fee.id,
        tags_of=lambda fee: () if fee.due.owed() is None else (owing_key(fee.professional),),
        unique_of=lambda fee: fee_key(fee) if fee.due.taken_back is None else None,
        sealed=frozenset({"due"}),
        scope_of=lambda fee: fee.child,
    )


def statement_shape() -> Shape[Statement]:
    """Shape statements: the lines name children by id only, and are sealed all the same."""
    return Shape(
        kind="statement",
        type=Statement,
        id_of=lambda statement: statement.id,
        tags_of=lambda statement: (
            professional_key(statement.professional),
            *((TO_PAY,) if statement.is_locked and statement.payment is None else ()),
            *((unsettled_key(statement.professional),) if not statement.settled else ()),
        ),
        sealed=frozenset({"lines"}),
    )


def fee_key(fee: Fee) -> str:
    """Give the key of the one fee that stands for a child's visit."""
    return f"fee:{fee.child}:{fee.visit}"


def holder_key(professional: str) -> str:
    """Give the key of the forfaits that are somebody's and not closed."""
    return f"holder:{professional}"


def owing_key(professional: str) -> str:
    """Give the key of the work that has still to be stated for somebody."""
    return f"owing:{professional}"


def unsettled_key(professional: str) -> str:
    """Give the key of the statements that the work on them may not know of yet."""
    return f"unsettled:{professional}"


def _forfait_tags(forfait: Forfait) -> tuple[str, ...]:
    owing = {each.professional for each in forfait.sessions if each.owed is not None}
    held = forfait.professional is not None and forfait.closing is None
    return (
        child_key(forfait.child),
        *((holder_key(forfait.professional),) if held and forfait.professional else ()),
        *sorted(map(owing_key, owing)),
    )
