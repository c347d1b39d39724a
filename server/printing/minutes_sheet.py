"""The minutes of a meeting on paper: who was there, what was said, what was decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from care_circle.child import Child
from care_circle.definition.form import Form
from care_circle.labels import Label
from care_circle.meetings.meeting import Meeting, MeetingState, Minutes
from server.printing.answers import Named, blocks_of, told
from server.printing.document_sheet import child_pairs
from server.printing.sheet import Block, Grid, Pair, Pairs, Prose, Sheet
from server.spoken import spoken_date, spoken_time

_STATES: Mapping[MeetingState, Label] = {
    MeetingState.CALLED: Label(fr="Convocation", en="Called"),
    MeetingState.CANCELLED: Label(fr="Annulée", en="Called off"),
    MeetingState.HELD: Label(fr="Brouillon, non signé", en="Draft, not signed"),
    MeetingState.SIGNED: Label(fr="Signé", en="Signed"),
}
_WORDS: Mapping[str, Label] = {
    "title": Label(fr="Réunion de concertation", en="Meeting about a child"),
    "meeting": Label(fr="Réunion", en="Meeting"),
    "when": Label(fr="Prévue le", en="Planned for"),
    "held": Label(fr="Tenue le", en="Held on"),
    "place": Label(fr="Lieu", en="Place"),
    "subject": Label(fr="Ordre du jour", en="Agenda"),
    "invited": Label(fr="Invités", en="Invited"),
    "present": Label(fr="Présents", en="Present"),
    "points": Label(fr="Points abordés", en="What was discussed"),
    "decisions": Label(fr="Décisions", en="Decisions"),
    "decision": Label(fr="Décision", en="Decision"),
    "owner": Label(fr="Responsable", en="Owner"),
    "by": Label(fr="Pour le", en="By"),
    "version": Label(fr="version", en="version"),
    "corrected": Label(fr="Motif de la correction", en="Reason of the correction"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesPrinting:
    """What is printed: a meeting about a child, on the pathway's form; `now` in its zone."""

    meeting: Meeting = field(repr=False)
    form: Form | None
    child: Child = field(repr=False)
    named: Named
    language: str
    now: datetime

    def word(self, key: str) -> str:
        """Say one of the few words that no form brings."""
        return told(_WORDS[key], self.language)


def minutes_sheet(printing: MinutesPrinting) -> Sheet:
    """Compose the paper of a meeting: its newest minutes, or what it is called for."""
    meeting = printing.meeting
    minutes = meeting.versions[-1] if meeting.versions else None
    blocks = [_meeting(printing, minutes)]
    if minutes is not None:
        blocks += _minutes(printing, minutes)
    number = 0 if minutes is None else minutes.number
    return Sheet(
        title=printing.word("title"),
        language=printing.language,
        state=told(_STATES[meeting.state], printing.language),
        about=child_pairs(printing.child, printing.language),
        blocks=tuple(blocks),
        signed=() if minutes is None else tuple(_signature(printing, minutes)),
        reference=f"{printing.word('title')}, {printing.word('version')} {number}",
        printed_at=printing.now,
    )


def _meeting(printing: MinutesPrinting, minutes: Minutes | None) -> Block:
    calling, language = printing.meeting.calling, printing.language
    day = spoken_date(calling.starts_at.date(), language)
    rows = [("when", f"{day}, {spoken_time(calling.starts_at, language)}")]
    if minutes is not None:
        rows.append(("held", spoken_date(minutes.report.held_on, language)))
    rows += [("place", calling.place), ("subject", calling.subject)]
    rows.append(("invited", ", ".join(map(printing.named, calling.invited))))
    if minutes is not None:
        rows.append(("present", ", ".join(map(printing.named, minutes.report.present))))
    return Pairs(
        heading=printing.word("meeting"),
        rows=tuple(Pair(label=printing.word(key), value=value) for key, value in rows if value),
    )


def _minutes(printing: MinutesPrinting, minutes: Minutes) -> Iterator[Block]:
    report, language = minutes.report, printing.language
    yield Prose(heading=printing.word("points"), paragraphs=tuple(report.points.splitlines()))
    if report.decisions:
        yield Grid(
            heading=printing.word("decisions"),
            columns=tuple(map(printing.word, ("decision", "owner", "by"))),
            rows=tuple(
                (
                    each.words,
                    "" if each.owner is None else printing.named(each.owner),
                    "" if each.by is None else spoken_date(each.by, language),
                )
                for each in report.decisions
            ),
        )
    if printing.form is not None:
        yield from blocks_of(printing.form, report.answers, language, printing.named)
    if minutes.reason:
        yield Prose(heading=printing.word("corrected"), paragraphs=(minutes.reason,))


def _signature(printing: MinutesPrinting, minutes: Minutes) -> Iterator[str]:
    if minutes.signed_by is None or minutes.signed_at is None:
        return
    local = minutes.signed_at.astimezone(printing.now.tzinfo)
    day = spoken_date(local.date(), printing.language)
    yield f"{printing.named(minutes.signed_by)}, {day}, {spoken_time(local, printing.language)}"
