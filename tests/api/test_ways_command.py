"""Whether the ways out are well: what doctor asks, and what an operator tries by hand."""

from pathlib import Path

from server.config import Config
from server.finding import Finding
from server.senders.addresses import MAIL_KINDS, SMS_KINDS, read_address, read_addresses
from server.ways_examined import NO_RECEIPTS, ways_examined
from server.ways_settings import BOUNCE_KINDS, WaysSettings
from tests.support.command_line import ronde
from tests.support.hostile_http import SECRET, HostileProvider, brevo, ovh, running, webhook
from tests.support.hostile_smtp import scripted_mail_server
from tests.support.smpp_centre import PASSWORD, SYSTEM_ID, message_centre

MASTER_KEY = bytes(range(32))
PHONE = {"RONDE_PHONE": "05 36 49 00 00"}


async def examined(ways: WaysSettings) -> list[Finding]:
    config = Config(master_key=MASTER_KEY, phone="05 36 49 00 00", ways=ways)
    return [finding async for finding in ways_examined(config)]


async def test_a_way_that_is_well_says_so_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    one: HostileProvider = ovh()
    async with (
        running(one) as provider,
        running(brevo()) as second,
        message_centre() as centre,
        scripted_mail_server() as post,
    ):
        password = PASSWORD.replace(" ", "%20")
        sms = read_addresses(
            f"ovh+http://app:secret@127.0.0.1:{provider.port}/sms-1?consumer=one "
            f"brevo+http://:key@127.0.0.1:{second.port}?sender=RESEAU "
            f"smpp://{SYSTEM_ID}:{password}@127.0.0.1:{centre.port}?sender=RESEAU "
            "webhook+http://:shared@127.0.0.1:9/sms",
            SMS_KINDS,
        )
        found = await examined(
            WaysSettings(
                mail=read_addresses(f"smtp://127.0.0.1:{post.port}", MAIL_KINDS),
                sms=sms,
                bounces=read_address(f"maildir://{tmp_path}", BOUNCE_KINDS),
            )
        )

    assert [each.good for each in found] == [True] * 6
    # Nobody can call in on this machine, so that Brevo has no address to tell of what arrived.
    silent = [each.sentence for each in found if NO_RECEIPTS in each.sentence]
    assert [("courriels" in each, "brevo" in each) for each in silent] == [
        (True, False),
        (False, True),
    ]
    assert (provider.taken, second.taken, centre.submitted, post.mails) == ([], [], [], [])
    assert [request.split()[0] for request in (*provider.requests, *second.requests)] == [
        "GET",
        "GET",
    ]


async def test_a_way_that_is_not_well_is_named_without_its_secrets(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with scripted_mail_server() as post:
        post.says = {"STARTTLS": "454 not now"}
        found = await examined(
            WaysSettings(
                mail=read_addresses(f"smtp+starttls://127.0.0.1:{post.port}", MAIL_KINDS),
                sms=read_addresses(
                    f"smpp://id:hidden@127.0.0.1:{unused_tcp_port}?sender=RESEAU "
                    f"ovh+http://app:hidden@127.0.0.1:{unused_tcp_port}/sms-1?consumer=hidden",
                    SMS_KINDS,
                ),
                bounces=read_address(f"maildir://{tmp_path}/none", BOUNCE_KINDS),
            )
        )

    assert [each.good for each in found] == [False] * 4
    assert not any("hidden" in each.sentence for each in found)


async def test_without_any_way_families_hear_nothing_and_doctor_says_so() -> None:
    found = await examined(WaysSettings(bounce_domain="retours.exemple.fr"))

    assert [each.good for each in found] == [True, True, False]


async def test_an_operator_sends_one_neutral_text_to_a_number_typed_by_hand(
    tmp_path: Path,
) -> None:
    async with running(webhook()) as provider, running(brevo()) as second:
        key = SECRET.replace(" ", "%20")
        by_brevo = f"brevo+http://:{key}@127.0.0.1:{second.port}?sender=RESEAU"
        settings = {
            "RONDE_PHONE": "05 36 49 00 00",
            "RONDE_SMS_URL": f"{provider.origin}/sms",
            "RONDE_SMS_KEY": "a secret both sides know",
            "RONDE_SMS": "ovh://app:secret@/sms-1?consumer=one",
        }
        sent = await ronde(tmp_path, "send-test", "--to", "06 39 98 00 12", **settings)
        unheard = await ronde(
            tmp_path, "send-test", "--to", "06 39 98 00 12", RONDE_SMS=by_brevo, **PHONE
        )
        landline = await ronde(tmp_path, "send-test", "--to", "04 65 71 34 56", **settings)
        addresses = await ronde(tmp_path, "receipts", **settings)

    (taken,) = provider.taken
    assert sent[0] == 0
    assert taken.to == "+33639980012"
    assert NO_RECEIPTS not in sent[1]
    assert NO_RECEIPTS in unheard[1]
    assert "06 39" not in sent[1] + sent[2]
    assert (landline[0], "landline" in landline[2]) == (1, True)
    assert [line.split()[0] for line in addresses[1].splitlines()] == ["webhook", "ovh"]
    assert "/receipts/ovh/" in addresses[1]
