"""`ronde chaos`: kill the server under load, as often as asked, and audit what is left.

A real server process on a store of its own is killed (SIGKILL) 20 to 350 ms after it is
ready, while devices on raw WebSockets write, listen and race each other's commits.
"""

import asyncio
import json
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from server.chaos import notices_report
from server.chaos.ledger import Promise
from server.chaos.run import Order, Report, run
from server.client.french import FrenchCommand

KILLS: Final = 20
_EXAMPLES: Final = 5

PROMISES: Final[Mapping[Promise, str]] = {
    Promise.KEPT: "tout ce qui fut acquitté est au journal",
    Promise.UNCHANGED: "à sa place, octet pour octet",
    Promise.NO_GAP: "les numéros vont de 1 à n, sans trou",
    Promise.ONCE: "aucun identifiant deux fois",
    Promise.NO_PHANTOM: "rien d'inconnu, rien de refusé n'y figure",
    Promise.ONE_COMMIT: "un seul commit par époque",
    Promise.DELIVERED: "chaque client a reçu tout le journal",
    Promise.IN_ORDER: "poussé dans l'ordre, une fois par connexion",
    Promise.SAME_ANSWER: "une demande répétée reçoit la même réponse",
    Promise.ANSWERED: "toute demande a fini par être acquittée ou refusée",
    Promise.API_AGREES: "l'API relit ce que le magasin garde",
    Promise.HEALTHY: "le magasin se dit sain, le serveur sans erreur",
}


def as_json(report: Report) -> dict[str, object]:
    """Give the figures under stable names; times in milliseconds."""
    broken = Counter(violation.promise for violation in report.violations)
    return {
        "kills": report.order.kills,
        "seed": report.order.seed,
        "sent": report.sent,
        "resent": report.resent,
        "saved": report.saved,
        "repeated": report.repeated,
        "acked": report.acked,
        "refused": report.refused,
        "commits": report.commits,
        "deliveries": report.deliveries,
        "restart_ms": {"p50": _median(report) * 1000, "max": max(report.restarts) * 1000},
        "wall_s": report.wall,
        "violations": {promise.value: broken[promise] for promise in Promise},
        "examples": [f"{one.promise}: {one.where}" for one in report.violations[:_EXAMPLES]],
        "ok": not report.violations,
    }


def lines_of(report: Report) -> Iterator[str]:
    """Lay a report out for people."""
    broken = Counter(violation.promise for violation in report.violations)
    figures = {
        "coups (SIGKILL)": report.order.kills,
        "demandes": report.sent,
        "envoyées de nouveau, sans réponse": report.resent,
        "dont gravées avant le coup": report.saved,
        "répétées exprès": report.repeated,
        "acquittées": report.acked,
        "refusées (époque révolue)": report.refused,
        "commits, deux en course à chaque fois": report.commits,
        "remises": report.deliveries,
        "perdues": broken[Promise.KEPT],
        "trous": broken[Promise.NO_GAP],
        "doublons": broken[Promise.ONCE],
        "redémarrage, médiane (ms)": round(_median(report) * 1000),
        "redémarrage, au plus (ms)": round(max(report.restarts) * 1000),
    }
    width = max(map(len, (*figures, *PROMISES.values())))
    yield from (f"{name:<{width}}  {value:>8}" for name, value in figures.items())
    yield ""
    for promise, sentence in PROMISES.items():
        verdict = f"✘ {broken[promise]}" if broken[promise] else "✔"
        yield f"{sentence:<{width}}  {verdict}"
    yield from (f"   {one.promise} : {one.where}" for one in report.violations[:_EXAMPLES])
    yield ""
    verdict = "PROMESSES ROMPUES" if report.violations else "tout est tenu"
    yield f"{verdict} — {report.wall:.0f} s, rejouer avec --seed {report.order.seed}"


def _median(report: Report) -> float:
    return statistics.median(report.restarts)


@click.command(
    "chaos",
    cls=FrenchCommand,
    help="Tue le serveur sous charge, puis vérifie que rien ne manque.",
)
@click.option(
    "--kills",
    type=click.IntRange(1, 10_000),
    default=KILLS,
    show_default=True,
    help="combien de fois",
)
@click.option("--seed", type=int, help="rejoue les mêmes hasards")
@click.option("--notices", is_flag=True, help="pendant que des familles sont prévenues")
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="écrit aussi le bilan dans ce fichier",
)
def chaos(*, kills: int, seed: int | None, notices: bool, path: Path | None) -> None:
    """Kill, audit, print; exit 1 if any promise was broken."""
    began = time.perf_counter()

    def say(part: str) -> None:
        click.echo(f"[{time.perf_counter() - began:5.1f} s] {part}", err=True)

    chosen = secrets.randbelow(1 << 32) if seed is None else seed
    if notices:
        reports = notices_report.storm(kills, chosen, say)
        said = notices_report.as_json(reports)
        lines = [line for report in reports for line in notices_report.lines_of(report)]
    else:
        with tempfile.TemporaryDirectory(prefix="ronde-chaos-") as folder:
            report = asyncio.run(run(Order(kills=kills, seed=chosen), Path(folder), say))
        said, lines = as_json(report), list(lines_of(report))
    if path is not None:
        text = json.dumps(said, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    for line in lines:
        click.echo(line)
    if not said["ok"]:
        raise SystemExit(1)


if __name__ == "__main__":
    chaos()
