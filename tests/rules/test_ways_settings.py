import base64
from pathlib import Path

import pytest

from server.config import Config, ConfigError
from server.senders.addresses import MAIL_KINDS, SMS_KINDS, BadAddress, read_addresses
from server.ways_out import callbacks_of, receipts_address
from server.ways_settings import WaysSettings

KEY = base64.b64encode(b"k" * 32).decode()
OVH = "ovh://app:s%40cret@eu.api.ovh.com/sms-zz00000-1?consumer=one"


def ways(**settings: str) -> WaysSettings:
    return configured(**settings).ways


def configured(**settings: str) -> Config:
    known = {"RONDE_MASTER_KEY": KEY, "RONDE_PHONE": "05 36 49 00 00"}
    return Config.from_environ(known | settings)


def complaints_about(**settings: str) -> str:
    with pytest.raises(ConfigError) as refused:
        configured(**settings)

    return "\n".join(refused.value.complaints)


def test_ways_are_tried_in_the_order_in_which_they_stand() -> None:
    told = ways(
        RONDE_SMS=f"{OVH}&rate=2.5, smpps://id:pw@smsc.example?sender=RESEAU&name=spare",
        RONDE_SMTP_URL="smtps://ronde:pw@mail.example\nsmtp+starttls://spare.example",
        RONDE_SMS_URL="https://bridge.example/sms?x=1",
        RONDE_SMS_KEY="secret",
    )

    assert [each.name for each in told.sms] == ["webhook", "ovh", "spare"]
    assert [each.rate for each in told.sms] == [None, 2.5, None]
    assert [(each.scheme, each.port) for each in told.mail] == [
        ("smtps", 465),
        ("smtp+starttls", 587),
    ]
    assert told.sms[1].password == "s@cret"
    assert told.sms[0].path == "sms?x=1"
    assert (told.rate, told.countries) == (10.0, frozenset({"FR"}))


def test_addresses_may_live_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sms"
    file.write_text(f"{OVH}\nbrevo://:key@?sender=RESEAU\n")

    told = ways(RONDE_SMS_FILE=str(file))

    assert [(each.name, each.host) for each in told.sms] == [
        ("ovh", "eu.api.ovh.com"),
        ("brevo", "api.brevo.com"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "ovh://app:secret@/sms-1",
        "ovh://app:secret@/?consumer=one",
        "ovh://app@/sms-1?consumer=one",
        "brevo://:hidden@",
        "twilio://AC1:hidden@",
        "twilio://AC1:hidden@?sender=A&service=MG1",
        "smpp://id:hidden@smsc",
        "smpp://id:hidden@?sender=A",
        "webhook://:hidden@",
        "webhook://bridge.example/sms",
        "webhook://:hidden@bridge.example/sms?key_hours=long",
        "webhook://:hidden@bridge.example/sms?key_hours=1&key_hours=2",
        "webhook://:hidden@bridge.example/sms?retries=9",
        "smpp://id:hidden@smsc?sender=A&ids=octal",
        "brevo://:hidden@?sender=twelve-letters",
        "brevo://:hidden@?sender=A&rate=0",
        "brevo://:hidden@?sender=A&rate=quick",
        "brevo://:hidden@?sender=A&name=Ü",
        "brevo://:hidden@[?sender=A",
        "ftp://:hidden@example",
        "hidden",
    ],
)
def test_an_address_that_names_no_provider_is_refused_without_quoting_it(address: str) -> None:
    said = complaints_about(RONDE_SMS=address)

    assert said.startswith("RONDE_SMS ")
    assert "hidden" not in said
    assert "secret" not in said


def test_two_of_one_kind_need_names_of_their_own() -> None:
    with pytest.raises(BadAddress):
        read_addresses(f"{OVH} {OVH}", SMS_KINDS)

    assert len(read_addresses(f"{OVH} {OVH}&name=other", SMS_KINDS)) == 2


def test_a_mail_server_speaks_only_what_mail_servers_speak() -> None:
    for address in ("http://mail.example", "smtp+http://mail.example", OVH):
        with pytest.raises(BadAddress):
            read_addresses(address, MAIL_KINDS)


def test_what_is_wrong_with_the_rest_is_told_by_name(tmp_path: Path) -> None:
    said = complaints_about(
        RONDE_SMS_FILE=str(tmp_path / "none"),
        RONDE_SMTP_URL="smtp://a",
        RONDE_SMTP_URL_FILE="too",
        RONDE_SMS_COUNTRIES="FR Mars",
        RONDE_SMS_RATE="quick",
        RONDE_BOUNCE_DOMAIN="not a domain",
        RONDE_BOUNCES="imap://user:pw@mail.example",
    )

    for name in ("SMS_FILE", "SMTP_URL", "SMS_COUNTRIES", "SMS_RATE", "BOUNCE_DOMAIN", "BOUNCES"):
        assert f"RONDE_{name} " in said


def test_who_may_call_in_has_an_address_nobody_can_guess() -> None:
    config = configured(
        RONDE_PUBLIC_URL="https://ronde.example",
        RONDE_SMS=f"{OVH} twilio://AC1:token@?sender=RESEAU smpp://i:p@smsc?sender=RESEAU",
        RONDE_BOUNCE_KEY="secret",
    )

    ovh, twilio, smpp = (receipts_address(config, each) for each in config.ways.sms)

    assert set(callbacks_of(config)) == {"ovh", "twilio", "mail"}
    assert ovh is not None
    assert ovh.startswith("https://ronde.example/receipts/ovh/")
    assert len(ovh.rpartition("/")[2]) == 43
    assert twilio == "https://ronde.example/receipts/twilio"
    assert smpp is None
