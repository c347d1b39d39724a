"""The one place that decides who may do what: a table of role, action and relation.

A relation says how somebody stands to the thing at hand. A stranger is told that it does
not exist, whatever it is; somebody who may know of it but not do this is told so.
"""

from collections.abc import Iterable
from enum import StrEnum

from care_circle.actor import Actor
from care_circle.convention import NoActiveConvention
from care_circle.role import Role


class NotFound(Exception):
    """There is nothing here, or nothing that this person may know of: the answer is the same."""


class Forbidden(Exception):
    """The person may know of this, but not do that with it."""


class Relation(StrEnum):
    """How an actor stands to a child, a circle, or a person's own record.

    LAPSED: a member whose convention is not in force today. FORMER: once a member. NETWORK: works
    for the network (coordinator, secretary, administrator); to another person's record and to the
    directory, everybody is. One may stand in several relations at once.
    """

    SELF = "self"
    MEMBER = "member"
    LAPSED = "lapsed"
    FORMER = "former"
    NETWORK = "network"
    STRANGER = "stranger"


class Action(StrEnum):
    """Every use case, one by one; these are also the words of the audit log."""

    READ_DIRECTORY = "read_directory"
    READ_PROFESSIONAL = "read_professional"
    REGISTER_STRUCTURE = "register_structure"
    REGISTER_PROFESSIONAL = "register_professional"
    ATTEST_IDENTITY = "attest_identity"
    READ_CONVENTION = "read_convention"
    WRITE_CONVENTION = "write_convention"
    LIST_CHILDREN = "list_children"
    REGISTER_CHILD = "register_child"
    READ_CHILD = "read_child"
    WRITE_CHILD = "write_child"
    ASSESS_CHILD = "assess_child"
    INCLUDE_CHILD = "include_child"
    READ_CONSENT = "read_consent"
    WRITE_CONSENT = "write_consent"
    OPEN_CIRCLE = "open_circle"
    LIST_CIRCLES = "list_circles"
    READ_DAY = "read_day"
    READ_CIRCLE = "read_circle"
    ADMIT_MEMBER = "admit_member"
    RELEASE_MEMBER = "release_member"
    CLOSE_CIRCLE = "close_circle"
    READ_CHANNEL = "read_channel"
    WRITE_CHANNEL = "write_channel"
    READ_TASK = "read_task"
    READ_DOCUMENT = "read_document"
    DRAFT_DOCUMENT = "draft_document"
    SIGN_DOCUMENT = "sign_document"
    AMEND_DOCUMENT = "amend_document"
    STRIKE_DOCUMENT = "strike_document"
    READ_APPOINTMENT = "read_appointment"
    WRITE_APPOINTMENT = "write_appointment"
    READ_AGENDA = "read_agenda"
    WRITE_AGENDA = "write_agenda"
    READ_FEED = "read_feed"
    LIST_FAILED_NOTICES = "list_failed_notices"
    LIST_NOTICES = "list_notices"
    READ_NOTICES = "read_notices"
    RESEND_NOTICE = "resend_notice"
    SETTLE_NOTICE = "settle_notice"
    READ_SENDING = "read_sending"
    PAUSE_SENDING = "pause_sending"
    RESUME_SENDING = "resume_sending"
    READ_EARLY_CARE = "read_early_care"
    READ_OWN_CARE = "read_own_care"
    LIST_WAITING_CARE = "list_waiting_care"
    READ_BOARD = "read_board"
    READ_REPORT = "read_report"
    LIST_DUTIES = "list_duties"
    READ_DUTIES = "read_duties"
    END_DUTY = "end_duty"
    REOPEN_DUTY = "reopen_duty"
    PRESCRIBE_CARE = "prescribe_care"
    MANAGE_FORFAIT = "manage_forfait"
    CLAIM_SESSION = "claim_session"
    CORRECT_SESSION = "correct_session"
    READ_STATEMENT = "read_statement"
    LIST_STATEMENTS = "list_statements"
    VALIDATE_STATEMENT = "validate_statement"
    PAY_STATEMENT = "pay_statement"
    IMPORT_CHILDREN = "import_children"
    IMPORT_PEOPLE = "import_people"
    READ_MEETING = "read_meeting"
    READ_OWN_MEETINGS = "read_own_meetings"
    CALL_MEETING = "call_meeting"
    HOLD_MEETING = "hold_meeting"
    READ_DEPARTURE = "read_departure"
    WRITE_DEPARTURE = "write_departure"
    TAKE_BACK_DEPARTURE = "take_back_departure"
    MAKE_RELAY = "make_relay"
    HAND_DOCUMENT = "hand_document"


