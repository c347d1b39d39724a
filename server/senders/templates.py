"""The templates of notices: data read once, and refused if it could say a word too many.

A template is sentences and listed variables, nothing else: no filter, no loop, no call.
So what a notice can tell is the list below, whoever writes the template.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications import gsm7, words
from notifications.notice import Rule

VARIABLES = frozenset({"date", "time", "place_label", "link", "phone", "sender"})
FOLDER = Path(__file__).resolve().parents[2] / "notifications" / "templates"

_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


class Form(StrEnum):
    """The texts every notice needs in every language."""

    SUBJECT = "subject"
    TXT = "txt"
    HTML = "html"
    SMS = "sms"


class BadTemplates(Exception):
    """Templates that must not be used; `complaints` names each file and what is wrong."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of all languages, compiled and found harmless."""

    languages: frozenset[str]
    _compiled: Mapping[tuple[str, Rule, Form], Template] = field(repr=False)

    def render(self, language: str, rule: Rule, form: Form, values: Mapping[str, str]) -> str:
        """Fill a template; a language we do not have gives French.

        Raises:
            jinja2.UndefinedError: A listed variable was not given.
        """
        known = language if language in self.languages else "fr"
        return self._compiled[known, rule, form].render(values).strip("\n")


def load(folder: Path = FOLDER) -> Templates:
    """Read and judge every template of a folder, one sub-folder per language.

    Raises:
        BadTemplates: One is missing, does not parse, uses what is not listed, or holds a
            word that tells of health.
    """
    languages = frozenset(each.name for each in folder.iterdir() if each.is_dir())
    complaints: list[str] = []
    compiled: dict[tuple[str, Rule, Form], Template] = {}
    for language in sorted(languages):
        for rule, form in ((rule, form) for rule in Rule for form in Form):
            name = f"{language}/{rule}.{form}.j2"
            path = folder / name
            source = path.read_text(encoding="utf-8") if path.is_file() else ""
            found = tuple(complaints_about(source, form))
            complaints.extend(f"{name}: {complaint}" for complaint in found)
            if not found:
                compiled[language, rule, form] = _environment(form).from_string(source)
    if "fr" not in languages:
        complaints.append("fr: missing")
    if complaints:
        raise BadTemplates(tuple(complaints))
    return Templates(languages, compiled)


def complaints_about(source: str, form: Form) -> Iterator[str]:
    """List what is wrong with one template; nothing when it may be used."""
    if not source.strip():
        yield "empty or missing"
        return
    try:
        tree = _environment(form).parse(source)
    except TemplateError:
        yield "does not parse"
        return
    names = {node.name for node in tree.find_all(nodes.Name)}
    yield from (f"variable {name} is not listed" for name in sorted(names - VARIABLES))
    foreign = {type(node).__name__ for node in tree.find_all(nodes.Node)}
    foreign -= {kind.__name__ for kind in _ALLOWED}
    yield from (f"{kind} is more than a variable" for kind in sorted(foreign))
    said = " ".join(node.data for node in tree.find_all(nodes.TemplateData))
    yield from (f"forbidden word {word}" for word in words.lint(said))
    if form is Form.SUBJECT and (names or "\n" in source.strip()):
        yield "a subject is one line without variables"
    if form is Form.SMS:
        yield from _complaints_about_sms(said)


def _complaints_about_sms(said: str) -> Iterator[str]:
    try:
        gsm7.septets(said.rstrip("\n"))
    except gsm7.NotGsm7:
        yield "a character is not in GSM-7"
    if "\n" in said.rstrip("\n"):
        yield "a text message is one line"


def _environment(form: Form) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=form is Form.HTML, keep_trailing_newline=True
    )
