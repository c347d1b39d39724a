"""Why a line or a value is refused, as people say it: what is wrong, and what would be right."""

from collections.abc import Mapping
from typing import Final

from care_circle.importing.proposal import Told
from care_circle.importing.values import Reason
from care_circle.labels import Label

_SENTENCES: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.MISSING: ("il manque une valeur", "a value is missing"),
    Reason.NOT_A_NAME: ("ce n'est pas un nom", "this is no name"),
    Reason.NOT_A_DAY: (
        "une date est attendue, comme 31/01/2026",
        "a date is expected, such as 31/01/2026",
    ),
    Reason.TWO_DIGIT_YEAR: (
        "l'année s'écrit en quatre chiffres",
        "the year is written with four digits",
    ),
    Reason.NO_SUCH_DAY: ("ce jour n'existe pas", "there is no such day"),
    Reason.IN_THE_FUTURE: ("cette date est dans le futur", "this date is in the future"),
    Reason.IMPOSSIBLE_DAY: (
        "cette date est impossible à côté de la naissance",
        "this date is impossible beside the birth",
    ),
    Reason.NOT_A_NUMBER: ("un nombre est attendu", "a number is expected"),
    Reason.NOT_WHOLE: ("un nombre entier est attendu", "a whole number is expected"),
    Reason.OUT_OF_RANGE: (
        "cette valeur est impossible pour un nouveau-né",
        "no newborn can have this value",
    ),
    Reason.NOT_A_WORD: ("ce mot n'est pas prévu ici", "this word is not known here"),
    Reason.NOT_A_GESTATION: (
        "un terme est attendu, comme 28+3",
        "a gestational age is expected, such as 28+3",
    ),
    Reason.NOT_A_PHONE: (
        "un numéro de téléphone est attendu",
        "a phone number is expected",
    ),
    Reason.NOT_AN_EMAIL: (
        "une adresse électronique est attendue",
        "an e-mail address is expected",
    ),
    Reason.NOT_A_CODE: ("un code est attendu", "a code is expected"),
    Reason.NOT_AN_RPPS: ("onze chiffres sont attendus", "eleven digits are expected"),
    Reason.NOT_A_PROFESSION: (
        "cette profession n'est pas du parcours",
        "this profession is not of the pathway",
    ),
    Reason.NOT_A_PLACE: (
        "un code INSEE de cinq caractères est attendu",
        "an INSEE code of five characters is expected",
    ),
    Reason.NOT_A_FINESS: (
        "un numéro FINESS de neuf caractères est attendu",
        "a FINESS number of nine characters is expected",
    ),
    Reason.TELLING: (
        "ce libellé en dirait trop aux familles : une rue ou un bâtiment suffit",
        "this label would tell families too much: a street or a building is enough",
    ),
    Reason.TOO_LONG: ("c'est trop long", "this is too long"),
    Reason.FORMULA: ("une formule n'a rien à faire ici", "a formula has no place here"),
    Reason.LINE_BREAK: (
        "une cellule ne va pas à la ligne",
        "a cell does not run over the line",
    ),
    Reason.CONTROL_CHARACTER: (
        "un caractère invisible est à retirer",
        "an invisible character has to go",
    ),
    Reason.BAD_QUOTES: ("les guillemets sont mal placés", "the quotes are misplaced"),
    Reason.WRONG_CELLS: (
        "le nombre de cellules n'est pas celui de la première ligne",
        "there are not as many cells as in the first line",
    ),
    Reason.SAME_ID_BEFORE: (
        "cet identifiant est déjà plus haut dans le fichier",
        "this identifier stands higher up in the file",
    ),
    Reason.FORGOTTEN: (
        "ce dossier a été effacé ici et ne revient pas",
        "this record was erased here and does not come back",
    ),
    Reason.UNKNOWN_HERE: (
        "inconnu du réseau : laissé vide",
        "unknown to the network: left empty",
    ),
    Reason.UNREACHABLE: (
        "ni adresse ni téléphone : cette personne n'est pas reprise",
        "neither address nor phone: this person is left out",
    ),
    Reason.NOT_QUALIFIED: (
        "identité reprise comme provisoire : il manque une pièce à sa qualification",
        "identity kept as provisional: something of its qualification is missing",
    ),
    Reason.WRONG_SYSTEM: (
        "ce type d'identifiant national n'est pas repris ici",
        "this kind of national identifier is not carried here",
    ),
    Reason.WRONG_KEY: (
        "l'identifiant national et sa clé ne vont pas ensemble : il n'est pas repris",
        "the national identifier does not fit its key: it is left out",
    ),
    Reason.TOO_MANY: (
        "il y a plus de personnes que le dossier n'en reçoit",
        "there are more people than a record takes",
    ),
    Reason.TO_COMPLETE: (
        "non dit : à compléter dans le dossier",
        "not said: to be completed in the record",
    ),
}


def sentence(told: Told) -> Label:
    """Say something about a value in both languages, after the source's word for its column."""
    french, english = _SENTENCES[told.reason]
    if not told.column:
        return Label(fr=french.capitalize(), en=english.capitalize())
    return Label(fr=f"« {told.column} » : {french}", en=f"“{told.column}”: {english}")
