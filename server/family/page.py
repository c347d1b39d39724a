"""The page behind a family's link, put together: what it shows, offers and says in whose language.

Small on purpose: plain HTML that an old telephone or a browser without pictures can use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote

from babel.dates import format_date

from care_circle.appointment import Appointment, Status
from care_circle.telling.answer import Act, HalfDay
from care_circle.telling.handing import CODE_DIGITS, SecondItem
from notifications.notice import Medium, Rule
from notifications.words import Words, lint_label
from server.family.link import Behind, form_of, start_of
from server.family.words import PageWords, Sentences
from server.senders.speech import clock, full_date

MAP: Final = "https://www.openstreetmap.org/search?query="
_MONDAY: Final = date(2027, 1, 4)
_TITLES: Final = {
    Rule.TO_BOOK: "to_book",
    Rule.MISSED: "missed",
    Rule.QUESTIONNAIRE: "questionnaire",
    Rule.WAITING: "waiting",
    Rule.GREETING: "greeting",
}
_MEDIUM: Final = {Medium.EMAIL: "email", Medium.SMS: "sms"}
_SAID: Final = (Act.BOOKED_ALREADY, Act.RECEIVED, Act.PAPER)
_ASKS_TO_CALL: Final = frozenset({Rule.TO_BOOK, Rule.MISSED, Rule.QUESTIONNAIRE, Rule.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing to say, and its label."""

    name: str
    label: str
    look: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is shown."""

    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One thing to follow; `away` leads to another house."""

    label: str
    href: str = field(repr=False)
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One half-day to be called on."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One blank of the second item."""

    name: str
    label: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The second item, before anything else is shown."""

    legend: str
    fields: tuple[Blank, ...]
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the template draws."""

    language: str
    direction: str
    title: str
    words: Sentences = field(repr=False)
    phone: str
    token: str = field(default="", repr=False)
    form: str = field(default="", repr=False)
    lead: str = ""
    notice: str = ""
    facts: tuple[Fact, ...] = ()
    said: tuple[str, ...] = ()
    acts: tuple[Button, ...] = ()
    links: tuple[Anchor, ...] = ()
    calls: tuple[Half, ...] = ()
    choices: tuple[Button, ...] = ()
    question: Question | None = None

    @property
    def phone_link(self) -> str:
        """The number as a telephone dials it."""
        return "".join(sign for sign in self.phone if sign in "+0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMaker:
    """Draws up pages; `listed` are the words that no shown value may hold."""

    words: PageWords
    listed: Words
    phone: str

    def bare(self, language: str, name: str) -> Page:
        """Draw up a page that shows nothing but a sentence: a link that is over, too many tries."""
        spoken, words = self.words.language(language), self.words.of(language)
        return Page(
            language=spoken.code,
            direction=spoken.direction.value,
            title=words[f"title_{name}"],
            lead=words[f"lead_{name}"],
            words=words,
            phone=self.phone,
        )

    def page(self, behind: Behind, token: str, *, notice: str = "", wrong: bool = False) -> Page:
        """Draw up the page of a link; `notice` names the sentence that comes first."""
        language = behind.contact.language
        if not behind.is_theirs:
            return self.bare(language, "not_theirs")
        spoken, words = self.words.language(language), self.words.of(language)
        drawing = _Drawing(behind=behind, token=token, maker=self, words=words)
        title, lead = drawing.head()
        return Page(
            language=spoken.code,
            direction=spoken.direction.value,
            title=title,
            lead=lead,
            notice=words[notice] if notice else "",
            words=words,
            phone=self.phone,
            token=token,
            form=form_of(token, behind.state.turn),
            facts=tuple(drawing.facts()),
            said=tuple(drawing.said()),
            acts=tuple(drawing.acts()),
            links=tuple(drawing.links()),
            calls=tuple(drawing.calls()),
            choices=tuple(drawing.choices()),
            question=drawing.question(wrong=wrong),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """The parts of one page."""

    behind: Behind
    token: str
    maker: PageMaker
    words: Sentences

    @property
    def _appointment(self) -> Appointment | None:
        """The appointment that is shown; one that was missed is only spoken of."""
        carrier = self.behind.carrier
        missed = self.behind.notice.rule is Rule.MISSED
        return carrier if isinstance(carrier, Appointment) and not missed else None

    def head(self) -> tuple[str, str]:
        appointment = self._appointment
        if appointment is None:
            name = _TITLES.get(self.behind.notice.rule, "greeting")
            asks = name != "waiting" or self.behind.handing is not None
            return self.words[f"title_{name}"], self.words[
                f"lead_{name}" if asks else "lead_closed"
            ]
        if appointment.status is Status.CANCELLED:
            return self.words["title_cancelled"], self.words["lead_cancelled"]
        past = "" if self.behind.is_ahead else self.words["lead_past"]
        return self.words["title_appointment"], past

    def facts(self) -> Iterator[Fact]:
        appointment = self._appointment
        if appointment is None:
            return
        start = start_of(appointment)
        language = self.maker.words.language(self.behind.contact.language)
        yield Fact(label=self.words["label_date"], value=full_date(start, language))
        yield Fact(label=self.words["label_time"], value=clock(start, language))
        yield Fact(label=self.words["label_place"], value=appointment.slot.place_label)

    def said(self) -> Iterator[str]:
        behind, medium = self.behind, _MEDIUM[self.behind.medium]
        if behind.is_ahead and behind.coming is not None:
            said = "said_coming" if behind.coming else "said_not_coming"
            yield f"{self.words[said]} {self.words['changed_mind']}"
        if behind.notice.rule is Rule.WAITING:
            yield from self._of_document()
        else:
            asked = (act for act in _SAID if behind.state.last(act) is not None)
            yield from (self.words[f"said_{act}"] for act in asked)
        if behind.notice.rule is Rule.GREETING and behind.medium in behind.contact.confirmed:
            yield self.words["said_confirm"]
        call = behind.state.last(Act.CALL_ME)
        if call is not None:
            when = ", ".join(self._half(each) for each in call.half_days)
            yield f"{self.words['said_call_when']} {when}." if when else self.words["said_call"]
        if behind.medium in behind.contact.opted_out:
            yield self.words[f"stopped_{medium}"]

    def _of_document(self) -> Iterator[str]:
        if self.behind.state.is_shut:
            yield self.words["shut"]
        elif self.behind.state.last(Act.RECEIVED) is not None:
            yield self.words["opened"]

    def question(self, *, wrong: bool) -> Question | None:
        """Ask the second item, where something was handed over and may still be opened."""
        handing, words = self.behind.handing, self.words
        blanks: tuple[tuple[str, int], ...]
        if handing is None or self.behind.state.is_shut:
            return None
        if handing.item is SecondItem.CODE:
            blanks, legend = (("code", CODE_DIGITS + 1),), "question_code"
        else:
            blanks, legend = (("day", 2), ("month", 2), ("year", 4)), "question_date"
        fields = (
            Blank(name=name, label=words[f"label_{name}"], length=length) for name, length in blanks
        )
        return Question(
            legend=words[legend], fields=tuple(fields), wrong=words["wrong"] if wrong else ""
        )

    def acts(self) -> Iterator[Button]:
        allowed, coming = self.behind.acts(), self.behind.coming
        for act in (Act.COMING, Act.NOT_COMING):
            if act in allowed and coming is not (act is Act.COMING):
                look = "main" if act is Act.COMING else ""
                yield Button(name=act.value, label=self.words[act.value], look=look)
        for act in _SAID:
            if act in allowed and self.behind.state.last(act) is None:
                yield Button(name=act.value, label=self.words[act.value])
        greeting = self.behind.notice.rule is Rule.GREETING
        if greeting and self.behind.medium not in self.behind.contact.confirmed:
            confirm = Act.CONFIRM.value
            yield Button(name=confirm, label=self.words[confirm], look="main")

    def links(self) -> Iterator[Anchor]:
        appointment = self._appointment
        if appointment is None or not self.behind.is_ahead or self.behind.coming is False:
            return
        address = appointment.slot.map_address
        if address and not lint_label(address, self.maker.listed):
            yield Anchor(label=self.words["map"], href=MAP + quote(address, safe=""), away=True)
        yield Anchor(label=self.words["calendar"], href=f"/r/{self.token}/calendar")

    def calls(self) -> Iterator[Half]:
        wanted = self.behind.notice.rule in _ASKS_TO_CALL or self.behind.coming is False
        if not wanted or (self._appointment is not None and not self.behind.is_ahead):
            return
        last = self.behind.state.last(Act.CALL_ME)
        chosen = () if last is None else last.half_days
        for each in HalfDay:
            yield Half(name=each.value, label=self._half(each), chosen=each in chosen)

    def choices(self) -> Iterator[Button]:
        medium, out = _MEDIUM[self.behind.medium], self.behind.contact.opted_out
        act = Act.RESUME if self.behind.medium in out else Act.STOP
        yield Button(name=act.value, label=self.words[f"{act}_{medium}"])
        hint = self.words["not_me_hint"]
        yield Button(name=Act.NOT_ME.value, label=self.words["not_me"], hint=hint)

    def _half(self, half: HalfDay) -> str:
        """Say a half-day: « lundi matin »."""
        place = list(HalfDay).index(half)
        language = self.maker.words.language(self.behind.contact.language)
        day = format_date(_MONDAY + timedelta(days=place // 2), "EEEE", locale=language.locale)
        return f"{day} {self.words['afternoon' if place % 2 else 'morning']}"
