"""What the pathway says of early care, for pages that draw it: its disciplines, its two forms."""

from aiohttp import web

from care_circle.definition.early_care_terms import NO_EARLY_CARE, Discipline, EarlyCareRules
from care_circle.definition.form import Form, FormRecord
from care_circle.labels import Label
from server.operations import Operations
from server.services import PATHWAY
from server.wire import Struct, answer

operations = Operations()


class Named(Struct, frozen=True, kw_only=True):
    """A visit as a statement calls it, or an exit as a forfait's closing names it."""

    code: str
    label: Label


class EarlyCareView(Struct, frozen=True, kw_only=True):
    """A pathway's early care; a form is None where it has none for a prescription or a session."""

    disciplines: tuple[Discipline, ...]
    rules: EarlyCareRules
    visits: tuple[Named, ...]
    exits: tuple[Named, ...]
    prescription: Form | None
    session: Form | None


@operations.add("GET", "/pathway/early_care", answer=EarlyCareView)
async def read_early_care(request: web.Request) -> web.Response:
    """Read what the pathway says of early care: a hundredth of the whole definition."""
    pathway = request.app[PATHWAY]
    terms = pathway.terms or NO_EARLY_CARE
    forms = {form.record: form for form in pathway.forms.values()}

    return answer(
        EarlyCareView(
            disciplines=terms.disciplines,
            rules=terms.rules,
            visits=tuple(Named(code=each.code, label=each.label) for each in pathway.visits),
            exits=tuple(Named(code=each.code, label=each.label) for each in pathway.exits),
            prescription=forms.get(FormRecord.PRESCRIPTION),
            session=forms.get(FormRecord.SESSION),
        )
    )
