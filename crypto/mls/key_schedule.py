"""From one epoch's secret to the next, and to everything derived from it: RFC 9420, section 8."""

from dataclasses import dataclass

from crypto.mls.codec import encode
from crypto.mls.group_context import GroupContext
from crypto.mls.suite import KeyPair, Secret, Suite

_EXTERNAL_INIT = b"MLS 1.0 external init secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSecrets:
    """All that an epoch's secret gives; the names are those of section 8, table 4."""

    epoch: Secret
    sender_data: Secret
    encryption: Secret
    exporter: Secret
    external: Secret
    confirmation_key: Secret
    membership_key: Secret
    resumption_psk: Secret
    authenticator: Secret
    init: Secret


def derive_epoch(suite: Suite, epoch_secret: Secret) -> EpochSecrets:
    """Derive everything from an epoch's secret."""
    derive = suite.derive_secret
    return EpochSecrets(
        epoch=epoch_secret,
        sender_data=derive(epoch_secret, "sender data"),
        encryption=derive(epoch_secret, "encryption"),
        exporter=derive(epoch_secret, "exporter"),
        external=derive(epoch_secret, "external"),
        confirmation_key=derive(epoch_secret, "confirm"),
        membership_key=derive(epoch_secret, "membership"),
        resumption_psk=derive(epoch_secret, "resumption"),
        authenticator=derive(epoch_secret, "authentication"),
        init=derive(epoch_secret, "init"),
    )


def joiner_secret(
    suite: Suite, init_secret: bytes, commit_secret: bytes, context: GroupContext
) -> Secret:
    """Mix what the last epoch left with what the commit brought; newcomers start from this."""
    mixed = suite.extract(init_secret, commit_secret)
    return suite.expand_with_label(mixed, "joiner", encode(context), suite.hash_length)


def epoch_secret(suite: Suite, joiner: bytes, psk_secret: bytes, context: GroupContext) -> Secret:
    """Mix in the pre-shared keys, which are all zeros in Ronde's groups."""
    mixed = suite.extract(joiner, psk_secret)
    return suite.expand_with_label(mixed, "epoch", encode(context), suite.hash_length)


def welcome_secret(suite: Suite, joiner: bytes, psk_secret: bytes) -> Secret:
    """Derive what a Welcome's GroupInfo is encrypted with."""
    return suite.derive_secret(suite.extract(joiner, psk_secret), "welcome")


def no_psk(suite: Suite) -> Secret:
    """Return the `psk_secret` of an epoch without pre-shared keys: section 8.4."""
    return Secret(bytes(suite.hash_length))


def no_path(suite: Suite) -> Secret:
    """Return the `commit_secret` of a commit without a path: section 12.4.1."""
    return Secret(bytes(suite.hash_length))


def export(suite: Suite, exporter: bytes, label: str, context: bytes, length: int) -> Secret:
    """MLS-Exporter of section 8.5."""
    secret = suite.derive_secret(exporter, label)
    return suite.expand_with_label(secret, "exported", suite.hash(context), length)


def external_key_pair(suite: Suite, secrets: EpochSecrets) -> KeyPair:
    """Derive the key pair that outsiders reach the group by: section 8."""
    return suite.derive_key_pair(secrets.external)


def send_external_init(suite: Suite, external_pub: bytes) -> tuple[bytes, Secret]:
    """Make an init secret as a joiner: (KEM output for the group, secret). Section 8.3."""
    return suite.export_to(external_pub, _EXTERNAL_INIT)


def receive_external_init(suite: Suite, secrets: EpochSecrets, kem_output: bytes) -> Secret:
    """Compute the init secret that a joiner made: section 8.3."""
    private = external_key_pair(suite, secrets).private
    return suite.export_from(private, kem_output, _EXTERNAL_INIT)
