"""The words FHIR R4 (4.0.1) has for what forms say, and those of ours it has no place for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from care_circle.definition.form import FieldType
from care_circle.definition.source import Plain

Json = dict[str, Plain]

OURS: Final = "https://ronde.example/fhir"
OWN: Final = f"{OURS}/StructureDefinition/"
_HL7: Final = "http://hl7.org/fhir/StructureDefinition/"
_SDC: Final = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"

HELP: Final = f"{OWN}help"
MIN_VALUE: Final = f"{_HL7}minValue"
MAX_VALUE: Final = f"{_HL7}maxValue"
DECIMALS: Final = f"{_HL7}maxDecimalPlaces"
UNIT: Final = f"{_HL7}questionnaire-unit"
UNIT_OPTION: Final = f"{_HL7}questionnaire-unitOption"
HIDDEN: Final = f"{_HL7}questionnaire-hidden"
CONTROL: Final = f"{_HL7}questionnaire-itemControl"
MIN_OCCURS: Final = f"{_HL7}questionnaire-minOccurs"
MAX_OCCURS: Final = f"{_HL7}questionnaire-maxOccurs"
ORDINAL: Final = f"{_HL7}ordinalValue"
OPTION_PREFIX: Final = f"{_HL7}questionnaire-optionPrefix"
WEIGHT: Final = f"{_HL7}itemWeight"
ORIENTATION: Final = f"{_HL7}questionnaire-choiceOrientation"
EXCLUSIVE: Final = f"{_HL7}questionnaire-optionExclusive"
TARGET: Final = f"{_HL7}questionnaire-referenceResource"
TRANSLATION: Final = f"{_HL7}translation"
CALCULATED: Final = f"{_SDC}calculatedExpression"
ENABLED: Final = f"{_SDC}enableWhenExpression"

CONTROLS: Final = "http://hl7.org/fhir/questionnaire-item-control"
CONTROL_WORDS: Final[Mapping[str, str]] = {
    "autocomplete": "Auto-complete",
    "drop-down": "Drop down",
    "check-box": "Check-box",
    "lookup": "Lookup",
    "radio-button": "Radio Button",
    "slider": "Slider",
    "spinner": "Spinner",
    "text-box": "Text Box",
    "list": "List",
    "table": "Vertical Answer Table",
    "htable": "Horizontal Answer Table",
    "gtable": "Group Table",
    "header": "Header",
    "footer": "Footer",
    "inline": "In-line",
    "prompt": "Prompt",
    "unit": "Unit",
    "lower": "Lower-bound",
    "upper": "Upper-bound",
    "flyover": "Fly-over",
    "help": "Help-Button",
}
"""What FHIR calls the ways to draw an item."""
UCUM: Final = "http://unitsofmeasure.org"
LOINC: Final = "http://loinc.org"

ITEM_TYPES: Final[Mapping[FieldType, str]] = {
    FieldType.FLAG: "boolean",
    FieldType.WHOLE: "integer",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "date",
    FieldType.TIME: "time",
    FieldType.MOMENT: "dateTime",
    FieldType.CHOICE: "choice",
    FieldType.CHOICES: "choice",
    FieldType.LINE: "string",
    FieldType.TEXT: "text",
    FieldType.ADDRESS: "url",
    FieldType.PROFESSIONAL: "reference",
    FieldType.STRUCTURE: "reference",
    FieldType.REFERENCE: "reference",
    FieldType.FILE: "attachment",
    FieldType.NOTE: "display",
}
VALUES: Final[Mapping[str, str]] = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "date": "valueDate",
    "time": "valueTime",
    "dateTime": "valueDateTime",
    "string": "valueString",
    "text": "valueString",
    "url": "valueUri",
    "reference": "valueReference",
    "attachment": "valueAttachment",
    "quantity": "valueQuantity",
}
"""Under which key an item's answer stands, by the item's type; choices are told by their kind."""

KEPT_BY: Final = {FieldType.PROFESSIONAL: "Practitioner", FieldType.STRUCTURE: "Organization"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One thing that was not taken over, or not as it was: where, which element, why."""

    link: str
    element: str
    reason: str

    @override
    def __str__(self) -> str:
        """Say it in one line, as the command line prints it."""
        return f"{self.link or 'Questionnaire'}: {self.element}: {self.reason}"
