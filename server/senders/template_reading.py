"""Reads the folders of templates, and judges them whole.

A folder holds one sub-folder per language: `language.toml`, `words.toml` where it forbids
words of its own, and `<rule>.<form>.j2`, or `<code>.<form>.j2` for a line of the pathway
that needs its own words. Folders are laid over one another: the shipped one, the pathway's,
the network's.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from babel import Locale, UnknownLocaleError

from notifications import gsm7, language
from notifications.gsm7 import Alphabet
from notifications.language import BadLanguageFile, Language
from notifications.notice import Rule
from notifications.saying import VARIABLES, BadSaying, Saying, faults, variables_of
from notifications.words import FILE as WORDS_FILE
from notifications.words import SHIPPED, TEMPLATES, BadWords, Words, lint, lists_below
from server.senders.templates import (
    FALLBACK,
    BadTemplates,
    Complaint,
    Form,
    Key,
    Templates,
    Texts,
)

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PAGE = "page.toml"  # What stands on the page behind a link, beside the templates.
_NO_TEMPLATES = frozenset({WORDS_FILE, language.FILE, "README.md"})


def load(*over: Path, texts: Texts | None = None) -> Templates:
    """Read and judge the shipped templates with folders laid over them.

    Raises:
        BadTemplates: One is missing, holds a variable that is not listed or a word that tells
            of health, or a language does not say what it must.
    """
    reading = _Reading((TEMPLATES, *over))
    reading.read()
    said = dict(reading.texts_of(texts or {}))
    if reading.complaints:
        raise BadTemplates(tuple(sorted(set(reading.complaints))))
    return Templates(reading.languages, reading.words, reading.sayings, said)


class _Reading:
    """One reading of folders, from below to above, with everything that is wrong in them."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self.languages: dict[str, Language] = {}
        self.words = SHIPPED
        self.sayings: dict[Key, tuple[Saying, ...]] = {}
        self.complaints: list[Complaint] = []

    def read(self) -> None:
        for folder in self._folders[1:]:
            self._read_words(folder)
        for folder in self._folders:
            for path in sorted(folder.glob(f"*/{language.FILE}")):
                self._read_language(path)
        for folder in self._folders:
            self._read_folder(folder)
        self._find_missing()

    def texts_of(self, texts: Texts) -> Iterator[tuple[tuple[str, Rule, str], Saying]]:
        """Judge the pathway's texts as templates are, in the languages that there are."""
        for (code, rule), said in texts.items():
            for tag, text in said.items():
                place = f"{code} ({tag})"
                if tag not in self.languages:
                    self._complain(place, 1, f"there is no language {tag}")
                    continue
                found = self._judged(place, text, tag, Form.SMS, variables_of(rule))
                if len(found) > 1:
                    self._complain(place, 2, "a text message is one line")
                yield from (((code, rule, tag), each) for each in found[:1])

    def _read_words(self, folder: Path) -> None:
        for path in lists_below(folder):
            source = self._source(path) if path.is_file() else None
            if source is None:
                continue
            try:
                self.words = self.words.joined(Words.read(source))
            except BadWords as error:
                self._complain(_place(path, folder), 1, error.complaint)

    def _read_language(self, path: Path) -> None:
        tag, place = path.parent.name, f"{path.parent.name}/{path.name}"
        source = self._source(path)
        if source is None:
            return
        try:
            read = Language.read(tag, source)
            Locale.parse(read.locale)
        except BadLanguageFile as error:
            self._complain(place, 1, error.complaint)
        except (UnknownLocaleError, ValueError):
            self._complain(place, 1, "the locale is none we know the days of")
        else:
            self.languages[tag] = read
            self._judge_language(read, place)

    def _judge_language(self, read: Language, place: str) -> None:
        """Judge the few words that a language's own file says."""
        # A pattern of dates says whatever stands between its quotes.
        patterns = (read.date, read.day, read.short_date, read.time)
        for said in (read.name, *patterns, *(each.replace("'", "") for each in patterns)):
            for word in lint(said, self.words):
                self._complain(place, 1, f"forbidden word {word}")
        clauses = (read.then_weekly, read.then_weeks, read.then_cancelled)
        for said in (read.summary, *clauses):
            allowed = frozenset({"date", "weeks"}) if said in clauses else frozenset[str]()
            for fault in faults(said, allowed=allowed, listed=self.words) if said else ():
                self._complain(place, 1, fault.problem)

    def _read_folder(self, folder: Path) -> None:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            parts = path.relative_to(folder).parts
            if parts[-1] == _PAGE:
                self._read_page(path, folder)
            elif parts[-1] in _NO_TEMPLATES:
                continue
            elif len(parts) == 2 and parts[-1].endswith(".j2"):  # noqa: PLR2004 -- language and file
                self._read_template(path, folder)
            else:
                self._complain(_place(path, folder), 1, "this is no template")
        for tag in {each.name for each in folder.glob("*") if each.is_dir()} - {*self.languages}:
            if not any(each.file.startswith(f"{tag}/{language.FILE}") for each in self.complaints):
                self._complain(f"{tag}/{language.FILE}", 1, "missing")

    def _read_page(self, path: Path, folder: Path) -> None:
        """Judge the words of the page behind a link, as they are read and not as they are written.

        A sentence may stand over several lines, or with its letters escaped.
        """
        place, source = _place(path, folder), self._source(path)
        try:
            said = tomllib.loads(source or "")
        except tomllib.TOMLDecodeError as error:
            self._complain(place, 1, f"this is not TOML: {error}")
            return
        lines = (source or "").splitlines()
        for key, value in said.items():
            known = (n for n, line in enumerate(lines, 1) if line.partition("=")[0].strip() == key)
            number = next(known, 1)
            for word in (w for each in _texts_in(value) for w in lint(each, self.words)):
                self._complain(place, number, f"forbidden word {word}")

    def _read_template(self, path: Path, folder: Path) -> None:
        place, tag = _place(path, folder), path.parent.name
        name, _, form = path.name.removesuffix(".j2").rpartition(".")
        if form not in list(Form) or _CODE.fullmatch(name) is None or not _TAG.fullmatch(tag):
            self._complain(place, 1, "a template is called <rule or code>.<subject|txt|sms>.j2")
            return
        source = self._source(path)
        if source is not None and tag in self.languages:
            allowed = variables_of(Rule(name)) if name in list(Rule) else VARIABLES
            found = self._judged(place, source, tag, Form(form), allowed)
            if found:
                self.sayings[tag, name, Form(form)] = found

    def _judged(
        self, place: str, source: str, tag: str, form: Form, allowed: frozenset[str]
    ) -> tuple[Saying, ...]:
        """Give the sayings of a template, none of them where anything is wrong with it."""
        if form is Form.SUBJECT:
            allowed = frozenset()
        wrong = [
            Complaint(place, fault.line, fault.problem)
            for fault in faults(source, allowed=allowed, listed=self.words)
        ]
        wrong += [
            Complaint(place, line, problem)
            for line, problem in _formal(source, form, self.languages[tag].sms)
        ]
        self.complaints += wrong
        if wrong:
            return ()
        said = source.strip("\n")
        lines = said.splitlines() if form is Form.SMS else [said]
        return tuple(Saying.of(line) for line in lines)

    def _find_missing(self) -> None:
        told = {each.file for each in self.complaints}
        for tag in sorted(self.languages):
            for rule in Rule:
                for form in Form:
                    place = f"{tag}/{rule}.{form}.j2"
                    if (tag, rule, form) not in self.sayings and place not in told:
                        self._complain(place, 1, "missing")
        if FALLBACK not in self.languages:
            self._complain(f"{FALLBACK}/{language.FILE}", 1, "missing")

    def _source(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._complain(f"{path.parent.name}/{path.name}", 1, "this is no text in UTF-8")
            return None

    def _complain(self, file: str, line: int, problem: str) -> None:
        self.complaints.append(Complaint(file, line, problem))


def _place(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _texts_in(value: object) -> Iterator[str]:
    """Find every text in a value of TOML, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _texts_in(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts_in(each))


def _formal(source: str, form: Form, alphabet: Alphabet) -> Iterator[tuple[int, str]]:
    """Find what a form does not allow, whatever the words are."""
    if form is Form.SUBJECT and "\n" in source.strip("\n"):
        yield 2, "a subject is one line"
    if form is not Form.SMS:
        return
    for number, line in enumerate(source.strip("\n").splitlines(), 1):
        try:
            saying = Saying.of(line)
        except BadSaying:
            continue
        if not {"link", "phone"} & {*saying.names}:
            yield number, "a text message names {link} or {phone}"
        yield from ((number, problem) for problem in _unwritable(saying, alphabet))


def _unwritable(saying: Saying, alphabet: Alphabet) -> Iterable[str]:
    try:
        gsm7.message("".join(saying.said), alphabet)
    except gsm7.NotGsm7:
        yield "a character is not in GSM-7, and the language does not declare UCS-2"
    except gsm7.TooLong:
        yield f"more than one message of {gsm7.LIMITS[alphabet]} signs"
