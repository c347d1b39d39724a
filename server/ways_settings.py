"""By which ways notices leave, as settings say: mail servers, providers of SMS, what comes back.

Each list is in the order in which the ways are tried. Secrets stay out of every repr.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from server.senders.addresses import MAIL_KINDS, SMS_KINDS, Kind, ProviderAddress
from server.senders.numbers import FRANCE, is_country
from server.setting_reader import SettingReader

WAYS_SETTINGS: Mapping[str, str] = {
    "RONDE_SMTP_URL": "serveurs de courriel, dans l'ordre : smtp://, smtp+starttls:// ou smtps://",
    "RONDE_SMTP_URL_FILE": "fichier qui contient ces adresses, à la place de RONDE_SMTP_URL",
    "RONDE_SMS": "prestataires de SMS, dans l'ordre : ovh, brevo, twilio, webhook, smpp, smpps",
    "RONDE_SMS_FILE": "fichier qui contient ces adresses, à la place de RONDE_SMS",
    "RONDE_SMS_URL": "adresse d'un fournisseur de SMS (webhook HTTP), le premier de la liste",
    "RONDE_SMS_KEY": "secret qui signe ces demandes d'envoi de SMS",
    "RONDE_SMS_KEY_HOURS": "durée pendant laquelle ce fournisseur reconnaît une demande répétée",
    "RONDE_SMS_RATE": "SMS par seconde et par prestataire qui ne dit pas son débit",
    "RONDE_SMS_COUNTRIES": "pays des numéros acceptés, FR comprend l'outre-mer",
    "RONDE_BOUNCE_DOMAIN": "domaine des adresses de retour, une par message",
    "RONDE_BOUNCES": "boîte des retours : maildir:///dossier ou imaps://nom:mot@hôte/BOITE",
    "RONDE_BOUNCES_FILE": "fichier qui contient cette adresse, à la place de RONDE_BOUNCES",
    "RONDE_BOUNCE_KEY": "secret qui signe les retours reçus par HTTP",
}
"""The settings of this kind; README names each of them."""

BOUNCE_KINDS: Mapping[str, Kind] = {
    "maildir": Kind(port=0, host="localhost"),
    "imaps": Kind(port=993, user=True, password=True),
}

USUAL_RATE = 10.0
_MOST_HOURS = 720
_MOST_A_SECOND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysSettings:
    """Where notices go and come back from. `rate`: texts a second, where none is given."""

    mail: tuple[ProviderAddress, ...] = ()
    sms: tuple[ProviderAddress, ...] = ()
    rate: float = USUAL_RATE
    countries: frozenset[str] = FRANCE
    bounce_domain: str | None = None
    bounces: ProviderAddress | None = None
    bounce_key: str | None = field(default=None, repr=False)


def read_ways(reader: SettingReader) -> WaysSettings:
    """Read them all; the reader collects what is wrong."""
    listed = reader.listed("RONDE_SMS", SMS_KINDS)
    first = _webhook(reader)
    if first is not None and any(each.name == first.name for each in listed):
        reader.complain("RONDE_SMS_URL", "s'appelle déjà « webhook » dans RONDE_SMS")
    bounces = reader.listed("RONDE_BOUNCES", BOUNCE_KINDS)
    if len(bounces) > 1:
        reader.complain("RONDE_BOUNCES", "ne peut nommer qu'une boîte")
    return WaysSettings(
        mail=reader.listed("RONDE_SMTP_URL", MAIL_KINDS),
        sms=listed if first is None else (first, *listed),
        rate=float(reader.number("RONDE_SMS_RATE", int(USUAL_RATE), most=_MOST_A_SECOND) or 1),
        countries=_countries(reader),
        bounce_domain=_domain(reader),
        bounces=bounces[0] if bounces else None,
        bounce_key=reader.secret("RONDE_BOUNCE_KEY"),
    )


def _webhook(reader: SettingReader) -> ProviderAddress | None:
    """Read the short form of a webhook: an address, a secret, and hours of promise."""
    url = reader.address("RONDE_SMS_URL", ("http", "https"))
    key = reader.secret("RONDE_SMS_KEY")
    hours = reader.number("RONDE_SMS_KEY_HOURS", 0, most=_MOST_HOURS)
    if url is None:
        return None
    if key is None:
        reader.complain("RONDE_SMS_KEY", "manque alors que RONDE_SMS_URL est donnée")
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    query = f"?{parts.query}" if parts.query else ""
    return ProviderAddress(
        scheme="webhook",
        name="webhook",
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 80),
        secure=secure,
        password=key,
        path=unquote(parts.path.lstrip("/")) + query,
        options={"key_hours": str(hours)},
    )


def _countries(reader: SettingReader) -> frozenset[str]:
    said = reader.text("RONDE_SMS_COUNTRIES", "FR").upper().replace(",", " ").split()
    if not all(is_country(code) for code in said):
        reader.complain("RONDE_SMS_COUNTRIES", "doit être une liste de codes de pays, comme FR BE")
        return FRANCE
    return frozenset(said)


def _domain(reader: SettingReader) -> str | None:
    said = reader.secret("RONDE_BOUNCE_DOMAIN")
    if said is None:
        return None
    name = said.lower()
    parts = name.split(".")
    sound = len(parts) > 1 and all(
        part and part.isascii() and part.replace("-", "").isalnum() for part in parts
    )
    if not sound:
        reader.complain(
            "RONDE_BOUNCE_DOMAIN", "doit être un nom de domaine, comme retours.exemple.fr"
        )
        return None
    return name
