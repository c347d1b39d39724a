import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from care_circle.role import Role
from crypto.identity import Device, new_identity
from crypto.ids import ProfessionalId, new_id
from server.accounts.users import disable_user
from server.cookie import STRICT_NAME, SessionCookie
from server.identity import SessionId
from tests.support.actors import Person, device_form, founded, new_device, stranger
from tests.support.requests import PREFERENCES
from tests.support.server import Running, running


async def test_both_factors_open_a_session(ana: Person) -> None:
    answer = await ana.get("/session")

    assert (answer.status, answer.body["professional"]) == (200, ana.id)
    assert answer.body["role"] == "coordinator"
    assert answer.body["current"] is True
    assert "token" not in answer.body or answer.body["token"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "quatre chevaux tirent la charrette"},
        {"code": "000000"},
        {"email": "nobody@ronde.example"},
    ],
)
async def test_which_factor_was_wrong_is_not_told(ana: Person, wrong: dict[str, object]) -> None:
    ana.token = None

    answer = await ana.try_sign_in(**wrong)

    assert (answer.status, answer.code) == (401, "sign_in_refused")
    assert set(answer.body) == {"type", "title", "status", "code"}


async def test_a_one_time_code_opens_one_session(ana: Person) -> None:
    ana.token = None
    first = await ana.try_sign_in()

    again = await ana.post(
        "/sessions", {"email": ana.email, "password": ana.password, "code": ana.code()}
    )

    assert (first.status, again.status) == (201, 401)


async def test_the_e_mail_address_may_be_written_in_capitals(ana: Person) -> None:
    answer = await ana.try_sign_in(email=f"  {ana.email.upper()} ")

    assert answer.status == 201


async def test_guessing_stops_at_five_and_the_right_password_must_wait_too(ana: Person) -> None:
    ana.token = None
    for _ in range(5):
        assert (await ana.try_sign_in(password="x" * 20)).status == 401

    refused = await ana.try_sign_in()
    ana.server.clock.move(minutes=15)
    later = await ana.try_sign_in()

    assert (refused.status, refused.code) == (429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 180
    assert later.status == 201


async def test_one_network_may_not_guess_at_everybody(nobody: Person) -> None:
    tries = [
        await nobody.post(
            "/sessions", {"email": f"a{n}@ronde.example", "password": "x" * 20, "code": "000000"}
        )
        for n in range(51)
    ]

    assert [answer.status for answer in tries] == [401] * 50 + [429]


async def test_many_may_sign_in_from_one_address(server: Running, ana: Person) -> None:
    statuses = [(await ana.try_sign_in()).status for _ in range(55)]

    assert set(statuses) == {201}


async def test_at_most_two_passwords_are_hashed_at_once(server: Running, nobody: Person) -> None:
    gate = server.house.accounts.passwords.gate
    assert gate._value == 2

    forms = [{"email": f"a{n}@x.example", "password": "y" * 20, "code": "1"} for n in range(8)]
    answers = await asyncio.gather(*(nobody.post("/sessions", form) for form in forms))

    assert {answer.status for answer in answers} == {401}
    assert gate._value == 2


async def test_a_browser_gets_a_cookie_no_page_can_read(ana: Person, server: Running) -> None:
    ana.token = None

    answer = await ana.try_sign_in(bearer=False)

    name = SessionCookie.of(server.config).name
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[name]
    assert answer.body["token"] is None
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "Strict", "")
    assert cookie["httponly"]
    headers = {"Cookie": f"{name}={cookie.value}", "Origin": ana.server.url}
    assert (await ana.get("/session", headers=headers)).status == 200
    assert (await ana.delete("/session", headers=headers)).status == 204
    assert (await ana.get("/session", headers=headers)).status == 401


async def test_over_tls_the_cookie_is_bound_to_tls_and_to_this_very_host(tmp_path: Path) -> None:
    url = "https://ronde.example"
    async with running(tmp_path, public_url=url) as server, stranger(server) as person:
        ana = await founded(person)
        answer = await ana.try_sign_in(bearer=False)
        cookie = SimpleCookie(answer.headers["Set-Cookie"])[STRICT_NAME]
        local = {"Cookie": f"ronde-443={cookie.value}"}
        ana.token = None

        strict = await ana.get("/session", headers={"Cookie": f"{STRICT_NAME}={cookie.value}"})
        loose = await ana.get("/session", headers=local)

    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert (strict.status, loose.status) == (200, 401)


