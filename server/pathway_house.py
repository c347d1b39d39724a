"""The pathway's own services put together: each is one field here and one line below.

What they all stand on is `Ground`; their stores are `PathwayStores`. A handler reaches
them by `request.app[PATHWAY_CARE].<field>`, so a new service needs no key of its own.
"""

from dataclasses import dataclass

from aiohttp import web

from care_circle.definition.early_care_terms import NO_EARLY_CARE, EarlyCareTerms
from care_circle.definition.pathway import Pathway
from care_circle.services.board import BoardService
from care_circle.services.care_sessions import CareSessionsService
from care_circle.services.departures import DeparturesService
from care_circle.services.documents import DocumentsService
from care_circle.services.duties import DutiesService
from care_circle.services.early_care import EarlyCareService
from care_circle.services.early_care_glances import StoredGlances
from care_circle.services.files import Files
from care_circle.services.follow_up import FollowUpService
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from care_circle.services.meetings import MeetingsService
from care_circle.services.readings import ReadingsService
from care_circle.services.relay import RelayService
from care_circle.services.statements import StatementsService
from care_circle.services.telling import TellingService
from care_circle.services.yearly import YearlyService
from care_circle.surroundings import Surroundings
from notifications.words import SHIPPED, Words
from server.papers import Papers
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.pathway import (
    EngineFees,
    EngineSignedVisits,
    EngineStatements,
)
from server.storage.watched import Watch
from server.storage.watched_care import WatchedForfaits, WatchedPrescriptions
from server.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayStores:
    """The stores of the pathway's own aggregates, one line each."""

    prescriptions: WatchedPrescriptions
    forfaits: WatchedForfaits
    fees: EngineFees
    signed_visits: EngineSignedVisits
    statements: EngineStatements

    @staticmethod
    def on(engine: Engine, keyring: Keyring, watch: Watch) -> "PathwayStores":
        """Put every store on an engine; the follow-up hears of what is written about children."""
        return PathwayStores(
            prescriptions=WatchedPrescriptions(engine, keyring, watch),
            forfaits=WatchedForfaits(engine, keyring, watch),
            fees=EngineFees(engine, keyring),
            signed_visits=EngineSignedVisits(engine, keyring),
            statements=EngineStatements(engine, keyring),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every service of care stands on; `forbidden` words name no place in this network."""

    stores: Stores
    pathway_stores: PathwayStores
    guard: Guard
    around: Surroundings
    pathway: Pathway
    forbidden: Words = SHIPPED

    @property
    def terms(self) -> EarlyCareTerms:
        """What the pathway says of early care, which may be nothing."""
        return self.pathway.terms or NO_EARLY_CARE

    @property
    def files(self) -> Files:
        """What reads everything about a child in one go."""
        return Files(
            children=self.stores.children,
            circles=self.stores.circles,
            appointments=self.stores.appointments,
            errands=self.stores.errands,
            documents=self.stores.documents,
            meetings=self.stores.meetings,
            leavings=self.stores.departures,
            surroundings=self.around,
            pathway=self.pathway,
        )

    @property
    def follower(self) -> Follower:
        """What keeps follow-ups true."""
        return Follower(
            follow_ups=self.stores.follow_ups,
            marks=self.stores.follow_up_marks,
            duties=self.stores.duties,
            people=self.stores.people,
            files=self.files,
            early_care=StoredGlances(
                prescriptions=self.pathway_stores.prescriptions,
                forfaits=self.pathway_stores.forfaits,
                pathway=self.pathway,
            ),
            surroundings=self.around,
            pathway=self.pathway,
            telling=self.telling,
        )

    @property
    def telling(self) -> TellingService:
        """What opens and closes the errands of families."""
        return TellingService(
            errands=self.stores.errands,
            appointments=self.stores.appointments,
            surroundings=self.around,
            pathway=self.pathway,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayCare:
    """The pathway's own services, one field each."""

    early_care: EarlyCareService
    sessions: CareSessionsService
    statements: StatementsService
    follow_up: FollowUpService
    board: BoardService
    duties: DutiesService
    yearly: YearlyService
    readings: ReadingsService
    papers: Papers
    meetings: MeetingsService
    departures: DeparturesService
    relay: RelayService


PATHWAY_CARE: web.AppKey[PathwayCare] = web.AppKey("pathway_care", PathwayCare)


def furnish_pathway(ground: Ground) -> PathwayCare:
    """Put the pathway's services on their ground; nothing runs yet."""
    return PathwayCare(
        early_care=_early_care(ground),
        sessions=_sessions(ground),
        statements=_statements(ground),
        follow_up=FollowUpService(guard=ground.guard, follower=ground.follower),
        board=BoardService(guard=ground.guard, follower=ground.follower),
        duties=DutiesService(
            duties=ground.stores.duties,
            follower=ground.follower,
            guard=ground.guard,
            surroundings=ground.around,
        ),
        yearly=YearlyService(
            guard=ground.guard,
            follower=ground.follower,
            people=ground.stores.people,
            pathway=ground.pathway,
        ),
        readings=ReadingsService(
            documents=documents_on(ground), appointments=ground.stores.appointments
        ),
        papers=Papers(
            documents=documents_on(ground),
            people=ground.stores.people,
            children=ground.stores.children,
        ),
        meetings=_meetings(ground),
        departures=_departures(ground),
        relay=_relay(ground),
    )


def documents_on(ground: Ground) -> DocumentsService:
    """Put the use cases on documents on their ground."""
    return DocumentsService(
        documents=ground.stores.documents,
        people=ground.stores.people,
        guard=ground.guard,
        surroundings=ground.around,
        pathway=ground.pathway,
    )


def _early_care(ground: Ground) -> EarlyCareService:
    return EarlyCareService(
        prescriptions=ground.pathway_stores.prescriptions,
        forfaits=ground.pathway_stores.forfaits,
        documents=ground.stores.documents,
        people=ground.stores.people,
        guard=ground.guard,
        surroundings=ground.around,
        terms=ground.terms,
        pathway=ground.pathway,
    )


def _sessions(ground: Ground) -> CareSessionsService:
    return CareSessionsService(
        forfaits=ground.pathway_stores.forfaits,
        circles=ground.stores.circles,
        people=ground.stores.people,
        guard=ground.guard,
        surroundings=ground.around,
        terms=ground.terms,
        pathway=ground.pathway,
    )


def _statements(ground: Ground) -> StatementsService:
    return StatementsService(
        statements=ground.pathway_stores.statements,
        forfaits=ground.pathway_stores.forfaits,
        fees=ground.pathway_stores.fees,
        visits=ground.pathway_stores.signed_visits,
        people=ground.stores.people,
        guard=ground.guard,
        surroundings=ground.around,
        pathway=ground.pathway,
        terms=ground.terms,
    )


def _meetings(ground: Ground) -> MeetingsService:
    return MeetingsService(
        meetings=ground.stores.meetings,
        forfaits=ground.pathway_stores.forfaits,
        tasks=ground.stores.tasks,
        guard=ground.guard,
        surroundings=ground.around,
        pathway=ground.pathway,
    )


def _departures(ground: Ground) -> DeparturesService:
    return DeparturesService(
        departures=ground.stores.departures,
        meetings=ground.stores.meetings,
        prescriptions=ground.pathway_stores.prescriptions,
        forfaits=ground.pathway_stores.forfaits,
        documents=ground.stores.documents,
        appointments=ground.stores.appointments,
        children=ground.stores.children,
        people=ground.stores.people,
        guard=ground.guard,
        surroundings=ground.around,
        pathway=ground.pathway,
    )


def _relay(ground: Ground) -> RelayService:
    return RelayService(
        files=ground.files,
        documents=documents_on(ground),
        departures=ground.stores.departures,
        prescriptions=ground.pathway_stores.prescriptions,
        forfaits=ground.pathway_stores.forfaits,
        relay_files=ground.stores.relay_files,
    )
