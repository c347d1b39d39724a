"""The words that must never stand in a notice, because they tell of somebody's health.

Naming a speciality is enough to reveal why a family comes (NOT-2), so disciplines,
structures and diagnoses are refused in every language, wherever they come from. The
list is folded: lower case, no accents. A stem ends with an asterisk.
"""

import re
import unicodedata

# Refused wherever they stand, in the label of a place as well.
TELLING = (
    *("camsp", "cmpp", "cmp", "pco", "cocon", "spico", "sessad", "pmi", "mdph", "ase", "clis"),
    *("asq", "asq-3", "f26", "v24", "tnd", "tsa", "tdah", "irm", "imc"),
    *("neuro*", "psych*", "pediatr*", "paediatr*", "neonat*", "reanim*", "genetic*", "genetiq*"),
    *("kine*", "physio*", "orthophon*", "orthopt*", "ergotherap*", "psychomot*", "osteo*"),
    *("ophtalmo*", "ophthalmo*", "audiolog*", "speech therap*", "sage-femme*", "puericult*"),
    *("vulnerab*", "prematur*", "preterm*", "handicap*", "autis*"),
    *("maladie*", "disease*", "diagnos*", "patholog*", "symptom*", "paralys*", "epileps*"),
    *("depist*", "screening*", "therap*", "reeduc*", "rehab*"),
    *("vaccin*", "perimetre cranien", "suivi specialise"),
)
# Refused in our own sentences only: streets are called after hospitals and doctors.
CLINICAL = (
    *("hopital*", "hospital*", "clinique*", "clinic*", "chu", "maternit*", "medecin*", "medic*"),
    *("docteur*", "doctor*", "sante", "health*", "soin*", "care", "consultation*", "visite*"),
    *("patient*", "enfant*", "child*", "bebe*", "baby", "nourrisson*", "infant*", "nouveau-ne*"),
    *("newborn*", "naissance*", "birth*", "bilan*", "examen*", "traitement*", "treatment*"),
    *("developpement", "development*", "retard*", "trouble*", "poids", "weight"),
    *("seance*", "session*", "infirm*", "nurse*", "malade*", "ill"),
)


def lint(text: str) -> tuple[str, ...]:
    """List the forbidden words of one of our own sentences; empty is good."""
    return _found(_ANY, text)


def lint_label(text: str) -> tuple[str, ...]:
    """List the forbidden words in the label of a place, a sender's name or the like."""
    return _found(_TELLING, text)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = (re.escape(word.rstrip("*")) + (r"\w*" if word[-1] == "*" else "s?") for word in words)
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    apart = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(letter for letter in apart if not unicodedata.combining(letter))
    plain = folded.replace("_", " ")
    # "C.A.M.S.P." is read as one word beside the letters as they stand.
    spelled = _APART.sub(r"\1", plain)
    return tuple(dict.fromkeys(pattern.findall(f"{plain} / {spelled}")))


_APART = re.compile(r"\b(\w)[ .\-]+(?=\w\b)")
_TELLING = _pattern(TELLING)
_ANY = _pattern(TELLING + CLINICAL)
