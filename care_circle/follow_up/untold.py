"""Which families somebody must see to, because a notice did not reach them, or may not have."""

from collections.abc import Iterator

from care_circle.child import Child, UnknownContact
from care_circle.follow_up.progress import ChildFile
from notifications import link
from notifications.notice import Notice, failed
from notifications.remedy import remedy_for


def untold(file: ChildFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name each appointment or errand of which somebody was not told, and what helps (N9).

    The words are `code:medium:remedy`. It is over once the notice was sent again, or where
    the address it failed at is not the person's any more: then it was mended.
    """
    told: list[tuple[str, tuple[Notice, ...]]] = []
    told += ((each.id, each.notices) for each in file.appointments)
    told += ((each.id, each.notices) for each in file.errands)
    for record, notices in told:
        words = {
            f"{each.code or each.rule}:{each.medium}:{remedy_for(each)}"
            for each in failed(notices)
            if _is_still_theirs(each, file.child)
        }
        if words:
            yield record, tuple(sorted(words))


def _is_still_theirs(notice: Notice, child: Child) -> bool:
    try:
        address = child.contact(notice.contact).address(notice.medium)
    except UnknownContact:
        return False
    if address is None:
        return False
    return notice.reached is None or link.fingerprint(address) == notice.reached
