"""What `ronde chaos --notices` prints: every policy of the providers, one after the other."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from server.chaos.notices_audit import Promise
from server.chaos.notices_run import Order, Policy, Report, run

NOTICES: Final = 3000
_EXAMPLES: Final = 5

PROMISES: Final[Mapping[Promise, str]] = {
    Promise.ONCE: "aucune famille prévenue deux fois",
    Promise.NOT_FORGOTTEN: "aucune oubliée",
    Promise.TRUE: "ce qui est écrit est ce qui fut reçu",
    Promise.ENDED: "tout a une fin",
    Promise.LISTED: "tout ce qui est douteux ou échoué est dans la liste du bureau",
    Promise.ALERTED: "et quelqu'un en fut averti",
}

POLICIES: Final = ((Policy.KEYED, 1), (Policy.KEYED, 2), (Policy.AT_MOST_ONCE, 1))
"""What providers promise, and how many there are in line."""


def storm(kills: int, seed: int, say: Callable[[str], None]) -> list[Report]:
    """Remind families under each policy while the servers are killed so often.

    Raises:
        ChaosFailed: A run could not be carried out.
    """
    reports = []
    for policy, doors in POLICIES:
        order = Order(notices=NOTICES, kills=kills, seed=seed, policy=policy, doors=doors)
        with tempfile.TemporaryDirectory(prefix="ronde-chaos-") as folder:
            reports.append(asyncio.run(run(order, Path(folder), say)))
    return reports


def as_json(reports: Sequence[Report]) -> dict[str, object]:
    """Give the figures under stable names; times in seconds."""
    return {
        "runs": [
            {
                "policy": report.order.policy.value,
                "providers": report.order.doors,
                "notices": report.order.notices,
                "kills": report.kills,
                "ends": dict(report.ends),
                "texts": report.texts,
                "mails": report.mails,
                "mail_copies": report.copies,
                "listed": report.listed,
                "wall_s": report.wall,
                "violations": _counted(report),
            }
            for report in reports
        ],
        "ok": not any(report.violations for report in reports),
    }


def lines_of(report: Report) -> Iterator[str]:
    """Lay a report out for people."""
    order = report.order
    yield f"— {order.policy}, {order.doors} prestataire(s) de SMS, {report.wall:.0f} s"
    figures = {
        "rappels": order.notices,
        "coups (SIGKILL)": report.kills,
        "SMS reçus par les familles": report.texts,
        "courriels reçus par les familles": report.mails,
        "copies du même courriel, que les boîtes écartent": report.copies,
        "dans la liste du bureau": report.listed,
        **{f"fin : {state}": number for state, number in sorted(report.ends.items())},
    }
    width = max(map(len, (*figures, *PROMISES.values())))
    yield from (f"{name:<{width}}  {value:>8}" for name, value in figures.items())
    broken = _counted(report)
    for promise, sentence in PROMISES.items():
        verdict = f"✘ {broken[promise]}" if broken[promise] else "✔"
        yield f"{sentence:<{width}}  {verdict}"
    yield from (f"   {one.promise} : {one.notice}" for one in report.violations[:_EXAMPLES])
    yield "PROMESSES ROMPUES" if report.violations else "tout est tenu"


def _counted(report: Report) -> dict[str, int]:
    broken = Counter(violation.promise for violation in report.violations)
    return {promise.value: broken[promise] for promise in Promise}
