from pathlib import Path

from server.config import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    missing = [name for name in SETTINGS if name not in readme]

    assert missing == []
