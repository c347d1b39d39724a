"""What the refusals round sending look like from outside: telling again, settling, pausing."""

from collections.abc import Mapping

from care_circle.services import notices
from care_circle.telling import pause
from notifications import settling
from server.problem_kind import Kind

SENDING_PROBLEMS: Mapping[type[BaseException], Kind] = {
    notices.MayHaveArrived: Kind(
        409, "may_have_arrived", "La famille l'a peut-être reçu", "The family may have received it"
    ),
    notices.TooLongAgo: Kind(
        422, "too_long_ago", "Au plus un an en arrière", "A year back at the most"
    ),
    settling.NothingToSettle: Kind(
        409, "nothing_to_settle", "Cet envoi n'a pas échoué", "This notice did not fail"
    ),
    settling.NoteTooLong: Kind(422, "note_too_long", "Note trop longue", "Note too long"),
    pause.BadPauseReason: Kind(
        422, "bad_pause_reason", "Dites pourquoi suspendre", "Say why sending is paused"
    ),
    pause.UnconfirmedResumption: Kind(
        409, "resumption_unconfirmed", "Reprise à confirmer", "Confirm that sending goes on"
    ),
}
