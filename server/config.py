"""What the server is told by its surroundings, validated once, before anything opens."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SETTINGS: Mapping[str, str] = {
    "RONDE_STORE": "fichier SQLite, ou adresse mongodb://",
    "RONDE_MASTER_KEY": "clé maîtresse : 32 octets en base64",
    "RONDE_MASTER_KEY_FILE": "fichier qui contient cette clé, à la place de RONDE_MASTER_KEY",
    "RONDE_HOST": "adresse d'écoute",
    "RONDE_PORT": "port d'écoute",
    "RONDE_PUBLIC_URL": "adresse sous laquelle les navigateurs nous voient",
    "RONDE_PROXY": "adresse du mandataire de confiance, dont X-Forwarded-For est cru",
    "RONDE_SMTP_URL": "serveur de courriel : smtp:// (STARTTLS si offert) ou smtps://",
    "RONDE_MAIL_FROM": "adresse d'expédition des courriels",
    "RONDE_MAIL_NAME": "nom neutre sous lequel le réseau écrit aux familles",
    "RONDE_PHONE": "numéro que les familles peuvent appeler",
    "RONDE_LINK_URL": "adresse courte des liens envoyés aux familles, qui mène au même serveur",
    "RONDE_TEMPLATES": "dossier de modèles du réseau : langues, phrases, mots interdits",
    "RONDE_SMS_URL": "adresse du fournisseur de SMS (webhook HTTP)",
    "RONDE_SMS_KEY": "secret qui signe les demandes d'envoi de SMS",
    "RONDE_SMS_KEY_HOURS": "durée pendant laquelle ce fournisseur reconnaît une demande répétée",
    "RONDE_ZONE": "fuseau horaire du réseau",
    "RONDE_INS": "identifiants nationaux que l'import reprend : production ou test",
    "RONDE_LOG_LEVEL": "debug, info, warning ou error",
}
"""Every setting there is; README names each of them, and a test checks it."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this very machine, which browsers trust without TLS."""

_PREFIX = "RONDE_"
_FOR_TESTS = "RONDE_TEST_"
_INS = ("production", "test")
_LEVELS = ("debug", "info", "warning", "error")
_KEY_BYTES = 32
_HIGHEST_PORT = 65535
_MOST_HOURS = 720


