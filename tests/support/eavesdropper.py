"""Everything that one browser sends, hears and keeps, in bytes to be looked through."""

from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import BrowserContext, Error, Page, Request, Response, WebSocket

_KEPT: Final = """async () => {
  const plain = (value) => {
    if (value instanceof Uint8Array) return new TextDecoder("latin1").decode(value);
    if (value instanceof CryptoKey) return value.extractable ? "AN EXTRACTABLE KEY" : "";
    if (typeof value !== "object" || value === null) return String(value);
    return Object.entries(value).map(([name, inner]) => `${name} ${plain(inner)}`).join("\\n");
  };
  const all = (asked) => new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const kept = [plain({...localStorage}), plain({...sessionStorage}), document.cookie];
  for (const {name} of await indexedDB.databases()) {
    const database = await all(indexedDB.open(name));
    for (const table of database.objectStoreNames) {
      const rows = database.transaction(table).objectStore(table);
      const [keys, values] = await Promise.all([all(rows.getAllKeys()), all(rows.getAll())]);
      kept.push(...keys.map(plain), ...values.map(plain));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
  }
  return kept;
}"""


@dataclass(kw_only=True)  # Playwright keeps notes of its own on whose methods it calls.
class Eavesdropper:
    """What passed since it began to listen."""

    sent: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    frames: int = 0

    def listen(self, context: BrowserContext) -> None:
        """Listen to every tab that is there and every one to come."""
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("page", self._page)
        for page in context.pages:
            self._page(page)

    async def all_heard(self) -> bytes:
        """Give every answer whose body the browser still has, and every pushed frame."""
        for answer in self.answers:
            try:
                self.heard.append(await answer.body())
            except Error:
                # A redirect has no body, and a page that is gone took its own along.
                continue
        self.answers.clear()
        return b"\n".join(self.heard)

    def all_sent(self) -> bytes:
        return b"\n".join(self.sent)

    def _request(self, request: Request) -> None:
        headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        self.sent += [request.url.encode(), headers.encode(), request.post_data_buffer or b""]

    def _response(self, answer: Response) -> None:
        self.answers.append(answer)

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._frame)
        socket.on("framereceived", lambda frame: self.heard.append(_bytes(frame)))

    def _frame(self, frame: str | bytes) -> None:
        self.frames += 1
        self.sent.append(_bytes(frame))


async def kept_by(page: Page) -> bytes:
    """Read all that a browser keeps for this site, as whoever takes its disk would."""
    kept: list[str] = await page.evaluate(_KEPT)
    return "\n".join(kept).encode("utf-8", "surrogateescape")


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame
