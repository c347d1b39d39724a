"""What each refusal looks like from outside: status, stable code, French and English title."""

from collections.abc import Mapping

from care_circle import (
    access,
    ages,
    appointment,
    child,
    circle,
    consent,
    contact,
    convention,
    ins,
    neutral,
    professional,
    role,
    store,
    structure,
    task,
)
from care_circle.definition import inclusion, pathway, perinatal
from care_circle.documents import answers, document
from care_circle.follow_up import duty, yearly
from care_circle.telling import agreement, handing
from channels import blobs, marks
from channels import keys as keys_of_devices
from channels import model as channel
from crypto import bundle, identity, membership
from crypto.mls import refused as mls
from notifications import hours, settling
from notifications import store as notices
from server import client_files, limits, repeats, security, wire
from server import identity as session
from server.accounts import accounts, backups, devices, passkeys, passwords, subscriptions
from server.agenda_problems import AGENDA_PROBLEMS
from server.early_care_problems import EARLY_CARE_PROBLEMS
from server.import_problems import IMPORT_PROBLEMS
from server.leaving_problems import LEAVING_PROBLEMS
from server.live import frames
from server.problem_kind import Kind
from server.sending_problems import SENDING_PROBLEMS
from server.storage import engine, keys

_NOT_FOUND = Kind(404, "not_found", "Introuvable", "Not found")
_MALFORMED = Kind(400, "malformed", "Demande mal formée", "Malformed request")
_TOO_LARGE = Kind(413, "too_large", "Demande trop volumineuse", "Request too large")

