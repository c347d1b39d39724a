"""`python -m server`: loads the command line, and goes in silence when stopped while loading."""

import importlib
import sys

INTERRUPTED = 130

if __name__ == "__main__":
    try:
        commands = importlib.import_module("server.commands")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    commands.main(prog_name="ronde")
