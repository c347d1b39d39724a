"""The addresses by which settings name a provider: one line each, secrets and all.

`ovh://APPLICATION:SECRET@eu.api.ovh.com/sms-ab12345-1?consumer=KEY&sender=NAME`, and so on:
scheme, credentials, host, path, options. What an option may be called is closed, so that a
misspelt one is refused at the start rather than ignored for a year.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_ANYWHERE = frozenset({"name", "rate", "sender"})
_HIGHEST_RATE = 1000.0
_NUMBERS = {"key_hours": 720, "window": 1000}
# Eleven signs for a name, a number in full, or a short one.
_SENDER = re.compile(r"[A-Za-z0-9 ._&-]{1,11}|\+?[0-9]{3,15}")


class BadAddress(Exception):
    """An address that names no provider; the sentence says what is wrong, never a value."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the addresses of one scheme must and may hold."""

    port: int
    host: str | None = None
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    path: bool = False
    http: bool = False
    user: bool = False
    password: bool = False


SMS_KINDS: Mapping[str, Kind] = {
    "ovh": Kind(
        port=443,
        http=True,
        host="eu.api.ovh.com",
        user=True,
        password=True,
        path=True,
        needs=frozenset({"consumer"}),
    ),
    "brevo": Kind(
        http=True, port=443, host="api.brevo.com", password=True, needs=frozenset({"sender"})
    ),
    "twilio": Kind(
        port=443,
        http=True,
        host="api.twilio.com",
        user=True,
        password=True,
        takes=frozenset({"service"}),
    ),
    "webhook": Kind(http=True, port=443, password=True, takes=frozenset({"key_hours"})),
    "smpp": Kind(port=2775, user=True, password=True, takes=frozenset({"ids", "window", "type"})),
    "smpps": Kind(port=3550, user=True, password=True, takes=frozenset({"ids", "window", "type"})),
}
"""The providers of SMS there are; `+http` behind a scheme speaks it without TLS."""

MAIL_KINDS: Mapping[str, Kind] = {
    "smtp": Kind(port=25),
    "smtp+starttls": Kind(port=587),
    "smtps": Kind(port=465),
}
"""The ways to a mail server: STARTTLS where offered, STARTTLS or nothing, TLS at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAddress:
    """Where a provider is, who we are there, and what else was said of it.

    `rate`: messages a second; None where nothing was said. `secure`: speaks TLS.
    """

    scheme: str
    name: str
    host: str
    port: int
    secure: bool = True
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    path: str = field(default="", repr=False)
    rate: float | None = None
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """The address of its web server, without a path."""
        scheme = "https" if self.secure else "http"
        usual = self.port == (443 if self.secure else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}" + ("" if usual else f":{self.port}")


def read_addresses(text: str, kinds: Mapping[str, Kind]) -> tuple[ProviderAddress, ...]:
    """Read a list of addresses, in the order in which they are to be tried.

    They are apart by spaces, commas or ends of lines; a comma inside one is `%2C`.

    Raises:
        BadAddress: One names no provider, or two share a name.
    """
    found = tuple(read_address(each, kinds) for each in re.split(r"[\s,]+", text) if each)
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise BadAddress(f"nomme deux fois « {name} » : donnez un « name » à chacun")
    return found


def read_address(text: str, kinds: Mapping[str, Kind]) -> ProviderAddress:
    """Read one address.

    Raises:
        BadAddress: It names no provider.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as cause:
        raise BadAddress("contient une adresse illisible") from cause
    scheme, secure = _scheme(parts.scheme, kinds)
    kind = kinds[scheme]
    host = parts.hostname or kind.host
    if host is None:
        raise BadAddress(f"ne dit pas où est « {scheme} »")
    options = _options(parts.query, scheme, kind)
    _check_values(options, scheme)
    if kind.path and not parts.path.strip("/"):
        raise BadAddress(f"ne nomme pas le compte de « {scheme} »")
    user, password = parts.username or None, parts.password or None
    if (kind.user and not user) or (kind.password and not password):
        raise BadAddress(f"ne donne pas les identifiants de « {scheme} »")
    return ProviderAddress(
        scheme=scheme,
        name=_name(options.pop("name", scheme.replace("+", "-"))),
        host=host,
        port=port or (kind.port if secure else 80),
        secure=secure and scheme not in ("smpp", "smtp"),
        user=None if user is None else unquote(user),
        password=None if password is None else unquote(password),
        path=unquote(parts.path.strip("/")),
        rate=_rate(options.pop("rate", None)),
        options=options,
    )


def _scheme(said: str, kinds: Mapping[str, Kind]) -> tuple[str, bool]:
    """Tell the kind of provider from whether it is spoken to over TLS."""
    if said in kinds:
        return said, True
    plain = said.removesuffix("+http")
    if plain != said and plain in kinds and kinds[plain].http:
        return plain, False
    wanted = ", ".join(f"{scheme}://" for scheme in kinds)
    raise BadAddress(f"doit commencer par un de : {wanted}")


def _options(query: str, scheme: str, kind: Kind) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    known = _ANYWHERE | kind.needs | kind.takes
    if len(options) != len(pairs) or not options.keys() <= known:
        allowed = ", ".join(sorted(known))
        raise BadAddress(f"donne à « {scheme} » une option inconnue ou double (sont : {allowed})")
    missing = sorted(each for each in kind.needs if not options.get(each))
    if missing:
        raise BadAddress(f"ne donne pas à « {scheme} » son option {', '.join(missing)}")
    return options


def _check_values(options: Mapping[str, str], scheme: str) -> None:
    """Insist on values that are used as numbers or as one of a few words, and on a sender."""
    for name, most in _NUMBERS.items():
        said = options.get(name, "1")
        if not (said.isascii() and said.isdigit() and int(said[:6]) <= most):
            raise BadAddress(f"donne à « {name} » autre chose qu'un nombre entre 0 et {most}")
    if options.get("ids", "same") not in ("same", "hex"):
        raise BadAddress("donne à « ids » autre chose que same ou hex")
    sender = options.get("sender")
    if sender is not None and not _SENDER.fullmatch(sender):
        raise BadAddress("donne un « sender » de plus de 11 lettres, ou qui n'est pas un numéro")
    if scheme.startswith("smpp") and sender is None:
        raise BadAddress(f"ne donne pas à « {scheme} » son option sender")
    if scheme == "twilio" and (sender is None) == ("service" not in options):
        raise BadAddress("donne à « twilio » ni sender ni service, ou les deux")


def _name(said: str) -> str:
    if not _NAME.fullmatch(said):
        raise BadAddress("nomme un prestataire autrement qu'en minuscules, chiffres et tirets")
    return said


def _rate(said: str | None) -> float | None:
    if said is None:
        return None
    try:
        rate = float(said)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= _HIGHEST_RATE:
        raise BadAddress(f"donne un débit qui n'est pas entre 0 et {_HIGHEST_RATE:.0f} par seconde")
    return rate
