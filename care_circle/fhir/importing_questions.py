"""One question of a Questionnaire as a field of a form."""

from collections.abc import Mapping, Sequence

from care_circle.definition.form import Control
from care_circle.definition.source import Plain
from care_circle.fhir import terms
from care_circle.fhir.context import Asked, Context
from care_circle.fhir.element import Element, objects_of, value_in
from care_circle.fhir.importing_choices import options_of_list, read_choices
from care_circle.fhir.importing_conditions import choice_meant, read_enabling
from care_circle.fhir.terms import OWN, UCUM, Json
from care_circle.fhir.values import without_seconds
from care_circle.moments import is_day, is_moment, is_time_of_day

_TYPES: Mapping[str, str] = {
    "boolean": "flag",
    "integer": "whole",
    "decimal": "decimal",
    "quantity": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "moment",
    "string": "line",
    "text": "text",
    "url": "address",
    "choice": "choice",
    "open-choice": "choice",
    "coding": "choice",
    "reference": "reference",
    "attachment": "file",
    "display": "note",
}
_NUMBERS = ("whole", "decimal")
_WRITTEN = ("line", "text", "address")
_CHOSEN = ("choice", "choices")
_ANSWERED = {
    "required": "required",
    "read_only": "readOnly",
    "several": "repeats",
    "prefill": "initial",
    "codes": "code",
}
_WAYS = ("horizontal", "vertical")
_LAID_OUT = ("choice", "choices", "flag", "line")
_KEPT = {target: kind.value for kind, target in terms.KEPT_BY.items()}
_CONTROLS = frozenset(control.value for control in Control)
_LONGEST = 20_000


def read_question(element: Element, context: Context, link: str, rows: Sequence[str]) -> Json:
    """Read a question; its own extensions and what lies below it are left to the caller."""
    kind = element.text("type") or ""
    said = context.part(element, link)
    said["type"] = _TYPES.get(kind, "line")
    if kind not in _TYPES:
        element.drop("type", f"{kind!r} is no type of R4: it is asked for a line of text")
    when = read_enabling(element, context, rows)
    if when is not None:
        said["when"] = when
    _flags(element, said)
    _choices(element, context, said, kind)
    if said["type"] in _NUMBERS:
        said["range"] = [None, None]
        if kind == "quantity":
            said["as"] = kind
    _length(element, said)
    _extensions(element, said)
    _initial(element, said)
    if said["type"] == "note":
        for key, word in _ANSWERED.items():
            if said.pop(key, None) is not None:
                element.drop(word, "a note is not answered")
    else:
        context.asked[link] = Asked(said=said, rows=tuple(rows))
    return said


def _flags(element: Element, said: Json) -> None:
    for key, word in (("required", "required"), ("readOnly", "read_only")):
        if element.flag(key):
            said[word] = True
    if element.flag("repeats"):
        if said["type"] == "choice":
            said["type"] = "choices"
        else:
            said["several"] = {}


def _choices(element: Element, context: Context, said: Json, kind: str) -> None:
    url = element.text("answerValueSet")
    if url is not None and said["type"] not in _CHOSEN:
        element.drop("answerValueSet", "only what is chosen has a list")
        url = None
    listing = element if url is None else _listing(element, context, said, url)
    choices, chosen = read_choices(listing, context)
    if not choices:
        _without_choices(element, said, kind, url)
        return
    held: list[Plain] = list(choices)
    said["choices"] = held
    if said["type"] not in _CHOSEN:
        several = said.pop("several", None) is not None
        said["type"], said["as"] = "choices" if several else "choice", kind
    is_open = _answers_freely(element)
    if kind == "open-choice" or is_open:
        said["other"] = True
    if kind == "coding" or "answerConstraint" in element.held:
        word = "open-choice" if said.get("other") else "choice"
        element.drop("type, answerConstraint", f"they are of R5: it is said as {word}")
    if chosen:
        first: list[Plain] = list(chosen)
        said["prefill"] = {"value": first if len(first) > 1 else first[0]}


