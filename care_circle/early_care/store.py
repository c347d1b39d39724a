"""What the pathway needs remembered beside the circle's own: verbs, each an atom.

As in `store.py`: a write of what exists takes a decision, and what cannot be found raises
`NotFound`.
"""

from collections.abc import Callable
from typing import Protocol

from care_circle.documents.document import Document
from care_circle.early_care.fee import Fee
from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription
from care_circle.early_care.statement import Statement
from care_circle.month import Month
from crypto.ids import ChildId, DocumentId, ForfaitId, PrescriptionId, ProfessionalId


class Prescriptions(Protocol):
    """Prescriptions of early care."""

    async def add(self, prescription: Prescription) -> None:
        """Keep a new prescription."""
        ...

    async def prescription(self, prescription: PrescriptionId) -> Prescription:
        """Find a prescription.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId) -> tuple[Prescription, ...]:
        """Give all of a child's prescriptions, by id."""
        ...

    async def waiting(self, *, after: str, limit: int) -> tuple[Prescription, ...]:
        """Page through what is neither opened nor cancelled, by id."""
        ...

    async def change(
        self, prescription: PrescriptionId, decide: Callable[[Prescription], Prescription]
    ) -> Prescription:
        """Change a prescription.

        Raises:
            NotFound: There is none.
        """
        ...


class Forfaits(Protocol):
    """Forfaits with their sessions inside: one that is not closed for each child and discipline."""

    async def add(self, forfait: Forfait) -> Forfait:
        """Keep a new forfait, and give the one that is stored under its id.

        Raises:
            ForfaitOpen: The child has one of the discipline that is not closed.
        """
        ...

    async def forfait(self, forfait: ForfaitId) -> Forfait:
        """Find a forfait.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId) -> tuple[Forfait, ...]:
        """Give all of a child's forfaits, by id."""
        ...

    async def of_holder(self, professional: ProfessionalId) -> tuple[Forfait, ...]:
        """Give the forfaits that are somebody's and not closed, by id."""
        ...

    async def owing(self, professional: ProfessionalId) -> tuple[Forfait, ...]:
        """Give the forfaits of which a session has still to be stated for somebody."""
        ...

    async def change(self, forfait: ForfaitId, decide: Callable[[Forfait], Forfait]) -> Forfait:
        """Change a forfait.

        Raises:
            NotFound: There is none.
        """
        ...


class Fees(Protocol):
    """What is owed for visits: one fee for each child and visit, unless it was taken back."""

    async def keep(self, fee: Fee) -> Fee:
        """Keep a new fee, and give it, or the one that is there for it or for the same visit."""
        ...

    async def fee(self, document: DocumentId) -> Fee | None:
        """Give the fee that a document stands for, if it is kept."""
        ...

    async def owing(self, professional: ProfessionalId) -> tuple[Fee, ...]:
        """Give the fees that have still to be stated for somebody."""
        ...

    async def change(self, document: DocumentId, decide: Callable[[Fee], Fee]) -> Fee:
        """Change a fee.

        Raises:
            NotFound: There is none.
        """
        ...


class SignedVisits(Protocol):
    """The documents of visits by who signed them first."""

    async def signed_in(self, professional: ProfessionalId, month: Month) -> tuple[Document, ...]:
        """Give the documents of visits that somebody signed in a month of UTC."""
        ...

    async def document(self, document: DocumentId) -> Document:
        """Find a document.

        Raises:
            NotFound: There is none.
        """
        ...

    async def struck(self, professional: ProfessionalId) -> tuple[Document, ...]:
        """Give the documents of visits that somebody signed and that were entered in error."""
        ...


class Statements(Protocol):
    """Statements that were validated; what is open is not kept."""

    async def statement(self, professional: ProfessionalId, month: Month) -> Statement | None:
        """Give somebody's statement of a month, if it was validated."""
        ...

    async def of_professional(self, professional: ProfessionalId) -> tuple[Statement, ...]:
        """Give all that somebody validated."""
        ...

    async def to_pay(self, *, after: str, limit: int) -> tuple[Statement, ...]:
        """Page through what is validated and not paid, by id."""
        ...

    async def unsettled(self, professional: ProfessionalId) -> tuple[Statement, ...]:
        """Give the validated ones that the work on them may not know of yet."""
        ...

    async def change(
        self,
        professional: ProfessionalId,
        month: Month,
        decide: Callable[[Statement | None], Statement],
    ) -> Statement:
        """Change a statement, or keep it for the first time."""
        ...
