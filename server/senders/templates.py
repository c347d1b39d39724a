"""The templates of notices as they are used, once they were read and found harmless.

A notice is said in the words of its line of the pathway, else in those of its rule. The HTML
of a mail is made from its text, so both say the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from typing_extensions import override

from notifications.language import Language
from notifications.notice import Rule
from notifications.saying import Saying
from notifications.words import Words

FALLBACK = "fr"


class Form(StrEnum):
    """The texts every notice needs in every language."""

    SUBJECT = "subject"
    TXT = "txt"
    SMS = "sms"


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """One thing that is wrong with templates: its file below the folder, its line, what it is."""

    file: str
    line: int
    problem: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


class BadTemplates(Exception):
    """Templates that must not be used; `complaints` names each file, line and fault."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints


Key = tuple[str, str, Form]
"""A language, a rule or a code, and a form."""

Texts = Mapping[tuple[str, Rule], Mapping[str, str]]
"""What the pathway says by SMS: by code and rule, then by language."""


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of all languages, found harmless; `words` is what no value may say either."""

    languages: Mapping[str, Language]
    words: Words
    _sayings: Mapping[Key, tuple[Saying, ...]] = field(repr=False)
    _texts: Mapping[tuple[str, Rule, str], Saying] = field(repr=False)

    def language(self, code: str) -> Language:
        """Give a language; one we do not have gives French."""
        return self.languages.get(code) or self.languages[FALLBACK]

    def sayings(self, language: str, code: str, rule: Rule, form: Form) -> tuple[Saying, ...]:
        """Give what is said for a code, else for its rule; of a text, ever shorter ways.

        One line of the pathway tells both of changes and of what is called off: the second
        is always said in the rule's own words.
        """
        known = self.language(language).code
        if form is Form.SMS and (code, rule, known) in self._texts:
            return (self._texts[code, rule, known],)
        named = None if rule is Rule.CANCELLED else self._sayings.get((known, code, form))
        return named or self._sayings[known, rule, form]

    def render(
        self, language: str, code: str, rule: Rule, form: Form, values: Mapping[str, str]
    ) -> str:
        """Fill the first way of saying it.

        Raises:
            KeyError: A listed variable was not given.
        """
        return self.sayings(language, code, rule, form)[0].filled(values)

    def texts(self) -> Iterator[tuple[Language, str, tuple[Saying, ...]]]:
        """Give each text message there is: its language, its code or rule, its ways."""
        for (code, _, tag), saying in self._texts.items():
            yield self.languages[tag], code, (saying,)
        for (tag, name, form), sayings in self._sayings.items():
            if form is Form.SMS:
                yield self.languages[tag], name, sayings
