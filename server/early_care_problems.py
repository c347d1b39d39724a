"""What the refusals of early care and of statements look like from outside."""

from collections.abc import Mapping

from care_circle import month
from care_circle.definition import early_care_terms
from care_circle.early_care import claiming, due, forfait, prescription, session
from care_circle.early_care import statement as stating
from server.problem_kind import Kind

EARLY_CARE_PROBLEMS: Mapping[type[BaseException], Kind] = {
    early_care_terms.UnknownDiscipline: Kind(
        422, "unknown_discipline", "Discipline inconnue", "Unknown discipline"
    ),
    prescription.NotAPrescriber: Kind(
        403,
        "not_a_prescriber",
        "Réservé au médecin qui suit l'enfant",
        "For the child's physician only",
    ),
    prescription.BeyondTheTerms: Kind(
        422, "beyond_the_terms", "Plus que ce que prévoit le parcours", "More than the pathway has"
    ),
    prescription.PrescriptionCancelled: Kind(
        409, "prescription_cancelled", "Prescription annulée", "Prescription cancelled"
    ),
    prescription.PrescriptionLapsed: Kind(
        409, "prescription_lapsed", "Prescription périmée", "Prescription lapsed"
    ),
    prescription.PrescriptionUsed: Kind(
        409,
        "prescription_used",
        "Un forfait est ouvert sur cette prescription",
        "A forfait is open on this prescription",
    ),
    forfait.ForfaitOpen: Kind(
        409,
        "forfait_open",
        "Un forfait de cette discipline est déjà ouvert",
        "A forfait of this discipline is open already",
    ),
    forfait.NoRenewalLeft: Kind(
        409, "no_renewal_left", "Plus de renouvellement possible", "No renewal left"
    ),
    forfait.ReviewMissing: Kind(
        409,
        "review_missing",
        "Le bilan de fin de forfait manque",
        "The review of the forfait is missing",
    ),
    forfait.NotOfTheDiscipline: Kind(
        403,
        "not_of_the_discipline",
        "Discipline d'une autre profession",
        "Another profession's discipline",
    ),
    forfait.ForfaitClosed: Kind(409, "forfait_closed", "Forfait fermé", "Forfait closed"),
    forfait.NoSuchSession: Kind(404, "not_found", "Introuvable", "Not found"),
    claiming.NotTheirForfait: Kind(
        403, "not_their_forfait", "Forfait d'un autre professionnel", "Another professional's"
    ),
    claiming.BeforeOpening: Kind(
        409,
        "before_opening",
        "Séance antérieure à l'ouverture du forfait",
        "The session was before the forfait was opened",
    ),
    claiming.AfterItsEnd: Kind(
        409,
        "after_its_end",
        "Séance postérieure à la fin du forfait",
        "The session was after the end of the forfait",
    ),
    claiming.QuotaUsedUp: Kind(
        409, "quota_used_up", "Plus de séance dans ce forfait", "No session left on this forfait"
    ),
    claiming.SlotClaimed: Kind(
        409,
        "slot_claimed",
        "Une séance est déjà saisie à cette heure",
        "A session is claimed at that time already",
    ),
    claiming.NoConventionThatDay: Kind(
        403,
        "no_convention_that_day",
        "Pas de convention active le jour de la séance",
        "No convention was active on the day of the session",
    ),
    claiming.SessionIdTaken: Kind(
        409, "session_id_taken", "Identifiant déjà pris", "Id used for another session"
    ),
    claiming.TooLateToUndo: Kind(
        409,
        "too_late_to_undo",
        "Séance saisie un autre jour : à corriger",
        "Claimed on another day: correct it instead",
    ),
    session.SessionInTheFuture: Kind(
        422, "session_in_the_future", "Séance à venir", "The session is yet to come"
    ),
    session.BadSession: Kind(422, "bad_session", "Séance invalide", "Invalid session"),
    due.AlreadyTakenBack: Kind(409, "already_taken_back", "Déjà retirée", "Taken back already"),
    due.TooManyWords: Kind(422, "too_many_words", "Texte trop long", "Too many words"),
    month.BadMonth: Kind(422, "bad_month", "Mois invalide", "Invalid month"),
    stating.MonthNotOver: Kind(
        409, "month_not_over", "Le mois n'est pas terminé", "The month is not over"
    ),
    stating.StatementMoved: Kind(
        409,
        "statement_moved",
        "Le relevé a changé : à relire",
        "The statement has changed: read it again",
    ),
    stating.StatementLocked: Kind(
        409, "statement_locked", "Relevé déjà validé", "Statement validated already"
    ),
    stating.NothingToState: Kind(409, "nothing_to_state", "Relevé vide", "Empty statement"),
    stating.NotValidated: Kind(
        409, "not_validated", "Relevé non validé", "Statement not validated"
    ),
    stating.PaidOn: Kind(
        422, "paid_on", "Date de paiement impossible", "Impossible day of payment"
    ),
}
