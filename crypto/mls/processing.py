"""Following another member's commit: RFC 9420, section 12.4.2."""

from datetime import datetime

from crypto.mls.codec import encode
from crypto.mls.framing import AuthenticatedContent, PublicMessage, membership_tag
from crypto.mls.key_schedule import (
    derive_epoch,
    epoch_secret,
    joiner_secret,
    no_path,
    no_psk,
    receive_external_init,
)
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.member_state import MemberState, check_confirmed
from crypto.mls.profile import check_clients, proposals_of
from crypto.mls.public_state import Allow
from crypto.mls.refused import Refused
from crypto.mls.registry import SenderType
from crypto.mls.suite import BadTag, Secret, equal
from crypto.mls.transition import Staged, check_addressed, finish, stage, verify_commit
from crypto.mls.tree_kem import OpenedPath, open_path


class OwnMessage(Refused):
    """A commit of ours: it is adopted with the Group that `commit` returned, not processed."""


class RemovedFromGroup(Exception):
    """A valid commit takes us out: the Group is over, and its secrets are to be deleted."""


def process_commit(
    own: MemberState, message: PublicMessage, allow: Allow, *, now: datetime
) -> MemberState:
    """Enter the epoch that a commit of the kind we use begins.

    Raises:
        RemovedFromGroup: It is valid, allowed, and takes us out.
        OwnMessage: It is our own.
        Refused: Something in it does not hold; or whatever `allow` raises.
    """
    authenticated = message.authenticated()
    check_addressed(own.state, message.content)
    check_membership(own, message)
    proposals = proposals_of(authenticated)
    verify_commit(own.state, authenticated)
    staged = stage(own.state, authenticated, proposals, LifetimePolicy(now=now))
    check_clients(staged.tree)
    allow(staged.change, own.state)
    if own.keys.leaf in staged.applied.removed:
        raise RemovedFromGroup
    return enter(own, staged, authenticated, psk_secret=no_psk(own.state.suite))


def check_membership(own: MemberState, message: PublicMessage) -> None:
    """Accept the tag of a member's message; a newcomer's message has none.

    Raises:
        OwnMessage: It is our own.
        BadTag: Its sender does not know the epoch's membership key.
    """
    sender = message.content.sender
    if sender.type != SenderType.MEMBER:
        return
    if sender.index == own.keys.leaf:
        raise OwnMessage
    key, context = own.secrets.membership_key, own.state.context
    tag = membership_tag(own.state.suite, message.authenticated(), key, context=context)
    if not equal(tag, message.membership_tag or b""):
        raise BadTag


def enter(
    own: MemberState, staged: Staged, message: AuthenticatedContent, *, psk_secret: Secret
) -> MemberState:
    """Enter the epoch of a staged commit: open its path, derive its secrets, check its tag.

    Raises:
        InvalidPath: Its path has nothing for us, or a key does not come from its secret.
        BadTag: What it sealed to us cannot be opened.
        Unconfirmed: Its confirmation tag is not that of the secrets we derived.
    """
    suite = own.state.suite
    opened = open_staged(own, staged)
    state = finish(own.state, staged, message)
    init = own.secrets.init
    if staged.applied.kem_output is not None:
        init = receive_external_init(suite, own.secrets, staged.applied.kem_output)
    joiner = joiner_secret(suite, init, opened.commit_secret, state.context)
    secrets = derive_epoch(suite, epoch_secret(suite, joiner, psk_secret, state.context))
    entered = MemberState(state=state, keys=opened.keys, secrets=secrets)
    check_confirmed(entered)
    return entered


def open_staged(own: MemberState, staged: Staged) -> OpenedPath:
    """Learn what a staged commit's path has for us; without a path only the keys are sifted.

    Raises:
        InvalidPath: Its path has nothing for us, or a key does not come from its secret.
        BadTag: What it sealed to us cannot be opened.
    """
    keys = own.keys.within(staged.applied.tree)
    if staged.path is None:
        return OpenedPath(keys=keys, commit_secret=no_path(own.state.suite))
    return open_path(
        own.state.suite,
        staged.path,
        staged.tree,
        sender=staged.committer,
        keys=keys,
        context=encode(staged.context),
        newcomers=staged.applied.newcomers,
    )
