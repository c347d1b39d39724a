"""What the server is told by its surroundings, validated once, before anything opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from server.setting_reader import SettingReader
from server.ways_settings import WAYS_SETTINGS, WaysSettings, read_ways

SETTINGS: Mapping[str, str] = {
    "RONDE_STORE": "fichier SQLite, ou adresse mongodb://",
    "RONDE_MASTER_KEY": "clé maîtresse : 32 octets en base64",
    "RONDE_MASTER_KEY_FILE": "fichier qui contient cette clé, à la place de RONDE_MASTER_KEY",
    "RONDE_HOST": "adresse d'écoute",
    "RONDE_PORT": "port d'écoute",
    "RONDE_PUBLIC_URL": "adresse sous laquelle les navigateurs nous voient",
    "RONDE_PROXY": "adresse du mandataire de confiance, dont X-Forwarded-For est cru",
    "RONDE_MAIL_FROM": "adresse d'expédition des courriels",
    "RONDE_MAIL_NAME": "nom neutre sous lequel le réseau écrit aux familles",
    "RONDE_PHONE": "numéro que les familles peuvent appeler",
    "RONDE_LINK_URL": "adresse courte des liens envoyés aux familles, qui mène au même serveur",
    "RONDE_TEMPLATES": "dossier de modèles du réseau : langues, phrases, mots interdits",
    "RONDE_PATHWAY": "dossier du parcours du réseau, à la place de celui livré",
    **WAYS_SETTINGS,
    "RONDE_ZONE": "fuseau horaire du réseau",
    "RONDE_INS": "identifiants nationaux que l'import reprend : production ou test",
    "RONDE_LOG_LEVEL": "debug, info, warning ou error",
}
"""Every setting there is; README names each of them, and a test checks it."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this very machine, which browsers trust without TLS."""

_INS = ("production", "test")
_LEVELS = ("debug", "info", "warning", "error")
_HIGHEST_PORT = 65535


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
    mail_from: str = "ronde@localhost"
    mail_name: str = "Coordination"
    phone: str = ""
    link_url: str | None = None
    templates: Path | None = None
    pathway: Path | None = None
    """The folder of the network's own pathway; without one it is the release's."""
    ways: WaysSettings = field(default_factory=WaysSettings)
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
        reader = SettingReader(mapping)
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
            mail_from=reader.text("RONDE_MAIL_FROM", "ronde@localhost"),
            mail_name=reader.text("RONDE_MAIL_NAME", "Coordination"),
            phone=reader.text("RONDE_PHONE", ""),
            link_url=reader.origin("RONDE_LINK_URL", public),
            templates=reader.folder("RONDE_TEMPLATES"),
            pathway=reader.folder("RONDE_PATHWAY"),
            ways=read_ways(reader),
            zone=reader.zone("RONDE_ZONE", "Europe/Paris"),
            ins=reader.choice("RONDE_INS", _INS, "production"),
            log_level=reader.choice("RONDE_LOG_LEVEL", _LEVELS, "info"),
        )
        if (config.ways.sms or config.ways.mail) and not config.phone:
            reader.complain("RONDE_PHONE", "manque alors que des familles seront prévenues")
        reader.refuse_unknown(SETTINGS)
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