class Verdict(StrEnum):
    """The answers of the table."""

    ALLOW = "allow"
    FORBIDDEN = "forbidden"
    NO_ACTIVE_CONVENTION = "no_active_convention"
    NOT_FOUND = "not_found"


_COORDINATOR = frozenset({Role.COORDINATOR})
_OFFICE = frozenset({Role.COORDINATOR, Role.SECRETARY})
_CLINICAL = frozenset({Role.PROFESSIONAL})
_CARE = frozenset({Role.COORDINATOR, Role.PROFESSIONAL})
_STAFF = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_EVERYBODY = frozenset(Role)

# Which roles may do an action in which relation; what is not written here may not be done.
TABLE: dict[Action, dict[Relation, frozenset[Role]]] = {
    Action.READ_DIRECTORY: {Relation.NETWORK: _EVERYBODY},
    Action.READ_PROFESSIONAL: {Relation.SELF: _EVERYBODY, Relation.NETWORK: _EVERYBODY},
    Action.REGISTER_STRUCTURE: {Relation.NETWORK: _STAFF},
    Action.REGISTER_PROFESSIONAL: {Relation.NETWORK: _STAFF},
    Action.ATTEST_IDENTITY: {Relation.NETWORK: _COORDINATOR, Relation.SELF: _COORDINATOR},
    Action.READ_CONVENTION: {Relation.SELF: _EVERYBODY, Relation.NETWORK: _OFFICE | _STAFF},
    Action.WRITE_CONVENTION: {Relation.NETWORK: _COORDINATOR},
    Action.LIST_CHILDREN: {Relation.NETWORK: _OFFICE},
    Action.REGISTER_CHILD: {Relation.NETWORK: _OFFICE},
    Action.READ_CHILD: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.WRITE_CHILD: {Relation.NETWORK: _OFFICE},
    Action.ASSESS_CHILD: {Relation.NETWORK: _COORDINATOR, Relation.MEMBER: _CARE},
    Action.INCLUDE_CHILD: {Relation.NETWORK: _COORDINATOR},
    Action.READ_CONSENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.WRITE_CONSENT: {Relation.NETWORK: _COORDINATOR},
    Action.OPEN_CIRCLE: {Relation.NETWORK: _COORDINATOR},
    Action.LIST_CIRCLES: {Relation.SELF: _EVERYBODY},
    Action.READ_DAY: {Relation.SELF: _EVERYBODY},
    Action.READ_CIRCLE: {Relation.NETWORK: _COORDINATOR, Relation.MEMBER: _CARE},
    Action.ADMIT_MEMBER: {Relation.MEMBER: _COORDINATOR},
    Action.RELEASE_MEMBER: {Relation.MEMBER: _COORDINATOR},
    Action.CLOSE_CIRCLE: {Relation.MEMBER: _COORDINATOR},
    Action.READ_CHANNEL: {Relation.MEMBER: _CARE},
    Action.WRITE_CHANNEL: {Relation.MEMBER: _CARE},
    Action.READ_TASK: {Relation.MEMBER: _CARE, Relation.SELF: _EVERYBODY},
    Action.READ_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.DRAFT_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.SIGN_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.AMEND_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.STRIKE_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.READ_APPOINTMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.WRITE_APPOINTMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.READ_AGENDA: {Relation.SELF: _EVERYBODY},
    Action.WRITE_AGENDA: {Relation.SELF: _EVERYBODY},
    Action.READ_FEED: {Relation.SELF: _EVERYBODY},
    Action.LIST_FAILED_NOTICES: {Relation.NETWORK: _OFFICE},
    Action.LIST_NOTICES: {Relation.NETWORK: _OFFICE},
    Action.READ_NOTICES: {Relation.NETWORK: _OFFICE},
    Action.RESEND_NOTICE: {Relation.NETWORK: _OFFICE},
    Action.SETTLE_NOTICE: {Relation.NETWORK: _OFFICE},
    Action.READ_SENDING: {Relation.NETWORK: _OFFICE},
    Action.PAUSE_SENDING: {Relation.NETWORK: _COORDINATOR},
    Action.RESUME_SENDING: {Relation.NETWORK: _COORDINATOR},
    Action.READ_EARLY_CARE: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.READ_OWN_CARE: {Relation.SELF: _EVERYBODY},
    Action.LIST_WAITING_CARE: {Relation.NETWORK: _OFFICE},
    Action.READ_BOARD: {Relation.NETWORK: _OFFICE},
    Action.READ_REPORT: {Relation.NETWORK: _OFFICE | _STAFF},
    Action.LIST_DUTIES: {Relation.NETWORK: _OFFICE},
    Action.READ_DUTIES: {Relation.NETWORK: _OFFICE},
    Action.END_DUTY: {Relation.NETWORK: _OFFICE},
    Action.REOPEN_DUTY: {Relation.NETWORK: _OFFICE},
    Action.PRESCRIBE_CARE: {Relation.MEMBER: _CLINICAL},
    Action.MANAGE_FORFAIT: {Relation.NETWORK: _COORDINATOR},
    # What counts is the convention on the day of the session, which the rule looks at.
    Action.CLAIM_SESSION: {Relation.MEMBER: _CLINICAL, Relation.LAPSED: _CLINICAL},
    Action.CORRECT_SESSION: {
        Relation.NETWORK: _COORDINATOR,
        Relation.MEMBER: _CLINICAL,
        Relation.LAPSED: _CLINICAL,
    },
    Action.READ_STATEMENT: {Relation.SELF: _EVERYBODY, Relation.NETWORK: _OFFICE},
    Action.LIST_STATEMENTS: {Relation.NETWORK: _OFFICE},
    Action.VALIDATE_STATEMENT: {Relation.SELF: _EVERYBODY},
    Action.PAY_STATEMENT: {Relation.NETWORK: _COORDINATOR},
    Action.IMPORT_CHILDREN: {Relation.NETWORK: _COORDINATOR},
    Action.IMPORT_PEOPLE: {Relation.NETWORK: _STAFF},
    Action.READ_MEETING: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.READ_OWN_MEETINGS: {Relation.SELF: _EVERYBODY},
    # Who of them calls a meeting or lets a child go is what the pathway's forms say.
    Action.CALL_MEETING: {Relation.MEMBER: _CARE},
    Action.HOLD_MEETING: {Relation.MEMBER: _CARE},
    Action.READ_DEPARTURE: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.WRITE_DEPARTURE: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
    Action.TAKE_BACK_DEPARTURE: {Relation.NETWORK: _COORDINATOR},
    Action.MAKE_RELAY: {Relation.MEMBER: _CARE},
    Action.HAND_DOCUMENT: {Relation.NETWORK: _OFFICE, Relation.MEMBER: _CARE},
}


