"""What is planted, in which field, and who may ever read it."""

from collections.abc import Mapping
from datetime import date, timedelta

from care_circle.ages import add_months
from care_circle.ins import nir_key

_NIR = "224022B033017"

PLACE, OTHER_PLACE = "14 allée des Capucins roux", "7 venelle du Grand Ormeau"
MOTHER, FATHER = "apolline.coquelicot@famille.example", "gontran.bergamote@famille.example"
MOTHER_PHONE, FATHER_PHONE = "+33639980317", "+33639980418"

RECORDS: Mapping[str, tuple[str, ...]] = {
    "StructureForm.name": ("Cabinet Ornithorynque", "Maison Salsifis"),
    "StructureForm.neutral_label": ("3 traverse des Libellules", "9 impasse du Cormoran"),
    "ProfessionalForm.family_name": (
        *("Tarabistouille", "Croquembouche", "Galimafrée", "Escampette"),
        *("Carambolage", "Entourloupette", "Ribambelle", "Sarabandier", "Tintamarrois"),
    ),
    "ProfessionalForm.given_name": (
        *("Philibertine", "Hildegonde", "Théophraste", "Éléonorine"),
        *("Amarantheline", "Bonifacette", "Clodomirette", "Dorothélius", "Eustachelle"),
    ),
    "ProfessionalForm.email": (
        *("philibertine@ronde.example", "hildegonde@ronde.example"),
        *("theophraste@ronde.example", "eleonorine@ronde.example"),
        *("amarantheline@ronde.example", "bonifacette@ronde.example"),
        *("clodomirette@ronde.example", "dorothelius@ronde.example"),
        "eustachelle@ronde.example",
    ),
    "ProfessionalForm.rpps": (
        *("10987654321", "10876543219", "10765432198", "10654321987"),
        *("10543219876", "10432198765", "10321987654", "10219876543"),
    ),
    "ProfessionalForm.phone": (
        *("+33639980501", "+33639980602", "+33639980703", "+33639980804"),
        *("+33639980905", "+33639981006", "+33639981107", "+33639981208"),
    ),
    "IdentityForm.birth_family_name": ("Brindezingue", "Brindezingue-Ducornet"),
    "IdentityForm.birth_given_names": ("Zéphyrine", "Cunégonde"),
    "IdentityForm.usual_family_name": ("Turlupinade",),
    "IdentityForm.usual_given_name": ("Zézette-Capucine",),
    "IdentityForm.birth_place": ("2B033",),
    "InsForm.number": (f"{_NIR}{nir_key(_NIR):02d}",),
    "ContactForm.family_name": ("Brindezingue-Lafleur", "Brindezingue-Pommier", "Croustillon"),
    "ContactForm.given_name": ("Apollinette", "Gontranulphe", "Mamivonne"),
    "ContactForm.email": (MOTHER, FATHER, "mamivonne@famille.example"),
    "ContactForm.phone": (MOTHER_PHONE, FATHER_PHONE),
    "WordForm.document": ("Feuillet safran n° 17",),
    "WordForm.language": ("ch'tîñ",),
    "DeviceForm.name": ("Tablette héritée de Balthazarine",),
    "PasskeyForm.name": ("Empreinte de l'index de Barnabé",),
    "DeviceNameForm.name": ("Téléphone de la poche gauche",),
    "DraftForm.answers": ("Il ne dort plus depuis le déménagement",),
    "AnswersForm.answers": ("Elle trébuche sur le perron chaque matin",),
    "AmendmentForm.answers": ("Elle imite le pinson à s'y méprendre",),
    "AmendmentForm.reason": ("Pesée refaite sur la balance de la voisine",),
    "StrikeForm.reason": ("Saisi dans le dossier de la cousine",),
    "PrescriptionForm.reason": ("Elle range ses chaussures dans le four",),
    "WhyForm.reason": ("Le grand-père préfère attendre la Chandeleur", "Partie vivre au phare"),
    "SessionForm.note": ("A construit un pont de berlingots sans aide",),
    "CorrectionForm.words": ("Confondue avec sa cousine Radegonde",),
    "CallingForm.place": ("Arrière-boutique de la mercerie",),
    "CallingForm.link": ("https://visio.ronde.example/parapluie-bigarre",),
    "CallingForm.subject": ("Marche sur les talons et cauchemars de girafes",),
    "MeetingReasonForm.reason": ("La salle est prise par la fanfare",),
    "MinutesForm.points": ("Monte les marches en chantonnant", "Descend les marches en sifflotant"),
    "DecisionForm.decision": ("Essayer la balançoire du presbytère",),
    "CorrectedMinutesForm.reason": ("On avait mal compris la marraine",),
    "FarewellForm.contact": ("Madame Fanfreluche, accueil bleu",),
    "FarewellForm.answers": ("Rejoint ses oncles ramoneurs",),
    "RelayForm.contact": ("Monsieur Galurin, accueil vert",),
    "TakingBackForm.reason": ("Les oncles ramoneurs ont changé d'avis",),
    "EndingForm.note": ("Rappelée pendant la fête du potiron",),
    # The walk owes one thing only: what ends several ends the same one again.
    "EndingsForm.note": ("Rappelée pendant la fête du potiron",),
    "AttemptForm.note": ("Répondeur imitant le coucou suisse",),
    "RemindersForm.note": ("Cartes postales de phoques envoyées",),
    "SettledForm.note": ("Prévenue de vive voix au lavoir communal",),
    "SendingForm.reason": ("Les pigeons voyageurs ont la grippe",),
    "CancellationForm.reason": ("Le voisin a muré la cage d'escalier",),
    "FollowingCancellationForm.reason": ("La troupe part en tournée de marionnettes",),
    "FeedForm.name": ("Pendule connectée du boudoir",),
    "SlotForm.place_label": (PLACE, OTHER_PLACE),
    "SlotForm.map_address": ("Bâtiment Coquecigrue, 2e étage gauche",),
}
"""By field of a form: phrases long or odd enough never to be met by chance."""


