"""Writes tests/vectors/sessions/v2.json: `python -m tests.support.generate_stored_session`.

A stored session must be readable for as long as somebody may come back with it, so the file
is written once for each form and never again: keys and seals in it are random.
"""

import base64
import json
from pathlib import Path

from crypto.canonical import milliseconds
from crypto.session.log import Item, Kind
from crypto.session.store import encode_session
from tests.support.devices import Circle, person
from tests.support.newcomers import member
from tests.support.relay import Client, Relay, settle

FILE = Path(__file__).parent.parent / "vectors" / "sessions" / "v2.json"


def main() -> None:
    """Write the file, if there is none."""
    if FILE.exists():
        raise SystemExit("a stored form is never written anew")
    relay = Relay(circle=Circle(person()))
    ben = _lived(relay)
    vector = {
        "name": "v2",
        "source": "crypto/session/store.py",
        "comment": "A member with a given past, a commit on its way and an entry that waits.",
        "given": {
            "session": _text(encode_session(ben.session)),
            "channel": relay.channel,
            "items": [_item(item) for item in relay.log],
        },
        "steps": [{"do": "decode"}, {"do": "encode"}, {"do": "show"}, {"do": "resume"}],
        "expect": {
            "outcome": "ok",
            "epoch": ben.epoch,
            "code": ben.code,
            "texts": ben.read,
            "asks": ["commit", "entry"],
            "members": len(ben.state.members),
        },
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(vector, indent=1, ensure_ascii=False) + "\n")


def _lived(relay: Relay) -> Client:
    ana = Client(relay.circle.coordinator, relay)
    ana.open()
    ana.say("un")
    ben, cleo, dana = (member(relay.circle, relay) for _ in range(3))
    ana.add(ben, cleo)
    settle(ana, ben, cleo)
    cleo.say("deux")
    relay.circle.remove(cleo.person)
    ana.remove(cleo)
    settle(ana, ben)
    ben.say("trois")
    ben.sync()
    ben.keep(ben.saying("quatre").session)
    ben.keep(ben.adding(dana).session)
    return ben


def _item(item: Item) -> dict[str, object]:
    return {
        "seq": item.seq,
        "id": item.id,
        "kind": Kind(item.kind).value,
        "epoch": item.epoch,
        "sender": item.sender,
        "at": milliseconds(item.at),
        "body": _text(item.body),
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


if __name__ == "__main__":
    main()
