"""One good request, or nearly, for each operation: where it goes and what it carries."""

from datetime import datetime
from typing import Any, NamedTuple

from care_circle.early_care.claiming import claim
from care_circle.early_care.prescription import Cancellation
from care_circle.follow_up.duty import duties_asked
from care_circle.follow_up.findings import Finding, FindingCode
from care_circle.leaving.departure import Departure
from care_circle.meetings.meeting import Calling, Meeting
from crypto.ids import CareSessionId, ChildId, DepartureId, MeetingId, new_id
from server.app import OPERATIONS
from server.operations import API, Operation
from server.storage.pathway import EngineForfaits, EnginePrescriptions
from tests.support import early_care, imports
from tests.support.network import Member, Network, child_form

SLOT: dict[str, Any] = {
    "start": "2026-12-03T14:30:00",
    "zone": "Europe/Paris",
    "duration_minutes": 45,
    "place_label": "12 rue des Lilas",
    "map_address": "12 rue des Lilas, Nîmes",
}
ANSWERS = {"weight_kg": 11.4, "visit_kind": "in_person", "visit_on": "2026-11-20"}
MARK = {"delivered": 1, "read": 0, "epoch": 0, "transcript": "AAAA" * 10 + "AAA="}
CREDENTIAL: dict[str, Any] = {
    "id": "AAAA", "rawId": "AAAA", "type": "public-key", "authenticatorAttachment": "platform",
    "clientExtensionResults": {},
}  # fmt: skip
ATTESTED: dict[str, Any] = {
    "clientDataJSON": "AAAA", "attestationObject": "AAAA", "authenticatorData": "AAAA",
    "publicKey": "AAAA", "publicKeyAlgorithm": -8, "transports": ["internal"],
}  # fmt: skip
ASSERTED: dict[str, Any] = {
    "clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA",
    "userHandle": "AAAA",
}  # fmt: skip
PREFERENCES = {
    "language": "en", "digest": "daily", "urgent": False, "quiet_from": "21:30",
    "quiet_to": "07:00", "push": False, "digest_at": "06:45", "digest_day": 3,
    "quiet_days": [5, 6], "urgent_email": True,
}  # fmt: skip
UNREADABLE = "AAAA" * 20
"""Base64 of bytes that are no certificate, statement, bundle or package."""

BACKUP_KEY = "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""A key that something can be sealed to: the point X25519 begins from."""


class Place(NamedTuple):
    """A child's circle with something of everything in it, and the ids paths are filled with."""

    network: Network
    member: Member
    ids: dict[str, str]


def name_of(operation: Operation) -> str:
    """Name an operation shortly: `GET /children/{child}`."""
    return f"{operation.method} {operation.path.removeprefix(API)}"


NAMES = tuple(map(name_of, OPERATIONS))


async def furnished(network: Network, member: Member) -> Place:
    """Put a draft and an appointment into a circle; `member` is a physician of it."""
    ana, child, circle = network.ana.person, network.child, network.circle
    booked = await ana.post(
        f"/children/{child}/appointments", {"professional": member.id, "slot": SLOT}
    )
    begun = {"form": "F26", "answers": {}}
    draft = await member.person.post(f"/circles/{circle}/documents", begun)
    listed = await ana.get(f"/professionals/{member.id}/conventions")
    place = {"name": "PMI des Tilleuls", "neutral_label": "3 place des Tilleuls"}
    structure = await ana.post("/structures", place)
    imported = await imports.send(ana, [imports.child()])
    ids = {
        "child": child,
        "circle": circle,
        "contact": network.contacts[0],
        "professional": member.id,
        "device": member.device.id,
        "convention": listed.body["conventions"][0]["id"],
        "document": draft.body["id"],
        "appointment": booked.body["id"],
        "kind": "appointment",
        "carrier": booked.body["id"],
        "notice": booked.body["notices"][0]["id"],
        "structure": structure.body["id"],
        **await _under_care(network, member),
        "duty": await _owed(network, member),
        "import": imported.body["id"],
        "month": "2026-10",
        "year": "2026",
        "channel": new_id(),
        "blob": new_id(),
        "session": "0" * 64,
        "passkey": "0" * 64,
        "subscription": "0" * 64,
        "feed": "0" * 26,
        "form": "F26",
        "token": "x" * 22,
        "provider": "nobody",
        "secret": "x" * 43,
        "medium": "sms",
    }
    return Place(network, member, ids)


