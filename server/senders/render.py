"""Puts a notice into words: templates, dates as people say them, a link of our own.

The same notice gives the same words at every attempt, since nothing but the notice and
the settings of the house goes in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from typing_extensions import override

from notifications import gsm7, hours, typography, words
from notifications.notice import Notice
from notifications.senders import CannotRender, Mail, Renderer, Text
from server.senders import invitation
from server.senders.invitation import Organizer
from server.senders.templates import Form, Templates
from server.spoken import short_date, spoken_date, spoken_time

_SHORTEST_PLACE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRenderer(Renderer):
    """Writes notices from templates.

    `public_url` is where families reach us, without a slash at its end; `phone` is the
    number they may call, as it should be read. Neither it nor the organizer's name may
    tell of health; `CannotRender` says so at the first notice.
    """

    templates: Templates
    organizer: Organizer
    public_url: str
    phone: str

    @override
    def mail(self, notice: Notice, *, to: str, token: str) -> Mail:
        language = self._language(notice)
        when = hours.local(hours.instant(notice.start, notice.place_zone), notice.place_zone)
        values = self._values(notice, token) | {
            "date": spoken_date(when, language, year=True),
            "time": spoken_time(when, language, space=typography.NO_BREAK),
        }
        dress: Callable[[str], str] = typography.french if language == "fr" else str

        def text(form: Form) -> str:
            return dress(self.templates.render(language, notice.rule, form, values))

        return Mail(
            subject=text(Form.SUBJECT),
            text=text(Form.TXT) + "\n",
            html=text(Form.HTML) + "\n",
            calendar=invitation.invitation(notice, self.organizer, to=to),
            method=invitation.method_of(notice),
            language=language,
        )

    @override
    def text(self, notice: Notice, *, token: str) -> Text:
        language = self._language(notice)
        for values in self._ever_shorter(notice, token):
            said = self.templates.render(language, notice.rule, Form.SMS, values)
            try:
                plain = gsm7.transliterate(said)
            except gsm7.NotGsm7 as cause:
                raise CannotRender("a character has no likeness in GSM-7") from cause
            if gsm7.septets(plain) <= gsm7.LIMIT:
                return Text(text=plain)
        raise CannotRender("the text does not fit one message")

    def _language(self, notice: Notice) -> str:
        return notice.language if notice.language in self.templates.languages else "fr"

    def _values(self, notice: Notice, token: str) -> dict[str, str]:
        """Gather all that any text may say.

        Raises:
            CannotRender: The place or the house has a name that tells of health.
        """
        if words.lint_label(f"{notice.place_label} {self.organizer.name}"):
            raise CannotRender("a name tells of health")
        return {
            "place_label": " ".join(notice.place_label.split()),
            "link": f"{self.public_url}/r/{token}",
            "phone": self.phone,
            "sender": self.organizer.name,
        }

    def _ever_shorter(self, notice: Notice, token: str) -> Iterator[dict[str, str]]:
        """Give values for a text message: first in full, then shorter, the link always whole."""
        language = self._language(notice)
        when = hours.local(hours.instant(notice.start, notice.place_zone), notice.place_zone)
        values = self._values(notice, token) | {"time": spoken_time(when, language, space="")}
        yield values | {"date": spoken_date(when, language, year=False)}
        short = values | {"date": short_date(when, language)}
        yield short
        place = values["place_label"]
        for length in range(len(place) - 1, _SHORTEST_PLACE, -1):
            yield short | {"place_label": place[:length].rstrip(" ,.;") + "..."}
