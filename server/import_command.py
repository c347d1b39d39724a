"""`ronde import`: reads a file at the command line, shows the report, and takes it over."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from care_circle.access import Forbidden, NotFound
from care_circle.actor import Actor
from care_circle.importing.csv_table import MOST_BYTES
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Status
from care_circle.importing.run import ImportRun, ReportLine, State
from care_circle.importing.words import sentence
from care_circle.services.imports import Wanted
from crypto.ids import ImportId
from server.accounts.users import opened
from server.client.french import FrenchCommand, Refusal
from server.commands import configuration
from server.config import Config
from server.import_house import Imports, furnish_imports
from server.problems import problem_of

_PAGE = 200
_STATUSES = {
    Status.NEW: "à créer",
    Status.SAME: "déjà là, identiques",
    Status.UPDATE: "à compléter",
    Status.CONFLICT: "différents, laissés tels quels",
    Status.DUPLICATE: "peut-être déjà là : à choisir dans l'application",
    Status.REFUSED: "refusés",
}
_RESULTS = {
    "created": "créés",
    "linked": "rattachés",
    "updated": "complétés",
    "same": "identiques",
    "changed_since": "changés entre-temps",
    "taken": "déjà pris par un autre dossier",
    "failed": "refusés par une règle",
    "unforeseen": "arrêtés par une erreur inattendue",
}


@click.command("import", cls=FrenchCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "email", required=True, help="adresse de la personne qui importe")
@click.option("--source", default="generic", show_default=True, help="outil d'origine")
@click.option(
    "--sort", type=click.Choice([sort.value for sort in Sort]), help="ce que dit le fichier"
)
@click.option("--dry-run", is_flag=True, help="rapport seulement, rien n'est repris")
def import_file(*, file: Path, email: str, source: str, sort: str | None, dry_run: bool) -> None:
    """Reprend un fichier d'un autre outil : un rapport, puis ce qui ne fait pas de doute."""
    if file.stat().st_size > MOST_BYTES:
        raise Refusal("Fichier trop volumineux : 5 Mo au plus.")
    config, data = configuration(), file.read_bytes()
    asyncio.run(_import(config, data, email=email, source=source, sort=sort, dry_run=dry_run))


async def _import(
    config: Config, data: bytes, *, email: str, source: str, sort: str | None, dry_run: bool
) -> None:
    async with opened(config) as house:
        imports = furnish_imports(house, trial=config.ins == "test")
        try:
            person = await house.stores.people.professional_with_email(email)
            run = await imports.service.read(
                person.actor, data, source=source, sort=None if sort is None else Sort(sort)
            )
            await _show(imports, person.actor, run)
            if not dry_run:
                await _take_over(imports, person.actor, run)
        except (NotFound, Forbidden):
            raise Refusal("Cette personne n'est pas inscrite, ou ne peut pas importer.") from None
        except click.ClickException:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever refuses, its title is the answer
            raise Refusal(_told(error)) from None


async def _show(imports: Imports, actor: Actor, run: ImportRun) -> None:
    """Say how many lines mean what, and why lines are refused; no value is shown."""
    for status, french in _STATUSES.items():
        if run.counts.get(status):
            click.echo(f"{run.counts[status]:>6}  {french}")
    after = 0
    while lines := await _refused(imports, actor, run.id, after):
        for line in lines:
            reasons = "; ".join(sentence(each).fr for each in line.proposal.problems)
            click.echo(f"✘ ligne {line.proposal.line} : {reasons or 'effacé ici'}")
        after = lines[-1].number


async def _refused(
    imports: Imports, actor: Actor, run: ImportId, after: int
) -> Sequence[ReportLine]:
    lines, _ = await imports.service.lines(
        actor, run, after=after, limit=_PAGE, status=Status.REFUSED
    )
    return lines


async def _take_over(imports: Imports, actor: Actor, run: ImportRun) -> None:
    """Take over all that needs no choice; a running server may do part of it."""
    await imports.service.apply(actor, run.id, Wanted(digest=run.digest))
    while (now := await imports.service.run(actor, run.id)).state is State.APPLYING:
        if not await imports.work.work():
            await asyncio.sleep(1)
    results = now.application.results if now.application else {}
    click.echo("Repris :" if results else "Rien à reprendre.")
    for result, count in results.items():
        click.echo(f"{count:>6}  {_RESULTS[result]}")


def _told(error: Exception) -> str:
    problem = problem_of(error)
    where = ", ".join(
        f"{each.pointer.removeprefix('/lines/')} {each.detail}".strip() for each in problem.errors
    )
    return f"{problem.kind.french} ({where})" if where else problem.kind.french
