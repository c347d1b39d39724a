"""What a pathway says of agendas: hours to propose, holidays, travel, and what feeds may say."""

from dataclasses import dataclass
from datetime import time

from care_circle.agenda.free import Hours
from care_circle.agenda.territory import Holidays
from care_circle.definition.pathway import Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaTerms:
    """The network's own values; what its pathway leaves out is assumed."""

    hours: Hours
    feed_initials: bool = False


def agenda_terms(pathway: Pathway) -> AgendaTerms:
    """Read a pathway's parameters on agendas.

    Raises:
        ValueError: An hour is none, or nobody has such holidays.
    """
    usual = Hours()
    hours = Hours(
        opens=time.fromisoformat(_text(pathway, "agenda_opens", usual.opens.isoformat())),
        closes=time.fromisoformat(_text(pathway, "agenda_closes", usual.closes.isoformat())),
        travel_minutes=pathway.number("agenda_travel_minutes") or 0,
        holidays=Holidays(_text(pathway, "agenda_holidays", usual.holidays)),
    )
    initials = pathway.parameters.get("agenda_feed_initials")
    return AgendaTerms(hours=hours, feed_initials=initials is not None and initials.value is True)


def _text(pathway: Pathway, name: str, usual: str) -> str:
    held = pathway.parameters.get(name)
    return usual if held is None else str(held.value)
