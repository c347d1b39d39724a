"""Professions, structures, conventions, identities and families."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from care_circle.child import (
    AlreadyIncluded,
    BornTomorrow,
    ChildNotIncluded,
    ContactTaken,
    describe,
    include,
    may_be_same,
    put_contact,
    register,
    require_included,
)
from care_circle.contact import (
    Authority,
    BadEmail,
    BadPhone,
    LegalStatus,
    Relation,
    Unreachable,
    entered_email,
)
from care_circle.convention import (
    BadPeriod,
    NoActiveConvention,
    NotSigned,
    PiecesMissing,
    Training,
    TrainingModule,
    UnknownPiece,
    attest_training,
    end,
    propose,
    receive,
    require_active,
    sign,
)
from care_circle.ins import (
    BadIns,
    BadName,
    Identity,
    Ins,
    InsKind,
    InsNotQualified,
    Reliability,
    missing_for_ins,
    nir_key,
)
from care_circle.neutral import TellingLabel, neutral_label
from care_circle.professional import (
    BadRpps,
    IdentityAttestation,
    IdentityKeyChanged,
    ProfessionMissing,
    attest,
    read_attestation,
)
from care_circle.role import (
    PROFESSION_CODES,
    PROFESSION_LABELS,
    TRE_G15,
    TRE_R95,
    Profession,
    ProfessionCode,
    Role,
    UnknownProfession,
    profession_coded,
)
from care_circle.structure import BadFiness, Structure
from care_circle.telling.proof import Saying, Way
from crypto.identity import BadAttestation
from crypto.identity import attest as sign_attestation
from crypto.ids import ConventionId, ProfessionalId, StructureId
from crypto.mls.codec import encode
from notifications.hours import UnknownZone
from notifications.notice import Medium
from tests.support.care import NOW, PATHWAY, TODAY, Somebody, child, coordinator, mother, somebody

ANA = ProfessionalId("ana")
SAID = Saying(way=Way.OFFICE, at=NOW, by=ANA)
DEMO_NUMBER = "223112A00400169"


@pytest.mark.parametrize(
    ("code", "profession"),
    [
        ("10", Profession.PHYSICIAN),
        ("50", Profession.MIDWIFE),
        ("60", Profession.NURSE),
        ("70", Profession.PHYSIOTHERAPIST),
        ("91", Profession.SPEECH_THERAPIST),
        ("92", Profession.ORTHOPTIST),
        ("94", Profession.OCCUPATIONAL_THERAPIST),
        ("96", Profession.PSYCHOMOTOR_THERAPIST),
        ("37", Profession.CHILDCARE_ASSISTANT),
    ],
)
def test_a_health_profession_is_known_by_its_g15_code(code: str, profession: Profession) -> None:
    assert profession_coded(ProfessionCode(system=TRE_G15, code=code)) is profession


@pytest.mark.parametrize("code", ["93", "193"])
def test_a_psychologist_is_known_by_the_code_of_protected_titles(code: str) -> None:
    found = profession_coded(ProfessionCode(system=TRE_R95, code=code))

    assert found is Profession.PSYCHOLOGIST


@pytest.mark.parametrize(("system", "code"), [(TRE_G15, "93"), (TRE_G15, "81"), (TRE_R95, "94")])
def test_a_code_of_the_other_nomenclature_means_nothing(system: str, code: str) -> None:
    with pytest.raises(UnknownProfession):
        profession_coded(ProfessionCode(system=system, code=code))


def test_every_profession_has_its_code_and_its_words() -> None:
    assert set(PROFESSION_CODES) == set(PROFESSION_LABELS) == set(Profession)


def test_a_professional_without_a_profession_is_refused_and_a_secretary_is_not() -> None:
    secretary = somebody(Role.SECRETARY)

    assert secretary.record.profession is None
    with pytest.raises(ProfessionMissing):
        somebody(Role.PROFESSIONAL, None)


def test_numbers_and_addresses_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(BadRpps):
        somebody(rpps="1234567890")
    with pytest.raises(BadEmail):
        somebody(email="ana@exemple")
    with pytest.raises(BadPhone):
        somebody(phone="06 39 98 00 11")
    with pytest.raises(BadName):
        somebody(family_name=" ")
    with pytest.raises(BadFiness):
        Structure(id=StructureId("s"), name="Maison", neutral_label="Rue", finess="12345678")


def test_a_repr_says_nothing_of_anybody() -> None:
    person = somebody(phone="+33639980012", rpps="10001234567").record
    family = child(referring_physician=ANA)

    told = repr(person) + repr(family) + repr(family.contacts[0])

    for secret in ("Zinzolin", "Ana", "exemple.test", "3998", "10001234567", "Amarante", "2024"):
        assert secret not in told


@pytest.mark.parametrize(
    "label",
    [
        "CAMSP Nord",
        "C.A.M.S.P. Nord",
        "Centre de néonatalogie",
        "Cabinet de kinésithérapie",
        "Pôle Neuropédiatrie",
        "PCO 31",
        "",
        "x" * 61,
        "a\nb",
    ],
)
def test_a_place_label_that_tells_why_is_refused(label: str) -> None:
    with pytest.raises(TellingLabel):
        neutral_label(label)


@pytest.mark.parametrize("label", ["12 rue des Genêts", "Bâtiment B, 2e étage", "Orléans centre"])
def test_a_street_or_a_building_is_a_neutral_label(label: str) -> None:
    assert neutral_label(label) == label


def test_a_convention_is_signed_once_every_document_is_back_and_holds_on_its_days() -> None:
    codes = tuple(piece.code for piece in PATHWAY.checklist)
    begun = propose(ConventionId("c"), ANA, codes)
    days = {"active_from": date(2026, 2, 1), "active_to": date(2026, 6, 30)}

    with pytest.raises(PiecesMissing):
        sign(begun, on=date(2026, 1, 20), **days)
    whole = begun
    for code in codes:
        whole = receive(whole, code, on=date(2026, 1, 10))
    signed = sign(whole, on=date(2026, 1, 20), **days)

    assert len(codes) == 4
    assert [
        signed.is_active(day)
        for day in (
            date(2026, 1, 31),
            date(2026, 2, 1),
            date(2026, 6, 30),
            date(2026, 7, 1),
        )
    ] == [False, True, True, False]
    assert not whole.is_active(date(2026, 3, 1))


def test_a_document_ticked_twice_keeps_its_first_day_and_an_unknown_one_is_refused() -> None:
    begun = propose(ConventionId("c"), ANA, ("convention",))

    ticked = receive(receive(begun, "convention", on=TODAY), "convention", on=date(2027, 1, 1))

    assert ticked.pieces[0].received_on == TODAY
    with pytest.raises(UnknownPiece):
        receive(begun, "cv", on=TODAY)


def test_days_that_do_not_follow_each_other_are_refused() -> None:
    whole = receive(propose(ConventionId("c"), ANA, ("convention",)), "convention", on=TODAY)

    with pytest.raises(BadPeriod):
        sign(whole, on=TODAY, active_from=TODAY - timedelta(days=1), active_to=None)
    with pytest.raises(BadPeriod):
        sign(whole, on=TODAY, active_from=TODAY, active_to=TODAY - timedelta(days=1))
    with pytest.raises(NotSigned):
        end(whole, last_day=TODAY)
    with pytest.raises(BadPeriod):
        end(
            sign(whole, on=TODAY, active_from=TODAY, active_to=None),
            last_day=TODAY - timedelta(days=1),
        )


def test_the_training_follows_the_signature_and_has_three_modules() -> None:
    whole = receive(propose(ConventionId("c"), ANA, ("convention",)), "convention", on=TODAY)
    signed = sign(whole, on=TODAY, active_from=TODAY, active_to=None)

    trained = signed
    for module in TrainingModule:
        assert not trained.is_trained()
        trained = attest_training(trained, Training(module=module, on=TODAY, coordinator=ANA))

    assert trained.is_trained()
    with pytest.raises(NotSigned):
        attest_training(whole, trained.trainings[0])
    again = Training(module=TrainingModule.TOOL, on=date(2027, 1, 1), coordinator=ANA)
    assert attest_training(trained, again) == trained


def test_one_convention_in_force_is_enough_and_none_is_refused() -> None:
    whole = receive(propose(ConventionId("c"), ANA, ("convention",)), "convention", on=TODAY)
    over = sign(whole, on=TODAY, active_from=TODAY, active_to=TODAY)
    later = sign(whole, on=TODAY, active_from=TODAY + timedelta(days=1), active_to=None)

    require_active((over, later), on=TODAY)
    require_active((over, later), on=TODAY + timedelta(days=1))
    with pytest.raises(NoActiveConvention):
        require_active((over,), on=TODAY + timedelta(days=1))
    with pytest.raises(NoActiveConvention):
        require_active((), on=TODAY)


def test_the_key_of_a_number_follows_the_formula_with_corsica_by_its_own_numbers() -> None:
    assert nir_key("2690549588157") == 80
    assert nir_key("223112A004001") == 97 - int("2231119004001") % 97
    assert nir_key("223112B004001") == 97 - int("2231118004001") % 97


def identity(**changes: object) -> Identity:
    born = child().identity
    return replace(born, **changes)  # type: ignore[arg-type]  # any field of an identity


def demo_ins(kind: InsKind = InsKind.DEMO) -> Ins:
    digits = "2240931555001"
    return Ins(number=f"{digits}{nir_key(digits):02}", kind=kind)


def test_an_ins_goes_with_a_qualified_identity_and_only_with_it() -> None:
    qualified = {"reliability": Reliability.QUALIFIED, "ins": demo_ins()}

    assert identity(**qualified).ins is not None
    assert identity().ins is None
    with pytest.raises(InsNotQualified):
        identity(ins=demo_ins())
    with pytest.raises(InsNotQualified):
        identity(reliability=Reliability.QUALIFIED)


def test_an_awaiting_number_is_temporary_and_the_others_are_official() -> None:
    assert demo_ins(InsKind.NIA).use == "temp"
    assert demo_ins(InsKind.TEST).use == "official"


@pytest.mark.parametrize("number", [DEMO_NUMBER[:-1], "924093155500100", "224093155500199", "x"])
def test_a_number_of_the_wrong_shape_or_key_is_refused(number: str) -> None:
    with pytest.raises(BadIns):
        Ins(number=number, kind=InsKind.DEMO)


def test_an_identity_without_birth_place_does_not_leave_as_an_ins() -> None:
    whole = identity(reliability=Reliability.QUALIFIED, ins=demo_ins(), birth_place="31555")

    assert missing_for_ins(whole) == ()
    assert missing_for_ins(identity()) == ("ins", "birth_place")


def test_a_duplicate_is_looked_for_by_birth_date_and_three_letters() -> None:
    born = identity()

    assert may_be_same(born, identity(birth_family_name="AMÀRANTINE"))
    assert not may_be_same(born, identity(birth_given_names=("Zoé",)))
    assert not may_be_same(born, identity(birth_date=date(2024, 9, 2)))


def test_a_child_cannot_be_born_tomorrow() -> None:
    born = child(included=False)

    with pytest.raises(BornTomorrow):
        register(born, on=date(2024, 8, 31))
    with pytest.raises(BornTomorrow):
        describe(born, on=date(2024, 8, 31), identity=born.identity)


def test_describing_a_child_changes_what_is_given_and_nothing_else() -> None:
    born = child()

    moved = describe(born, on=TODAY, left_territory_on=TODAY)

    assert replace(moved, left_territory_on=None) == born
    assert moved.facts(refused=False, on=TODAY)["moved_out_of_territory"] is True
    assert moved.facts(refused=False, on=date(2026, 1, 1))["moved_out_of_territory"] is False


def test_inclusion_is_decided_once() -> None:
    included = child()
    assert included.decision is not None

    require_included(included)
    with pytest.raises(AlreadyIncluded):
        include(included, included.decision)
    with pytest.raises(ChildNotIncluded):
        require_included(child(included=False))


def test_each_holder_of_authority_is_told_apart_by_the_media_they_have() -> None:
    her, him = mother(), mother(email=None, phone="+33639980013", language="en")
    aunt = mother(relation=Relation.CAREGIVER)
    forbidden = mother(may_be_told=False)
    family = child(contacts=(her, him, aunt, forbidden, mother(opted_out=tuple(Medium))))

    told = family.recipients(TODAY)

    assert [(one.contact, one.media, one.language) for one in told] == [
        (her.id, (Medium.EMAIL, Medium.SMS), "fr"),
        (him.id, (Medium.SMS,), "en"),
    ]


def test_a_withdrawn_authority_ends_with_its_days() -> None:
    lost = Authority(status=LegalStatus.WITHDRAWN, since=date(2026, 1, 1), until=date(2026, 6, 30))
    parent = mother(authorities=(Authority(status=LegalStatus.HOLDER), lost))

    held = [parent.holds_authority(day) for day in (date(2025, 12, 31), date(2026, 3, 1), TODAY)]

    assert held == [True, False, True]


def test_a_contact_nobody_could_reach_or_place_is_refused() -> None:
    with pytest.raises(Unreachable):
        mother(email=None, phone=None)
    with pytest.raises(UnknownZone):
        put_contact(child(), mother(zone="Europe/Atlantis"), SAID)
    with pytest.raises(BadName):
        put_contact(child(), mother(family_name=""), SAID)
    her = mother()
    with pytest.raises(ContactTaken):
        child(contacts=(her, her))


@pytest.mark.parametrize(
    "address",
    [
        *("a..b@exemple.test", ".a@exemple.test", "a.@exemple.test"),
        *("a@-exemple.test", "a@exemple-.test", f"{'a' * 65}@exemple.test"),
        f"a@{'x' * 64}.test",
    ],
)
def test_an_address_that_no_mail_server_takes_is_refused_as_it_is_entered(address: str) -> None:
    stored = mother(email=address)

    with pytest.raises(BadEmail):
        put_contact(child(), stored, SAID)
    with pytest.raises(BadEmail):
        entered_email(address)
    assert stored.email == address


@pytest.mark.parametrize("address", ["a.b+c@exemple.test", "o'brien@a-b.exemple.test", "é@x.test"])
def test_an_unusual_address_that_mail_servers_take_is_entered(address: str) -> None:
    put = put_contact(child(), mother(email=address), SAID)

    assert address in {held.email for held in put.contacts}


def word_of(coordinator: Somebody, about: Somebody) -> bytes:
    word = sign_attestation(
        coordinator.id,
        coordinator.identity,
        professional=about.id,
        identity_key=about.identity.public,
        at=NOW,
    )
    return encode(word)


def test_a_coordinators_signed_word_binds_a_key_and_another_key_is_loud() -> None:
    ana, ben = coordinator(), somebody(attestation=None)
    word = word_of(ana, ben)

    read = read_attestation(word, of=ben.id, coordinator=ana.record)
    bound = attest(ben.record, read)
    other = replace(read, identity_key=b"\x01" * 32)

    assert bound.attestation == read
    assert attest(bound, read) is bound
    with pytest.raises(IdentityKeyChanged):
        attest(bound, other)
    assert attest(bound, other, replaces=read.identity_key).attestation == other


def test_a_word_about_somebody_else_or_by_somebody_else_is_not_believed() -> None:
    ana, ben, eve = coordinator(), somebody(attestation=None), coordinator()
    word = word_of(ana, ben)
    unknown = replace(ana.record, attestation=None)

    for of, by in ((eve.id, ana.record), (ben.id, eve.record), (ben.id, unknown)):
        with pytest.raises(BadAttestation):
            read_attestation(word, of=of, coordinator=by)
    with pytest.raises(BadAttestation):
        read_attestation(word[:-1], of=ben.id, coordinator=ana.record)


def test_the_first_coordinator_attests_her_own_key_by_that_key() -> None:
    ana = coordinator()
    word = word_of(ana, ana)

    read = read_attestation(word, of=ana.id, coordinator=replace(ana.record, attestation=None))

    assert read == IdentityAttestation(
        identity_key=ana.identity.public, statement=word, coordinator=ana.id, at=NOW
    )
