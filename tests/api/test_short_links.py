"""Links of families under a short name of their own, and a network's words at the start."""

from pathlib import Path

import aiohttp
import pytest

from server.app import build
from server.config import Config
from server.senders.templates import BadTemplates
from tests.support.command_line import ronde
from tests.support.notices import TOKEN
from tests.support.server import MASTER_KEY, running

SHORT = "http://rdv.exemple.test"
FORM = {"act": "coming", "form": "x"}


@pytest.mark.parametrize(
    ("host", "path", "origin", "is_ours"),
    [
        ("rdv.exemple.test", f"/r/{TOKEN}", SHORT, True),
        ("rdv.exemple.test", f"/r/{TOKEN}", "http://ailleurs.exemple.test", False),
        ("rdv.exemple.test", "/api/v1/sessions", SHORT, False),
        (None, f"/r/{TOKEN}", SHORT, False),
    ],
)
async def test_a_family_s_form_may_come_from_the_short_name_and_nothing_else(
    tmp_path: Path, host: str | None, path: str, origin: str, *, is_ours: bool
) -> None:
    headers = {"Origin": origin} if host is None else {"Origin": origin, "Host": host}
    async with (
        running(tmp_path, link_url=SHORT) as server,
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}{path}", data=FORM, headers=headers) as answer,
    ):
        said = (answer.status, await answer.text())

    assert (said[0] == 403) is not is_ours, said


async def test_a_server_does_not_start_with_words_that_tell(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "fr"
    folder.mkdir(parents=True)
    (folder / "booked.txt.j2").write_text("Bonjour,\nvotre kin\u0435 {{ link }}", encoding="utf-8")

    served = await ronde(tmp_path, "serve", RONDE_TEMPLATES=str(folder.parent))
    examined = await ronde(tmp_path, "doctor", RONDE_TEMPLATES=str(folder.parent))
    nowhere = await ronde(tmp_path, "doctor", RONDE_TEMPLATES=str(tmp_path / "none"))

    assert served[0] != 0
    assert "fr/booked.txt.j2:2: forbidden word kine" in served[2]
    assert "fr/booked.txt.j2:2: forbidden word kine" in examined[2]
    assert "RONDE_TEMPLATES doit être un dossier qui existe." in nowhere[2]
    assert not (tmp_path / "ronde.sqlite3").exists()


async def test_an_application_with_words_that_tell_is_never_put_together(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "fr"
    folder.mkdir(parents=True)
    (folder / "waiting.sms.j2").write_text("Votre CAMSP : {{ link }}", encoding="utf-8")

    config = Config(
        master_key=MASTER_KEY, store=str(tmp_path / "ronde.sqlite3"), templates=folder.parent
    )

    with pytest.raises(BadTemplates):
        await build(config)
