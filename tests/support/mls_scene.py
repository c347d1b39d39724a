"""A circle under attack: who is lied to, what is true, and that a lie moves nothing."""

from dataclasses import dataclass

import pytest

from crypto.mls.group import Group
from crypto.mls.public_group import PublicGroup
from crypto.mls.public_state import Allow
from tests.support.mls_actors import NOW, Circle, accept, circle_of
from tests.support.mls_forge import Forger

Errors = type[Exception] | tuple[type[Exception], ...]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Five members: Ana has made a true commit, Eve (leaf 4) lies, the others are lied to."""

    circle: Circle
    service: PublicGroup
    commit: bytes
    after: Group

    @property
    def eve(self) -> Forger:
        """The insider who lies, with her real keys."""
        return Forger.inside(self.circle[4])

    @property
    def victims(self) -> tuple[Group, ...]:
        """Ben, Cleo and Dora."""
        return tuple(self.circle[leaf] for leaf in (1, 2, 3))

    def refuse(
        self, lie: bytes, errors: Errors, *, allow: Allow = accept, service: bool = True
    ) -> None:
        """See that all refuse a lie, that nothing moves, and that the truth still gets through.

        `service` says whether the delivery service can see the lie without secrets.
        """
        for victim in self.victims:
            before = victim.encode()
            with pytest.raises(errors):
                victim.process(lie, allow, NOW)
            assert victim.encode() == before
            assert (
                victim.process(self.commit, accept, NOW).authenticator == self.after.authenticator
            )
        before_service = self.service.state
        if service:
            with pytest.raises(errors):
                self.service.process(lie, allow, NOW)
        assert self.service.state == before_service
        moved = self.service.process(self.commit, accept, NOW)
        assert moved.state.context == self.after.state.context


def scene() -> Scene:
    """Set the scene; Ana's true commit renews her keys."""
    circle = circle_of(5)
    service = PublicGroup.from_group_info(circle[0].group_info())
    commit, _, after = circle[0].commit(now=NOW)
    return Scene(circle=circle, service=service, commit=commit, after=after)
