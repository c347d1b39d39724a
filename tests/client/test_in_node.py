"""The tests of the TypeScript core and shell, each file of them run by Node."""

import subprocess
from pathlib import Path

import pytest

from tests.support.node import NODE, ROOT

HERE = Path(__file__).parent
# In the runner's own process: there is one file, which needs no other.
RUNNER = (NODE, "--test", "--test-isolation=none", "--test-reporter=dot")
FILES = sorted(HERE.glob("*.test.ts"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.ts"))
def test_typescript(file: Path) -> None:
    done = subprocess.run(
        [*RUNNER, str(file.relative_to(ROOT))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
