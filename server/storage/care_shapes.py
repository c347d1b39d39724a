"""What the care circle's aggregates are called in the store, and what of them is sealed.

Sealed is all that says who somebody is or how they fare; what stays open is ids, states
and dates of work. Everything about a child is sealed by the child's own key, so that
forgetting the key erases it.
"""

from care_circle.appointment import Appointment
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.consent import Consent
from care_circle.convention import Convention
from care_circle.documents.document import Document
from care_circle.professional import Professional
from care_circle.structure import Structure
from care_circle.task import ENDED, TaskCard
from server.storage.keys import Keyring
from server.storage.notice_forms import with_carriers
from server.storage.outbox import due_of, notice_tags
from server.storage.shape import Plain, Shape

ALL = "all"
PHONES = "phone:"
"""What the blind keys of telephone numbers begin with."""


def structure_shape() -> Shape[Structure]:
    """Shape structures."""
    return Shape(
        kind="structure",
        type=Structure,
        id_of=lambda structure: structure.id,
        tags_of=lambda _: (ALL,),
        sealed=frozenset({"name", "neutral_label"}),
    )


def professional_shape(keyring: Keyring) -> Shape[Professional]:
    """Shape professionals: one for each e-mail address."""
    return Shape(
        kind="professional",
        type=Professional,
        id_of=lambda professional: professional.id,
        tags_of=lambda _: (ALL,),
        unique_of=lambda professional: email_key(keyring, professional.email),
        sealed=frozenset({"family_name", "given_name", "email", "phone", "rpps"}),
    )


def convention_shape() -> Shape[Convention]:
    """Shape conventions: dates and codes, nothing to seal."""
    return Shape(
        kind="convention",
        type=Convention,
        id_of=lambda convention: convention.id,
        tags_of=lambda convention: (professional_key(convention.professional),),
    )


def child_shape(keyring: Keyring) -> Shape[Child]:
    """Shape children: one for each INS; found by birth date, by the family's people and numbers."""
    return Shape(
        kind="child",
        type=Child,
        id_of=lambda child: child.id,
        tags_of=lambda child: (
            ALL,
            birth_key(keyring, child.identity.birth_date.isoformat()),
            *(contact_key(contact.id) for contact in child.contacts),
            *sorted({phone_key(keyring, c.phone) for c in child.contacts if c.phone is not None}),
        ),
        unique_of=lambda child: _ins_key(keyring, child),
        sealed=frozenset(
            {
                *("local_identifier", "identity", "perinatal", "contacts"),
                *("decision", "left_territory_on", "chosen_holder"),
            }
        ),
        schema=2,
        upgrades={1: _chosen_by_nobody},
        scope_of=lambda child: child.id,
    )


def _chosen_by_nobody(child: Plain) -> Plain:
    """Make form 2 of form 1, in which nobody of a family was chosen yet."""
    return {"chosen_holder": None} | child


def consent_shape() -> Shape[Consent]:
    """Shape consents: one for each child, under the child's id."""
    return Shape(
        kind="consent",
        type=Consent,
        id_of=lambda consent: consent.child,
        sealed=frozenset({"steps"}),
        scope_of=lambda consent: consent.child,
    )


def circle_shape() -> Shape[Circle]:
    """Shape circles: one for each child, found by present members; ids and keys only."""
    return Shape(
        kind="circle",
        type=Circle,
        id_of=lambda circle: circle.id,
        tags_of=lambda circle: tuple(sorted(member_key(member) for member in circle.roster)),
        unique_of=lambda circle: child_key(circle.child),
    )


def task_shape() -> Shape[TaskCard]:
    """Shape task cards: found by circle, and by assignee while they are open."""
    return Shape(
        kind="task",
        type=TaskCard,
        id_of=lambda card: card.id,
        tags_of=lambda card: (
            circle_key(card.circle),
            *(() if card.state in ENDED else map(assignee_key, card.assignees)),
        ),
    )


def document_shape() -> Shape[Document]:
    """Shape pathway documents: answers and reasons are sealed."""
    return Shape(
        kind="document",
        type=Document,
        id_of=lambda document: document.id,
        tags_of=lambda document: (
            child_key(document.child),
            *_visit_keys(document),
        ),
        unique_of=_only_key,
        sealed=frozenset({"versions", "strike"}),
        scope_of=lambda document: document.child,
    )


IN_NEED = "in_need"
"""The key of appointments of which a notice needs a person."""


def appointment_shape() -> Shape[Appointment]:
    """Shape appointments: due when their earliest notice is, found by the links in notices too."""
    return Shape(
        kind="appointment",
        type=Appointment,
        id_of=lambda appointment: appointment.id,
        tags_of=lambda appointment: (
            child_key(appointment.child),
            professional_key(appointment.professional),
            *((IN_NEED,) if appointment.needs_a_person else ()),
            *notice_tags(appointment),
        ),
        due_of=due_of,
        sealed=frozenset({"visit", "care", "slot", "called_off", "then", "answers", "notices"}),
        schema=2,
        upgrades={1: with_carriers},
        scope_of=lambda appointment: appointment.child,
    )


def _only_key(document: Document) -> str | None:
    """Give what a second document of a form that is written once would have in common."""
    if not document.single or document.strike is not None:
        return None
    return f"only:{document.child}:{document.form}:{document.visit or ''}"


def _visit_keys(document: Document) -> tuple[str, ...]:
    """Give the keys by which a visit is stated: who signed it first, and in which month."""
    first = document.versions[0]
    if document.visit is None or first.signed_at is None:
        return ()
    signed = signed_key(first.author, f"{first.signed_at:%Y-%m}")
    return (signed,) if document.strike is None else (signed, struck_key(first.author))


def signed_key(professional: str, month: str) -> str:
    """Give the key of the visits somebody signed in a month of UTC, as in 2026-11."""
    return f"signed:{professional}:{month}"


def struck_key(professional: str) -> str:
    """Give the key of the visits somebody signed that were entered in error."""
    return f"struck:{professional}"


def child_key(child: str) -> str:
    """Give the key of what belongs to a child."""
    return f"child:{child}"


def circle_key(circle: str) -> str:
    """Give the key of what belongs to a circle."""
    return f"circle:{circle}"


def member_key(professional: str) -> str:
    """Give the key of the circles somebody is in."""
    return f"member:{professional}"


def professional_key(professional: str) -> str:
    """Give the key of what belongs to a professional."""
    return f"professional:{professional}"


def assignee_key(professional: str) -> str:
    """Give the key of the open tasks somebody has."""
    return f"assignee:{professional}"


def contact_key(contact: str) -> str:
    """Give the key of the child whose family somebody is of."""
    return f"contact:{contact}"


def phone_key(keyring: Keyring, number: str) -> str:
    """Give the blind key of a telephone number in international form."""
    return PHONES + keyring.blind("child", "phone", number)


def email_key(keyring: Keyring, email: str) -> str:
    """Give the blind key of an e-mail address."""
    return "email:" + keyring.blind("professional", "email", email)


def birth_key(keyring: Keyring, day: str) -> str:
    """Give the blind key of a birth date."""
    return "birth:" + keyring.blind("child", "birth_date", day)


def _ins_key(keyring: Keyring, child: Child) -> str | None:
    ins = child.identity.ins
    if ins is None:
        return None
    return "ins:" + keyring.blind("child", "ins", f"{ins.kind} {ins.number}")
