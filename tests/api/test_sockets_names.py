"""What `engineio_fast.py` leans on in two pinned libraries; fails loudly when it moves."""

import importlib.metadata
import inspect

import engineio
import pytest
import socketio
from engineio.async_socket import AsyncSocket
from engineio.base_socket import BaseSocket


@pytest.mark.parametrize(
    ("package", "version"), [("python-socketio", "5.18.1"), ("python-engineio", "4.15.1")]
)
def test_the_libraries_are_the_ones_the_fast_path_was_written_on(
    package: str, version: str
) -> None:
    installed = importlib.metadata.version(package)

    assert installed == version, (
        f"read {package} {installed} anew, then engineio_fast.py, then this"
    )


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (AsyncSocket, "send", ["self", "pkt"]),
        (AsyncSocket, "handle_get_request", ["self", "environ"]),
        (AsyncSocket, "close", ["self", "wait", "abort", "reason"]),
        (BaseSocket, "__init__", ["self", "server", "sid"]),
        (engineio.AsyncServer, "create_queue", ["self", "args", "kwargs"]),
        (engineio.AsyncServer, "handle_request", ["self", "args", "kwargs"]),
        (
            engineio.AsyncServer,
            "_handle_connect",
            ["self", "environ", "transport", "jsonp_index"],
        ),
        (engineio.AsyncServer, "_trigger_event", ["self", "event", "args", "kwargs"]),
        (engineio.AsyncServer, "generate_id", ["self"]),
        (socketio.AsyncServer, "_engineio_server_class", ["self"]),
        (socketio.AsyncServer, "_handle_eio_message", ["self", "eio_sid", "data"]),
        (socketio.AsyncNamespace, "trigger_event", ["self", "event", "args"]),
    ],
)
def test_a_name_the_fast_path_overrides_or_calls_is_still_there(
    owner: type, name: str, parameters: list[str]
) -> None:
    found = getattr(owner, name, None)

    assert found is not None, f"{owner.__name__}.{name} is gone"
    assert list(inspect.signature(found).parameters) == parameters


def test_the_library_keeps_connections_where_we_look_for_them() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")  # type: ignore[no-untyped-call]  # ships no types

    kept = (server.eio.sockets, server.environ, hasattr(server.manager, "eio_sid_from_sid"))

    assert kept == ({}, {}, True)
