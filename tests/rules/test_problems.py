import ast
import importlib
import inspect
import io
import json
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import care_circle
import channels
import crypto
import notifications
import server
from care_circle.access import NotFound
from channels.model import BadCommit, CommitFault, NotAMember, StaleEpoch
from crypto.mls.refused import Refused
from server.limits import TooManyRequests
from server.logs import blurred_ms, configure_logs, logger
from server.problem_table import HTTP_PROBLEMS, PROBLEMS
from server.problems import INTERNAL, problem_of
from server.wire import Malformed, Struct, decode

ROOMS = (care_circle, channels, crypto, notifications, server)

NEVER_ANSWERED = {
    # Raised while starting up: nobody is asking yet.
    "server.config.ConfigError",
    "care_circle.definition.source.DefinitionError",
    "server.storage.schema.OldSqlite",
    "server.storage.mongo.NoReplicaSet",
    "server.senders.templates.BadTemplates",
    "server.family.words.BadPageWords",
    "notifications.words.BadWords",
    "notifications.language.BadLanguageFile",
    "notifications.saying.BadSaying",
    "server.senders.addresses.BadAddress",
    "server.storage.keys.WrongMasterKey",
    # Caught by the layer above, which raises its own.
    "care_circle.fhir.importing.NotAQuestionnaire",
    "server.accounts.passwords.WrongPassword",
    "care_circle.importing.values.Unreadable",
    "care_circle.agenda.spans.HeldAlready",
    "care_circle.mending.Proposing",
    "server.calendars.repeating.Unreadable",
    "care_circle.importing.matching.Forgotten",
    "server.accounts.challenges.ChallengeOver",
    "server.accounts.webauthn.WebauthnRefused",
    "server.storage.repository.Missing",
    "server.storage.keys._NoKey",
    # Shown to a family on its own page, in its language.
    "care_circle.telling.answer.TooManyAnswers",
    "care_circle.telling.handing.WrongItem",
    "care_circle.telling.link_state.LinkShut",
    "care_circle.telling.link_state.StaleForm",
    # Raised in the worker that sends notices, where nobody asks.
    "notifications.senders.CannotRender",
    "notifications.delivery.NotClaimed",
    "notifications.gsm7.NotGsm7",
    "notifications.gsm7.TooLong",
    "server.senders.invitation.NoAppointment",
    "server.senders.numbers.UnusableNumber",
    "server.senders.smtp_line._Stale",
    "server.senders.smpp.pdu.Malformed",
    "server.senders.smpp.session.NotSent",
    "server.senders.smpp.session.LineBroken",
    # Caught where providers call in: they learn nothing of why.
    "server.senders.calling_back.Forged",
    "server.senders.calling_back.Unreadable",
    # Raised on a client's own device, never on the server.
    "crypto.entry.BadEntry",
    "crypto.history.BadHistory",
    "crypto.attachment.BadAttachment",
    "crypto.recovery.BadCode",
    "crypto.recovery.BadRecord",
    "crypto.identity.IdentityChanged",
    "channels.content_fields.BadContent",
    "crypto.mls.secret_tree.UnusableGeneration",
    "crypto.mls.processing.RemovedFromGroup",
}

# Programs of their own: what they refuse, they tell whoever runs them.
OTHER_PROGRAMS = (
    "channels.headless", "crypto.session", "crypto.vault",
    "server.bench", "server.client", "server.demonstration", "server.chaos",
)  # fmt: skip


def modules() -> Iterator[ModuleType]:
    for room in ROOMS:
        for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def refusals() -> dict[str, type[Exception]]:
    return {
        f"{module.__name__}.{name}": kind
        for module in modules()
        for name, kind in vars(module).items()
        if inspect.isclass(kind)
        and issubclass(kind, Exception)
        and kind.__module__ == module.__name__
    }


def test_every_refusal_of_ours_has_its_place_in_the_table() -> None:
    missing = [
        name
        for name, kind in refusals().items()
        if name not in NEVER_ANSWERED
        and not name.startswith(OTHER_PROGRAMS)
        and kind not in PROBLEMS
        # What MLS refuses is one thing to whoever sent it.
        and not issubclass(kind, Refused)
    ]

    assert missing == []


def test_what_is_never_answered_exists_and_is_not_answered() -> None:
    known = refusals()

    assert NEVER_ANSWERED - set(known) == set()
    assert [name for name in NEVER_ANSWERED if known[name] in PROBLEMS] == []