async def test_on_this_very_machine_every_name_of_it_is_our_origin(ana: Person) -> None:
    port = ana.server.url.rpartition(":")[2]
    origins = (
        f"http://localhost:{port}", f"http://[::1]:{port}", ana.server.url,
        "http://localhost:1", f"https://localhost:{port}", f"http://localhost.example:{port}",
        "http://localhost:99999999", "null",
    )  # fmt: skip

    answers = [
        await ana.ask("PUT", "/me/preferences", PREFERENCES, headers={"Origin": origin})
        for origin in origins
    ]

    assert [answer.status for answer in answers] == [200] * 3 + [403] * 5


async def test_whoever_confirms_a_second_factor_is_signed_in_without_another_code(
    ana: Person, server: Running
) -> None:
    async with stranger(server) as lea:
        await founded(lea, role=Role.SECRETARY, name="Lea")
        before = lea.token
        invited = await ana.post(f"/professionals/{lea.id}/invitation")
        form = {"token": invited.body["token"], "password": lea.password}
        lea.secret = (await lea.post("/enrolments", form)).body["secret"]
        lea.token = None

        confirmed = await lea.post(
            "/enrolments/confirmation", {"token": invited.body["token"], "code": lea.code()}
        )

        name = SessionCookie.of(server.config).name
        cookie = SimpleCookie(confirmed.headers["Set-Cookie"])[name]
        now = await lea.get("/session", headers={"Cookie": f"{name}={cookie.value}"})
        older = await lea.get("/session", headers={"Authorization": f"Bearer {before}"})
    assert (confirmed.status, confirmed.body["token"]) == (201, None)
    assert confirmed.body["professional"] == lea.id
    assert (now.status, older.status) == (200, 401)


async def test_a_session_ends_when_idle_and_however_busy_after_a_shift(ana: Person) -> None:
    ana.server.clock.move(minutes=29)
    busy = await ana.get("/session")
    ana.server.clock.move(minutes=31)
    idle = await ana.get("/session")
    await ana.sign_in()
    statuses = []
    for _ in range(25):
        ana.server.clock.move(minutes=29)
        statuses.append((await ana.get("/session")).status)

    assert (busy.status, idle.status, idle.code) == (200, 401, "not_signed_in")
    assert statuses == [200] * 24 + [401]


async def test_a_revoked_session_is_over_at_once_and_whoever_listens_is_told(
    ana: Person, server: Running
) -> None:
    told: list[SessionId] = []
    server.house.sessions.endings.subscribe(told.append)
    lost = ana.token
    lost_id = (await ana.get("/session")).body["id"]
    await ana.sign_in()

    listed = (await ana.get("/sessions")).body["sessions"]
    revoked = await ana.delete(f"/sessions/{lost_id}")

    assert [one["id"] == lost_id for one in listed] == [False, True]
    assert revoked.status == 204
    assert told == [lost_id]
    ana.token = lost
    assert (await ana.get("/session")).status == 401


