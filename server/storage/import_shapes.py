"""What imports are called in the store, and what of them is sealed.

Open are ids, counts, states and dates of work. What was read of people is sealed: reports by
the network's key, until they are forgotten; where a child came from by the child's own key,
so that erasing the child erases that too.
"""

from care_circle.importing.fields import Sort
from care_circle.importing.matching import Origin
from care_circle.importing.run import ImportRun, ReportPage
from server.storage.care_shapes import ALL
from server.storage.keys import NETWORK, Keyring
from server.storage.shape import Shape


def run_shape() -> Shape[ImportRun]:
    """Shape runs: due when somebody else may go on with them, or forget what they read."""
    return Shape(
        kind="import",
        type=ImportRun,
        id_of=lambda run: run.id,
        tags_of=lambda _: (ALL,),
        due_of=lambda run: run.until,
        # A digest of what can be guessed would confirm the guess to whoever stole the store.
        sealed=frozenset({"digest", "ignored"}),
    )


def page_shape() -> Shape[ReportPage]:
    """Shape pages of reports."""
    return Shape(
        kind="import_page",
        type=ReportPage,
        id_of=lambda page: page.id,
        sealed=frozenset({"lines"}),
    )


def origin_shape(keyring: Keyring) -> Shape[Origin]:
    """Shape origins: one for each name that a source gave."""
    return Shape(
        kind="import_origin",
        type=Origin,
        id_of=lambda origin: origin.id,
        unique_of=lambda origin: source_key(keyring, origin.system, origin.sort, origin.source_id),
        sealed=frozenset({"source_id", "values"}),
        scope_of=lambda origin: origin.target if origin.sort is Sort.CHILD else NETWORK,
    )


def source_key(keyring: Keyring, system: str, sort: Sort, source_id: str) -> str:
    """Give the blind key of what a source calls somebody."""
    return "source:" + keyring.blind("import_origin", "source_id", f"{system} {sort} {source_id}")
