"""The TypeScript side of our vectors, asked from here: tests/client/support/ronde_twin.ts."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.node import NODE, ROOT

SCRIPT = "tests/client/support/ronde_twin.ts"
PATIENCE_SECONDS = 120

Line = dict[str, Any]


def outcomes(vectors: Iterable[Mapping[str, object]]) -> list[Line]:
    """Tell what the twin makes of vectors, in their order."""
    return _lines("run", typed="".join(json.dumps(vector) + "\n" for vector in vectors))


def made(seed: int, *, contents: int) -> list[Line]:
    """Have the twin make vectors: so many random contents, then a story of its own."""
    return _lines("make", str(seed), str(contents))


def _lines(*words: str, typed: str = "") -> list[Line]:
    done = subprocess.run(
        [NODE, SCRIPT, *words],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n") if line]