async def test_nobody_ends_a_session_of_somebody_else(ana: Person, ben: Person) -> None:
    theirs = (await ben.get("/session")).body["id"]

    refused = await ana.delete(f"/sessions/{theirs}")
    absent = await ana.delete(f"/sessions/{'0' * 64}")

    assert (refused.status, refused.body) == (404, absent.body)
    assert (await ben.get("/session")).status == 200


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "a" * 5000, "Bearer"])
async def test_nonsense_is_no_session(nobody: Person, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    answer = await nobody.get("/session", headers=headers)

    assert answer.status in (400, 401)


async def test_what_is_stored_of_a_session_opens_none(ana: Person, server: Running) -> None:
    (session,) = await server.house.stores.sessions.of(ana.id)
    ana.token = session.id

    assert (await ana.get("/session")).status == 401


async def test_an_invitation_serves_once_and_not_for_ever(ana: Person, server: Running) -> None:
    async with stranger(server) as lea, stranger(server) as max_:
        await founded(lea, role=Role.SECRETARY, name="Lea")
        invited = await ana.post(f"/professionals/{lea.id}/invitation")
        again = await ana.post(f"/professionals/{lea.id}/invitation")
        form = {"token": invited.body["token"], "password": lea.password}
        replaced = await max_.post("/enrolments", form)
        await lea.enrol(again.body["token"])
        used = await max_.post("/enrolments", form | {"token": again.body["token"]})
        late = await ana.post(f"/professionals/{lea.id}/invitation")
        server.clock.move(days=7)
        expired = await max_.post("/enrolments", form | {"token": late.body["token"]})

    assert invited.status == 201
    assert {answer.code for answer in (replaced, used, expired)} == {"invitation_over"}


async def test_a_weak_password_is_refused_and_the_invitation_stays(
    ana: Person, server: Running
) -> None:
    async with stranger(server) as lea:
        await founded(lea, role=Role.SECRETARY, name="Lea")
        invited = await ana.post(f"/professionals/{lea.id}/invitation")
        token = invited.body["token"]

        refused = await lea.post("/enrolments", {"token": token, "password": "motdepasse12345"})
        taken = await lea.post("/enrolments", {"token": token, "password": lea.password})

    assert (refused.status, refused.code) == (422, "password_too_weak")
    assert taken.status == 201
    assert taken.body["uri"].startswith("otpauth://totp/")
    assert lea.email not in taken.body["uri"]


async def test_a_wrong_first_code_does_not_confirm(ana: Person, server: Running) -> None:
    async with stranger(server) as lea:
        await founded(lea, role=Role.SECRETARY, name="Lea")
        invited = await ana.post(f"/professionals/{lea.id}/invitation")
        form = {"token": invited.body["token"], "password": lea.password}
        await lea.post("/enrolments", form)

        refused = await lea.post(
            "/enrolments/confirmation", {"token": invited.body["token"], "code": "123"}
        )

    assert (refused.status, refused.code) == (422, "code_refused")


async def test_a_closed_account_is_out_at_once_and_for_good(ana: Person, server: Running) -> None:
    await disable_user(server.house, ana.id)

    now = await ana.get("/session")
    ana.token = None
    again = await ana.try_sign_in()

    assert (now.status, again.status, again.code) == (401, 401, "sign_in_refused")


async def test_only_staff_invites_and_only_administrators_invite_administrators(
    ana: Person, ben: Person, server: Running
) -> None:
    async with stranger(server) as zoe:
        await founded(zoe, role=Role.ADMINISTRATOR, name="Zoe")
        by_physician = await ben.post(f"/professionals/{ana.id}/invitation")
        upwards = await ana.post(f"/professionals/{zoe.id}/invitation")
        downwards = await zoe.post(f"/professionals/{ana.id}/invitation")
        unknown = await ana.post(f"/professionals/{new_id()}/invitation")

    assert (by_physician.status, upwards.status) == (404, 403)
    assert (downwards.status, unknown.status) == (201, 404)


async def test_a_device_is_registered_once_and_the_session_speaks_for_it(ana: Person) -> None:
    identity, device = new_device(ana)
    form = device_form(device, identity)

    first = await ana.post("/devices", form)
    again = await ana.post("/devices", form)

    assert (first.status, again.status) == (201, 201)
    assert first.headers["Location"] == f"/api/v1/devices/{device.id}"
    assert (await ana.get("/session")).body["device"] == device.id
    listed = (await ana.get("/devices")).body["devices"]
    assert [one["certificate"] for one in listed] == [form["certificate"]]


async def test_a_certificate_of_somebody_else_or_by_another_key_is_refused(
    ana: Person, ben: Person
) -> None:
    identity, device = new_device(ben)
    of_another = await ana.post("/devices", device_form(device, identity))
    forged = await ben.post("/devices", device_form(device, new_identity()))
    form = device_form(device, identity)
    garbage = await ben.post("/devices", form | {"certificate": "AAAA"})
    ben.server.clock.move(minutes=1)
    expired = Device.enrol(
        identity, ben.id, device.id, now=ben.server.clock() - timedelta(days=800)
    )
    too_late = await ben.post("/devices", device_form(expired, identity))

    assert {answer.code for answer in (of_another, forged, garbage, too_late)} == {
        "bad_certificate"
    }
    assert [answer.body["detail"] for answer in (of_another, forged, garbage, too_late)] == [
        "mismatched", "forged", "malformed", "expired",
    ]  # fmt: skip


async def test_a_second_identity_key_is_not_taken_beside_the_first(ana: Person) -> None:
    identity, device = new_device(ana)
    await ana.post("/devices", device_form(device, identity))
    other_identity, other = new_device(ana)

    refused = await ana.post("/devices", device_form(other, other_identity))

    assert (refused.status, refused.code) == (409, "key_not_attested")


async def test_a_removed_device_ends_its_sessions_and_never_comes_back(
    ana: Person, server: Running
) -> None:
    identity, device = new_device(ana)
    form = device_form(device, identity)
    await ana.post("/devices", form)
    on_device, changes = ana.token, []

    async def changed() -> None:
        changes.append(True)

    server.house.changes.subscribe(changed)
    await ana.sign_in()

    removed = await ana.delete(f"/devices/{device.id}")
    back = await ana.post("/devices", form)

    assert (removed.status, back.code) == (204, "device_taken")
    assert changes == [True]
    assert (await ana.get("/devices")).body["devices"] == []
    assert (await ana.delete(f"/devices/{device.id}")).status == 404
    ana.token = on_device
    assert (await ana.get("/session")).status == 401


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=40), timedelta(days=29)])
async def test_whoever_bears_the_token_of_a_removed_device_is_told_that_it_was(
    ana: Person, server: Running, later: timedelta
) -> None:
    identity, device = new_device(ana)
    await ana.post("/devices", device_form(device, identity))
    on_device = ana.token
    await ana.sign_in()
    elsewhere = ana.token

    await ana.delete(f"/devices/{device.id}")
    server.clock.move(seconds=later.total_seconds())
    await server.house.sessions.tidy()

    ana.token = on_device
    told = await ana.get("/session")
    ana.token = elsewhere
    untold = await ana.get("/session")
    assert (told.status, told.code) == (401, "device_removed")
    assert untold.code in (None, "not_signed_in")