def test_codes_are_stable_names_and_mean_one_thing() -> None:
    kinds = {*PROBLEMS.values(), *HTTP_PROBLEMS.values(), INTERNAL}

    assert all(kind.code.isidentifier() and kind.code == kind.code.lower() for kind in kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 600 for kind in kinds)


def test_strangers_are_told_the_same_whatever_is_there() -> None:
    told = {json.dumps(problem_of(error).as_object()) for error in (NotAMember(), NotFound())}

    assert len(told) == 1


def test_a_problem_speaks_french_or_english_and_names_the_fault() -> None:
    french = problem_of(BadCommit(CommitFault.WELCOME)).as_object()
    english = problem_of(StaleEpoch(), language="en").as_object()

    assert french["detail"] == "welcome"
    assert (english["title"], english["code"], english["status"]) == (
        "Stale epoch", "stale_epoch", 409,
    )  # fmt: skip


def test_an_unknown_error_is_internal_and_keeps_its_text_to_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = io.StringIO()
    configure_logs("info", out)

    problem = problem_of(RuntimeError("Zéphyrine a mal au ventre"))

    assert problem.as_object() == {
        "type": "urn:ronde:problem:internal",
        "title": "Erreur interne",
        "status": 500,
        "code": "internal",
    }
    assert "RuntimeError" in out.getvalue()
    assert "ventre" not in out.getvalue() + json.dumps(problem.as_object())


def test_too_many_requests_say_when_to_come_back() -> None:
    assert problem_of(TooManyRequests(42)).headers == {"Retry-After": "42"}


class Shape(Struct, frozen=True, kw_only=True):
    name: str
    counts: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"name": 1}', ("/name", "Expected `str`, got `int`")),
        (b'{"name": "a", "counts": [1, "x"]}', ("/counts/1", "Expected `int`, got `str`")),
        (b'{"name": "a", "secret words": 1}', ("", "no unknown field")),
        (b"{}", ("", "Object missing required field `name`")),
        (b"[1]", ("", "Expected `object`, got `array`")),
        (b'{"name": "\xff"}', ("", "not well-formed JSON")),
        (b"{", ("", "not well-formed JSON")),
        (b"", ("", "not well-formed JSON")),
    ],
)
def test_a_malformed_body_is_told_where_and_never_quoted(
    body: bytes, error: tuple[str, str]
) -> None:
    with pytest.raises(Malformed) as refused:
        decode(body, Shape)

    assert refused.value.errors == (error,)
    assert str(refused.value) == ""


@pytest.mark.parametrize("body", [b"[" * 100_000, b'"\xff"', b'{"a": "\\ud800"}'])
def test_what_msgspec_lets_through_by_other_names_is_malformed_too(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode(body, object)


def test_a_log_line_holds_nothing_but_what_is_allowed() -> None:
    out = io.StringIO()
    configure_logs("info", out)

    logger().info("request", status=200, email="ana@example.org", route=["x"], actor="a" * 500)
    logger().info("Ana wrote something")
    logging.getLogger("aiohttp.server").error("GET /children/Ana failed %s", "x")

    first, second, third = map(json.loads, out.getvalue().splitlines())
    assert set(first) == {"event", "level", "at", "status", "route", "actor"}
    assert (first["route"], len(first["actor"])) == ("list", 120)
    assert second["event"] == "unnamed_event"
    assert (third["event"], third["logger"]) == ("library_message", "aiohttp.server")
    assert "Ana" not in out.getvalue()
    assert "ana@" not in out.getvalue()


def test_durations_are_told_in_coarse_steps() -> None:
    steps = [blurred_ms(seconds) for seconds in (0.0001, 0.003, 0.0499, 7.0, 100.0)]

    assert steps == [1, 5, 50, 10000, 10000]


def test_no_refusal_is_raised_with_what_a_person_wrote() -> None:
    # A refusal takes constants or ids: an f-string in a raise is how names get into texts.
    # Definitions are files of ours; settings and stores are named to the operator.
    exempt = (
        *OTHER_PROGRAMS,
        "server.pathway_command",
        "notifications.language",
        "notifications.words",
        "server.config",
        "server.storage",
        "server.senders.templates",
        "server.senders.addresses",
        "server.ways_command",
    )
    of_definitions = ("wrong", "DefinitionError")
    suspicious = [
        f"{module.__name__}:{node.lineno}"
        for module in modules()
        if not module.__name__.startswith(exempt)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and not ast.unparse(node.exc.func).endswith(of_definitions)
        and any(isinstance(argument, ast.JoinedStr) for argument in node.exc.args)
    ]

    assert suspicious == []
