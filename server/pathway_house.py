"""The pathway's own services put together: each is one field here and one line below.

What they all stand on is `Ground`; their stores are `PathwayStores`. A handler reaches
them by `request.app[PATHWAY_CARE].<field>`, so a new service needs no key of its own.
"""

from dataclasses import dataclass

from aiohttp import web

from care_circle.pathway import Pathway
from care_circle.services.files import Files
from care_circle.services.guard import Guard
from care_circle.surroundings import Surroundings
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayStores:
    """The stores of the pathway's own aggregates, one line each."""

    @staticmethod
    def on(engine: Engine, keyring: Keyring) -> "PathwayStores":
        """Put every store on an engine."""
        _ = engine, keyring
        return PathwayStores()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every service of care stands on."""

    stores: Stores
    pathway_stores: PathwayStores
    guard: Guard
    around: Surroundings
    pathway: Pathway

    @property
    def files(self) -> Files:
        """What reads everything about a child in one go."""
        return Files(
            children=self.stores.children,
            circles=self.stores.circles,
            appointments=self.stores.appointments,
            documents=self.stores.documents,
            surroundings=self.around,
            pathway=self.pathway,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayCare:
    """The pathway's own services, one field each."""


PATHWAY_CARE: web.AppKey[PathwayCare] = web.AppKey("pathway_care", PathwayCare)


def furnish_pathway(ground: Ground) -> PathwayCare:
    """Put the pathway's services on their ground; nothing runs yet."""
    _ = ground
    return PathwayCare()