def _listing(element: Element, context: Context, said: Json, url: str) -> Element:
    """Give what lists the choices: the file's own list, if the question's is in the file."""
    options = options_of_list(url, context, element)
    if options is None:
        said["value_set"] = url
        element.drop("answerValueSet", f"{url} is not in the file: it is asked for in words")
        return element
    element.drop("answerValueSet", "its list stands in the question itself")
    return context.element({"answerOption": options}, element.link)


def _without_choices(element: Element, said: Json, kind: str, url: str | None) -> None:
    """Ask in words for what there is nothing to choose from."""
    if said["type"] not in _CHOSEN:
        return
    if said["type"] == "choices":
        said["several"] = {}
    said["type"], said["as"] = "line", kind
    if url is None:
        element.drop("type", "there is nothing to choose from: it is asked for in words")


def _answers_freely(element: Element) -> bool:
    """Read R5's word for choices beside which one's own words may stand."""
    return "answerConstraint" in element.held and element.text("answerConstraint") != "optionsOnly"


def _length(element: Element, said: Json) -> None:
    most = element.whole("maxLength")
    if most is None:
        return
    if said["type"] in _WRITTEN and 1 <= most <= _LONGEST:
        said["most"] = most
    else:
        element.drop("maxLength", "only what is written has a length, up to 20000")


def _extensions(element: Element, said: Json) -> None:
    occurs: Json = {}
    targets: list[str] = []
    for extension in element.objects("extension"):
        url, value = str(extension.get("url")), value_in(extension)
        match url:
            case _ if url.startswith(OWN):
                continue
            case terms.MIN_OCCURS | terms.MAX_OCCURS if _is_whole(value):
                occurs["least" if url == terms.MIN_OCCURS else "most"] = value
            case terms.TARGET if isinstance(value, str) and said["type"] == "reference":
                targets.append(value)
            case _:
                _extension(element, said, url, value)
    _apply_occurs(element, said, occurs)
    _apply_targets(said, targets)


def _apply_occurs(element: Element, said: Json, occurs: Json) -> None:
    if not occurs:
        return
    if said["type"] != "choices" and "several" not in said:
        element.drop("minOccurs, maxOccurs", "the question is answered once")
        return
    least, most = occurs.get("least", 0), occurs.get("most")
    if isinstance(most, int) and isinstance(least, int) and most < max(least, 1):
        element.drop("maxOccurs", "it is smaller than minOccurs, or nothing")
        occurs.pop("most")
    said["several"] = {key: value for key, value in occurs.items() if value}


def _apply_targets(said: Json, targets: Sequence[str]) -> None:
    if len(targets) == 1 and targets[0] in _KEPT:
        said["type"] = _KEPT[targets[0]]
    elif targets:
        held: list[Plain] = list(targets)
        said["targets"] = held


def _extension(element: Element, said: Json, url: str, value: Plain) -> None:
    """Read one extension, or tell that it is dropped."""
    if url == terms.HIDDEN and isinstance(value, bool):
        said |= {"hidden": True} if value else {}
    elif url == terms.CONTROL and (word := control_word(element, value)) is not None:
        said["control"] = word
    elif url == terms.ORIENTATION and value in _WAYS and said["type"] in _LAID_OUT:
        said["orientation"] = value
    elif url in (terms.MIN_VALUE, terms.MAX_VALUE) and _bound(said, url, value):
        return
    elif not _of_number(element, said, url, value):
        element.drop("extension", url)


def _of_number(element: Element, said: Json, url: str, value: Plain) -> bool:
    """Read what is said of numbers: units and digits; False where it is neither."""
    if said["type"] not in _NUMBERS:
        return False
    if url == terms.DECIMALS and said["type"] == "decimal" and _is_whole(value):
        said["decimals"] = value
        return True
    if not isinstance(value, dict) or url not in (terms.UNIT, terms.UNIT_OPTION):
        return False
    (_unit if url == terms.UNIT else _unit_option)(element, said, value)
    return True


