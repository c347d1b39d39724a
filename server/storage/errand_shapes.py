"""What errands are called in the store, and what of them is sealed.

What is told, of what and to whom is sealed by the child's own key; what concerns no child
by the network's. Open stay the occasion, the times and whether it is over.
"""

from notifications.errand import Errand
from server.storage.care_shapes import IN_NEED, child_key
from server.storage.keys import NETWORK
from server.storage.outbox import due_of, notice_tags
from server.storage.shape import Shape


def errand_shape() -> Shape[Errand]:
    """Shape errands: due when their earliest notice is, found by child and by their notices."""
    return Shape(
        kind="errand",
        type=Errand,
        id_of=lambda errand: errand.id,
        tags_of=lambda errand: (
            *(() if errand.child is None else (child_key(errand.child),)),
            *((IN_NEED,) if errand.needs_a_person else ()),
            *notice_tags(errand),
        ),
        due_of=due_of,
        sealed=frozenset({"code", "subject", "recipients", "notices"}),
        scope_of=lambda errand: errand.child or NETWORK,
    )
