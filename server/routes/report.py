"""The yearly report: the pathway's indicators in numbers, also as a table."""

from aiohttp import web

from care_circle.follow_up.report_csv import report_table
from care_circle.follow_up.yearly import Figure
from server.identity import person_of
from server.operations import Operations
from server.pathway_house import PATHWAY_CARE
from server.routes.readings import answer_table
from server.wire import Struct, answer

operations = Operations()


class ReportView(Struct, frozen=True, kw_only=True):
    """A year's figures, in the order of the pathway."""

    year: str
    figures: tuple[Figure, ...]


@operations.add("GET", "/coordination/report/{year}", answer=ReportView)
async def read_report(request: web.Request) -> web.Response:
    """Give a year's figures."""
    year = _year(request)

    figures = await request.app[PATHWAY_CARE].yearly.report(person_of(request), year)

    return answer(ReportView(year=year, figures=figures))


@operations.add("GET", "/coordination/report/{year}/csv", gives_bytes=True)
async def export_report(request: web.Request) -> web.Response:
    """Give a year's figures as a table: CSV in UTF-8."""
    year = _year(request)

    figures = await request.app[PATHWAY_CARE].yearly.report(person_of(request), year)

    return answer_table(report_table(year, figures), f"rapport-{year}.csv")


def _year(request: web.Request) -> str:
    return request.match_info["year"]
