"""Monthly statements: read, validate, mark as paid, take away as a table."""

from datetime import date, datetime

from aiohttp import web

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.statement import Line, Payment, Seen, Statement, StatementState, Work
from crypto.ids import ChildId, ForfaitId, ProfessionalId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.pathway_house import PATHWAY_CARE
from server.routes.readings import answer_paper, answer_table
from server.wire import Struct, answer, read

operations = Operations()


class ValidationForm(Struct, frozen=True, kw_only=True):
    """What one had before one's eyes: how many lines, and their sum in cents."""

    lines: int
    total_cents: int


class PaymentForm(Struct, frozen=True, kw_only=True):
    """The day of payment."""

    on: date


class LineView(Struct, frozen=True, kw_only=True):
    """A line: `id` is a session's or a document's, `amount` in cents, negative for a credit."""

    work: Work
    id: str
    side: Side
    forfait: ForfaitId | None
    child: ChildId
    on: date
    code: str
    part: Part | None
    cents: int | None
    amount: int
    cause: Cause | None


class StatementView(Struct, frozen=True, kw_only=True):
    """A statement; `unpriced` counts the lines whose amount nobody has published."""

    id: str
    professional: ProfessionalId
    month: str
    state: StatementState
    lines: tuple[LineView, ...]
    total_cents: int
    unpriced: int
    may_be_validated: bool
    validated_at: datetime | None
    payment: Payment | None


_ONE = "/professionals/{professional}/statements/{month}"


@operations.add("GET", "/professionals/{professional}/statements", answer=Listing[StatementView])
async def list_statements(request: web.Request) -> web.Response:
    """Give somebody's statements, the newest first."""
    found = await request.app[PATHWAY_CARE].statements.of_professional(
        person_of(request), _whose(request)
    )

    return answer(Listing(items=tuple(_view(request, each) for each in found)))


@operations.add("GET", _ONE, answer=StatementView)
async def read_statement(request: web.Request) -> web.Response:
    """Read a month's statement: as it stands, or as it was validated."""
    found = await request.app[PATHWAY_CARE].statements.statement(
        person_of(request), _whose(request), request.match_info["month"]
    )

    return answer(_view(request, found))


@operations.add("GET", _ONE + "/csv", gives_bytes=True)
async def export_statement(request: web.Request) -> web.Response:
    """Give a month's statement as a table: CSV in UTF-8."""
    table = await request.app[PATHWAY_CARE].statements.table(
        person_of(request), _whose(request), request.match_info["month"]
    )

    return answer_table(table, "releve.csv")


@operations.add("GET", _ONE + "/paper", gives_bytes=True)
async def print_statement(request: web.Request) -> web.Response:
    """Print a month's statement: tagged PDF, in French unless another language is asked for."""
    care = request.app[PATHWAY_CARE]
    found = await care.statements.statement(
        person_of(request), _whose(request), request.match_info["month"]
    )
    pdf = await care.papers.statement(found, language=request.query.get("language", ""))

    return answer_paper(pdf, "releve.pdf")


@operations.add("POST", _ONE + "/validation", body=ValidationForm, answer=StatementView)
async def validate_statement(request: web.Request) -> web.Response:
    """Lock a month's statement, as one has seen it."""
    person, form = person_of(request), await read(request, ValidationForm)

    locked = await request.app[PATHWAY_CARE].statements.validate(
        person,
        _whose(request),
        request.match_info["month"],
        Seen(lines=form.lines, total_cents=form.total_cents),
    )

    return answer(_view(request, locked))


@operations.add("PUT", _ONE + "/payment", body=PaymentForm, answer=StatementView)
async def pay_statement(request: web.Request) -> web.Response:
    """Mark a validated statement as paid."""
    person, form = person_of(request), await read(request, PaymentForm)

    paid = await request.app[PATHWAY_CARE].statements.pay(
        person, _whose(request), request.match_info["month"], on=form.on
    )

    return answer(_view(request, paid))


@operations.add("GET", "/statements/to_pay", answer=Listing[StatementView])
async def list_statements_to_pay(request: web.Request) -> web.Response:
    """Page through the statements that are validated and not paid."""
    person, page = person_of(request), page_of(request)

    found = await request.app[PATHWAY_CARE].statements.to_pay(
        person, after=page.after, limit=page.limit
    )

    views = [_view(request, each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


def _view(request: web.Request, statement: Statement) -> StatementView:
    may = request.app[PATHWAY_CARE].statements.may_be_validated(statement)
    return StatementView(
        id=statement.id,
        professional=statement.professional,
        month=statement.month.text,
        state=statement.state,
        lines=tuple(map(_line, statement.lines)),
        total_cents=statement.total_cents,
        unpriced=statement.unpriced,
        may_be_validated=may,
        validated_at=statement.validated_at,
        payment=statement.payment,
    )


def _line(line: Line) -> LineView:
    return LineView(
        work=line.key.work,
        id=line.key.thing,
        side=line.key.side,
        forfait=line.forfait,
        child=line.child,
        on=line.on,
        code=line.code,
        part=line.part,
        cents=line.cents,
        amount=line.amount,
        cause=line.cause,
    )


def _whose(request: web.Request) -> ProfessionalId:
    return ProfessionalId(request.match_info["professional"])
