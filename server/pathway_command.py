"""`ronde pathway`: check definitions, print their schema, exchange forms with FHIR."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from care_circle.definition.form import Form
from care_circle.definition.form_reading import read_form
from care_circle.definition.form_writing import plain_form
from care_circle.definition.language import published
from care_circle.definition.pathway import COCON, UnknownForm
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.source import DefinitionError, parse, written
from care_circle.fhir.exporting import questionnaire_of
from care_circle.fhir.importing import NotAQuestionnaire, imported
from care_circle.role import Profession, Role
from server.client.french import FrenchGroup, Refusal

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILLERS = (Role.COORDINATOR.value, Role.SECRETARY.value, *(each.value for each in Profession))


@click.group(cls=FrenchGroup)
def pathway() -> None:
    """Les définitions de parcours : vérifier, décrire, échanger avec FHIR."""


@pathway.command("check")
@click.argument("folder", type=_FOLDER, default=COCON, metavar="DOSSIER")
def check(folder: Path) -> None:
    """Vérifie un parcours et dit toutes ses erreurs, avec leur ligne."""
    try:
        read = read_pathway(folder)
    except DefinitionError as error:
        raise _refusal(error) from None
    counts = f"{len(read.forms)} formulaires, {len(read.visits)} visites"
    click.echo(f"✔ {read.id} {read.version} : {counts}")


@pathway.command("schema")
def schema() -> None:
    """Imprime le schéma JSON de la langue des définitions."""
    click.echo(json.dumps(published(), ensure_ascii=False, indent=1))


@pathway.command("export")
@click.argument("form", metavar="FORMULAIRE")
@click.option(
    "--folder", type=_FOLDER, default=COCON, help="dossier du parcours", metavar="DOSSIER"
)
@click.option("--version", help="une version antérieure")
def export(form: str, folder: Path, version: str | None) -> None:
    """Imprime un formulaire (code, ou fichier YAML) en Questionnaire FHIR R4."""
    click.echo(
        json.dumps(questionnaire_of(_form(form, folder, version)), ensure_ascii=False, indent=1)
    )


@pathway.command("import")
@click.argument("file", type=_FILE, metavar="FICHIER")
@click.option(
    "--filler", "fillers", multiple=True, type=click.Choice(_FILLERS), help="qui le remplit"
)
def import_(file: Path, fillers: Sequence[str]) -> None:
    """Imprime un Questionnaire FHIR R4 en formulaire YAML, et dit ce qui en est perdu."""
    try:
        questionnaire = json.loads(file.read_text(encoding="utf-8"))
        found = imported(questionnaire, fillers=fillers or (Profession.PHYSICIAN.value,))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, DefinitionError):
            raise _refusal(error) from None
        what = "un Questionnaire" if isinstance(error, NotAQuestionnaire) else "du JSON"
        raise Refusal(f"{file.name} n'est pas {what} lisible.") from None
    click.echo(written(plain_form(found.form)), nl=False)
    for each in found.dropped:
        click.echo(f"! {each}", err=True)


def _form(name: str, folder: Path, version: str | None) -> Form:
    try:
        path = Path(name)
        if path.suffix == ".yaml" and path.is_file():
            return read_form(parse(path.read_text(encoding="utf-8"), path.name))
        return read_pathway(folder).form(name, version)
    except UnknownForm:
        raise Refusal(f"Le parcours n'a pas de formulaire {name}.") from None
    except DefinitionError as error:
        raise _refusal(error) from None


def _refusal(error: DefinitionError) -> Refusal:
    return Refusal("\n✘ ".join(str(complaint) for complaint in error.complaints))
