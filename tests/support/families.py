"""A family at its telephone: a browser that shows text alone, and the links its notices carry."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import aiohttp
from typing_extensions import override

from crypto.ids import NoticeId
from notifications import link
from server.notices import link_key
from tests.support.server import Running

_VOID = frozenset({"meta", "link", "input", "br"})
SLOT = {
    "start": "2026-12-01T14:30:00",
    "duration_minutes": 45,
    "place_label": "12 rue des Lilas",
    "map_address": "12 rue des Lilas, 30000 Nîmes",
}


@dataclass(slots=True)
class Form:
    """A form as a text browser knows it: where it goes, and what it carries by itself."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)


class Screen(HTMLParser):
    """A page, read: its text, its links, its forms; whatever is no text is passed over."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[dict[str, str]] = []
        self.forms: list[Form] = []
        self.root: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "html":
            self.root = given
        elif tag == "a":
            self.links.append(given)
        elif tag == "form":
            self.forms.append(Form(action=given["action"]))
        elif tag == "button":
            self.forms[-1].buttons.append(given)
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].fields[given["name"]] = given["value"]
        elif tag == "input":
            self.forms[-1].blanks.append(given.get("value", given["name"]))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"{tag} closes what is not open"

    @override
    def handle_data(self, data: str) -> None:
        if "title" not in self._open and data.strip():
            self.text += f"{data.strip()}\n"

    def form_with(self, act: str) -> Form:
        """Find the form whose button says an act."""
        return next(form for form in self.forms if any(b.get("value") == act for b in form.buttons))

    @property
    def acts(self) -> set[str]:
        """Everything that a button says."""
        return {b["value"] for form in self.forms for b in form.buttons if "value" in b}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What came back: the page, read, and as it was."""

    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def screen(self) -> Screen:
        """The page as a text browser shows it."""
        return Screen(self.html)

    @property
    def text(self) -> str:
        """The page's words."""
        return self.screen.text


@dataclass(slots=True, kw_only=True)
class Phone:
    """Somebody's telephone: no script, no cookie kept, no style."""

    server: Running
    http: aiohttp.ClientSession
    language: str = "fr"

    async def open(self, path: str, *, method: str = "GET", **headers: str) -> Shown:
        """Follow a link."""
        return await self._ask(method, path, None, headers)

    async def say(self, path: str, act: str, *half: str, **headers: str) -> Shown:
        """Open a page, press the button of an act, and follow where that leads."""
        shown = await self.open(path)
        return await self.send(shown.screen.form_with(act), act, *half, **headers)

    async def send(self, form: Form, act: str, *half: str, **headers: str) -> Shown:
        """Send a form that was shown some time ago."""
        body = urlencode([*form.fields.items(), ("act", act), *(("half", h) for h in half)])
        return await self._ask("POST", form.action, body, headers)

    async def post(self, path: str, body: str, **headers: str) -> Shown:
        """Send anything."""
        return await self._ask("POST", path, body, headers)

    async def _ask(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> Shown:
        sent = {"Accept-Language": self.language}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.server.url + path
        async with self.http.request(method, url, data=body, headers=sent) as response:
            return Shown(
                status=response.status,
                headers=response.headers,
                html=await response.text(errors="replace"),
            )


async def links_of(server: Running, ana: Any, appointment: str) -> dict[tuple[str, str], str]:  # noqa: ANN401 -- a person
    """Wait until the worker has taken what is due, and give the links by contact and medium."""
    for _ in range(100):
        notices = (await ana.get(appointment)).body["notices"]
        due = [one for one in notices if one["rule"] == "booked"]
        if due and all(one["state"] in ("dead", "sent", "cancelled") for one in due):
            key = link_key(server.config)
            return {
                (one["contact"], one["medium"]): "/r/" + link.token(key, NoticeId(one["id"]))
                for one in due
                if one["state"] != "cancelled"
            }
        await asyncio.sleep(0.1)
    raise AssertionError("the worker did not come")
