"""The coordinator's quality board: which children have what, and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from care_circle.follow_up.findings import Finding, FindingCode
from care_circle.follow_up.follow_up import FollowUp
from crypto.ids import ProfessionalId, StructureId


class Act(StrEnum):
    """What mends a finding: a stable code that a page turns into a link."""

    CONTACT_FAMILY = "contact_family"
    BOOK_VISIT = "book_visit"
    SEE_TO_NOTICE = "see_to_notice"
    CHOOSE_PHYSICIAN = "choose_physician"
    RECORD_CONSENT = "record_consent"
    OPEN_FORFAIT = "open_forfait"
    REMIND_PROFESSIONAL = "remind_professional"
    SETTLE_APPOINTMENT = "settle_appointment"
    RENEW_CONVENTION = "renew_convention"
    REVIEW_FORFAIT = "review_forfait"
    CONVENE_MEETING = "convene_meeting"
    REVIEW_PLAN = "review_plan"
    COMPLETE_FILE = "complete_file"
    QUALIFY_IDENTITY = "qualify_identity"
    RECORD_DEPARTURE = "record_departure"


ACTS: Mapping[FindingCode, Act] = {
    FindingCode.LOST: Act.CONTACT_FAMILY,
    FindingCode.VISIT_LATE: Act.BOOK_VISIT,
    FindingCode.NOTICE_FAILED: Act.SEE_TO_NOTICE,
    FindingCode.NO_REFERRING_PHYSICIAN: Act.CHOOSE_PHYSICIAN,
    FindingCode.CONSENT_MISSING: Act.RECORD_CONSENT,
    FindingCode.PRESCRIPTION_WITHOUT_FORFAIT: Act.OPEN_FORFAIT,
    FindingCode.PRESCRIPTION_WITHOUT_SESSION: Act.REMIND_PROFESSIONAL,
    FindingCode.VISIT_TO_BOOK: Act.BOOK_VISIT,
    FindingCode.APPOINTMENT_UNSETTLED: Act.SETTLE_APPOINTMENT,
    FindingCode.CONVENTION_ENDING: Act.RENEW_CONVENTION,
    FindingCode.DOCUMENT_UNSIGNED: Act.REMIND_PROFESSIONAL,
    FindingCode.FORFAIT_NEAR_END: Act.REVIEW_FORFAIT,
    FindingCode.MEETING_DUE: Act.CONVENE_MEETING,
    FindingCode.PLAN_REVIEW: Act.REVIEW_PLAN,
    FindingCode.FILE_INCOMPLETE: Act.COMPLETE_FILE,
    FindingCode.IDENTITY_UNQUALIFIED: Act.QUALIFY_IDENTITY,
    FindingCode.AGE_REACHED: Act.RECORD_DEPARTURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which children are wanted; what is None does not matter. `age` is in completed years.

    `member` is somebody in the child's circle now.
    """

    finding: FindingCode | None = None
    structure: StructureId | None = None
    department: str | None = None
    physician: ProfessionalId | None = None
    age: int | None = None
    member: ProfessionalId | None = None

    def fits(self, follow_up: FollowUp) -> bool:
        """Tell whether a child is wanted."""
        return (
            (self.finding is None or self.finding in follow_up.codes)
            and self.structure in (None, follow_up.structure)
            and self.department in (None, follow_up.department)
            and self.physician in (None, follow_up.physician)
            and self.age in (None, follow_up.age_years)
            and (self.member is None or self.member in follow_up.roster)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many children fit a filter, and how many of them have each finding."""

    children: int
    findings: dict[FindingCode, int]


def act_of(finding: Finding) -> Act:
    """Give what mends a finding."""
    return ACTS[finding.code]
