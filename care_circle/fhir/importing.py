"""A Questionnaire of FHIR R4 as a form, with a list of all that was left out or changed.

A form of ours comes back as it was. One from elsewhere becomes a form that can be filled:
groups become sections, questions outside any group a loose section, linkIds codes (the
original is kept for the way back). Whatever nothing here reads is in the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from care_circle.definition.form import Form, SourceKey
from care_circle.definition.form_reading import read_form
from care_circle.definition.source import Plain, parse, written
from care_circle.fhir import terms
from care_circle.fhir.context import Asked, Context, coded, codes_of, plain_label, slug
from care_circle.fhir.element import Element, objects_of, value_in
from care_circle.fhir.importing_conditions import read_enabling
from care_circle.fhir.importing_questions import control_word, read_question
from care_circle.fhir.outline import LOOSE
from care_circle.fhir.rest import FIELD, FORM, SECTION, restored
from care_circle.fhir.terms import OWN, Dropped, Json
from care_circle.fhir.texts import is_name, label_of
from care_circle.role import Profession

_TEXTS: Mapping[str, SourceKey] = {
    "id": SourceKey.ID,
    "url": SourceKey.URL,
    "name": SourceKey.NAME,
    "status": SourceKey.STATUS,
    "date": SourceKey.DATE,
    "publisher": SourceKey.PUBLISHER,
    "copyright": SourceKey.COPYRIGHT,
    "purpose": SourceKey.PURPOSE,
    "approvalDate": SourceKey.APPROVED,
    "lastReviewDate": SourceKey.REVIEWED,
}
_DEEPEST = 2
"""How often rows may stand in rows."""


class NotAQuestionnaire(ValueError):
    """What was given is no Questionnaire of FHIR R4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A form from elsewhere, and what of it was dropped or changed, in the order of the file."""

    form: Form
    dropped: tuple[Dropped, ...]


def imported(
    questionnaire: object, *, fillers: Sequence[str] = (Profession.PHYSICIAN.value,)
) -> Imported:
    """Read a Questionnaire; `fillers` fill it unless it says who does.

    Raises:
        NotAQuestionnaire: It is none, or has no question that could be read.
        DefinitionError: What our own extensions say makes no form.
    """
    if not isinstance(questionnaire, dict) or questionnaire.get("resourceType") != "Questionnaire":
        raise NotAQuestionnaire
    reading = _Reading(questionnaire, coded(questionnaire), ours=True)
    said = reading.form()
    said.setdefault("fillers", list(fillers))
    if not said["sections"]:
        raise NotAQuestionnaire
    form = read_form(parse(written(said), "Questionnaire"))
    return Imported(form=form, dropped=tuple(reading.context.dropped))


def read_standard(questionnaire: Json, codes: Mapping[str, str]) -> Json:
    """Give what reading a Questionnaire's own elements gives, without extensions of ours."""
    return _Reading(questionnaire, codes, ours=False).form()