def _is_whole(value: Plain) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def control_word(element: Element, value: Plain) -> str | None:
    """Read how an item would like to be drawn, None if that is not one of our ways."""
    held = value if isinstance(value, dict) else {}
    for coding in objects_of(held.get("coding")):
        word = coding.get("code")
        if word in _CONTROLS:
            usual = {terms.CONTROL_WORDS.get(str(word)), None}
            if {held.get("text"), coding.get("display")} - usual:
                element.drop("extension", f"{terms.CONTROL}: it is called as FHIR calls it")
            return str(word)
    return None


def _unit(element: Element, said: Json, coding: Json) -> None:
    code = coding.get("code") or coding.get("display") or coding.get("unit")
    if not isinstance(code, str):
        element.drop("extension", "a unit without a code")
        return
    said["unit"] = code
    if coding.get("system") not in (None, UCUM):
        element.drop("extension", f"the unit {code!r} is not of UCUM: its system is dropped")
    if coding.get("display") not in (None, code):
        element.drop("extension", f"the unit's display {coding['display']!r}")


def _unit_option(element: Element, said: Json, coding: Json) -> None:
    code = coding.get("code")
    if "unit" not in said and isinstance(code, str):
        _unit(element, said, coding)
        element.drop("extension", f"of several units {code!r} alone is asked for")
    elif code != said.get("unit"):
        element.drop("extension", f"the unit {code!r}: answers are in {said.get('unit')!r}")


def _bound(said: Json, url: str, value: Plain) -> bool:
    """Read a bound of a number or of a day; False if it is none."""
    least = url == terms.MIN_VALUE
    if isinstance(value, dict):
        same = (value.get("code") or value.get("unit")) in (None, said.get("unit"))
        value = value.get("value") if same else None
    bounds = said.get("range")
    if isinstance(bounds, list) and isinstance(value, int | float) and not isinstance(value, bool):
        bounds[0 if least else 1] = value
        low, high = bounds
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            bounds[0 if least else 1] = None
            return False
        return True
    if said["type"] == "date" and isinstance(value, str) and is_day(value):
        said["not_before" if least else "not_after"] = value
        return True
    return False


def _initial(element: Element, said: Json) -> None:
    found = [_first(element, said, each) for each in element.objects("initial")]
    values = [value for value in found if value is not None]
    listed = "several" in said or said["type"] == "choices"
    if len(values) > 1 and not listed:
        element.drop("initial", "the question is answered once: the first is kept")
        values = values[:1]
    if values and said.get("choices"):
        element.drop("initial", "its options are marked as chosen instead")
    if values and "prefill" not in said:
        held: list[Plain] = list(values)
        said["prefill"] = {"value": held if len(held) > 1 else held[0]}


def _first(element: Element, said: Json, held: Json) -> Plain:
    """Read a first answer, None (and told) if it is none that the question takes."""
    value, kind = value_in(held), said["type"]
    found: Plain = None
    if said.get("choices"):
        found = choice_meant(said, value)
    elif isinstance(value, dict):
        found = _first_of_object(element, said, value)
    elif kind == "flag":
        found = value if isinstance(value, bool) else None
    elif kind in _NUMBERS:
        fits = isinstance(value, int) if kind == "whole" else isinstance(value, int | float)
        found = value if fits and not isinstance(value, bool) else None
    elif isinstance(value, str) and value:
        reads = {"date": is_day, "time": is_time_of_day, "moment": is_moment}.get(str(kind))
        text = without_seconds(value) if kind in ("time", "moment") else value
        found = text if reads is None or reads(text) else None
    if found is None:
        element.drop("initial", "it is no answer that the question takes")
    return found


def _first_of_object(element: Element, said: Json, value: Json) -> Plain:
    if said["type"] == "decimal":
        code = value.get("code") or value.get("unit")
        if isinstance(code, str) and "unit" not in said:
            said["unit"] = code
        if value.get("unit") not in (None, code) or value.get("system") not in (None, UCUM):
            element.drop("initial", f"what its unit {code!r} is called")
        number = value.get("value") if code in (None, said.get("unit")) else None
        return number if isinstance(number, int | float) else None
    if said["type"] == "line" and "code" in value:
        element.drop("initial", "its words are kept, its code is not")
    if said["type"] in ("line", "reference"):
        return value.get("reference") or value.get("display") or value.get("code")
    return None
