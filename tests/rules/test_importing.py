"""Tables and bundles of other tools: what is read of them, and what is refused with its line."""

import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.source import DefinitionError, parse
from care_circle.importing.csv_table import FileFault, FileRefused, read_table
from care_circle.importing.fhir_bundle import read_bundle
from care_circle.importing.fields import Sort
from care_circle.importing.proposal import PRODUCTION, TRIAL, Proposal, Reading, Told, proposals
from care_circle.importing.source import read_source, read_sources
from care_circle.importing.values import Reason
from care_circle.importing.words import sentence
from care_circle.ins import InsKind
from tests.support.imports import EXPORT, QUALIFIED, child, table
from tests.support.imports_fhir import bundle, observation, patient, whole

SOURCES = read_sources()
TODAY = date(2026, 11, 22)
NAMES = st.text(st.sampled_from("abcdefgéèêçàùïôÉÀ' -"), min_size=1, max_size=30).filter(
    lambda name: any(map(str.isalpha, name)) and name[0] not in "-' "
)


def read(
    data: bytes | str, source: str = "spico", *, systems: frozenset[InsKind] = TRIAL
) -> list[Proposal]:
    known = SOURCES[source]
    encoded = data.encode() if isinstance(data, str) else data
    found = read_bundle(encoded, known) if source == "fhir" else read_table(encoded, known)
    reading = Reading(source=known, today=TODAY, systems=systems)
    return list(proposals(found.rows(), reading))


def read_one(**otherwise: str) -> Proposal:
    return read(table([child(**otherwise)]))[0]


def reasons(told: tuple[Told, ...]) -> dict[str, Reason]:
    return {each.field: each.reason for each in told}


@given(
    names=st.lists(NAMES, min_size=1, max_size=8),
    separator=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_says_the_same_however_it_is_written(
    names: list[str], separator: str, encoding: str, ending: str
) -> None:
    rows = [child(id=f"D-{number}", family=name) for number, name in enumerate(names)]
    text = table(rows, separator=separator).replace("\r\n", ending)

    found = read(text.encode(encoding))

    assert [each.values["birth_family_name"] for each in found] == [
        " ".join(name.split()) for name in names
    ]
    assert [each.problems for each in found] == [()] * len(names)
    assert [each.line for each in found] == list(range(2, len(names) + 2))


@given(st.binary(max_size=400))
def test_whatever_bytes_come_are_read_or_refused(data: bytes) -> None:
    heading = "N° de dossier;Nom de naissance;Date de naissance\n".encode()

    for each in (data, heading + data):
        try:
            found = read(each)
        except FileRefused:
            continue
        assert all(proposal.problems or proposal.source_id for proposal in found)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=10),
        lambda held: (
            st.lists(held, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["resource", "resourceType", "id", "name", "identifier", "telecom", "entry"]
                ),
                held | st.sampled_from(["Patient", "Practitioner", "Organization"]),
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_json_comes_as_entries_is_read_or_refused(entries: object) -> None:
    data = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()

    try:
        found = read(data, "fhir")
    except FileRefused:
        return

    assert all(proposal.problems or proposal.source_id for proposal in found)


@pytest.mark.parametrize(
    ("otherwise", "field", "reason"),
    [
        ({"born": "31/02/2024"}, "birth_date", Reason.NO_SUCH_DAY),
        ({"born": "20/08/24"}, "birth_date", Reason.TWO_DIGIT_YEAR),
        ({"born": "août 2024"}, "birth_date", Reason.NOT_A_DAY),
        ({"born": "23/11/2026"}, "birth_date", Reason.IN_THE_FUTURE),
        ({"born": "01/01/1899"}, "birth_date", Reason.IMPOSSIBLE_DAY),
        ({"born": ""}, "birth_date", Reason.MISSING),
        ({"family": "=1+1"}, "birth_family_name", Reason.FORMULA),
        ({"family": "@SUM(A1)"}, "birth_family_name", Reason.FORMULA),
        ({"family": "-cmd"}, "birth_family_name", Reason.FORMULA),
        ({"family": "Quen\x00ouille"}, "birth_family_name", Reason.CONTROL_CHARACTER),
        ({"family": "Quen\u202eouille"}, "birth_family_name", Reason.CONTROL_CHARACTER),
        ({"family": "Quen\nouille"}, "birth_family_name", Reason.LINE_BREAK),
        ({"family": "Quen\r\nouille"}, "birth_family_name", Reason.LINE_BREAK),
        ({"family": "Q" * 101}, "birth_family_name", Reason.NOT_A_NAME),
        ({"family": "Q" * 5000}, "birth_family_name", Reason.TOO_LONG),
        ({"weight": "1040,5"}, "birth_weight_g", Reason.NOT_WHOLE),
        ({"weight": "lourd"}, "birth_weight_g", Reason.NOT_A_NUMBER),
        ({"weight": "104"}, "birth_weight_g", Reason.OUT_OF_RANGE),
        ({"term": "28+7"}, "gestational_age", Reason.NOT_A_GESTATION),
        ({"term": "12+0"}, "gestational_age", Reason.NOT_A_GESTATION),
        ({"phone": "06 39"}, "contact_1.phone", Reason.NOT_A_PHONE),
        ({"Sexe": "garconne"}, "sex", Reason.NOT_A_WORD),
        ({"id": ""}, "source_id", Reason.MISSING),
    ],
)
def test_a_wrong_value_refuses_its_line_in_the_words_of_the_source(
    otherwise: dict[str, str], field: str, reason: Reason
) -> None:
    found = read_one(**otherwise)

    told = next(each for each in found.problems if each.field == field)
    column = SOURCES["spico"].sheets[Sort.CHILD].word_for(field)
    assert (told.reason, told.column) == (reason, column)
    assert sentence(told).fr.startswith(f"« {column} » : ")


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ({"born": "2024-08-20"}, "birth_date", "2024-08-20"),
        ({"term": "28 SA + 3 j"}, "gestational_age", "28+3"),
        ({"term": "28SA"}, "gestational_age", "28+0"),
        ({"term": "", "Terme (SA)": "28", "Terme (jours)": "3"}, "gestational_age", "28+3"),
        ({"weight": "1 040"}, "birth_weight_g", "1040"),
        ({"weight": "", "Poids de naissance (kg)": "1,04"}, "birth_weight_g", "1040"),
        ({"DS poids": "-2,50"}, "growth_sd", "-2.5"),
        ({"Chirurgie majeure": "Oui"}, "major_neonatal_surgery", "true"),
        ({"phone": "+33 6 39 98 01 02"}, "contact_1.phone", "+33639980102"),
        ({"phone": "0033639980102"}, "contact_1.phone", "+33639980102"),
        ({"given": "Zéphyrine, Marie Ange"}, "birth_given_names", "Zéphyrine,Marie Ange"),
    ],
)
def test_what_people_write_is_read_in_one_form(
    written: dict[str, str], field: str, value: str
) -> None:
    found = read_one(**written)

    assert found.problems == ()
    assert found.values[field] == value


