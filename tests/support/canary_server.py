"""The real server as `ronde serve` runs it; settings on standard input, the clock in a file."""

import json
import sys
from pathlib import Path

from server.config import Config
from server.demonstration.clock import StoryClock
from server.logs import configure_logs
from server.serve import run_in_fast_loop, serve

if __name__ == "__main__":
    config = Config.from_environ(json.loads(sys.stdin.readline()))
    configure_logs(config.log_level)
    run_in_fast_loop(serve(config, clock=StoryClock(file=Path(sys.argv[1]))))
