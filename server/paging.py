"""Lists in pages: a cursor forwards, never a number of pages (RFC 8288 for the link)."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec
from aiohttp import web

from server.wire import Malformed, answer

DEFAULT = 50
MOST = 200
_LONGEST_CURSOR = 64

T = TypeVar("T")


class Page(NamedTuple):
    """Where a page begins and how much it holds at most."""

    after: str
    limit: int


class Listing(msgspec.Struct, Generic[T], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list; `next` is the cursor of the page that follows, if one may."""

    items: tuple[T, ...]
    next: str | None = None


def page_of(request: web.Request) -> Page:
    """Read `after` and `limit` from the query.

    Raises:
        Malformed: One of them is no cursor or no number from 1 to 200.
    """
    after = request.query.get("after", "")
    if len(after) > _LONGEST_CURSOR or not (after == "" or after.isalnum()):
        raise Malformed((("/after", "a cursor this list gave"),))
    return Page(after, number_of(request, "limit", default=DEFAULT, least=1, most=MOST))


def number_of(request: web.Request, name: str, *, default: int, least: int, most: int) -> int:
    """Read a whole number from the query.

    Raises:
        Malformed: It is none, or out of bounds.
    """
    text = request.query.get(name)
    if text is None:
        return default
    digits = len(str(most))
    if not text.isascii() or not text.isdigit() or len(text) > digits:
        raise Malformed(((f"/{name}", "a whole number"),))
    number = int(text)
    if not least <= number <= most:
        raise Malformed(((f"/{name}", f"from {least} to {most}"),))
    return number


def answer_page(
    request: web.Request, items: Sequence[T], page: Page, *, cursor: Callable[[T], str]
) -> web.Response:
    """Answer with a page, and link to the next one when this one is full."""
    following = cursor(items[-1]) if len(items) == page.limit else None
    headers = {}
    if following is not None:
        target = request.rel_url.update_query({"after": following, "limit": str(page.limit)})
        headers["Link"] = f'<{target}>; rel="next"'
    return answer(Listing(items=tuple(items), next=following), headers=headers)
