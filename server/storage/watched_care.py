"""Early care whose writes the follow-up hears of."""

from collections.abc import Callable

from typing_extensions import override

from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription
from crypto.ids import ForfaitId, PrescriptionId
from server.storage.pathway import EngineForfaits, EnginePrescriptions
from server.storage.watched import Watched


class WatchedPrescriptions(Watched, EnginePrescriptions):
    """Prescriptions of children that are followed up."""

    @override
    async def add(self, prescription: Prescription) -> None:
        async with self._watch.over(prescription.child):
            await super().add(prescription)

    @override
    async def change(
        self, prescription: PrescriptionId, decide: Callable[[Prescription], Prescription]
    ) -> Prescription:
        held = await self.prescription(prescription)
        async with self._watch.over(held.child):
            return await super().change(prescription, decide)


class WatchedForfaits(Watched, EngineForfaits):
    """Forfaits of children that are followed up."""

    @override
    async def add(self, forfait: Forfait) -> Forfait:
        async with self._watch.over(forfait.child):
            return await super().add(forfait)

    @override
    async def change(self, forfait: ForfaitId, decide: Callable[[Forfait], Forfait]) -> Forfait:
        held = await self.forfait(forfait)
        async with self._watch.over(held.child):
            return await super().change(forfait, decide)
