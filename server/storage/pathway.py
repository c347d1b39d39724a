"""The pathway's ports on any engine."""

from collections.abc import Callable

from typing_extensions import override

from care_circle.documents.document import Document
from care_circle.early_care.fee import Fee
from care_circle.early_care.forfait import Forfait, ForfaitOpen
from care_circle.early_care.prescription import Prescription
from care_circle.early_care.statement import Statement, statement_id
from care_circle.early_care.store import Fees, Forfaits, Prescriptions, SignedVisits, Statements
from care_circle.month import Month
from crypto.ids import ChildId, DocumentId, ForfaitId, PrescriptionId, ProfessionalId
from server.storage import care_shapes
from server.storage import pathway_shapes as shapes
from server.storage.engine import Engine, Stale, Taken
from server.storage.finding import change_found, found
from server.storage.keys import Keyring
from server.storage.repository import Repository


class EnginePrescriptions(Prescriptions):
    """`Prescriptions` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._prescriptions = Repository(engine, keyring, shapes.prescription_shape())

    @override
    async def add(self, prescription: Prescription) -> None:
        await self._prescriptions.create(prescription)

    @override
    async def prescription(self, prescription: PrescriptionId) -> Prescription:
        return found(await self._prescriptions.get(prescription))

    @override
    async def of_child(self, child: ChildId) -> tuple[Prescription, ...]:
        return await self._prescriptions.all_of(care_shapes.child_key(child))

    @override
    async def waiting(self, *, after: str, limit: int) -> tuple[Prescription, ...]:
        return tuple(await self._prescriptions.find(shapes.WAITING, after=after, limit=limit))

    @override
    async def change(
        self, prescription: PrescriptionId, decide: Callable[[Prescription], Prescription]
    ) -> Prescription:
        return await change_found(self._prescriptions, prescription, decide)


class EngineForfaits(Forfaits):
    """`Forfaits` on any engine; child and discipline are the unique key while one is open."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._forfaits = Repository(engine, keyring, shapes.forfait_shape())

    @override
    async def add(self, forfait: Forfait) -> Forfait:
        try:
            return (await self._forfaits.create(forfait)).value
        except (Taken, Stale):
            stored = await self._forfaits.get(forfait.id)
        if stored is None:
            raise ForfaitOpen
        return stored

    @override
    async def forfait(self, forfait: ForfaitId) -> Forfait:
        return found(await self._forfaits.get(forfait))

    @override
    async def of_child(self, child: ChildId) -> tuple[Forfait, ...]:
        return await self._forfaits.all_of(care_shapes.child_key(child))

    @override
    async def of_holder(self, professional: ProfessionalId) -> tuple[Forfait, ...]:
        return await self._forfaits.all_of(shapes.holder_key(professional))

    @override
    async def owing(self, professional: ProfessionalId) -> tuple[Forfait, ...]:
        return await self._forfaits.all_of(shapes.owing_key(professional))

    @override
    async def change(self, forfait: ForfaitId, decide: Callable[[Forfait], Forfait]) -> Forfait:
        return await change_found(self._forfaits, forfait, decide)


class EngineFees(Fees):
    """`Fees` on any engine; child and visit are the unique key of one that stands."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._fees = Repository(engine, keyring, shapes.fee_shape())

    @override
    async def keep(self, fee: Fee) -> Fee:
        try:
            return (await self._fees.create(fee)).value
        except (Taken, Stale):
            stored = await self._fees.get(fee.id)
        return stored or found(await self._fees.find_one(shapes.fee_key(fee)))

    @override
    async def fee(self, document: DocumentId) -> Fee | None:
        return await self._fees.get(document)

    @override
    async def owing(self, professional: ProfessionalId) -> tuple[Fee, ...]:
        return await self._fees.all_of(shapes.owing_key(professional))

    @override
    async def change(self, document: DocumentId, decide: Callable[[Fee], Fee]) -> Fee:
        return await change_found(self._fees, document, decide)


class EngineSignedVisits(SignedVisits):
    """`SignedVisits` on any engine, by the tags that documents of visits carry."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._documents = Repository(engine, keyring, care_shapes.document_shape())

    @override
    async def signed_in(self, professional: ProfessionalId, month: Month) -> tuple[Document, ...]:
        return await self._documents.all_of(care_shapes.signed_key(professional, month.text))

    @override
    async def document(self, document: DocumentId) -> Document:
        return found(await self._documents.get(document))

    @override
    async def struck(self, professional: ProfessionalId) -> tuple[Document, ...]:
        return await self._documents.all_of(care_shapes.struck_key(professional))


class EngineStatements(Statements):
    """`Statements` on any engine, under an id made of professional and month."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._statements = Repository(engine, keyring, shapes.statement_shape())

    @override
    async def statement(self, professional: ProfessionalId, month: Month) -> Statement | None:
        return await self._statements.get(statement_id(professional, month))

    @override
    async def of_professional(self, professional: ProfessionalId) -> tuple[Statement, ...]:
        return await self._statements.all_of(care_shapes.professional_key(professional))

    @override
    async def to_pay(self, *, after: str, limit: int) -> tuple[Statement, ...]:
        return tuple(await self._statements.find(shapes.TO_PAY, after=after, limit=limit))

    @override
    async def unsettled(self, professional: ProfessionalId) -> tuple[Statement, ...]:
        return await self._statements.all_of(shapes.unsettled_key(professional))

    @override
    async def change(
        self,
        professional: ProfessionalId,
        month: Month,
        decide: Callable[[Statement | None], Statement],
    ) -> Statement:
        return await self._statements.upsert(statement_id(professional, month), decide)
