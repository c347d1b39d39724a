"""Makes of the translators' catalogues what a browser reads: `python -m server.words_catalogue F`.

The French sentence is the key, so French needs no catalogue. A message that counts becomes
a pair, one and many; a fuzzy or empty translation is left out and its French is shown.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parents[1] / "web" / "locale"
CATALOGUE = Path("LC_MESSAGES", "ronde.po")

Words = Mapping[str, str | Sequence[str]]


def main(arguments: Sequence[str]) -> int:
    """Write the catalogue of every language into a folder, and give the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m server.words_catalogue <folder>\n")
        return 2
    write_catalogues(Path(arguments[0]))
    return 0


def write_catalogues(folder: Path) -> None:
    """Write `<language>.json` for every language that has a catalogue."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages():
        words = read_words(LOCALES / language / CATALOGUE)
        (folder / f"{language}.json").write_bytes(msgspec.json.encode(words, order="sorted"))


def languages() -> tuple[str, ...]:
    """List the languages that there is a catalogue for."""
    return tuple(sorted(path.parent.parent.name for path in LOCALES.glob(f"*/{CATALOGUE}")))


def read_words(path: Path) -> Words:
    """Read a catalogue: what is translated, by its French.

    Raises:
        babel.messages.pofile.PoFileError: It is no catalogue.
    """
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    words: dict[str, str | Sequence[str]] = {}
    for message in catalogue:
        one = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string or ""
        if one and not message.fuzzy and all([said] if isinstance(said, str) else said):
            words[one] = said if isinstance(said, str) else tuple(said)
    return words


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