def test_what_nobody_knows_stays_unknown() -> None:
    found = read_one(**{"Chirurgie majeure": "NSP", "Infection congénitale": "", "Sexe": "I"})

    assert not {"major_neonatal_surgery", "severe_congenital_infection", "sex"} & {*found.values}


def test_a_number_is_carried_only_with_its_system_all_traits_and_a_proof() -> None:
    whole_identity = read_one(**QUALIFIED)
    lacking = {name: read_one(**({**QUALIFIED, name: ""})) for name in QUALIFIED}
    nameless = read_one(**QUALIFIED, given="")
    elsewhere = read(table([child(**QUALIFIED)]), systems=PRODUCTION)[0]
    wrong = read_one(**({**QUALIFIED, "Clé INS": "99"}))

    assert whole_identity.values["ins_number"] == QUALIFIED["Matricule INS"] + QUALIFIED["Clé INS"]
    assert whole_identity.notes == ()
    for each in (*lacking.values(), nameless, elsewhere, wrong):
        assert each.problems == ()
        assert not {"ins_number", "ins_system"} & {*each.values}
        assert "ins_number" in reasons(each.notes)
    assert reasons(elsewhere.notes) == {"ins_number": Reason.WRONG_SYSTEM}
    assert reasons(wrong.notes) == {"ins_number": Reason.WRONG_KEY}


def test_who_is_not_said_to_hold_authority_is_told_of_and_who_cannot_be_reached_is_left_out() -> (
    None
):
    silent = read_one(**{"Responsable 1 - Autorité parentale": ""})
    unreachable = read_one(phone="")

    assert reasons(silent.notes) == {"contact_1.authority": Reason.TO_COMPLETE}
    assert reasons(unreachable.notes) == {"contact_1.family_name": Reason.UNREACHABLE}
    assert [code for code in unreachable.values if code.startswith("contact_1.")] == []


