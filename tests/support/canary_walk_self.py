"""What everybody does for themselves on the way: choose how to be told of things."""

from tests.support.canary_walk import Walk


async def mind_oneself(walk: Walk) -> None:
    """Fill every field by which somebody sets up their own account."""
    ben = walk.cast["ben"].line
    choices = {
        "language": "fr", "digest": "off", "urgent": True, "quiet_from": "19:00",
        "quiet_to": "08:00", "push": True,
    }  # fmt: skip
    await ben.ask("PUT", "/me/preferences", choices)