async def test_a_session_that_ran_out_is_told_of_the_removal_that_came_later(
    ana: Person, server: Running
) -> None:
    identity, device = new_device(ana)
    await ana.post("/devices", device_form(device, identity))
    on_device = ana.token
    server.clock.move(days=2)
    await server.house.sessions.tidy()
    plain = await ana.get("/session")
    await ana.sign_in()

    await ana.delete(f"/devices/{device.id}")

    ana.token = on_device
    told = await ana.get("/session")
    assert (plain.code, told.code) == ("not_signed_in", "device_removed")


async def test_what_is_known_of_ended_sessions_is_forgotten_after_a_month(
    ana: Person, server: Running
) -> None:
    identity, device = new_device(ana)
    await ana.post("/devices", device_form(device, identity))
    on_device = ana.token
    await ana.delete(f"/devices/{device.id}")
    server.clock.move(days=31)

    await server.house.sessions.tidy()

    ana.token = on_device
    assert (await ana.get("/session")).code == "not_signed_in"
    assert await server.house.stores.sessions.of(ana.id) == ()


async def test_a_device_has_one_session_that_is_remembered_when_it_is_over(
    ana: Person, server: Running
) -> None:
    identity, device = new_device(ana)
    await ana.post("/devices", device_form(device, identity))

    for _ in range(3):
        server.clock.move(days=1)
        await server.house.sessions.tidy()
        await ana.sign_in(device=device.id)

    assert len(await server.house.stores.sessions.of(ana.id)) == 1


async def test_nobody_signs_in_on_or_removes_a_device_of_somebody_else(
    ana: Person, ben: Person
) -> None:
    identity, device = new_device(ben)
    await ben.post("/devices", device_form(device, identity))

    signed = await ana.try_sign_in(device=device.id)
    removed = await ana.delete(f"/devices/{device.id}")
    on_own = await ben.try_sign_in(device=device.id)

    assert (signed.status, removed.status, on_own.status) == (404, 404, 201)
    assert on_own.body["device"] == device.id


async def test_colleagues_see_certificates_to_verify_by_themselves(
    ana: Person, ben: Person, nobody: Person
) -> None:
    identity, device = new_device(ben)
    await ben.post("/devices", device_form(device, identity))

    seen = await ana.get(f"/professionals/{ben.id}/devices")

    assert [one["id"] for one in seen.body["devices"]] == [device.id]
    assert (await nobody.get(f"/professionals/{ben.id}/devices")).status == 401


async def test_the_trace_says_who_did_what_and_nothing_more(ana: Person, server: Running) -> None:
    await ana.try_sign_in(password="z" * 20)

    lines = await server.house.audit.read()

    assert [line.action for line in lines] == ["invite", "enrol", "sign_in_refused"]
    assert {line.who for line in lines} == {None, ProfessionalId(ana.id)}
    assert all(line.kind == "account" and line.id == ana.id for line in lines)