def test_who_stands_there_twice_is_refused_the_second_time() -> None:
    found = read(table([child(), child(given="Basile")]))

    assert [reasons(each.problems) for each in found] == [
        {},
        {"source_id": Reason.SAME_ID_BEFORE},
    ]


@pytest.mark.parametrize(
    ("data", "fault", "line"),
    [
        (b"", FileFault.EMPTY, 0),
        (b"Couleur;Taille\nrouge;2", FileFault.HEADINGS, 1),
        ("N° de dossier;Prénoms\nA;B".encode(), FileFault.MISSING_COLUMN, 1),
        (
            "N° de dossier;Nom;DDN;Nom de famille\nA;B;C;D".encode(),
            FileFault.COLUMN_TWICE,
            1,
        ),
        ("N° de dossier;Nom;DDN\nA;B;C".encode("utf-16"), FileFault.ENCODING, 1),
        (b"N de dossier;Nom\nA;\x81", FileFault.ENCODING, 2),
        ('N° de dossier;Nom;DDN\nA;B;20/08/2024\nA;"B;C\n'.encode(), FileFault.OPEN_QUOTE, 3),
        (b"x" * (5 * 1024 * 1024 + 1), FileFault.TOO_LARGE, 0),
        (
            "N° de dossier;Nom;DDN\n".encode() + b"A;B;C\n" * 20_001,
            FileFault.TOO_MANY_LINES,
            20_002,
        ),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(
    data: bytes, fault: FileFault, line: int
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(data, SOURCES["spico"]).check()

    assert (refused.value.fault, refused.value.line) == (fault, line)


@pytest.mark.parametrize(
    "data",
    [b"", b"[1]", b"{}", b'{"resourceType": "Patient"}', b"[" * 100_000, b"\xff\xfe{}", b"NaN"],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read_bundle(data, SOURCES["fhir"])


def test_a_line_with_other_cells_than_the_headings_is_refused_alone() -> None:
    text = table([child()]).splitlines()

    found = read("\n".join([*text, "D-2;Quenouille", '"D-3"x;y', text[1].replace("D-1", "D-4")]))

    assert [(each.line, reasons(each.problems)) for each in found] == [
        (2, {}),
        (3, {"": Reason.WRONG_CELLS}),
        (4, {"": Reason.BAD_QUOTES}),
        (5, {}),
    ]


def test_a_bundle_is_read_in_the_order_in_which_its_people_name_each_other() -> None:
    found = read(whole(), "fhir")

    assert [each.sort for each in found] == [Sort.STRUCTURE, Sort.PROFESSIONAL, Sort.CHILD]
    assert [each.problems for each in found] == [(), (), ()]
    assert found[1].values["profession"] == "physician"
    assert found[2].values["gestational_age"] == "28+3"
    assert found[2].values["referring_physician"] == "p1"
    assert found[2].values["contact_1.relation"] == "GUARD"


def test_a_measure_in_a_unit_that_is_none_of_its_own_is_refused() -> None:
    data = bundle(patient(), observation("8339-4", 1040, "mm"))

    assert reasons(read(data, "fhir")[0].problems) == {"birth_weight_g": Reason.NOT_A_NUMBER}


def test_a_mapping_that_is_wrong_names_every_line() -> None:
    text = (
        "id: x\nlabel: {fr: x, en: x}\nmark: A\nformat: csv\nsystem: x\nreport_kept_days: 0\n"
        "sheets:\n  - sort: child\n    columns:\n      - {field: colour, names: [x], mark: A}\n"
    )

    with pytest.raises(DefinitionError) as refused:
        read_source(parse(text, "x.yaml"))

    assert "x.yaml:6: from 1 to 365 days" in str(refused.value)


def test_the_export_of_thirty_lines_is_read_but_for_its_four_mistakes() -> None:
    found = read(EXPORT.read_bytes())

    wrong = {each.line: reasons(each.problems) for each in found if each.problems}
    assert len(found) == 30
    assert wrong == {
        16: {"birth_date": Reason.NO_SUCH_DAY},
        19: {"birth_weight_g": Reason.OUT_OF_RANGE},
        22: {"contact_1.phone": Reason.NOT_A_PHONE},
        25: {"source_id": Reason.SAME_ID_BEFORE},
    }
    assert Counter("ins_number" in each.values for each in found) == {False: 28, True: 2}
    assert {each.line: reasons(each.notes).get("ins_number") for each in found if each.notes} | {
        11: Reason.WRONG_KEY,
        13: Reason.NOT_QUALIFIED,
    } == {each.line: reasons(each.notes).get("ins_number") for each in found if each.notes}
