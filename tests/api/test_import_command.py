"""`ronde import`: a report first, and what needs no choice; no value is ever shown."""

from pathlib import Path

from tests.api.test_command_line import ADD
from tests.support.command_line import ronde
from tests.support.imports import EXPORT

ANA = ("--by", "ana@ronde.example", "--source", "spico")


async def test_a_file_comes_in_at_the_command_line_once(tmp_path: Path) -> None:
    await ronde(tmp_path, *ADD, "--email", "ana@ronde.example", "--role", "coordinator")

    dry = await ronde(tmp_path, "import", str(EXPORT), *ANA, "--dry-run")
    done = await ronde(tmp_path, "import", str(EXPORT), *ANA)
    again = await ronde(tmp_path, "import", str(EXPORT), *ANA)

    assert (dry[0], done[0], again[0]) == (0, 0, 0), (dry, done, again)
    assert "    25  à créer" in dry[1]
    assert "✘ ligne 16 : « Date de naissance » : ce jour n'existe pas" in dry[1]
    assert "Repris" not in dry[1]
    assert "    25  créés" in done[1]
    assert "    25  déjà là, identiques" in again[1]
    assert "Rien à reprendre." in again[1]
    assert "Quenouille" not in "".join((*dry[1:], *done[1:], *again[1:]))


async def test_who_may_not_import_is_told_so_and_a_bad_file_by_its_line(tmp_path: Path) -> None:
    await ronde(tmp_path, *ADD, "--email", "ana@ronde.example", "--role", "coordinator")
    broken = tmp_path / "broken.csv"
    broken.write_text('N° de dossier;Nom;DDN\nA;"B;C\n', encoding="utf-8")

    stranger = await ronde(tmp_path, "import", str(EXPORT), "--by", "eve@ronde.example")
    refused = await ronde(tmp_path, "import", str(broken), *ANA)

    assert (stranger[0], "ne peut pas importer" in stranger[2]) == (1, True)
    assert (refused[0], "2 open_quote" in refused[2]) == (1, True)
