"""What is not there is `NotFound`, to whoever asked and whyever."""

from collections.abc import Callable
from typing import TypeVar

from care_circle.access import NotFound
from care_circle.store import AlreadyThere
from server.storage.engine import Taken
from server.storage.repository import Missing, Repository

T = TypeVar("T")


def found(value: T | None) -> T:
    """Give what was found.

    Raises:
        NotFound: It is None.
    """
    if value is None:
        raise NotFound
    return value


async def change_found(repository: Repository[T], key: str, decide: Callable[[T], T]) -> T:
    """Change an aggregate.

    Raises:
        NotFound: There is none.
        AlreadyThere: Its new unique key is in use.
    """
    try:
        return await repository.change(key, decide)
    except Missing:
        raise NotFound from None
    except Taken:
        raise AlreadyThere from None
