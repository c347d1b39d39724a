import base64
from pathlib import Path

import pytest

from server.config import Config, ConfigError

KEY = base64.b64encode(b"k" * 32).decode()


def complaints_about(**settings: str) -> str:
    with pytest.raises(ConfigError) as refused:
        Config.from_environ(settings)

    return "\n".join(refused.value.complaints)


def test_a_master_key_is_all_that_must_be_given() -> None:
    config = Config.from_environ({"RONDE_MASTER_KEY": KEY, "PATH": "/bin"})

    assert (config.host, config.port) == ("127.0.0.1", 8480)
    assert config.public_url == "http://127.0.0.1:8480"
    assert config.master_key == b"k" * 32


def test_the_master_key_may_live_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")

    config = Config.from_environ({"RONDE_MASTER_KEY_FILE": str(file)})

    assert config.master_key == b"k" * 32


def test_everything_wrong_is_listed_at_once() -> None:
    said = complaints_about(
        RONDE_STORE="redis://x",
        RONDE_MASTER_KEY="not base64",
        RONDE_PORT="99999",
        RONDE_PUBLIC_URL="https://ronde.example/path",
        RONDE_SMTP_URL="http://mail.example",
        RONDE_SMS_URL="https://sms.example",
        RONDE_LOG_LEVEL="loud",
        RONDE_ZONE="Mars/Olympus",
        RONDE_PROT="80",
    )

    for name in (
        "STORE", "MASTER_KEY", "PORT", "PUBLIC_URL", "SMTP_URL", "SMS_KEY", "LOG_LEVEL", "PROT",
        "PHONE", "ZONE",
    ):  # fmt: skip
        assert f"RONDE_{name} " in said
    assert "not base64" not in said


@pytest.mark.parametrize("key", ["", base64.b64encode(b"short").decode()])
def test_no_key_or_a_short_key_is_refused(key: str) -> None:
    said = complaints_about(RONDE_MASTER_KEY=key)

    assert "RONDE_MASTER_KEY" in said


def test_two_master_keys_are_refused(tmp_path: Path) -> None:
    said = complaints_about(RONDE_MASTER_KEY=KEY, RONDE_MASTER_KEY_FILE=str(tmp_path / "none"))

    assert "s'excluent" in said


def test_a_configuration_shows_no_secret() -> None:
    config = Config.from_environ(
        {
            "RONDE_MASTER_KEY": KEY,
            "RONDE_STORE": "mongodb://ronde:hidden-1@db/ronde",
            "RONDE_SMTP_URL": "smtp://ronde:hidden-2@mail.example",
            "RONDE_SMS_URL": "https://sms.example/hidden-3",
            "RONDE_SMS_KEY": "hidden-4",
            "RONDE_SMS": (
                "ovh://app:hidden-5@/sms-1?consumer=hidden-6 brevo://:hidden-7@?sender=RESEAU "
                "twilio://AC1:hidden-8@?sender=RESEAU smpp://id:hidden-9@smsc?sender=RESEAU"
            ),
            "RONDE_BOUNCES": "imaps://box:hidden-10@mail.example/hidden-11",
            "RONDE_BOUNCE_KEY": "hidden-12",
            "RONDE_PHONE": "05 36 49 00 00",
        }
    )

    shown = repr(config) + str(config)

    assert "hidden" not in shown
    assert "kkkk" not in shown