async def _owed(network: Network, member: Member) -> str:
    """Leave a duty of the office, as a failed notice raises one."""
    duties, now = member.person.server.house.stores.duties, member.person.server.clock()
    found = Finding(code=FindingCode.NOTICE_FAILED, subject=new_id())
    (asked,) = duties_asked(ChildId(network.child), [found], coordinators=(), now=now)
    return (await duties.put(asked.id, lambda _: asked)).id


async def _under_care(network: Network, member: Member) -> dict[str, str]:
    """Leave a prescription, and a forfait with a session, as rules make them."""
    house = member.person.server.house
    about = {"child": network.child, "circle": network.circle, "prescriber": member.id}
    waiting, used = early_care.prescription(**about), early_care.prescription(**about)
    opened = early_care.forfait(used)
    session = CareSessionId(new_id())
    held = early_care.held(opened.opened_on)
    claimed = claim(opened, session, held, early_care.claimant(member.id))
    await EnginePrescriptions(house.engine, house.keyring).add(waiting)
    await EngineForfaits(house.engine, house.keyring).add(claimed)
    ids = await _left_behind(network, member)
    return ids | {"prescription": waiting.id, "forfait": claimed.id, "care_session": session}


async def _left_behind(network: Network, member: Member) -> dict[str, str]:
    """Leave a meeting that is called, and a departure that was taken back."""
    stores, now = member.person.server.house.stores, member.person.server.clock()
    meeting = Meeting(
        id=MeetingId(new_id()),
        child=network.child,
        circle=network.circle,
        called_by=network.ana.id,
        called_at=now,
        calling=Calling(
            starts_at=datetime(2026, 12, 3, 18, 30),  # noqa: DTZ001 -- a wall time
            zone="Europe/Paris",
            invited=(member.id,),
        ),
    )
    departure = Departure(
        id=DepartureId(new_id()),
        child=network.child,
        circle=network.circle,
        reason="pco",
        on=now.date(),
        by=network.ana.id,
        at=now,
        taken_back=Cancellation(by=network.ana.id, at=now, reason="x"),
    )
    await stores.meetings.add(meeting)
    await stores.departures.add(departure)
    return {"meeting": meeting.id, "departure": departure.id}


