"""Set up Ronde and run it: `python3 ronde.py demo | test | check | <any command>`.

Standard library only: it must work on a machine that has Python and nothing else.
Each step is skipped when the lock file it depends on has not changed since.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "ronde-stamp"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV_VERSION = "0.13.9"
PACKAGES = ("server", "channels", "care_circle", "notifications", "crypto")
NEEDS_DEV = frozenset({"test", "check", "format"})
OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Prepare what the command needs, then hand it on."""
    if sys.version_info < OLDEST_PYTHON:
        return refuse("Ronde needs Python 3.11 or newer; this one is " + sys.version.split()[0])
    command, *rest = arguments or ["--help"]
    if not prepare("dev" if command in NEEDS_DEV else "run"):
        return 1
    match command:
        case "check":
            return check()
        case "format":
            return run("ruff", "format", ".") or run("ruff", "check", "--fix", ".")
        case "test":
            return test(rest)
        case _:
            return run("python", "-m", "server", command, *rest)


def prepare(group: str) -> bool:
    """Make `.venv` and install the locked packages, unless that is already done."""
    wanted = hashlib.sha256(LOCKS[group].read_bytes()).hexdigest()
    if PYTHON.exists() and STAMP.exists() and _is_enough(group, wanted):
        return True
    steps = [
        ("environment", [sys.executable, "-m", "venv", str(VENV)], not PYTHON.exists()),
        (
            "installer",
            [str(PYTHON), "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"],
            not _has_uv(),
        ),
        (
            "packages",
            [str(BIN / "uv"), "pip", "sync", "-q", "--require-hashes", str(LOCKS[group])],
            True,
        ),
    ]
    for name, command, wanted_step in steps:
        if wanted_step and not _step(name, command):
            return False
    STAMP.write_text(f"{group} {wanted}\n", encoding="utf-8")
    return True


def _is_enough(group: str, wanted: str) -> bool:
    """Tell whether what stands in `.venv` serves: the test packages include the others."""
    held, digest = (STAMP.read_text(encoding="utf-8").split() + ["", ""][:2]
    if held == "dev":
        return digest == hashlib.sha256(LOCKS["dev"].read_bytes()).hexdigest()
    return held == group and digest == wanted


def _has_uv() -> bool:
    return (BIN / ("uv.exe" if os.name == "nt" else "uv")).exists()


def _step(name: str, command: list[str]) -> bool:
    print(f"ronde: {name} ...", end=" ", flush=True, file=sys.stderr)
    began = time.monotonic()
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    print(
        f"{time.monotonic() - began:.1f} s" if done.returncode == 0 else "failed", file=sys.stderr
    )
    if done.returncode == 0:
        return True
    print(done.stdout + done.stderr, file=sys.stderr)
    refuse(_advice(name))
    return False


def _advice(name: str) -> str:
    if name == "environment":
        return "Python's venv module is missing; on Debian: apt-get install python3-venv"
    return "the package registry could not be reached or refused; check the network and any proxy, then run again"


def run(tool: str, *arguments: str) -> int:
    """Run a tool of `.venv` in the project's folder and return its exit code."""
    program = [str(PYTHON)] if tool == "python" else [str(BIN / tool)]
    try:
        return subprocess.run([*program, *arguments], check=False, cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def check() -> int:
    """Run what a reviewer should never have to say: format, lint, types, layers."""
    failed = [
        name
        for name, command in (
            ("format", ("ruff", "format", "--check", ".")),
            ("lint", ("ruff", "check", ".")),
            ("types", ("python", "-m", "mypy", *PACKAGES, "tests", "ronde.py")),
            ("layers", ("lint-imports",)),
        )
        if _announce(name) or run(*command) != 0
    ]
    print(
        "ronde: check " + ("failed: " + ", ".join(failed) if failed else "passed"), file=sys.stderr
    )
    return 1 if failed else 0


def _announce(name: str) -> None:
    print(f"ronde: {name}", file=sys.stderr, flush=True)


def test(arguments: list[str]) -> int:
    """Run the tests; `--long` adds the heavy proofs."""
    heavy = "--long" in arguments
    rest = [a for a in arguments if a != "--long"]
    marks = [] if heavy else ["-m", "not long"]
    return run("python", "-m", "pytest", *marks, *rest)


def refuse(sentence: str) -> int:
    """Say in one sentence what is missing and what to do."""
    print(f"ronde: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
