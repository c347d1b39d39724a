"""The pathway's lines of reminders, as those who plan notices know them."""

from datetime import time

from care_circle.definition.pathway import Pathway, Reminder, Told
from notifications.notice import Rule, Telling


def tellings_of(pathway: Pathway) -> tuple[Telling, ...]:
    """Give all that a family is told of by itself; what is for the coordinator is a duty."""
    return tuple(telling_of(each) for each in pathway.reminders if each.to is not Told.COORDINATOR)


def telling_of(reminder: Reminder) -> Telling:
    """Read one line of the pathway: its code, its occasion, its days and its hour."""
    return Telling(
        code=reminder.code,
        rule=Rule(reminder.on.value),
        days=reminder.days,
        time=None if reminder.time is None else time.fromisoformat(reminder.time),
    )
