"""R3: safety numbers and circle codes."""

import re

from crypto.identity import new_identity
from crypto.mls.suite import Secret
from crypto.safety import circle_code, safety_number
from tests.support.devices import person


def test_both_see_the_same_sixty_digits_in_groups_of_five() -> None:
    ana, ben = person(), person()

    mine = safety_number(
        (ana.professional, ana.identity.public), (ben.professional, ben.identity.public)
    )
    yours = safety_number(
        (ben.professional, ben.identity.public), (ana.professional, ana.identity.public)
    )

    assert mine == yours
    assert re.fullmatch(r"\d{5}( \d{5}){11}", mine)


def test_another_key_or_another_person_makes_another_number() -> None:
    ana, ben = person(), person()
    me = (ana.professional, ana.identity.public)
    you = (ben.professional, ben.identity.public)
    number = safety_number(me, you)

    assert safety_number(me, (ben.professional, new_identity().public)) != number
    assert safety_number(me, (person().professional, ben.identity.public)) != number


def test_only_the_half_of_the_changed_key_changes() -> None:
    ana, ben = person(), person()
    me = (ana.professional, ana.identity.public)

    before = safety_number(me, (ben.professional, ben.identity.public))
    after = safety_number(me, (ben.professional, new_identity().public))

    halves = {before[:35], before[36:]} & {after[:35], after[36:]}
    assert len(halves) == 1


def test_a_circle_code_is_thirty_digits_and_belongs_to_its_epoch() -> None:
    code = circle_code(Secret(bytes(32)))

    assert re.fullmatch(r"\d{5}( \d{5}){5}", code)
    assert circle_code(Secret(bytes(31) + b"\1")) != code