class ConfigError(Exception):
    """The surroundings are wrong; `complaints` is the complete list, one sentence each."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__(" ".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that hold for the life of a process; addresses with passwords stay out of repr."""

    store: str = field(default="ronde.sqlite3", repr=False)
    master_key: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8480
    public_url: str = "http://127.0.0.1:8480"
    proxy: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "ronde@localhost"
    mail_name: str = "Coordination"
    phone: str = ""
    link_url: str | None = None
    templates: Path | None = None
    sms_url: str | None = field(default=None, repr=False)
    sms_key: str | None = field(default=None, repr=False)
    sms_key_hours: int = 0
    zone: str = "Europe/Paris"
    ins: str = "production"
    log_level: str = "info"
    push_loopback: bool = False
    """Only tests say so: a push service on this very machine is then a push service."""

    @classmethod
    def from_environ(cls, mapping: Mapping[str, str]) -> Self:
        """Read and validate all settings at once.

        Raises:
            ConfigError: Anything is missing, unreadable or unknown; all of it is listed.
        """
        reader = _Reader(mapping)
        host = reader.text("RONDE_HOST", "127.0.0.1")
        port = reader.number("RONDE_PORT", 8480, most=_HIGHEST_PORT)
        public = reader.origin("RONDE_PUBLIC_URL", f"http://{host}:{port}")
        config = cls(
            store=reader.store("RONDE_STORE", "ronde.sqlite3"),
            master_key=reader.master_key(),
            host=host,
            port=port,
            public_url=public,
            proxy=reader.secret("RONDE_PROXY"),
            smtp_url=reader.address("RONDE_SMTP_URL", ("smtp", "smtps")),
            mail_from=reader.text("RONDE_MAIL_FROM", "ronde@localhost"),
            mail_name=reader.text("RONDE_MAIL_NAME", "Coordination"),
            phone=reader.text("RONDE_PHONE", ""),
            link_url=reader.origin("RONDE_LINK_URL", public),
            templates=reader.folder("RONDE_TEMPLATES"),
            sms_url=reader.address("RONDE_SMS_URL", ("http", "https")),
            sms_key=reader.secret("RONDE_SMS_KEY"),
            sms_key_hours=reader.number("RONDE_SMS_KEY_HOURS", 0, most=_MOST_HOURS),
            zone=reader.zone("RONDE_ZONE", "Europe/Paris"),
            ins=reader.choice("RONDE_INS", _INS, "production"),
            log_level=reader.choice("RONDE_LOG_LEVEL", _LEVELS, "info"),
        )
        if config.sms_url is not None and config.sms_key is None:
            reader.complain("RONDE_SMS_KEY", "manque alors que RONDE_SMS_URL est donnée")
        if (config.sms_url or config.smtp_url) and not config.phone:
            reader.complain("RONDE_PHONE", "manque alors que des familles seront prévenues")
        reader.refuse_unknown()
        if reader.complaints:
            raise ConfigError(tuple(reader.complaints))
        return config

    @property
    def is_https(self) -> bool:
        """Tell whether browsers reach us over TLS, which HSTS then makes permanent."""
        return self.public_url.startswith("https://")

    @property
    def links(self) -> str:
        """The address under which families' links lead to us; a short one leaves room for words."""
        return self.link_url or self.public_url

    @property
    def public_host(self) -> str:
        """The name by which browsers call us, without the port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def public_port(self) -> int:
        """The port at which browsers call us."""
        return urlsplit(self.public_url).port or (443 if self.is_https else 80)

    @property
    def is_local(self) -> bool:
        """Tell whether browsers reach us over plain http on this very machine, and only so."""
        return not self.is_https and self.public_host in LOOPBACK


class _Reader:
    """Collects complaints instead of stopping at the first; never quotes a value."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self.complaints: list[str] = []

    def complain(self, name: str, sentence: str) -> None:
        self.complaints.append(f"{name} {sentence}.")

    def secret(self, name: str) -> str | None:
        return self._mapping.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self._mapping.get(name, "").strip() or default

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            self.complain(name, "doit être un de : " + ", ".join(allowed))
            return default
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value[:6]) > most:
            self.complain(name, f"doit être un nombre entre 0 et {most}")
            return default
        return int(value)

    def zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.complain(name, "doit être un fuseau horaire, comme Europe/Paris")
            return default
        return value

    def store(self, name: str, default: str) -> str:
        value = self.text(name, default)
        scheme, colon, _ = value.partition("://")
        if colon and scheme not in ("mongodb", "mongodb+srv"):
            self.complain(name, "doit être un chemin de fichier ou une adresse mongodb://")
        return value

    def address(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.secret(name)
        parts = _split(value or "")
        if value is not None and (parts is None or parts.scheme not in schemes):
            wanted = " ou ".join(f"{scheme}://" for scheme in schemes)
            self.complain(name, f"doit être une adresse {wanted}")
            return None
        return value

    def origin(self, name: str, default: str) -> str:
        parts = _split(self.text(name, default))
        if parts is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
            self.complain(name, "doit être une adresse http(s):// sans chemin")
            return default
        return f"{parts.scheme}://{parts.netloc.lower()}"

    def folder(self, name: str) -> Path | None:
        value = self._mapping.get(name, "").strip()
        if value and not Path(value).is_dir():
            self.complain(name, "doit être un dossier qui existe")
            return None
        return Path(value) if value else None

    def master_key(self) -> bytes:
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

    def refuse_unknown(self) -> None:
        for name in sorted(self._mapping):
            ours = name.startswith(_PREFIX) and not name.startswith(_FOR_TESTS)
            if ours and name not in SETTINGS:
                self.complain(name, "n'est pas un réglage connu")


def _split(address: str) -> SplitResult | None:
    """Split an address that names a host and a possible port, or tell that it does not."""
    try:
        parts = urlsplit(address)
        reachable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if reachable else None
