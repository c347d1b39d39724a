"""What a member with a modified client could do to a channel through an honest server."""

from dataclasses import replace

import pytest

from channels.model import BadCommit, CommitFault
from crypto.mls.extensions import external_pub
from crypto.mls.group_info import sign_group_info
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.suite import SUITE_1
from tests.support.groups import scene


@pytest.mark.parametrize("key", [b"", bytes(32), b"\x01" * 31, b"\xff" * 32])
def test_a_way_in_that_nobody_could_take_is_refused(key: bytes) -> None:
    """With a wrong tag beside it, nobody could follow and nobody could come back."""
    held = scene(3)
    ben, bundle = held.clients[1], held.bundle(by=1)
    info = unpack_group_info(bundle.group_info)
    barred = replace(info, extensions=(info.extensions[0], external_pub(key)))
    signed = sign_group_info(SUITE_1, barred, ben.device.signature_key.private)

    with pytest.raises(BadCommit) as caught:
        held.judge(replace(bundle, group_info=pack(signed)), ben)

    assert caught.value.fault == CommitFault.GROUP_INFO
