"""The head of a letter, which is partly written by hand, held against the library's own."""

from datetime import UTC, datetime
from email import policy, utils
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ids import NoticeId
from notifications.senders import Mail
from server.senders.invitation import Organizer
from server.senders.letter import Stationery, address_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26).map(NoticeId)
PRINTED = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=120)
LOCAL_PARTS = st.from_regex(
    r"[a-zé0-9_'!#$%&*+/=?^`{|}~-]{1,30}(\.[a-z0-9-]{1,30})?", fullmatch=True
)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,20})?(\.[a-z]{2,10}){1,3}", fullmatch=True)
ADDRESSES = st.tuples(LOCAL_PARTS, HOSTS).map("@".join)
INSTANTS = st.integers(0, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
MAILS = st.builds(
    Mail,
    subject=PRINTED,
    text=st.just("Bonjour."),
    html=st.just(""),
    language=st.sampled_from(["fr", "en", "ar", "zh-Hant-TW"]),
    written_at=st.none() | INSTANTS,
)


@given(name=PRINTED.map(str.strip), mail=MAILS, to=ADDRESSES, key=KEYS)
def test_a_letter_s_head_is_what_the_library_would_write(
    name: str, mail: Mail, to: str, key: NoticeId
) -> None:
    organizer = Organizer(name=name, address="rendez-vous@ronde.example")
    addressee = address_of(to)
    assert addressee is not None

    letter = Stationery(organizer=organizer).letter(mail, addressee, key, now=NOW)

    assert letter.data.startswith(by_the_library(mail, addressee, key, organizer))


def by_the_library(mail: Mail, to: Address, key: NoticeId, organizer: Organizer) -> bytes:
    head = EmailMessage(policy=policy.SMTP)
    head["From"] = Address(organizer.name, addr_spec=organizer.address)
    head["To"] = to
    head["Subject"] = mail.subject
    head["Date"] = utils.format_datetime(mail.written_at or NOW)
    head["Message-ID"] = f"<{key}@{organizer.domain}>"
    head["Content-Language"] = mail.language
    head["Auto-Submitted"] = "auto-generated"
    wire = policy.SMTP if to.username.isascii() else policy.SMTPUTF8
    return head.as_bytes(policy=wire).removesuffix(b"\r\n")


@pytest.mark.parametrize(
    "host", ["ronde.example", f"rendez-vous.{'tres-' * 12}grand-reseau.example"]
)
def test_one_click_stops_from_a_host_of_any_length(host: str) -> None:
    stop = f"https://{host}/r/{'k' * 26}/stop"
    mail = Mail(subject="", text="", html="", language="fr", stop=stop)
    addressee = Address("", "camille", "foyer.example")
    organizer = Organizer(name="Ronde", address="rendez-vous@ronde.example")

    letter = Stationery(organizer=organizer).letter(mail, addressee, NoticeId("a" * 26), now=NOW)
    head = letter.data.partition(b"MIME-Version")[0].decode("ascii")
    unfolded = head.replace("\r\n ", " ")

    assert f"\r\nList-Unsubscribe: <{stop}>\r\n" in unfolded
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in unfolded
