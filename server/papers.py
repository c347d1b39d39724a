"""What is printed, put together: who may have it, whose names stand on it, and the press."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from care_circle.access import NotFound
from care_circle.actor import Actor
from care_circle.definition.form import FieldType, Form
from care_circle.documents.document import Document
from care_circle.early_care.statement import Statement
from care_circle.leaving.relay import Dossier
from care_circle.meetings.meeting import Meeting
from care_circle.role import PROFESSION_LABELS, ROLE_LABELS
from care_circle.services.documents import DocumentsService
from care_circle.store import Children, People
from crypto.ids import DocumentId, ProfessionalId, StructureId
from server.printing.answers import told
from server.printing.document_sheet import Printing, document_sheet
from server.printing.minutes_sheet import MinutesPrinting, minutes_sheet
from server.printing.press import print_sheet
from server.printing.relay_sheet import RelayPrinting, relay_sheet
from server.printing.statement_sheet import StatementPrinting, statement_sheet

LANGUAGES = ("fr", "en")
"""Those that paper is written in; the first where another is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Prints for whoever may read what is printed."""

    documents: DocumentsService
    people: People
    children: Children

    async def document(self, actor: Actor, document: DocumentId, *, language: str) -> bytes:
        """Print a document as PDF.

        Raises:
            NotFound: There is no such document, or it is not for the actor.
            Forbidden: The actor may know of it, but not read it.
            NoActiveConvention: The actor is a member without a convention in force today.
        """
        found = await self.documents.document(actor, document)
        return await self.handed(found, language=language)

    async def handed(self, found: Document, *, language: str) -> bytes:
        """Print a document as PDF for whoever it was given to already."""
        spoken = _spoken(language)
        form = self.documents.pathway.form_of(found.form, found.form_version)
        authors = {version.author for version in found.versions}
        around = self.documents.surroundings
        printing = Printing(
            document=found,
            form=form,
            child=await self.children.child(found.child),
            named=await self._named(authors, [(found, form)], spoken),
            language=spoken,
            now=around.now().astimezone(around.zone),
        )
        return await print_sheet(document_sheet(printing))

    async def statement(self, statement: Statement, *, language: str) -> bytes:
        """Print a statement, of whoever may read it, as PDF."""
        spoken, pathway = _spoken(language), self.documents.pathway
        labels = {each.code: told(each.label, spoken) for each in pathway.visits}
        labels |= {each.code: told(each.label, spoken) for each in pathway.disciplines}
        around = self.documents.surroundings
        printing = StatementPrinting(
            statement=statement,
            professional=await self.professional(statement.professional, spoken),
            labels=labels,
            language=spoken,
            now=around.now().astimezone(around.zone),
        )
        return await print_sheet(statement_sheet(printing))

    async def relay(self, dossier: Dossier, *, language: str) -> bytes:
        """Print what was gathered of a child for whoever takes over, as PDF."""
        spoken = _spoken(language)
        filled = [(reading.document, reading.form) for reading in dossier.readings]
        printing = RelayPrinting(
            dossier=dossier,
            named=await self._named(dossier.people, filled, spoken),
            language=spoken,
            now=dossier.now.astimezone(self.documents.surroundings.zone),
        )
        return await print_sheet(relay_sheet(printing))

    async def minutes(self, meeting: Meeting, form: Form | None, *, language: str) -> bytes:
        """Print a meeting, as somebody was shown it, as PDF."""
        spoken, around = _spoken(language), self.documents.surroundings
        people = {*meeting.calling.invited}
        for version in meeting.versions:
            people |= {*version.report.present, version.author}
            people |= {each.owner for each in version.report.decisions if each.owner is not None}
        printing = MinutesPrinting(
            meeting=meeting,
            form=form,
            child=await self.children.child(meeting.child),
            named=await self._named(people, (), spoken),
            language=spoken,
            now=around.now().astimezone(around.zone),
        )
        return await print_sheet(minutes_sheet(printing))

    async def professional(self, professional: ProfessionalId, language: str) -> str:
        """Say a professional's name and what they are; nothing for whoever is not there."""
        try:
            found = await self.people.professional(professional)
        except NotFound:
            return ""
        trade = found.profession
        label = ROLE_LABELS[found.role] if trade is None else PROFESSION_LABELS[trade]
        return f"{found.given_name} {found.family_name}, {told(label, language).lower()}"

    async def _named(
        self,
        people: Iterable[ProfessionalId],
        filled: Iterable[tuple[Document, Form]],
        language: str,
    ) -> Callable[[str], str]:
        """Learn who people are, and who and what answers name; gives what says it of an id."""
        wanted, places = {str(each) for each in people}, set[str]()
        for document, form in filled:
            wanted |= set(_answered(document, form, FieldType.PROFESSIONAL))
            places |= set(_answered(document, form, FieldType.STRUCTURE))
        names = {each: await self.professional(ProfessionalId(each), language) for each in wanted}
        names |= {each: await self._structure(StructureId(each)) for each in places}
        return lambda name: names.get(name, "")

    async def _structure(self, structure: StructureId) -> str:
        try:
            return (await self.people.structure(structure)).name
        except NotFound:
            return ""


def _spoken(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def _answered(document: Document, form: Form, kind: FieldType) -> Iterable[str]:
    """Give the answers to questions of one type, in rows too, which are ids."""
    asked = {field.code for field in form.fields() if field.type is kind}
    answers = document.current.answers
    rows = [row for held in answers.values() if isinstance(held, tuple | list) for row in held]
    for part in (answers, *(row for row in rows if not isinstance(row, bool | int | float | str))):
        yield from (str(part[code]) for code in asked if code in part)
