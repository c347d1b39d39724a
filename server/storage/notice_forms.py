"""Older forms of stored notices, made into today's."""

from server.storage.shape import Plain


def with_carriers(appointment: Plain) -> Plain:
    """Make form 2 of form 1: a notice names its record, its line of the pathway, its answer.

    Until then a notice knew only its appointment, had no code, and called what comes before
    an appointment a reminder.
    """
    return appointment | {"notices": [_with_carrier(each) for each in appointment["notices"]]}


def _with_carrier(notice: Plain) -> Plain:
    kept = {name: value for name, value in notice.items() if name not in {"appointment", "code"}}
    return kept | {
        "carrier": {"kind": "appointment", "id": notice["appointment"]},
        "rule": "before" if notice["rule"] == "reminder" else notice["rule"],
        "code": "",
        "answer": notice.get("code"),
    }
