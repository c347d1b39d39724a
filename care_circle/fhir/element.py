"""A piece of a FHIR resource that is read key by key, so that what nobody read is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from care_circle.definition.source import Plain
from care_circle.fhir.terms import TRANSLATION, Dropped, Json

NO_PLACE = "there is no place for it in a form"


@dataclass(slots=True, kw_only=True)
class Element:
    """An object of a resource. Taking a key notes that it was read.

    `link` is the item's, `path` what leads from the item to the object, such as `code.`.
    """

    held: Mapping[str, Plain]
    link: str
    dropped: list[Dropped]
    path: str = ""
    taken: set[str] = field(default_factory=set)

    def drop(self, element: str, reason: str = NO_PLACE) -> None:
        """Note that something is not taken over, or not as it was."""
        self.dropped.append(Dropped(link=self.link, element=f"{self.path}{element}", reason=reason))

    def take(self, key: str) -> Plain:
        """Give what stands under a key."""
        self.taken.add(key)
        return self.held.get(key)

    def text(self, key: str) -> str | None:
        """Give a text that is not empty; anything else that stands there is told."""
        value = self.take(key)
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self.drop(key, "it is no text")
        return None

    def flag(self, key: str) -> bool:
        """Give true or false; anything else that stands there is told."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.drop(key, "it is neither true nor false")
        return value is True

    def whole(self, key: str) -> int | None:
        """Give a whole number; anything else that stands there is told."""
        value = self.take(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None:
            self.drop(key, "it is no whole number")
        return None

    def objects(self, key: str) -> list[Json]:
        """Give the objects of a list; anything else that stands there is told."""
        value = self.take(key)
        if value is None:
            return []
        found = objects_of(value)
        if not isinstance(value, list) or len(found) < len(value):
            self.drop(key, "not all of it is what FHIR puts there")
        return found

    def translations(self, key: str) -> dict[str, str]:
        """Give the translations of a text by language; what else is said of the text is told."""
        beside = self.take(f"_{key}")
        found: dict[str, str] = {}
        for extension in objects_of(beside.get("extension")) if isinstance(beside, dict) else ():
            parts = {
                str(part.get("url")): value_in(part)
                for part in objects_of(extension.get("extension"))
            }
            lang, content = parts.get("lang"), parts.get("content")
            if extension.get("url") == TRANSLATION and isinstance(lang, str):
                language = lang.partition("-")[0].lower()
                if language in ("fr", "en") and isinstance(content, str) and content.strip():
                    found.setdefault(language, content)
                    continue
                self.drop(f"{key}.translation", f"in {language!r}: labels are French and English")
            else:
                self.drop(f"{key}.extension", str(extension.get("url")))
        return found

    def left(self) -> None:
        """Tell everything that nobody took."""
        for key in self.held:
            if key not in self.taken and key.removeprefix("_") != "id":
                self.drop(key)


def objects_of(value: Plain) -> list[Json]:
    """Give the objects of a list, none if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def value_in(held: Mapping[str, Plain]) -> Plain:
    """Give the `value[x]` of an object."""
    return next((value for key, value in held.items() if key.startswith("value")), None)