def days(today: date) -> dict[str, tuple[str, ...]]:
    """Count the days that are planted from the day of the walk, by field of a form.

    The child was born at 28 weeks and 3 days, 81 before term, and is soon two years old.
    """
    born = add_months(today + timedelta(days=18), -24) - timedelta(days=81)
    return {
        "IdentityForm.birth_date": (str(born),),
        "PerinatalForm.discharged_on": (str(born + timedelta(days=67)),),
        "AuthorityForm.since": (str(born + timedelta(days=3)),),
        "AuthorityForm.until": (str(born + timedelta(days=6571)),),
        "ChangesForm.left_territory_on": (str(today - timedelta(days=43)),),
        "WordForm.on": (str(today - timedelta(days=29)),),
        "SlotForm.start": tuple(
            f"{today + timedelta(days=ahead)}T14:35:00" for ahead in (11, 12, 25)
        ),
    }


SEALED: Mapping[str, str] = {
    "Message.text": "Le sommeil reste agité, surtout quand passe le laitier",
    "Edit.text": "Le sommeil reste agité, sauf quand passe le rémouleur",
    "Attachment.name": "Croquis du portique à bascule.png",
    "Attachment.type": "image/x-brouette-violette",
    "ChecklistItem.text": "Relire les courbes avec tante Ursule",
    "Task.title": "Bilan de motricité avant les moissons",
    "Task.details": "Commencer par les escaliers en colimaçon",
    "TaskChange.title": "Bilan de motricité après les moissons",
    "TaskChange.details": "Finalement plutôt la rampe du lavoir",
    "TaskChange.note": "Fait sous le tilleul, rien d'alarmant",
    "Reaction.emoji": "🦔 youpiii",
    "DocumentLink.label": "Visite des vingt-quatre mois, la vraie",
}
"""By field of what is said in channels."""

