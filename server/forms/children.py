"""The forms in which children and families cross the wire."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from care_circle.ages import GestationalAge
from care_circle.consent import Consent, Standing, Word
from care_circle.contact import Authority, Contact, LegalStatus, Relation
from care_circle.definition.perinatal import Perinatal
from care_circle.ins import Identity, Ins, InsKind, Reliability, Sex
from care_circle.services.children import Changes, NewChild
from crypto.ids import ContactId, ProfessionalId, new_id
from notifications.notice import Medium
from server.wire import Struct

Short = Annotated[str, msgspec.Meta(max_length=200)]
Few = msgspec.Meta(max_length=20)


class InsForm(Struct, frozen=True, kw_only=True):
    """A national identifier with its key, and the system it belongs to."""

    number: str
    kind: InsKind


class IdentityForm(Struct, frozen=True, kw_only=True):
    """Who a child is at civil registration, and what they are called every day."""

    birth_family_name: str
    birth_given_names: Annotated[tuple[str, ...], Few]
    birth_date: date
    sex: Sex = Sex.UNKNOWN
    usual_family_name: str = ""
    usual_given_name: str = ""
    birth_place: str | None = None
    reliability: Reliability = Reliability.PROVISIONAL
    ins: InsForm | None = None

    def identity(self) -> Identity:
        """Read the form as the domain's value; raises what the domain refuses."""
        return Identity(
            birth_family_name=self.birth_family_name,
            birth_given_names=self.birth_given_names,
            birth_date=self.birth_date,
            sex=self.sex,
            usual_family_name=self.usual_family_name,
            usual_given_name=self.usual_given_name,
            birth_place=self.birth_place,
            reliability=self.reliability,
            ins=None if self.ins is None else Ins(number=self.ins.number, kind=self.ins.kind),
        )


class GestationForm(Struct, frozen=True, kw_only=True):
    """A gestational age as people say it: completed weeks and days."""

    weeks: int
    days: int = 0


class PerinatalForm(Struct, frozen=True, kw_only=True):
    """The perinatal facts; what is left out is unknown, which is not « no »."""

    gestational_age: GestationForm | None = None
    birth_weight_g: int | None = None
    growth_percentile: float | None = None
    growth_sd: float | None = None
    head_circumference_sd: float | None = None
    psycho_affective_risk: bool | None = None
    socio_economic_risk: bool | None = None
    hie_treated_by_hypothermia: bool | None = None
    complex_cardiopathy: bool | None = None
    severe_congenital_malformation: bool | None = None
    severe_congenital_infection: bool | None = None
    neurological_pathology: bool | None = None
    in_utero_psychotropic_or_toxic_exposure: bool | None = None
    arterial_stroke_perinatal: bool | None = None
    familial_severe_tnd: bool | None = None
    meningoencephalitis: bool | None = None
    major_neonatal_surgery: bool | None = None
    discharged_on: date | None = None

    def perinatal(self) -> Perinatal:
        """Read the form as the domain's value; raises what the domain refuses."""
        facts = {name: getattr(self, name) for name in self.__struct_fields__}
        age = self.gestational_age
        facts["gestational_age"] = (
            None if age is None else GestationalAge(weeks=age.weeks, days=age.days)
        )
        return Perinatal(**facts)


class AuthorityForm(Struct, frozen=True, kw_only=True):
    """A legal status and the days it holds, both included."""

    status: LegalStatus
    since: date | None = None
    until: date | None = None


class ContactForm(Struct, frozen=True, kw_only=True):
    """A person of the family; the id is made here unless the client names it.

    `opted_out` and `confirmed` add to what is known, never take back: that is a deed.
    """

    family_name: str
    given_name: str = ""
    relation: Relation = Relation.GUARD
    authorities: Annotated[tuple[AuthorityForm, ...], Few] = (
        AuthorityForm(status=LegalStatus.HOLDER),
    )
    email: str | None = None
    phone: str | None = None
    language: str = "fr"
    zone: str = "Europe/Paris"
    opted_out: Annotated[tuple[Medium, ...], Few] = ()
    confirmed: Annotated[tuple[Medium, ...], Few] = ()
    may_be_told: bool = True
    interpreter: bool = False

    def contact(self, contact: ContactId | None = None) -> Contact:
        """Read the form as the domain's value; raises what the domain refuses."""
        return Contact(
            id=contact or ContactId(new_id()),
            family_name=self.family_name,
            given_name=self.given_name,
            relation=self.relation,
            authorities=tuple(
                Authority(status=each.status, since=each.since, until=each.until)
                for each in self.authorities
            ),
            email=self.email,
            phone=self.phone,
            language=self.language,
            zone=self.zone,
            opted_out=self.opted_out,
            confirmed=self.confirmed,
            may_be_told=self.may_be_told,
            interpreter=self.interpreter,
        )


class ChildForm(Struct, frozen=True, kw_only=True):
    """A child who enters the register; `although_alike` after a look at the likely double."""

    identity: IdentityForm
    perinatal: PerinatalForm = PerinatalForm()
    contacts: Annotated[tuple[ContactForm, ...], Few] = ()
    referring_physician: ProfessionalId | None = None
    although_alike: bool = False

    def new(self) -> NewChild:
        """Read the form as the domain's value; raises what the domain refuses."""
        return NewChild(
            identity=self.identity.identity(),
            perinatal=self.perinatal.perinatal(),
            contacts=tuple(each.contact() for each in self.contacts),
            referring_physician=self.referring_physician,
        )


class ChangesForm(Struct, frozen=True, kw_only=True):
    """What is corrected or completed; what is left out stays as it is."""

    identity: IdentityForm | None = None
    perinatal: PerinatalForm | None = None
    referring_physician: ProfessionalId | None = None
    left_territory_on: date | None = None
    chosen_holder: ContactId | None = None

    def changes(self) -> Changes:
        """Read the form as the domain's value; raises what the domain refuses."""
        return Changes(
            identity=None if self.identity is None else self.identity.identity(),
            perinatal=None if self.perinatal is None else self.perinatal.perinatal(),
            referring_physician=self.referring_physician,
            left_territory_on=self.left_territory_on,
            chosen_holder=self.chosen_holder,
        )


class MediumForm(Struct, frozen=True, kw_only=True):
    """What somebody of the family told the office of a medium."""

    deed: Literal["confirmed", "stopped", "resumed", "disowned"]


class WordForm(Struct, frozen=True, kw_only=True):
    """What a holder of authority said, when, and on which paper."""

    contact: ContactId
    word: Word
    on: date
    language: Annotated[str, msgspec.Meta(max_length=8)]
    document: Short


class ConsentView(Struct, frozen=True, kw_only=True):
    """All that was said, and where the family stands today."""

    consent: Consent
    standing: Standing