def bodies(place: Place) -> dict[str, dict[str, Any]]:
    """Give a body for each operation that takes one."""
    member, contact = place.member, place.ids["contact"]
    family = child_form(member.id)
    family["identity"] |= {"birth_place": "75101", "usual_given_name": "Z", "ins": None}
    family["perinatal"] |= {"discharged_on": "2024-11-02", "growth_sd": -2.5}
    family["contacts"][0] |= {
        "authorities": [{"status": "holder", "since": "2024-08-20", "until": None}],
        "zone": "Europe/Paris",
        "language": "fr",
        "opted_out": ["sms"],
    }
    days = {"signed_on": "2026-01-01", "active_from": "2026-01-01", "active_to": "2028-01-01"}
    facts = {"identity": family["identity"], "perinatal": family["perinatal"]}
    statement = {"statement": UNREADABLE}
    return {
        **_of_accounts(),
        **_of_channels(place),
        "POST /structures": {"name": "PMI", "neutral_label": "4 rue Basse", "finess": "750000001"},
        "POST /professionals": {
            "family_name": "L", "given_name": "P", "role": "professional", "rpps": "12345678901",
            "email": f"{new_id()}@ronde.example", "profession": "nurse", "structure": None,
            "phone": "+33639980103",
        },
        "PUT /professionals/{professional}/attestation": statement | {"replaces": UNREADABLE},
        "POST /conventions/{convention}/pieces": {"code": "x", "on": "2026-01-01"},
        "PUT /conventions/{convention}/signature": days,
        "PUT /conventions/{convention}/end": {"last_day": "2029-01-01"},
        "POST /conventions/{convention}/trainings": {"module": "tool", "on": "2026-11-21"},
        "POST /children": family | {"although_alike": True},
        "PATCH /children/{child}": facts
        | {
            "referring_physician": member.id, "left_territory_on": "2026-01-01",
            "chosen_holder": contact,
        },
        "PUT /children/{child}/contacts/{contact}": family["contacts"][0],
        "POST /children/{child}/contacts/{contact}/media/{medium}": {"deed": "confirmed"},
        "POST /children/{child}/consent": {
            "contact": contact, "word": "agreed", "on": "2026-11-20", "language": "fr",
            "document": "C-1",
        },
        "POST /children/{child}/circle": {"circle": place.ids["circle"], "genesis": UNREADABLE},
        "POST /circles/{circle}/admissions": statement,
        "POST /circles/{circle}/releases": statement,
        "POST /circles/{circle}/documents": {"form": "F26", "visit": "V24", "answers": ANSWERS},
        "POST /children/{child}/documents": {"form": "F26", "visit": "V24", "answers": ANSWERS},
        "PUT /documents/{document}/draft": {"answers": ANSWERS},
        "POST /documents/{document}/amendments": {"answers": ANSWERS, "reason": "x"},
        "POST /documents/{document}/strike": {"reason": "x"},
        "POST /documents/{document}/handing": {"with_code": True},
        "POST /children/{child}/relay/handing": {"with_code": True},
        "POST /children/{child}/appointments": {
            "professional": member.id, "visit": "V24", "care": None, "slot": SLOT,
        },
        **_of_agendas(place),
        **_of_early_care(place),
        **_of_leaving(place),
        "POST /imports/{import}/application": {
            "digest": "0" * 64, "lines": [1], "choices": [{"line": 1, "wanted": "new"}],
        },
        "PUT /appointments/{appointment}/slot": SLOT,
        "PUT /appointments/{appointment}/outcome": {"honoured": True},
        "POST /coordination/board/physicians": {
            "physician": member.id, "children": [place.ids["child"]],
        },
        # Somebody else's: the member stays what later rows take it for.
        "POST /coordination/board/physicians/withdrawals": {
            "physician": place.network.ana.id, "children": [place.ids["child"]],
        },
        "POST /coordination/board/reminders": {
            "id": new_id(), "on": "2026-11-20", "medium": "phone", "outcome": "message_left",
            "note": "x", "children": [place.ids["child"]],
        },
        "POST /coordination/duties/endings": {
            "state": "done", "duties": [place.ids["duty"]], "note": "x",
        },
        "POST /coordination/duties/reopenings": {"duties": [place.ids["duty"]]},
        "PUT /duties/{duty}/ending": {"state": "done", "note": "x"},
        "POST /duties/{duty}/attempts": {
            "id": new_id(), "on": "2026-11-20", "medium": "phone", "outcome": "no_answer",
            "note": "x",
        },
    }  # fmt: skip


def _of_agendas(place: Place) -> dict[str, dict[str, Any]]:
    series = {
        "professional": place.member.id,
        "visit": None,
        "care": "physiotherapy",
        "slot": SLOT,
        "rhythm": {
            "every_weeks": 1, "until": "2027-01-14", "times": None, "holidays": True,
            "but": ["2026-12-17"],
        },
    }  # fmt: skip
    following = {"slot": SLOT, "leave": []}
    return {
        "POST /appointments/{appointment}/cancellation": {"reason": "x"},
        "POST /children/{child}/series/preview": series,
        "POST /children/{child}/series": series,
        "POST /appointments/{appointment}/following/preview": following,
        "PUT /appointments/{appointment}/following/slot": following,
        "POST /appointments/{appointment}/following/cancellation": {
            "reason": "x", "leave": [],
        },
        "POST /notices/{kind}/{carrier}/{notice}/resend": {"even_if_received": True},
        "POST /notices/{kind}/{carrier}/{notice}/settled": {"note": "x"},
        "POST /channels/{channel}/urgent": {"entry": new_id()},
        "PUT /sending": {"paused": False, "reason": "x", "confirmed": True},
        "POST /me/feeds": {"name": "Téléphone", "initials": False},
    }  # fmt: skip