PASSWORD = "quatre loutres jonglent sous la bruine"
PASSPHRASE = "sept hérissons comptent les réverbères"
WRONG_PASSWORD = "onze crapauds récitent des almanachs"
SMTP_ANSWER = "Gontranulphe a déménagé sans laisser d'adresse"
REPLY = "Le petit crapahute de travers depuis la kermesse"

SECRETS: Mapping[str, tuple[str, ...]] = {
    "EnrolmentForm.password": (PASSWORD,),
    "SignInForm.password": (PASSWORD, WRONG_PASSWORD),
    "passphrase": (PASSPHRASE,),
    "SubscriptionForm.endpoint": (
        "https://fcm.googleapis.com/fcm/send/Rossignolette-enrhumee-0417",
    ),
    "smtp": (SMTP_ANSWER,),
    "reply by SMS": (REPLY,),
}
"""What nobody ever reads back. Tokens and one-time secrets are added as they are made."""

UNPLANTED: Mapping[str, str] = {
    "BackupForm.public_key": "thirty-two bytes of a public key and nothing else",
    "RecordForm.public_key": "the same",
    "RecordForm.body": "sealed by the client to the recovery code",
    "EntryForm.body": "sealed by the client: the fields of channels/content.py stand for it",
    "ConfirmationForm.code": "six digits that serve once: met by chance everywhere",
    "SignInForm.code": "the same six digits",
    "ConfirmationForm.token": "made by the server: searched for as a secret",
    "EnrolmentForm.token": "made by the server: searched for as a secret",
    "AttestationForm.replaces": "compared with the key in force, never kept",
    **{
        f"{shape}.{name}": "what an authenticator signed: taken whole or refused, and no words"
        for shape, names in {
            "NewCredential": ("id", "rawId"),
            "UsedCredential": ("id", "rawId"),
            "Attested": (
                *("clientDataJSON", "attestationObject", "authenticatorData", "publicKey"),
                "transports",
            ),
            "Asserted": ("clientDataJSON", "authenticatorData", "signature", "userHandle"),
        }.items()
        for name in names
    },
    "PasskeySignInForm.device": "an id, as for SignInForm.device",
    "SubscriptionKeys.p256dh": "a point of a curve and nothing else",
    "SubscriptionKeys.auth": "sixteen random bytes of a browser",
    "MarkForm.transcript": "a hash of thirty-two bytes and nothing else",
    "PreferencesForm.quiet_from": "a time of the clock and nothing else: its pattern is tested",
    "PreferencesForm.quiet_to": "the same",
    "PreferencesForm.digest_at": "the same",
    "ApplicationForm.digest": "compared with the report's own digest, never kept",
    "ChoiceForm.wanted": "a word of ours or an id that a report offered: anything else is refused",
    "UrgentForm.entry": "the id of one's own message in that channel: any other is refused",
    "SignInForm.device": "an id, asked by hand among the bad inputs",
    "CallingForm.answers": "COCON's form of a meeting asks for no words beside its own",
    "MinutesForm.answers": "nor does its form of minutes",
    "FarewellForm.cancel_appointments": "ids of the child's own appointments; others are refused",
}
"""Fields in which no phrase of the tables stands, each with the reason."""

UNSAID: Mapping[str, str] = {
    "Task.due": "repeats the card, which the server may read (R15)",
    "TaskChange.state": "repeats the card, which the server may read (R15)",
    "TaskChange.due": "repeats the card, which the server may read (R15)",
}
"""The same for what is said in channels."""

TOLD_BY_MAIL = (PLACE, OTHER_PLACE, MOTHER, FATHER)
"""A family is told where to go on purpose (a label that says nothing of health, NOT-2), and a
letter bears its addressee."""

TOLD_BY_SMS = (PLACE, OTHER_PLACE, MOTHER_PHONE, FATHER_PHONE)
"""The same by SMS."""

TOLD_BEHIND_THE_LINK = (PLACE, OTHER_PLACE, *RECORDS["SlotForm.map_address"])
"""Whoever holds a family's link learns what the SMS said already."""
