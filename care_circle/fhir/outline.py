"""The tree that FHIR draws of a form: groups, questions, and what lies below them.

Our sections follow one another and say which they lie within; FHIR nests them. What cannot
be nested without changing its place stays beside, and says so in an extension of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from care_circle.definition.form import Field, Form, Section
from care_circle.labels import Label, Mark

LOOSE = "questions"
"""How a loose section is called that only holds questions without a group of their own."""


@dataclass(slots=True, kw_only=True)
class Twig:
    """A group or a question with all below it. The tree is grown once and then only read."""

    link: str
    group: Section | None = None
    question: Field | None = None
    below: "list[Twig]" = field(default_factory=list)

    def walked(self) -> "Iterator[Twig]":
        """Give this twig and all below it, in order."""
        yield self
        for twig in self.below:
            yield from twig.walked()


def outlined(form: Form) -> tuple[Twig, ...]:
    """Grow the tree of a form."""
    root, taken = Twig(link=""), {each.link or each.code for each in form.fields()}
    chain: list[tuple[str, Twig]] = [("", root)]
    loose: set[int] = set()
    count = 0
    for section in form.sections:
        names = [name for name, _ in chain]
        if (section.within or "") in names:
            del chain[names.index(section.within or "") + 1 :]
        else:
            del chain[1:]
        parent = chain[-1][1]
        bare = _is_bare(section, count + 1, form) and id(parent) not in loose
        if bare and section.fields and not _owns_questions(parent):
            count += 1
            loose.add(id(parent))
            _grow(parent, section)
            continue
        loose.discard(id(parent))
        twig = Twig(link=_free(section.link or section.code, taken), group=section)
        parent.below.append(twig)
        chain.append((section.code, twig))
        _grow(twig, section)
    return tuple(root.below)


def _free(link: str, taken: set[str]) -> str:
    """Give a linkId that nothing else has: a section may share its code with a question."""
    while link in taken:
        link += ".group"
    taken.add(link)
    return link


def _owns_questions(parent: Twig) -> bool:
    """Tell whether loose questions would read as the group's own: nothing parts them from it."""
    return parent.group is not None and all(twig.question is not None for twig in parent.below)


def _is_bare(section: Section, number: int, form: Form) -> bool:
    """Tell whether a section says nothing that its questions alone would not say."""
    return section == loose_section(
        number, label=form.label, within=section.within, fields=section.fields
    )


def loose_section(
    number: int, *, label: Label, within: str | None, fields: tuple[Field, ...]
) -> Section:
    """Give the section of the questions that stand in no group, the first, second … of a form."""
    return Section(
        code=f"{LOOSE}_{number}",
        label=label,
        mark=Mark.ASSUMED,
        within=within,
        loose=True,
        fields=fields,
    )


def _grow(parent: Twig, section: Section) -> None:
    """Add a section's questions, each below the one it belongs to where that keeps the order."""
    chain: list[tuple[str, Twig]] = [("", parent)]
    for each in section.fields:
        names = [name for name, _ in chain]
        at = names.index(each.under) if each.under in names[1:] else 0
        del chain[at + 1 :]
        twig = Twig(link=each.link or each.code, question=each)
        chain[-1][1].below.append(twig)
        chain.append((each.code, twig))