class _Reading:
    """One Questionnaire while it is read."""

    def __init__(self, held: Json, codes: Mapping[str, str], *, ours: bool) -> None:
        language = held.get("language")
        contained = objects_of(held.get("contained"))
        self.context = Context(
            language=language if isinstance(language, str) else "und",
            codes=codes,
            contained={str(each.get("id")): each for each in contained},
        )
        self._top = self.context.element(held)
        self._ours = ours
        self._seen: set[str] = set()
        self._sections: list[Json] = []
        self._loose = 0
        self._title: Json = {}

    def form(self) -> Json:
        """Read all of it."""
        top = self._top
        said = self._head()
        self._title = _object(said["label"])
        self._fill(top.objects("item"), home=None, rows=())
        said["sections"] = list(self._sections)
        if top.take("contained") is not None:
            self._check_contained()
        source = _object(said.get("source"))
        if not is_name(source.get("name", "A")):
            top.drop("name", "it is no name that FHIR lets stand: it is written otherwise")
        for key in ("resourceType", "language", "extension"):
            top.take(key)
        for extension in objects_of(top.held.get("extension")):
            if not str(extension.get("url")).startswith(OWN):
                top.drop("extension", str(extension.get("url")))
        top.left()
        return said

    def _check_contained(self) -> None:
        for name, resource in self.context.contained.items():
            kind = resource.get("resourceType")
            lists = kind in ("ValueSet", "CodeSystem")
            how = "what is used of it stands in the questions" if lists else "it is left out"
            self._top.drop("contained", f"{kind} {name!r}: {how}")

    def _head(self) -> Json:
        top, source = self._top, self._source()
        name = top.held.get("title") or source.get("name") or source.get("id") or "Questionnaire"
        text = name if isinstance(name, str) else "Questionnaire"
        title = top.text("title")
        words = label_of(title or text, top.translations("title"), self.context.language)
        said: Json = {
            "code": self._code(source, text),
            "version": (top.text("version") or "1")[:80],
            "label": plain_label(words),
            "mark": "A",
            "stage": "support",
        }
        about = top.text("description")
        if about is not None:
            help_ = label_of(about, top.translations("description"), self.context.language)
            said["help"] = plain_label(help_)
        codes = codes_of(top, "code")
        if codes:
            said["codes"] = codes
        said["source"] = dict(source)
        return self._with_ours(FORM, top.held, said)

    def _code(self, source: Mapping[str, str], text: str) -> str:
        words = source.get("name") or source.get("id") or source.get("url", "").rpartition("/")[2]
        return slug(words or text) or "Questionnaire"

    def _source(self) -> dict[str, str]:
        top = self._top
        said = {word.value: top.text(key) for key, word in _TEXTS.items()}
        if self.context.language != "und":
            said["language"] = self.context.language
        subjects = top.take("subjectType")
        if isinstance(subjects, list):
            said["subject"] = " ".join(str(each) for each in subjects)
        if isinstance(top.take("experimental"), bool):
            said["experimental"] = "true" if top.held["experimental"] else "false"
        identifiers = [self._identifier(each) for each in top.objects("identifier")]
        said["identifier"] = " ".join(each for each in identifiers if each)
        return {key: value for key, value in said.items() if value}

    def _identifier(self, held: Json) -> str:
        element = self.context.element(held)
        system, value = element.text("system"), element.text("value")
        for key in element.held.keys() - element.taken:
            element.drop(f"identifier.{key}")
        if value is None or " " in value or (system and " " in system):
            element.drop("identifier", "it has no value in one word")
            return ""
        return value if system is None else f"{system}|{value}"

    def _with_ours(self, level: str, held: Mapping[str, Plain], said: Json) -> Json:
        if not self._ours:
            return said
        return restored(level, objects_of(held.get("extension")), said)

    def _fill(self, items: Sequence[Json], home: Json | None, rows: Sequence[str]) -> None:
        """Read what lies in a group, or in the Questionnaire itself."""
        target = home
        for item in items:
            element = self._begun(item)
            if element is None:
                continue
            if item.get("type") == "group":
                self._group(element, home, rows)
                target = None
                continue
            if target is None:
                target = self._loose_section(home)
            if self._question(element, target, rows, under=None):
                target = None

    def _begun(self, item: Json) -> Element | None:
        """Begin to read an item; None, and told, if it has no linkId of its own."""
        link = item.get("linkId")
        element = self.context.element(item, link if isinstance(link, str) else "")
        element.take("linkId")
        if not isinstance(link, str) or not link.strip() or link in self._seen:
            element.drop("item", "its linkId is missing, or stands there before")
            return None
        self._seen.add(link)
        return element

    def _loose_section(self, home: Json | None) -> Json:
        self._loose += 1
        section: Json = {
            "code": f"{LOOSE}_{self._loose}",
            "label": self._title,
            "mark": "A",
            **({} if home is None else {"within": home["code"]}),
            "loose": True,
            "fields": [],
        }
        self._sections.append(section)
        return section

    def _group(self, element: Element, home: Json | None, rows: Sequence[str]) -> None:
        element.take("type")
        link = element.link
        said = self.context.part(element, link)
        if home is not None:
            said["within"] = home["code"]
        when = read_enabling(element, self.context, rows)
        if when is not None:
            said["when"] = when
        repeats = self._repeats(element, said, rows)
        self._group_extensions(element, said, repeats=repeats)
        inner = element.objects("item")
        self._help(element, said, inner)
        said = self._with_ours(SECTION, element.held, said)
        said["fields"] = []
        self._sections.append(said)
        element.left()
        self._fill(inner, said, (*rows, link) if "repeats" in said else rows)

    def _repeats(self, element: Element, said: Json, rows: Sequence[str]) -> bool:
        required, repeats = element.flag("required"), element.flag("repeats")
        if element.flag("readOnly"):
            said["read_only"] = True
        if repeats and len(rows) >= _DEEPEST:
            element.drop("repeats", "rows stand in rows already: it is asked once in each")
            repeats = False
        if repeats:
            said["repeats"] = {"least": 1} if required else {}
        elif required:
            said["required"] = True
        return repeats

    def _group_extensions(self, element: Element, said: Json, *, repeats: bool) -> None:
        rows = _object(said.get("repeats"))
        for extension in element.objects("extension"):
            url, value = str(extension.get("url")), value_in(extension)
            is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
            if url.startswith(OWN):
                continue
            if url in (terms.MIN_OCCURS, terms.MAX_OCCURS) and is_whole and repeats:
                rows["least" if url == terms.MIN_OCCURS else "most"] = value
            elif url == terms.HIDDEN and isinstance(value, bool):
                said |= {"hidden": True} if value else {}
            elif url == terms.CONTROL and (word := control_word(element, value)) is not None:
                said["control"] = word
            else:
                element.drop("extension", url)
        if repeats:
            least, most = rows.get("least", 0), rows.get("most")
            if isinstance(least, int) and isinstance(most, int) and most < least:
                element.drop("maxOccurs", "it is smaller than minOccurs")
                rows.pop("most")
            said["repeats"] = rows

    def _question(
        self, element: Element, target: Json, rows: Sequence[str], under: str | None
    ) -> bool:
        """Read a question and those below it; True if a group lay below, which ends the section."""
        link = element.link
        said = read_question(element, self.context, link, rows)
        if under is not None:
            said["under"] = under
        inner = element.objects("item")
        self._help(element, said, inner)
        if ("several" in said or said["type"] == "choices") and inner:
            element.drop("item", "what lies below it is asked once, not for each answer")
        said = self._with_ours(FIELD, element.held, said)
        if link in self.context.asked:
            self.context.asked[link] = Asked(said=said, rows=tuple(rows))
        fields = target["fields"]
        if isinstance(fields, list):
            fields.append(said)
        element.left()
        return self._below(inner, target, rows, str(said["code"]))

    def _below(self, items: Sequence[Json], home: Json, rows: Sequence[str], under: str) -> bool:
        target, parted, around = home, False, self._grouped(home)
        for item in items:
            element = self._begun(item)
            if element is None:
                continue
            if item.get("type") == "group":
                element.drop("item", "a group below a question stands beside it")
                self._group(element, around, rows)
                parted = True
                continue
            if parted:
                element.drop("item", "it stands beside the question that it lay below")
                target = self._loose_section(around)
            parted = self._question(element, target, rows, None if target is not home else under)
        return parted or target is not home

    def _grouped(self, section: Json) -> Json | None:
        """Give the section itself, or the one that a loose section lies in."""
        if not section.get("loose"):
            return section
        within = section.get("within")
        return next((each for each in self._sections if each["code"] == within), None)

    def _help(self, element: Element, said: Json, inner: list[Json]) -> None:
        """Read words of help, which an extension of ours marks as such."""
        marks = objects_of(inner[0].get("extension")) if inner else []
        if any(each.get("url") == terms.HELP for each in marks):
            words = self.context.element(inner.pop(0), element.link)
            said["help"] = self.context.label(words, "text", element.link)


def _object(value: Plain) -> Json:
    return value if isinstance(value, dict) else {}
