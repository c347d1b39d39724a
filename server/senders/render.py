"""Puts a notice into words: templates, dates as people say them, a link of our own.

The same notice gives the same words at every attempt, since nothing but the notice and
the settings of the house goes in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from notifications import gsm7, hours, typography
from notifications.language import POP_ISOLATE, Direction, Language
from notifications.notice import Notice, Rule, Unread
from notifications.saying import Saying
from notifications.senders import CannotRender, Mail, Renderer, Text
from notifications.words import lint_label
from server.senders import invitation, layout, speech
from server.senders.invitation import Organizer
from server.senders.templates import Form, Templates

SHORTEST_PLACE = 12
_CUT = "..."
# Telephones set a text from right to left by its first letter; numbers and addresses need help.
_ISOLATED_IN_TEXTS = ("link", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRenderer(Renderer):
    """Writes notices from templates.

    `public_url` is where families' links lead, without a slash at its end; `phone` is the
    number they may call, as it should be read. `home` is where professionals sign in, the same
    address unless it is given. Neither it nor the organizer's name may
    tell of health; `CannotRender` says so at the first notice.
    """

    templates: Templates
    organizer: Organizer
    public_url: str
    phone: str
    home: str = ""

    @override
    def mail(self, notice: Notice, *, to: str, token: str) -> Mail:
        language = self.templates.language(notice.language)
        values = self._values(notice, token)
        when = _when(notice)
        if when is not None:
            values["date"] = speech.full_date(when, language)
            values["time"] = speech.clock(when, language)
            values["then"] = speech.then(notice, language, say=speech.full_date)
        text = self._saying(notice, Form.TXT)
        subject = _dressed(language, self._saying(notice, Form.SUBJECT).filled({}))
        html = layout.page(text, values, language=language, title=subject)
        kept_apart = {name: _apart(language, name, said) for name, said in values.items()}
        calendar = invitation.is_of_appointment(notice)
        return Mail(
            subject=subject,
            text=_dressed(language, text.filled(kept_apart)) + "\n",
            html=_dressed(language, html),
            calendar=invitation.invitation(notice, self.organizer, to=to, summary=language.summary)
            if calendar
            else None,
            method=invitation.method_of(notice) if calendar else None,
            language=language.code,
            written_at=hours.from_ms(notice.not_before),
            stop=None if notice.rule is Rule.DIGEST else f"{values['link']}/stop",
        )

    @override
    def text(self, notice: Notice, *, token: str) -> Text:
        language = self.templates.language(notice.language)
        values, when = self._values(notice, token), _when(notice)
        values["then"] = speech.then(notice, language, say=speech.brief_date)
        ways = self.templates.sayings(notice.language, notice.code, notice.rule, Form.SMS)
        for saying in ways:
            for said in ever_shorter(saying, values, when=when, language=language):
                try:
                    return Text(text=gsm7.message(said, language.sms))
                except gsm7.TooLong:
                    continue
                except gsm7.NotGsm7 as cause:
                    raise CannotRender("a character has no likeness in GSM-7") from cause
        raise CannotRender("the text does not fit one message")

    def _way_in(self) -> str:
        """Give where a professional signs in."""
        return f"{self.home or self.public_url}/"

    def _saying(self, notice: Notice, form: Form) -> Saying:
        return self.templates.sayings(notice.language, notice.code, notice.rule, form)[0]

    def _values(self, notice: Notice, token: str) -> dict[str, str]:
        """Gather all that any text may say but date and time.

        Raises:
            CannotRender: The place or the house has a name that tells of health.
        """
        names = f"{notice.place_label} {self.organizer.name}"
        if lint_label(names, self.templates.words):
            raise CannotRender("a name tells of health")
        at_work = notice.rule is Rule.DIGEST
        unread = notice.unread or Unread(messages=0, tasks=0)
        return {
            "place_label": " ".join(notice.place_label.split()),
            "link": self._way_in() if at_work else f"{self.public_url}/r/{token}",
            "phone": self.phone,
            "sender": self.organizer.name,
            "messages": str(unread.messages),
            "tasks": str(unread.tasks),
        }


def shortest(saying: Saying, values: Mapping[str, str], language: Language) -> str:
    """Say a text message with as little of its place as there ever is."""
    held = dict(values) | {name: language.apart(values[name]) for name in _ISOLATED_IN_TEXTS}
    place = "x" * SHORTEST_PLACE + _CUT
    return _ended(saying.filled(held | {"place_label": place, "then": ""}), language)


def ever_shorter(
    saying: Saying, values: Mapping[str, str], *, when: datetime | None, language: Language
) -> Iterator[str]:
    """Say a text message in full, then with less of the place, then with a brief date.

    What follows in a series is left out last. The link and the telephone number stand in
    each of them whole.
    """
    held = dict(values) | {name: language.apart(values[name]) for name in _ISOLATED_IN_TEXTS}
    dates = [""]
    if when is not None:
        held["time"] = speech.clock(when, language, space="")
        dates = [speech.weekday(when, language), speech.brief_date(when, language)]
    places = list(_ever_shorter_places(values["place_label"]))
    for then in dict.fromkeys((values.get("then", ""), "")):
        for date in dates if "date" in saying.names else dates[:1]:
            for place in places if "place_label" in saying.names else places[:1]:
                said = saying.filled(held | {"date": date, "place_label": place, "then": then})
                yield _ended(said, language)


def _ended(said: str, language: Language) -> str:
    """Leave out what ends an isolation at the end of a text, where every one ends by itself."""
    return said.rstrip(f"{POP_ISOLATE} ") if language.direction is Direction.RTL else said


def _ever_shorter_places(place: str) -> Iterator[str]:
    yield place
    for length in range(len(place) - 1, SHORTEST_PLACE, -1):
        yield place[:length].rstrip(" ,.;") + _CUT


def _when(notice: Notice) -> datetime | None:
    """Give the time of the appointment on the clocks of its place, None where there is none."""
    if notice.start is None:
        return None
    return hours.local(hours.instant(notice.start, notice.place_zone), notice.place_zone)


def _apart(language: Language, name: str, said: str) -> str:
    return language.apart(said, latin=name in {"link", "phone", "time"})


def _dressed(language: Language, text: str) -> str:
    dress: Callable[[str], str] = typography.french if language.code == "fr" else str
    return dress(text)
