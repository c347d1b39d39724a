"""What a pathway says of following up: when a child is lost, when to book, when to warn.

Every number is a parameter of the pathway. Where a pathway is silent, nothing follows from
that number: nobody is lost, no visit is to be booked, nothing is warned of.
"""

from dataclasses import dataclass

from care_circle.definition.pathway import Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpTerms:
    """Days and months of one pathway, each None where it does not say.

    Lost is who missed `lost_after_missed_visits` visits in a row, or one for more than
    `lost_after_months`. A visit is to be booked `booking_opens_days` before its window opens.
    A draft waits `unsigned_after_days`, the end of a convention is told `convention_ends_days`
    ahead. `oldest_months` is the age at which a child leaves.
    """

    lost_after_missed_visits: int | None = None
    lost_after_months: int | None = None
    booking_opens_days: int | None = None
    unsigned_after_days: int | None = None
    convention_ends_days: int | None = None
    oldest_months: int | None = None


def terms_of(pathway: Pathway) -> FollowUpTerms:
    """Read the terms off a pathway's parameters."""
    return FollowUpTerms(
        lost_after_missed_visits=pathway.number("lost_after_missed_visits"),
        lost_after_months=pathway.number("lost_after_months"),
        booking_opens_days=pathway.number("booking_opens_days"),
        unsigned_after_days=pathway.number("unsigned_document_days"),
        convention_ends_days=pathway.number("ending_convention_days"),
        oldest_months=pathway.number("oldest_months"),
    )
