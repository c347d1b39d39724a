"""What happens in the seeded weeks, read from data: who, which children, who says what when.

Moments are written « -3 09:15 »: the third working day before the newest, in Paris. A deed
is a list that begins with its verb; those of one child stand in one file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from server.demonstration.living.care_deeds import AnyCareDeed
from server.demonstration.living.deed import Deed

FOLDER = Path(__file__).with_name("script")


class PersonWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody of the network. `shown` is why the demonstration offers their sign-in.

    `convention`: none, in_force, ended (some days ago). Who does not enrol is invited only.
    """

    key: str
    given_name: str
    family_name: str
    says: str
    role: str
    profession: str | None = None
    phone: str | None = None
    structure: str | None = None
    convention: str = "none"
    invited: bool = False
    shown: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@ronde.example"

    @property
    def name(self) -> str:
        """What colleagues read."""
        return f"{self.given_name} {self.family_name}"


class Structure(msgspec.Struct, frozen=True, array_like=True):
    """A place of work, and the label that a family's notice may show."""

    name: str
    neutral_label: str


class Welcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who lets the newcomer in, round which child, how that is told, what they say then."""

    host: str
    child: str
    says: str
    greeting: str


class People(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everybody, where they work, who waits for whom, and words to make a password of."""

    password_words: tuple[str, ...]
    welcome: Welcome
    structures: Mapping[str, Structure]
    people: tuple[PersonWords, ...]


class More(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a message may have beside its text. `under` begins or goes on a thread."""

    re: str | None = None
    under: str | None = None
    urgent: bool = False
    files: tuple[str, ...] = ()


class Say(Deed, tag="say", frozen=True):
    """Say something; « @key » names a person, « {-3} » a day of the week."""

    text: str
    name: str = ""
    more: More = More()


class Sign(Deed, tag="sign", frozen=True):
    """Put a sign under a message."""

    to: str
    emoji: str


class Edit(Deed, tag="edit", frozen=True):
    """Say a message of one's own otherwise."""

    of: str
    text: str


class Delete(Deed, tag="delete", frozen=True):
    """Take a message of one's own back."""

    of: str


class TaskWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who a task is for, by which working day, its steps and details."""

    to: tuple[str, ...] = ()
    due: int | None = None
    steps: tuple[str, ...] = ()
    details: str = ""


class Task(Deed, tag="task", frozen=True):
    """Give a task."""

    name: str
    title: str
    more: TaskWords = TaskWords()


class ChangeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes of a task; `done` are the steps that are ticked now, from 1."""

    state: str | None = None
    note: str = ""
    done: tuple[int, ...] = ()
    to: tuple[str, ...] = ()
    due: int | None = None


class Change(Deed, tag="change", frozen=True):
    """Change a task, or say a word about it."""

    name: str
    more: ChangeWords


class Read(Deed, tag="read", frozen=True):
    """Read what is new, without a word."""


class Book(Deed, tag="book", frozen=True):
    """Book an appointment."""

    name: str
    professional: str
    start: str
    visit: str | None
    place: str
    minutes: int = 45


class Move(Deed, tag="move", frozen=True):
    """Move an appointment."""

    name: str
    start: str


class Cancel(Deed, tag="cancel", frozen=True):
    """Call an appointment off."""

    name: str


class Close(Deed, tag="close", frozen=True):
    """Say whether the family came."""

    name: str
    honoured: bool


class Draft(Deed, tag="draft", frozen=True):
    """Begin a document; an answer « day -3 » is that day's date."""

    name: str
    form: str
    visit: str | None
    answers: Mapping[str, Any]


class Fix(Deed, tag="fix", frozen=True):
    """Sign a document."""

    name: str


class Amend(Deed, tag="amend", frozen=True):
    """Correct a signed document."""

    name: str
    changes: Mapping[str, Any]
    reason: str


class Link(Deed, tag="link", frozen=True):
    """Point to a document in the channel."""

    name: str
    label: str


class Admit(Deed, tag="admit", frozen=True):
    """Let somebody into the circle."""

    who: str


class Depart(Deed, tag="depart", frozen=True):
    """Note that the child leaves the territory, on a working day."""

    on: int


class Register(Deed, tag="register", frozen=True):
    """Take the child into the register."""


class Include(Deed, tag="include", frozen=True):
    """Write down what the parents said, and take the child into the pathway."""


class Consent(Deed, tag="consent", frozen=True):
    """Write down what one parent said: the number of the contact, from 0."""

    contact: int
    word: str


class Open(Deed, tag="open", frozen=True):
    """Open the circle and its channel, with these people in it."""

    members: tuple[str, ...]


AnyDeed = (
    Say | Sign | Edit | Delete | Task | Change | Read | Book | Move | Cancel | Close | Draft | Fix
    | Amend | Link | Admit | Depart | Register | Include | Consent | Open | AnyCareDeed
)  # fmt: skip


class Birth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a child was born: so many days ago, after so many weeks and days; days in hospital."""

    days_ago: int
    weeks: int
    days: int = 0
    hospital_days: int = 0


class ChildWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child, its family, and all that is done for it."""

    given_name: str
    family_name: str
    sex: str
    birth: Birth
    facts: Mapping[str, Any]
    parents: tuple[Mapping[str, Any], ...]
    physician: str | None
    deeds: tuple[AnyDeed, ...]


class Script(msgspec.Struct, frozen=True):
    """The whole of the seeded weeks; children by the name of their file."""

    people: People
    children: Mapping[str, ChildWords]


def read_script(folder: Path = FOLDER) -> Script:
    """Read the data.

    Raises:
        msgspec.ValidationError: A deed is none.
    """
    people = msgspec.json.decode((folder / "people.json").read_bytes(), type=People)
    children = {
        file.stem: msgspec.json.decode(file.read_bytes(), type=ChildWords)
        for file in sorted((folder / "children").glob("*.json"))
    }
    return Script(people=people, children=children)
