"""What a record says, held against the pathway's own form for it.

A prescription or a session has a use case of its own, but a form of the pathway still says
which places there are, how long a note may be, how many minutes are likely.
"""

from collections.abc import Mapping

from care_circle.definition.form import Answer, FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.documents.answers import BadAnswers, Known, check_answers


def require_recordable(
    pathway: Pathway, record: FormRecord, said: Mapping[str, Answer | None], *, known: Known
) -> None:
    """Insist that a record fits the pathway's form for it, as far as the form asks the same.

    What is None is left open. A pathway without such a form asks nothing.

    Raises:
        BadAnswers: Something does not fit.
    """
    for form in pathway.forms.values():
        if form.record is not record:
            continue
        asked = {field.code for field in form.fields()}
        answers = {
            code: answer for code, answer in said.items() if answer is not None and code in asked
        }
        problems = check_answers(form, answers, whole=True, known=known)
        found = tuple(problem for problem in problems if problem.field in said)
        if found:
            raise BadAnswers(found)