def decide(actor: Actor, action: Action, relation: Relation) -> Verdict:
    """Answer for one actor, one action, one relation.

    Who has no permitted way to know of the thing (a stranger, a former member, a colleague
    of the wrong role) gets NOT_FOUND. A lapsed member knows the circle is there, and is told
    to renew the convention.
    """
    if actor.role in TABLE[action].get(relation, frozenset()):
        return Verdict.ALLOW
    if relation is Relation.LAPSED:
        return Verdict.NO_ACTIVE_CONVENTION
    if relation in (Relation.SELF, Relation.MEMBER) or _knows(actor, relation):
        return Verdict.FORBIDDEN
    return Verdict.NOT_FOUND


def require(actor: Actor, action: Action, relations: Iterable[Relation]) -> None:
    """Insist that the table allows it in one of the relations the actor stands in.

    Raises:
        NotFound: The actor may not even know of it.
        NoActiveConvention: The actor is a member without a convention in force today.
        Forbidden: The actor may know of it, but not do this.
    """
    verdicts = {decide(actor, action, relation) for relation in relations}
    if Verdict.ALLOW in verdicts:
        return
    if Verdict.NO_ACTIVE_CONVENTION in verdicts:
        raise NoActiveConvention
    raise Forbidden if Verdict.FORBIDDEN in verdicts else NotFound


def _knows(actor: Actor, relation: Relation) -> bool:
    """Tell whether somebody of the network may know that children and circles exist.

    Coordinators and secretaries keep the register, so they are refused openly.
    """
    return relation is Relation.NETWORK and actor.role in _OFFICE
