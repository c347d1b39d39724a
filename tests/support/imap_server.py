"""An IMAP server over TLS, in a thread, that holds one mailbox: the few commands that we speak."""

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

USER, PASSWORD = "returns", "pass word"


@dataclass(slots=True)
class Mailbox:
    """Mails by number, with the flags they were given; gone is what was expunged."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)

    def answer(self, command: str, rest: str) -> tuple[list[bytes], str]:
        """Give the untagged lines and the tagged result of a command."""
        known: dict[str, Callable[[str], tuple[list[bytes], str]]] = {
            "LOGIN": self._login,
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "STORE": self._store,
            "EXPUNGE": self._expunge,
            "SELECT": lambda rest: ([], "OK" if "Retours" in rest else "NO"),
            "CAPABILITY": lambda _rest: ([b"* CAPABILITY IMAP4rev1"], "OK"),
        }
        return known[command](rest) if command in known else ([], "OK")

    def _login(self, rest: str) -> tuple[list[bytes], str]:
        return [], "OK" if PASSWORD in rest and USER in rest else "NO"

    def _search(self, _rest: str) -> tuple[list[bytes], str]:
        unseen = [each for each in self.mails if "Seen" not in self.flags.get(each, "")]
        return [f"* SEARCH {' '.join(map(str, unseen))}".encode()], "OK"

    def _fetch(self, rest: str) -> tuple[list[bytes], str]:
        number = int(rest.split(maxsplit=1)[0])
        raw = self.mails[number]
        head = f"* {number} FETCH (BODY[] {{{len(raw)}}}".encode()
        return [head + b"\r\n" + raw + b")"], "OK"

    def _store(self, rest: str) -> tuple[list[bytes], str]:
        number, _, flags = rest.split(" ", 2)
        self.flags[int(number)] = flags
        return [], "OK"

    def _expunge(self, _rest: str) -> tuple[list[bytes], str]:
        gone = [each for each in self.mails if "Deleted" in self.flags.get(each, "")]
        for number in gone:
            del self.mails[number]
        self.gone.extend(gone)
        return [], "OK"


@contextlib.contextmanager
def imap_server(certificate: Path) -> Iterator[Mailbox]:
    """Run one on loopback for the length of a block."""
    box = Mailbox()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    class Visit(socketserver.StreamRequestHandler):
        @override
        def handle(self) -> None:
            self.request.do_handshake()
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, command, rest = _split(line.decode().strip())
                lines, result = box.answer(command, rest)
                for each in lines:
                    self.wfile.write(each + b"\r\n")
                self.wfile.write(f"{tag} {result} done\r\n".encode())
                if command == "LOGOUT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        @override
        def get_request(self) -> tuple[Any, Any]:
            taken, address = super().get_request()
            sealed = context.wrap_socket(taken, server_side=True, do_handshake_on_connect=False)
            return sealed, address

        @override
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: a client that distrusts us hangs up, as it should."""

    with Server(("127.0.0.1", 0), Visit) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join(5)


def _split(line: str) -> tuple[str, str, str]:
    found = re.match(r"(\S+) (\S+) ?(.*)", line)
    assert found is not None
    return found[1], found[2].upper(), found[3]