PROBLEMS: Mapping[type[BaseException], Kind] = {
    # The way in.
    wire.Malformed: _MALFORMED,
    wire.TooLarge: _TOO_LARGE,
    client_files.ClientNotBuilt: Kind(
        503,
        "client_not_built",
        "La page n'est pas construite : python3 ronde.py build",
        "The page is not built: python3 ronde.py build",
    ),
    repeats.BadRepeatKey: Kind(
        400, "bad_repeat_key", "Clé d'idempotence invalide", "Invalid idempotency key"
    ),
    repeats.KeyReused: Kind(
        422, "key_reused", "Clé déjà utilisée pour autre chose", "Key used for something else"
    ),
    repeats.StillRunning: Kind(
        409, "still_running", "Première demande encore en cours", "First request still running"
    ),
    wire.TooSlow: Kind(408, "too_slow", "Demande trop lente", "Request too slow"),
    wire.NotJson: Kind(415, "not_json", "Le corps doit être du JSON", "The body must be JSON"),
    wire.NoCondition: Kind(428, "no_condition", "If-Match est obligatoire", "If-Match is required"),
    wire.ConditionFailed: Kind(
        412, "condition_failed", "La version a changé", "The version has changed"
    ),
    frames.MalformedFrame: _MALFORMED,
    security.CompressedBody: Kind(
        415, "compressed", "Corps compressé refusé", "Compressed body refused"
    ),
    security.WrongOrigin: Kind(403, "wrong_origin", "Origine refusée", "Origin refused"),
    limits.TooManyRequests: Kind(429, "too_many_requests", "Trop d'essais", "Too many requests"),
    # Who is asking.
    session.NotSignedIn: Kind(401, "not_signed_in", "Connexion nécessaire", "Sign-in required"),
    session.DeviceRemoved: Kind(
        401, "device_removed", "Cet appareil a été retiré", "This device was removed"
    ),
    session.NoDevice: Kind(403, "no_device", "Session sans appareil", "The session has no device"),
    accounts.SignInRefused: Kind(
        401, "sign_in_refused", "Identifiants refusés", "Credentials refused"
    ),
    accounts.EmailTaken: Kind(
        409, "email_taken", "Adresse déjà utilisée", "Address already in use"
    ),
    accounts.InvitationOver: Kind(
        404, "invitation_over", "Invitation inconnue ou expirée", "Invitation unknown or over"
    ),
    accounts.CodeRefused: Kind(422, "code_refused", "Code refusé", "Code refused"),
    subscriptions.BadSubscription: Kind(
        422,
        "bad_subscription",
        "Abonnement aux notifications invalide",
        "Invalid subscription to notifications",
    ),
    passkeys.PasskeyRefused: Kind(422, "passkey_refused", "Clé d'accès refusée", "Passkey refused"),
    passkeys.TooManyPasskeys: Kind(
        409, "too_many_passkeys", "Trop de clés d'accès", "Too many passkeys"
    ),
    passkeys.BadPasskeyName: Kind(
        422, "bad_passkey_name", "Nom de clé d'accès invalide", "Invalid name of a passkey"
    ),
    passwords.PasswordTooWeak: Kind(
        422, "password_too_weak", "Mot de passe trop faible", "Password too weak"
    ),
    devices.DeviceTaken: Kind(
        409, "device_taken", "Cet appareil est déjà inscrit", "This device is already registered"
    ),
    devices.BadDeviceName: Kind(
        422, "bad_device_name", "Nom d'appareil invalide", "Invalid name of a device"
    ),
    devices.TooManyDevices: Kind(409, "too_many_devices", "Trop d'appareils", "Too many devices"),
    devices.KeyNotAttested: Kind(
        409,
        "key_not_attested",
        "Clé d'identité différente de celle attestée",
        "Identity key differs from the attested one",
    ),
    backups.BackupReplaced: Kind(
        409,
        "backup_replaced",
        "Le code de secours a été remplacé",
        "The recovery code was replaced",
    ),
    backups.BackupFull: Kind(409, "backup_full", "Sauvegarde pleine", "The backup is full"),
    backups.BadBackup: Kind(422, "bad_backup", "Sauvegarde invalide", "Invalid backup record"),
    access.NotFound: _NOT_FOUND,
    access.Forbidden: Kind(403, "forbidden", "Action non permise", "Not permitted"),
    # People and places.
    professional.BadRpps: Kind(422, "bad_rpps", "Numéro RPPS invalide", "Invalid RPPS number"),
    professional.ProfessionMissing: Kind(
        422, "profession_missing", "Profession manquante", "Profession missing"
    ),
    professional.IdentityKeyChanged: Kind(
        409, "identity_key_changed", "Une autre clé est attestée", "Another key is attested"
    ),
    professional.BadIdentityKey: Kind(
        422, "bad_identity_key", "Clé d'identité invalide", "Invalid identity key"
    ),
    role.UnknownProfession: Kind(
        422, "unknown_profession", "Profession inconnue", "Unknown profession"
    ),
    structure.BadFiness: Kind(422, "bad_finess", "Numéro FINESS invalide", "Invalid FINESS number"),
    contact.BadEmail: Kind(422, "bad_email", "Adresse électronique invalide", "Invalid e-mail"),
    contact.BadPhone: Kind(422, "bad_phone", "Numéro de téléphone invalide", "Invalid phone"),
    contact.Unreachable: Kind(
        422, "unreachable", "Contact sans moyen de le joindre", "Contact cannot be reached"
    ),
    store.AlreadyThere: Kind(
        409, "already_there", "Déjà inscrit au registre", "Already on the register"
    ),
    handing.NotToBeHanded: Kind(
        409, "not_to_be_handed", "Ce document ne se remet pas", "This document is not handed over"
    ),
    handing.NobodyToTell: Kind(
        409, "nobody_to_tell", "Personne de la famille à prévenir", "Nobody of the family to tell"
    ),
    agreement.TooManySayings: Kind(
        409, "said_too_often", "Trop de changements d'avis", "Too many changes of mind"
    ),
    contact.BadLanguage: Kind(422, "bad_language", "Langue inconnue", "Unknown language"),
    # Conventions.
    convention.UnknownPiece: Kind(422, "unknown_piece", "Pièce inconnue", "Unknown document"),
    convention.PiecesMissing: Kind(
        409, "pieces_missing", "Des pièces manquent", "Documents are missing"
    ),
    convention.NotSigned: Kind(409, "not_signed", "Convention non signée", "Convention not signed"),
    convention.BadPeriod: Kind(422, "bad_period", "Période impossible", "Impossible period"),
    convention.NoActiveConvention: Kind(
        403, "no_active_convention", "Pas de convention active", "No active convention"
    ),
    # Children.
    ins.BadIns: Kind(422, "bad_ins", "INS invalide", "Invalid national identifier"),
    ins.InsNotQualified: Kind(
        422, "ins_not_qualified", "INS non qualifiée", "National identifier not qualified"
    ),
    ins.BadName: Kind(422, "bad_name", "Nom invalide", "Invalid name"),
    ins.BadBirthPlace: Kind(
        422, "bad_birth_place", "Lieu de naissance invalide", "Invalid place of birth"
    ),
    ages.NotAGestationalAge: Kind(
        422, "not_a_gestational_age", "Terme impossible", "Impossible gestational age"
    ),
    perinatal.ImpossibleMeasure: Kind(
        422, "impossible_measure", "Mesure impossible", "Impossible measure"
    ),
    child.ContactTaken: Kind(409, "contact_taken", "Contact déjà présent", "Contact already there"),
    child.UnknownContact: Kind(422, "unknown_contact", "Contact inconnu", "Unknown contact"),
    child.ChildNotIncluded: Kind(
        409, "child_not_included", "Enfant non inclus", "The child is not included"
    ),
    child.AlreadyIncluded: Kind(409, "already_included", "Enfant déjà inclus", "Already included"),
    child.BornTomorrow: Kind(
        422, "born_tomorrow", "Naissance dans l'avenir", "Birth lies in the future"
    ),
    child.ImpossibleDay: Kind(422, "impossible_day", "Date impossible", "Impossible day"),
    child.LikelyDuplicate: Kind(
        409, "likely_duplicate", "Enfant sans doute déjà inscrit", "Probably registered already"
    ),
    inclusion.NotIncludable: Kind(
        409, "not_includable", "Critères d'inclusion non remplis", "Inclusion criteria not met"
    ),
    inclusion.GuardsUnmet: Kind(
        409, "guards_unmet", "Conditions d'inclusion non remplies", "Inclusion conditions not met"
    ),
    consent.ConsentMissing: Kind(
        409, "consent_missing", "Consentement manquant", "Consent is missing"
    ),
    consent.ParentOpposed: Kind(409, "parent_opposed", "Un parent s'oppose", "A parent objects"),
    consent.SaidTomorrow: Kind(
        422, "said_tomorrow", "Consentement daté de l'avenir", "Consent dated in the future"
    ),
    # Documents.
    pathway.UnknownForm: Kind(422, "unknown_form", "Formulaire inconnu", "Unknown form"),
    pathway.UnknownVisit: Kind(422, "unknown_visit", "Visite inconnue", "Unknown visit"),
    answers.BadAnswers: Kind(422, "bad_answers", "Réponses invalides", "Invalid answers"),
    document.StaleEdition: Kind(
        412, "stale_edition", "Le document a changé", "The document has changed"
    ),
    document.NotADraft: Kind(409, "not_a_draft", "Document déjà signé", "Already signed"),
    document.NotSignedYet: Kind(409, "not_signed_yet", "Document non signé", "Not signed yet"),
    document.Struck: Kind(409, "struck", "Document marqué erroné", "Entered in error"),
    document.ReasonMissing: Kind(422, "reason_missing", "Motif manquant", "Reason missing"),
    document.WrongProfession: Kind(
        403, "wrong_profession", "Formulaire d'une autre profession", "Another profession's form"
    ),
    yearly.NoSuchYear: Kind(422, "no_such_year", "Année invalide", "No such year"),
    duty.DutyEnded: Kind(409, "duty_ended", "Déjà traité autrement", "Ended otherwise already"),
    duty.TooLateToReopen: Kind(
        409, "too_late_to_reopen", "Terminée depuis plus d'un jour", "Ended more than a day ago"
    ),
    duty.EndedBySomebodyElse: Kind(
        403,
        "ended_by_somebody_else",
        "À rouvrir par la personne qui l'a terminée, ou la coordination",
        "To be reopened by whoever ended it, or a coordinator",
    ),
    duty.NoteTooLong: Kind(422, "note_too_long", "Note trop longue", "Note too long"),
    duty.TooManyAttempts: Kind(409, "too_many_attempts", "Trop de tentatives", "Too many attempts"),
    duty.NothingToRemind: Kind(
        409, "nothing_to_remind", "Aucune visite à programmer", "No visit to be booked"
    ),
    duty.TriedTomorrow: Kind(422, "tried_tomorrow", "Date dans le futur", "Date in the future"),
    document.AlreadyWritten: Kind(
        409, "already_written", "Ce document existe déjà", "This document exists already"
    ),
    document.WrongVisit: Kind(
        422, "wrong_visit", "Formulaire d'une autre visite", "Another visit's form"
    ),
    document.KeptElsewhere: Kind(
        409, "kept_elsewhere", "Se remplit ailleurs", "Filled in elsewhere"
    ),
    document.FormReplaced: Kind(
        409, "form_replaced", "Le formulaire a changé de version", "The form has a newer version"
    ),
    **EARLY_CARE_PROBLEMS,
    **LEAVING_PROBLEMS,
    **IMPORT_PROBLEMS,
    # Appointments.
    appointment.InThePast: Kind(422, "in_the_past", "Date passée", "In the past"),
    appointment.TooFarAhead: Kind(422, "too_far_ahead", "Date trop lointaine", "Too far ahead"),
    appointment.NoSuchTime: Kind(422, "no_such_time", "Heure inexistante", "No such time"),
    appointment.TimeTwice: Kind(
        422, "time_twice", "Heure qui revient deux fois", "Hour shown twice"
    ),
    appointment.BadReason: Kind(422, "bad_reason", "Motif impossible", "Impossible reason"),
    appointment.TwoPurposes: Kind(
        422, "two_purposes", "Visite ou soin, pas les deux", "A visit or a care, not both"
    ),
    appointment.NotInCircle: Kind(
        422,
        "not_in_circle",
        "Ce professionnel n'est pas dans le cercle",
        "This professional is not in the circle",
    ),
    **AGENDA_PROBLEMS,
    **SENDING_PROBLEMS,
    appointment.BadDuration: Kind(422, "bad_duration", "Durée impossible", "Impossible duration"),
    appointment.BadAddress: Kind(
        422,
        "bad_address",
        "Adresse invalide, ou qui en dit trop",
        "Invalid address, or one that tells too much",
    ),
    appointment.AppointmentOver: Kind(
        409, "appointment_over", "Rendez-vous terminé", "The appointment is over"
    ),
    appointment.NotYetHeld: Kind(
        409, "not_yet_held", "Rendez-vous à venir", "The appointment is yet to come"
    ),
    neutral.TellingLabel: Kind(
        422, "telling_label", "Libellé de lieu trop parlant", "The place label tells too much"
    ),
    neutral.UnwritableLabel: Kind(
        422,
        "unwritable_label",
        "Lieu écrit en lettres qu'un SMS n'a pas",
        "The place label has letters that text messages have not",
    ),
    neutral.NamesStructure: Kind(
        422,
        "names_structure",
        "Ce lieu est le nom d'une structure",
        "The place label is the name of a structure",
    ),
    # Circles.
    circle.CircleExists: Kind(
        409, "circle_exists", "L'enfant a déjà un cercle", "The child has a circle already"
    ),
    circle.CircleClosed: Kind(409, "circle_closed", "Cercle fermé", "Circle closed"),
    circle.StaleChain: Kind(
        409, "stale_chain", "Le registre des membres a avancé", "The membership log moved on"
    ),
    circle.NotTheSigner: Kind(
        403, "not_the_signer", "Signé par quelqu'un d'autre", "Signed by somebody else"
    ),
    circle.WrongStatement: Kind(
        422, "wrong_statement", "Déclaration inadaptée", "The statement says something else"
    ),
    circle.IdentityNotAttested: Kind(
        409, "identity_not_attested", "Identité non attestée", "Identity not attested"
    ),
    circle.StatementFromTheFuture: Kind(
        422, "statement_from_the_future", "Déclaration datée de l'avenir", "Dated in the future"
    ),
    circle.NoSeatForRole: Kind(
        403, "no_seat_for_role", "Rôle sans place dans un cercle", "No seat for this role"
    ),
    membership.BadChain: Kind(
        422, "bad_chain", "Registre des membres invalide", "Invalid membership log"
    ),
    membership.NotOnRoster: _NOT_FOUND,
    identity.BadCertificate: Kind(
        422, "bad_certificate", "Certificat d'appareil invalide", "Invalid device certificate"
    ),
    identity.BadAttestation: Kind(
        422, "bad_attestation", "Attestation invalide", "Invalid attestation"
    ),
    # Tasks.
    task.TaskRefused: Kind(409, "task_refused", "Changement refusé", "Change refused"),
    task.NotOnTheRoster: Kind(
        422, "not_on_the_roster", "Hors du cercle", "Not on the circle's roster"
    ),
    task.NotTheirTask: Kind(403, "not_their_task", "Tâche d'un autre", "Somebody else's task"),
    task.IllegalTransition: Kind(
        409, "illegal_transition", "Changement d'état impossible", "Impossible change of state"
    ),
    task.TaskElsewhere: Kind(409, "task_elsewhere", "Tâche d'un autre canal", "Task of elsewhere"),
    # Channels.
    channel.Refusal: Kind(409, "channel_refused", "Refusé par le canal", "Refused by the channel"),
    channel.NotAMember: _NOT_FOUND,
    channel.NotInGroup: Kind(
        403, "not_in_group", "Appareil hors du groupe", "Device not in the group"
    ),
    channel.StaleEpoch: Kind(409, "stale_epoch", "Époque dépassée", "Stale epoch"),
    channel.IdTaken: Kind(409, "id_taken", "Identifiant déjà pris", "Id used for other content"),
    channel.ChannelFrozen: Kind(
        409, "channel_frozen", "Canal gelé : un retrait attend", "Frozen until a removal is done"
    ),
    channel.TooLarge: _TOO_LARGE,
    channel.BadEntry: Kind(422, "bad_entry", "Entrée invalide", "Invalid entry"),
    channel.BadCommit: Kind(422, "bad_commit", "Commit refusé", "Commit refused"),
    blobs.ChannelFull: Kind(
        409,
        "channel_full",
        "Les fichiers du canal pèsent trop",
        "The channel's files weigh too much",
    ),
    blobs.TooManyAtOnce: Kind(
        429, "too_many_at_once", "Trop d'envois à la fois", "Too many uploads at once"
    ),
    marks.BadMark: Kind(
        422, "bad_mark", "Position hors du journal", "A place that the log does not have"
    ),
    channel.BadCard: Kind(422, "bad_card", "Carte de tâche invalide", "Invalid task card"),
    keys_of_devices.BadKeyPackage: Kind(
        422, "bad_key_package", "Paquet de clés invalide", "Invalid key package"
    ),
    keys_of_devices.TooManyKeyPackages: Kind(
        409, "too_many_key_packages", "Trop de paquets de clés", "Too many key packages"
    ),
    keys_of_devices.NoKeyPackage: Kind(
        409, "no_key_package", "Plus de paquet de clés", "No key package left"
    ),
    bundle.BadBundle: Kind(422, "bad_bundle", "Paquet de commit invalide", "Invalid bundle"),
    mls.Refused: Kind(422, "mls_refused", "Message MLS refusé", "MLS message refused"),
    # Notices.
    notices.NoSuchCarrier: _NOT_FOUND,
    notices.NoSuchErrand: _NOT_FOUND,
    settling.NothingToResend: Kind(
        409, "nothing_to_resend", "Plus rien à renvoyer", "Nothing left to send again"
    ),
    hours.UnknownZone: Kind(422, "unknown_zone", "Fuseau horaire inconnu", "Unknown time zone"),
    # Stores.
    keys.Erased: _NOT_FOUND,
    engine.Stale: Kind(409, "stale_version", "Modifié entre-temps", "Changed in the meantime"),
    engine.Taken: Kind(409, "taken", "Déjà pris", "Already taken"),
    engine.Busy: Kind(503, "busy", "Serveur occupé", "Server busy"),
    engine.Damaged: Kind(500, "damaged", "Donnée endommagée", "Damaged data"),
    engine.NewerFile: Kind(
        500, "newer_file", "Donnée d'une version plus récente", "Data of a later version"
    ),
    engine.Unavailable: Kind(503, "unavailable", "Stockage injoignable", "Storage unreachable"),
}

HTTP_PROBLEMS: Mapping[int, Kind] = {
    400: _MALFORMED,
    404: _NOT_FOUND,
    405: Kind(405, "method_not_allowed", "Méthode non permise", "Method not allowed"),
    413: _TOO_LARGE,
}
"""What aiohttp itself refuses, by status."""