def _of_early_care(place: Place) -> dict[str, dict[str, Any]]:
    return {
        "POST /children/{child}/prescriptions": {
            "discipline": "swimming", "reason": "x", "sessions": 10, "months": 6,
        },
        "POST /prescriptions/{prescription}/cancellation": {"reason": "x"},
        "POST /prescriptions/{prescription}/forfait": {"professional": place.member.id},
        "PUT /forfaits/{forfait}/professional": {"professional": place.member.id},
        "POST /forfaits/{forfait}/closure": {"reason": "x"},
        "PUT /forfaits/{forfait}/sessions/{care_session}": {
            "start": "2026-11-20T09:00:00", "minutes": 45, "part": "session", "done": True,
            "place": "practice", "note": "x",
        },
        "POST /forfaits/{forfait}/sessions/{care_session}/correction": {
            "cause": "other", "words": "x",
        },
        "POST /professionals/{professional}/statements/{month}/validation": {
            "lines": 0, "total_cents": 0,
        },
        "PUT /professionals/{professional}/statements/{month}/payment": {"on": "2026-11-20"},
    }  # fmt: skip


def _of_leaving(place: Place) -> dict[str, dict[str, Any]]:
    member = place.member.id
    calling = {
        "starts_at": "2026-12-03T18:30:00",
        "zone": "Europe/Paris",
        "minutes": 45,
        "place": "x",
        "link": "x",
        "subject": "x",
        "invited": [member],
        "answers": {},
    }
    decision = {"decision": "x", "id": new_id(), "owner": member, "by": "2027-01-01"}
    minutes = {
        "held_on": "2026-11-20",
        "points": "x",
        "present": [member],
        "decisions": [decision],
        "answers": {"family_told": True},
    }
    return {
        "POST /children/{child}/meetings": calling,
        "PUT /meetings/{meeting}/calling": calling,
        "POST /meetings/{meeting}/cancellation": {"reason": "x"},
        "PUT /meetings/{meeting}/minutes": minutes,
        "POST /meetings/{meeting}/corrections": {"minutes": minutes, "reason": "x"},
        "POST /children/{child}/departures": {
            "reason": "x", "on": "2026-11-20", "structure": place.ids["structure"], "contact": "x",
            "relay": "asked", "relay_on": "2026-11-20", "answers": {}, "close_forfaits": True,
            "cancel_appointments": [place.ids["appointment"]],
        },
        "POST /departures/{departure}/relay": {
            "state": "accepted", "on": "2026-11-20", "contact": "x",
        },
        "POST /departures/{departure}/undoing": {"reason": "x"},
    }  # fmt: skip


def _of_accounts() -> dict[str, dict[str, Any]]:
    return {
        "POST /enrolments": {"token": "x", "password": "y" * 20},
        "POST /enrolments/confirmation": {"token": "x", "code": "123456", "bearer": True},
        "POST /sessions": {
            "email": "a@b.example", "password": "y", "code": "1", "device": None, "bearer": True,
        },
        "PUT /me/preferences": PREFERENCES,
        "POST /push/subscriptions": {
            "endpoint": "https://push.example", "keys": {"p256dh": "AAAA", "auth": "AAAA"},
        },
        "POST /passkeys": {"credential": CREDENTIAL | {"response": ATTESTED}, "name": "x"},
        "POST /sessions/passkey": {
            "credential": CREDENTIAL | {"response": ASSERTED}, "device": None, "bearer": True,
        },
        "POST /devices": {"certificate": UNREADABLE, "identity_key": UNREADABLE, "name": "x"},
        "PUT /devices/{device}/name": {"name": "Téléphone"},
        "PUT /backup": {"public_key": BACKUP_KEY},
        "POST /backup/records": {"id": new_id(), "body": UNREADABLE, "public_key": BACKUP_KEY},
    }  # fmt: skip


def _of_channels(place: Place) -> dict[str, dict[str, Any]]:
    card = {
        "task": new_id(), "assignees": [place.member.id], "due": "2027-01-01", "state": "requested",
    }  # fmt: skip
    entry = {"id": new_id(), "kind": "entry", "epoch": 0, "body": UNREADABLE, "card": card}
    packages = {"packages": [UNREADABLE], "last_resort": UNREADABLE}
    return {
        "POST /circles/{circle}/channels": {
            "channel": new_id(), "id": new_id(), "body": UNREADABLE,
        },
        "POST /channels/{channel}/entries": entry,
        "PUT /channels/{channel}/mark": MARK,
        "POST /devices/{device}/key_packages": packages,
        "POST /circles/{circle}/key_packages/claim": {"devices": [place.member.device.id]},
    }  # fmt: skip
