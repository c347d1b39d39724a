"""`ronde templates`: judge the words families get, those of the release and a network's own."""

from pathlib import Path

import click

from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.source import DefinitionError
from server.client.french import FrenchGroup, Refusal
from server.senders.template_reading import load
from server.senders.templates import BadTemplates
from server.wording import NOTICES, texts_of, too_long

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group(cls=FrenchGroup)
def templates() -> None:
    """Les modèles des messages aux familles."""


@templates.command("check")
@click.argument("folder", type=_FOLDER, required=False, metavar="[DOSSIER]")
@click.option("--pathway", type=_FOLDER, default=COCON, help="dossier du parcours")
@click.option("--link", default="https://rdv.exemple.fr", help="adresse des liens")
@click.option("--phone", default="04 65 71 00 00", help="numéro que les familles appellent")
def check(folder: Path | None, pathway: Path, link: str, phone: str) -> None:
    """Vérifie les modèles livrés, ceux du parcours et ceux d'un dossier, et dit toutes les fautes.

    Variables permises, mots qui en disent trop, alphabets et longueurs des SMS.
    """
    over = (pathway / NOTICES, folder)
    try:
        texts = texts_of(read_pathway(pathway))
        found = load(*(each for each in over if each is not None and each.is_dir()), texts=texts)
    except DefinitionError as error:
        raise _refusal(error.complaints) from None
    except BadTemplates as error:
        raise _refusal(error.complaints) from None
    faults = tuple(too_long(found, link=f"{link.rstrip('/')}/r/", phone=phone))
    if faults:
        raise _refusal(faults)
    names = ", ".join(f"{code} ({each.name})" for code, each in sorted(found.languages.items()))
    click.echo(f"✔ {len(found.languages)} langues : {names}")


def _refusal(complaints: tuple[object, ...]) -> Refusal:
    return Refusal("\n✘ ".join(map(str, complaints)))
