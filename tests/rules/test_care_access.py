"""The whole table of access, role by action by relation, against an independent reading of it."""

from itertools import product

import pytest

from care_circle.access import (
    TABLE,
    Action,
    Forbidden,
    NotFound,
    Relation,
    Verdict,
    decide,
    require,
)
from care_circle.actor import Actor
from care_circle.convention import NoActiveConvention
from care_circle.role import Role
from crypto.ids import ProfessionalId

# One line for each action: relation=roles, by the first letters of coordinator, secretary,
# professional, administrator. Written apart from the table, so that a change is made twice.
EXPECTED = """
read_directory        network=cspa
read_professional     self=cspa network=cspa
register_structure    network=ca
register_professional network=ca
attest_identity       self=c network=c
read_convention       self=cspa network=csa
write_convention      network=c
list_children         network=cs
register_child        network=cs
read_child            network=cs member=cp
write_child           network=cs
assess_child          network=c member=cp
include_child         network=c
read_consent          network=cs member=cp
write_consent         network=c
open_circle           network=c
list_circles          self=cspa
read_day              self=cspa
read_circle           network=c member=cp
admit_member          member=c
release_member        member=c
close_circle          member=c
read_channel          member=cp
write_channel         member=cp
read_task             member=cp self=cspa
read_document         network=cs member=cp
draft_document        network=cs member=cp
sign_document         network=cs member=cp
amend_document        network=cs member=cp
strike_document       network=cs member=cp
read_appointment      network=cs member=cp
write_appointment     network=cs member=cp
read_agenda           self=cspa
write_agenda          self=cspa
read_feed             self=cspa
list_failed_notices   network=cs
list_notices          network=cs
read_notices          network=cs
resend_notice         network=cs
settle_notice         network=cs
read_sending          network=cs
pause_sending         network=c
resume_sending        network=c
read_early_care       network=cs member=cp
read_own_care         self=cspa
list_waiting_care     network=cs
prescribe_care        member=p
manage_forfait        network=c
claim_session         member=p lapsed=p
correct_session       network=c member=p lapsed=p
read_statement        self=cspa network=cs
list_statements       network=cs
validate_statement    self=cspa
pay_statement         network=c
read_board            network=cs
read_report           network=csa
list_duties           network=cs
read_duties           network=cs
end_duty              network=cs
reopen_duty           network=cs
import_children       network=c
read_meeting          network=cs member=cp
read_own_meetings     self=cspa
call_meeting          member=cp
hold_meeting          member=cp
read_departure        network=cs member=cp
write_departure       network=cs member=cp
take_back_departure   network=c
make_relay            member=cp
hand_document         network=cs member=cp
import_people         network=ca
"""
ASKED_OF_THE_DAY_OF_WORK = {Action.CLAIM_SESSION, Action.CORRECT_SESSION}
"""What was held under a convention is claimed after it has ended, too."""
LETTERS = {role.value[0]: role for role in Role}


def expected() -> set[tuple[Role, Action, Relation]]:
    allowed = set()
    for line in EXPECTED.strip().splitlines():
        action, *cells = line.split()
        for cell in cells:
            relation, letters = cell.split("=")
            for letter in letters:
                allowed.add((LETTERS[letter], Action(action), Relation(relation)))
    return allowed


def actor(role: Role) -> Actor:
    return Actor(professional=ProfessionalId("somebody"), role=role)


def test_exactly_what_is_expected_is_allowed() -> None:
    every = product(Role, Action, Relation)

    allowed = {
        (role, action, relation)
        for role, action, relation in every
        if decide(actor(role), action, relation) is Verdict.ALLOW
    }

    assert allowed == expected()
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_stranger_and_a_former_member_are_told_that_nothing_is_there(
    role: Role, action: Action
) -> None:
    for relation in (Relation.STRANGER, Relation.FORMER):
        assert decide(actor(role), action, relation) is Verdict.NOT_FOUND


@pytest.mark.parametrize("action", sorted(set(Action) - ASKED_OF_THE_DAY_OF_WORK))
def test_a_lapsed_member_is_told_to_renew_the_convention(action: Action) -> None:
    with pytest.raises(NoActiveConvention):
        require(actor(Role.PROFESSIONAL), action, (Relation.STRANGER, Relation.LAPSED))


def test_a_coordinator_outside_a_circle_knows_of_it_and_reads_no_word_of_it() -> None:
    with pytest.raises(Forbidden):
        require(actor(Role.COORDINATOR), Action.READ_CHANNEL, (Relation.NETWORK,))


def test_an_administrator_knows_of_no_child() -> None:
    with pytest.raises(NotFound):
        require(actor(Role.ADMINISTRATOR), Action.READ_CHILD, (Relation.NETWORK,))


def test_one_allowed_relation_of_several_is_enough() -> None:
    require(actor(Role.COORDINATOR), Action.OPEN_CIRCLE, (Relation.NETWORK, Relation.MEMBER))
    require(actor(Role.COORDINATOR), Action.ADMIT_MEMBER, (Relation.NETWORK, Relation.MEMBER))
