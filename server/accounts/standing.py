"""How far an account got."""

from enum import StrEnum

from server.accounts.accounts import Account


class Standing(StrEnum):
    """How far an account got."""

    NONE = "none"
    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


def standing_of(account: Account | None) -> Standing:
    """Tell how far an account got."""
    if account is None:
        return Standing.NONE
    if account.disabled_at is not None:
        return Standing.CLOSED
    return Standing.INVITED if account.enrolled_at is None else Standing.ACTIVE
