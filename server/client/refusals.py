"""What each refusal means to somebody at a terminal, and what to do about it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from channels.content_fields import BadContent
from channels.headless_file import FileBusy, FileExists, NoFile
from channels.headless_forms import BadAnswer
from channels.headless_line import Refused, Unreachable
from channels.headless_people import NoIdentityKey, NotThatAccount, NotThatKey, NotThatRole
from channels.headless_recovery import NoBackup
from crypto.bundle import BadBundle
from crypto.entry import BadEntry
from crypto.identity import BadAttestation, BadCertificate, IdentityChanged
from crypto.membership import BadChain, ChainFault, NotOnRoster
from crypto.mls.codec import Malformed
from crypto.mls.refused import Refused as MlsRefused
from crypto.recovery import BadCode, CodeFault
from crypto.session.session import ChainRolledBack
from crypto.session.step import NotInChannel, UnknownChannel, UnknownCircle
from crypto.vault import BadVault, WrongPassphrase
from server.client.french import Refusal

DISTRUST = "N'écrivez plus rien avant d'avoir prévenu votre coordonnateur."

_BY_CLASS: Mapping[type[Exception], str] = {
    NoFile: "Il n'y a pas d'appareil dans ce fichier : créez-le par « ronde client enrol », "
    "ou désignez un autre fichier par --file.",
    FileExists: "Il y a déjà un appareil dans ce fichier : rouvrez une session par "
    "« ronde client sign-in », ou désignez un autre fichier par --file.",
    FileBusy: "Une autre commande se sert de cet appareil : réessayez quand elle aura fini.",
    WrongPassphrase: "Cette phrase secrète n'ouvre pas le fichier : vérifiez-la et réessayez.",
    BadVault: "Ce fichier n'est pas un appareil que cette version sait lire : vérifiez --file.",
    Unreachable: "Le serveur ne répond pas : vérifiez le réseau et --server, puis réessayez.",
    BadAnswer: "La réponse n'est pas celle d'un serveur Ronde : vérifiez --server.",
    NoIdentityKey: "Aucune clé d'identité attestée pour cette personne : elle doit d'abord "
    "inscrire un appareil, et un coordonnateur de vos cercles attester sa clé "
    "(« ronde client attest »).",
    NoBackup: "Ce compte n'a pas de code de secours : faites « ronde client enrol », puis demandez "
    "à votre coordonnateur d'attester votre nouvelle clé (« ronde client recovery attest »).",
    NotThatAccount: "Ce compte n'est pas celui de l'appareil : employez le vôtre, ou un autre "
    "fichier par --file.",
    NotThatRole: "Le serveur dit autre chose de son titre que ce que vous confirmez : rien n'est "
    "signé. Faites corriger l'annuaire, ou demandez de vive voix.",
    NotThatKey: "Le serveur montre une autre clé que celle qui vous a été lue : n'attestez rien. "
    f"{DISTRUST}",
    NotOnRoster: "Cette personne n'est pas dans le cercle : voyez « ronde client members ».",
    NotInChannel: "Votre appareil n'est pas dans ce canal : demandez à un membre de l'y ajouter "
    "(« ronde client add »), puis faites « ronde client sync ».",
    UnknownChannel: "Canal inconnu de cet appareil : voyez « ronde client channels CERCLE ».",
    UnknownCircle: "Cercle inconnu de cet appareil : voyez « ronde client circles ».",
    BadContent: "Ce contenu est vide, trop long ou mal formé : raccourcissez-le ou corrigez-le.",
    BadEntry: "Ce contenu est trop long pour un seul message : raccourcissez-le.",
    BadAttestation: "L'attestation de cette clé n'est pas signée par un coordonnateur que vous "
    f"connaissez. {DISTRUST}",
    BadCertificate: f"Un certificat d'appareil présenté par le serveur est faux. {DISTRUST}",
    BadBundle: f"Le serveur montre un changement de groupe qui n'en est pas un. {DISTRUST}",
    BadChain: f"Le serveur montre un registre des membres falsifié. {DISTRUST}",
    ChainRolledBack: "Le serveur montre un registre des membres plus ancien ou réécrit. "
    f"{DISTRUST}",
    IdentityChanged: "La clé d'identité du fondateur du cercle a changé : comparez votre numéro "
    "de sécurité de vive voix avant toute chose.",
    MlsRefused: f"Ce changement du groupe n'est pas permis. {DISTRUST}",
    Malformed: f"Le serveur montre des données mal formées. {DISTRUST}",
}

_BY_CODE_FAULT: Mapping[CodeFault, str] = {
    CodeFault.LENGTH: "Un code de secours a 32 signes, en huit groupes de quatre : recommencez.",
    CodeFault.LETTER: "Un signe n'est d'aucun code de secours : recommencez.",
    CodeFault.MISTYPED: "Un signe ou deux ne vont pas ensemble : relisez le code et recommencez.",
    CodeFault.ANOTHER: "Ce code est bien formé, mais ce n'est pas celui de votre sauvegarde : en "
    "avez-vous fait un autre depuis ?",
}
_BY_FAULT: Mapping[ChainFault, str] = {
    ChainFault.ALREADY_ACTIVE: "Cette personne est déjà dans le cercle : voyez « ronde client "
    "members ».",
    ChainFault.LAST_COORDINATOR: "Un cercle garde un coordonnateur : faites-en d'abord entrer un "
    "autre.",
    ChainFault.WRONG_SIGNER: "Seul un coordonnateur du cercle signe ces actes : demandez-le-lui.",
}
_SIGN_IN = "rouvrez-en une par « ronde client sign-in »."
_BY_CODE: Mapping[str, str] = {
    "not_signed_in": f"Votre session est terminée : {_SIGN_IN}",
    "device_removed": "Cet appareil a été retiré de votre compte : inscrivez-en un autre, dans un "
    "autre fichier.",
    "no_device": f"Cette session n'est liée à aucun appareil : {_SIGN_IN}",
    "sign_in_refused": "Adresse, mot de passe ou code refusés. Un code ne sert qu'une fois : "
    "attendez le suivant et recommencez.",
    "code_refused": "Code refusé : attendez le suivant et recommencez.",
    "too_many_requests": "Trop d'essais : attendez un quart d'heure avant de recommencer.",
    "invitation_over": "Invitation inconnue, déjà utilisée ou expirée : demandez-en une autre.",
    "password_too_weak": "Mot de passe trop faible : prenez-en un plus long, sans votre nom.",
    "not_found": "Introuvable, ou pas pour vous : vérifiez l'identifiant.",
    "forbidden": "Votre rôle ne permet pas cela : demandez à un coordonnateur.",
    "no_active_convention": "Votre convention n'est pas en vigueur : faites-la renouveler.",
    "backup_replaced": "Un autre de vos appareils a donné un nouveau code de secours : « ronde "
    "client recovery take-up » avec ce code.",
    "backup_full": "La sauvegarde est pleine : « ronde client recovery set-up » la recommence.",
    "device_taken": "Cet appareil a été retiré : inscrivez-en un autre, dans un autre fichier.",
    "key_not_attested": "Votre compte a déjà une autre clé d'identité : employez l'appareil qui la "
    "porte ou votre code de secours (« ronde client recovery restore »), sinon faites attester la "
    "nouvelle par un coordonnateur (« ronde client whoami » la montre), puis « sign-in ».",
    "identity_key_changed": "Une autre clé est déjà attestée pour cette personne : "
    f"éclaircissez-le de vive voix. {DISTRUST}",
    "stale_chain": "Le registre des membres vient de changer : recommencez.",
    "circle_exists": "Cet enfant a déjà un cercle : voyez « ronde client circles ».",
    "no_seat_for_role": "Ce rôle n'a pas de place dans un cercle.",
    "identity_not_attested": "La clé d'identité n'est pas attestée : « ronde client attest ».",
    "not_in_group": "Votre appareil n'est plus dans le groupe : « ronde client sync ».",
    "channel_frozen": "Le canal attend le retrait de quelqu'un : « ronde client sync ».",
    "id_taken": "Cet identifiant a déjà servi à autre chose : recommencez.",
    "not_their_task": "Seuls l'auteur de la tâche et ceux qui en sont chargés peuvent la changer.",
    "illegal_transition": "La tâche ne peut pas passer de son état à celui-là : voyez "
    "« ronde client tasks CERCLE ».",
    "not_on_the_roster": "Une des personnes chargées n'est pas dans le cercle : voyez "
    "« ronde client members CERCLE ».",
    "removed": "Vous avez été retiré de ce canal.",
}


@contextmanager
def refusing() -> Iterator[None]:
    """Turn whatever is refused into one sentence.

    Raises:
        Refusal: Something was.
    """
    try:
        yield
    except Refused as refused:
        raise Refusal(sentence_of(refused)) from None
    except BadCode as error:
        raise Refusal(sentence_for_fault(error)) from None
    except BadChain as error:
        raise Refusal(_BY_FAULT.get(error.fault, _BY_CLASS[BadChain])) from None
    except tuple(_BY_CLASS) as error:
        raise Refusal(_sentence_for(error)) from None


def sentence_for_fault(refused: BadCode) -> str:
    """Say what is wrong with a recovery code."""
    return _BY_CODE_FAULT[refused.fault]


def sentence_of(refused: Refused) -> str:
    """Say what the server's no means."""
    title = refused.title or refused.code
    return _BY_CODE.get(refused.code, f"Le serveur refuse : {title} ({refused.code}).")


def sentence_for_code(code: str) -> str:
    """Say what a stable code means, where the code is all there is."""
    return _BY_CODE.get(code, f"Le serveur refuse ({code}).")


def _sentence_for(error: Exception) -> str:
    # The class itself before those it is made from.
    return next(_BY_CLASS[each] for each in type(error).__mro__ if each in _BY_CLASS)
