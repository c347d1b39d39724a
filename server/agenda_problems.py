"""What the refusals of agendas, series, feeds and calendars look like from outside."""

from collections.abc import Mapping

from care_circle.agenda import busy, feed, series
from care_circle.services import diary
from server.problem_kind import Kind

AGENDA_PROBLEMS: Mapping[type[BaseException], Kind] = {
    diary.SlotTaken: Kind(409, "slot_taken", "Ce créneau est déjà pris", "This time is taken"),
    series.BadRhythm: Kind(422, "bad_rhythm", "Rythme impossible", "Impossible rhythm"),
    series.TooManySessions: Kind(
        422, "too_many_sessions", "Trop de séances à la fois", "Too many sessions at once"
    ),
    series.NoSession: Kind(422, "no_session", "Il ne reste aucune séance", "No session is left"),
    feed.BadFeedName: Kind(422, "bad_feed_name", "Nom d'agenda impossible", "Impossible name"),
    feed.TooManyFeeds: Kind(409, "too_many_feeds", "Trop d'agendas reliés", "Too many feeds"),
    feed.InitialsNotAllowed: Kind(
        403,
        "initials_not_allowed",
        "Les initiales ne sont pas permises",
        "Initials are not allowed",
    ),
    busy.CalendarRefused: Kind(
        422, "calendar_refused", "Ce calendrier ne peut pas être repris", "Calendar refused"
    ),
}
