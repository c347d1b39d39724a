"""What the refusals of meetings, departures and relay files look like from outside."""

from collections.abc import Mapping

from care_circle.definition import pathway
from care_circle.leaving import departure
from care_circle.meetings import meeting
from server.problem_kind import Kind

LEAVING_PROBLEMS: Mapping[type[BaseException], Kind] = {
    meeting.NotOfTheCircle: Kind(
        422, "not_of_the_circle", "Personne hors du cercle", "Somebody outside the circle"
    ),
    meeting.BadMeeting: Kind(422, "bad_meeting", "Réunion invalide", "Invalid meeting"),
    meeting.MeetingOver: Kind(
        409, "meeting_over", "Réunion tenue ou annulée", "The meeting was held or called off"
    ),
    meeting.NotHeldYet: Kind(
        409, "not_held_yet", "Pas encore de compte-rendu", "There are no minutes yet"
    ),
    meeting.MinutesSigned: Kind(
        409, "minutes_signed", "Compte-rendu déjà signé", "The minutes are signed already"
    ),
    pathway.UnknownExit: Kind(422, "unknown_exit", "Motif de sortie inconnu", "Unknown exit"),
    departure.ChildLeft: Kind(
        409, "child_left", "L'enfant a quitté le parcours", "The child has left the pathway"
    ),
    departure.AlreadyLeft: Kind(
        409, "already_left", "Une autre sortie est enregistrée", "Another departure stands"
    ),
    departure.ForfaitsOpen: Kind(
        409, "forfaits_open", "Des forfaits sont ouverts", "Forfaits are open"
    ),
    departure.ExclusionNotRecorded: Kind(
        409,
        "exclusion_not_recorded",
        "Le refus des parents n'est pas enregistré",
        "The parents' refusal is not recorded",
    ),
    departure.StillExcluded: Kind(
        409,
        "still_excluded",
        "Un motif d'exclusion demeure",
        "A ground of exclusion remains",
    ),
    departure.TooLateToTakeBack: Kind(
        409,
        "too_late_to_take_back",
        "Trop tard pour revenir sur cette sortie",
        "Too late to take this departure back",
    ),
    departure.DepartureTakenBack: Kind(
        409, "departure_taken_back", "Sortie déjà annulée", "The departure was taken back"
    ),
    departure.BadDeparture: Kind(422, "bad_departure", "Sortie invalide", "Invalid departure"),
}
