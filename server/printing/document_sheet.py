"""A pathway document on paper: who it is about, what was answered, who signed what and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from care_circle.child import Child
from care_circle.definition.form import Form
from care_circle.documents.document import Document, DocumentState, Version
from care_circle.ins import Sex
from server.printing.answers import Named, blocks_of, told
from server.printing.sheet import Block, Grid, Pair, Prose, Sheet
from server.spoken import spoken_date, spoken_time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The few words of a document's paper that its form does not bring."""

    child: str
    born: Mapping[Sex, str]
    version: str
    history: str
    columns: tuple[str, ...]
    struck: str
    states: Mapping[DocumentState, str]


_FRENCH = _Words(
    child="Enfant",
    born={Sex.FEMALE: "Née le", Sex.MALE: "Né le", Sex.UNKNOWN: "Naissance"},
    version="version",
    history="Versions",
    columns=("Version", "Signée le", "Par", "Motif"),
    struck="Saisi par erreur",
    states={
        DocumentState.DRAFT: "Brouillon, non signé",
        DocumentState.SIGNED: "Signé",
        DocumentState.AMENDED: "Modifié après signature",
        DocumentState.ENTERED_IN_ERROR: "Saisi par erreur : ne pas en tenir compte",
    },
)
_ENGLISH = _Words(
    child="Child",
    born=dict.fromkeys(Sex, "Born on"),
    version="version",
    history="Versions",
    columns=("Version", "Signed on", "By", "Reason"),
    struck="Entered in error",
    states={
        DocumentState.DRAFT: "Draft, not signed",
        DocumentState.SIGNED: "Signed",
        DocumentState.AMENDED: "Amended after signature",
        DocumentState.ENTERED_IN_ERROR: "Entered in error: do not rely on it",
    },
)


def _words(language: str) -> _Words:
    return _FRENCH if language == "fr" else _ENGLISH


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """What is printed: a document on its form, about a child; `now` in the network's zone."""

    document: Document
    form: Form
    child: Child = field(repr=False)
    named: Named
    language: str
    now: datetime


def document_sheet(printing: Printing) -> Sheet:
    """Compose the paper of a document: its newest version, and the list of those before."""
    document, form, language = printing.document, printing.form, printing.language
    version = document.current
    return Sheet(
        title=told(form.label, language),
        language=language,
        state=_words(language).states[document.state],
        about=child_pairs(printing.child, language),
        blocks=(
            *blocks_of(form, version.answers, language, printing.named),
            *_history(printing),
        ),
        signed=() if version.signed_at is None else (_signature(printing, version),),
        reference=f"{form.code} {_words(language).version} {document.form_version}",
        printed_at=printing.now,
    )


def child_pairs(child: Child, language: str) -> tuple[Pair, ...]:
    """Say in a paper's head which child it is about."""
    words, identity = _words(language), child.identity
    given = identity.usual_given_name or " ".join(identity.birth_given_names)
    family = identity.usual_family_name or identity.birth_family_name
    return (
        Pair(label=words.child, value=f"{given} {family}"),
        Pair(label=words.born[identity.sex], value=spoken_date(identity.birth_date, language)),
    )


def _history(printing: Printing) -> tuple[Block, ...]:
    document, blocks, words = printing.document, list[Block](), _words(printing.language)
    if len(document.versions) > 1:
        blocks.append(
            Grid(
                heading=words.history,
                columns=words.columns,
                rows=tuple(_row(printing, version) for version in document.versions),
            )
        )
    if document.strike is not None:
        said = f"{document.strike.reason} ({_moment(printing, document.strike.at)})"
        blocks.append(Prose(heading=words.struck, paragraphs=(said,)))
    return tuple(blocks)


def _row(printing: Printing, version: Version) -> tuple[str, ...]:
    signed = "" if version.signed_at is None else _moment(printing, version.signed_at)
    return (str(version.number), signed, printing.named(version.author), version.reason or "")


def _signature(printing: Printing, version: Version) -> str:
    at = version.signed_at or version.saved_at
    return f"{printing.named(version.author)}, {_moment(printing, at)}"


def _moment(printing: Printing, at: datetime) -> str:
    local = at.astimezone(printing.now.tzinfo)
    day = spoken_date(local.date(), printing.language)
    return f"{day}, {spoken_time(local, printing.language)}"
