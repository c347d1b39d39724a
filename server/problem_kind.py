"""What one row of the table of refusals holds."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One row: the HTTP status, the name for programs, the titles for people."""

    status: int
    code: str
    french: str
    english: str
