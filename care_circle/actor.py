"""Whoever acts: known to the server by a session, to the rules by these three facts."""

from dataclasses import dataclass

from care_circle.role import Profession, Role
from crypto.ids import ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a request, as far as any rule needs to know them."""

    professional: ProfessionalId
    role: Role
    profession: Profession | None = None
