"""Sentences that must never leave, and sentences that must: both as a network might write them."""

import tomllib
from pathlib import Path

_HELD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

REFUSED = tuple(_HELD["refused"])
ALLOWED = tuple(_HELD["allowed"])
LABELS_REFUSED = tuple(_HELD["labels_refused"])
LABELS_ALLOWED = tuple(_HELD["labels_allowed"])
