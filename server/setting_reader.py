"""Reads settings one by one and collects what is wrong with them, without ever quoting a value."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.senders.addresses import BadAddress, Kind, ProviderAddress, read_addresses

_PREFIX = "RONDE_"
_FOR_TESTS = "RONDE_TEST_"
_KEY_BYTES = 32


class SettingReader:
    """Collects complaints instead of stopping at the first; never quotes a value."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self.complaints: list[str] = []

    def complain(self, name: str, sentence: str) -> None:
        """Note what is wrong with a setting."""
        self.complaints.append(f"{name} {sentence}.")

    def secret(self, name: str) -> str | None:
        """Read what must never be quoted; None where nothing is said."""
        return self._mapping.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        """Read a text."""
        return self._mapping.get(name, "").strip() or default

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Read one word of a few."""
        value = self.text(name, default).lower()
        if value not in allowed:
            self.complain(name, "doit être un de : " + ", ".join(allowed))
            return default
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        """Read a whole number, from zero up."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value[:6]) > most:
            self.complain(name, f"doit être un nombre entre 0 et {most}")
            return default
        return int(value)

    def zone(self, name: str, default: str) -> str:
        """Read the name of a time zone."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.complain(name, "doit être un fuseau horaire, comme Europe/Paris")
            return default
        return value

    def store(self, name: str, default: str) -> str:
        """Read where the store is: a path, or an address of MongoDB."""
        value = self.text(name, default)
        scheme, colon, _ = value.partition("://")
        if colon and scheme not in ("mongodb", "mongodb+srv"):
            self.complain(name, "doit être un chemin de fichier ou une adresse mongodb://")
        return value

    def address(self, name: str, schemes: tuple[str, ...]) -> str | None:
        """Read an address of one of some schemes."""
        value = self.secret(name)
        parts = _split(value or "")
        if value is not None and (parts is None or parts.scheme not in schemes):
            wanted = " ou ".join(f"{scheme}://" for scheme in schemes)
            self.complain(name, f"doit être une adresse {wanted}")
            return None
        return value

    def origin(self, name: str, default: str) -> str:
        """Read a web address without a path."""
        parts = _split(self.text(name, default))
        if parts is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
            self.complain(name, "doit être une adresse http(s):// sans chemin")
            return default
        return f"{parts.scheme}://{parts.netloc.lower()}"

    def folder(self, name: str) -> Path | None:
        """Read the path of a folder that is there."""
        value = self._mapping.get(name, "").strip()
        if value and not Path(value).is_dir():
            self.complain(name, "doit être un dossier qui existe")
            return None
        return Path(value) if value else None

    def master_key(self) -> bytes:
        """Read the master key, given outright or in a file: 32 bytes."""
        direct, file = self.secret("RONDE_MASTER_KEY"), self.secret("RONDE_MASTER_KEY_FILE")
        if direct and file:
            self.complain("RONDE_MASTER_KEY", "et RONDE_MASTER_KEY_FILE s'excluent")
        if direct is None and file is None:
            self.complain(
                "RONDE_MASTER_KEY",
                "ou RONDE_MASTER_KEY_FILE est obligatoire : « openssl rand -base64 32 »",
            )
            return b""
        name = "RONDE_MASTER_KEY" if direct else "RONDE_MASTER_KEY_FILE"
        try:
            text = direct or Path(file or "").read_text(encoding="ascii")
            key = base64.b64decode(text.strip(), validate=True)
        except (OSError, UnicodeDecodeError, binascii.Error, ValueError):
            self.complain(name, "ne se lit pas : il faut 32 octets en base64")
            return b""
        if len(key) != _KEY_BYTES:
            self.complain(name, "doit faire exactement 32 octets")
        return key

    def listed(self, name: str, kinds: Mapping[str, Kind]) -> tuple[ProviderAddress, ...]:
        """Read a list of providers' addresses, given outright or in a file of that name."""
        direct, file = self.secret(name), self.secret(f"{name}_FILE")
        if direct and file:
            self.complain(name, f"et {name}_FILE s'excluent")
        try:
            text = direct or (Path(file).read_text(encoding="utf-8") if file else "")
            return read_addresses(text, kinds)
        except (OSError, UnicodeDecodeError):
            self.complain(f"{name}_FILE", "ne se lit pas")
        except BadAddress as bad:
            self.complain(name if direct else f"{name}_FILE", bad.complaint)
        return ()

    def refuse_unknown(self, known: Mapping[str, str]) -> None:
        """Complain of settings of ours that there are none of."""
        for name in sorted(self._mapping):
            ours = name.startswith(_PREFIX) and not name.startswith(_FOR_TESTS)
            if ours and name not in known:
                self.complain(name, "n'est pas un réglage connu")


def _split(address: str) -> SplitResult | None:
    """Split an address that names a host and a possible port, or tell that it does not."""
    try:
        parts = urlsplit(address)
        reachable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if reachable else None
