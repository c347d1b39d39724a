"""The relay's paper: who the child is, what was, what was measured, what is due, and who knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from babel.numbers import format_decimal

from care_circle.definition.form import Field
from care_circle.documents.growth import Axis, Series, axis_over
from care_circle.labels import Label
from care_circle.leaving.departure import RelayState
from care_circle.leaving.relay import Dossier, last_of_each_form
from care_circle.professional import Professional
from care_circle.role import PROFESSION_LABELS, ROLE_LABELS
from notifications.typography import NO_BREAK
from server.printing.answers import Named, said, told
from server.printing.document_sheet import child_pairs
from server.printing.sheet import Block, Drawing, Grid, Pair, Pairs, Sheet, Tick
from server.spoken import spoken_date

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPrinting:
    """What is printed, for whom names are known, in which language, when (network's zone)."""

    dossier: Dossier = field(repr=False)
    named: Named
    language: str
    now: datetime

    def word(self, key: str) -> str:
        """Say one of the few words that no form brings."""
        return told(_WORDS[key], self.language)

    def day(self, day: date | None) -> str:
        """Say a day, or nothing."""
        return "" if day is None else spoken_date(day, self.language)


def relay_sheet(printing: RelayPrinting) -> Sheet:
    """Compose the paper."""
    dossier = printing.dossier
    return Sheet(
        title=printing.word("title"),
        language=printing.language,
        state=printing.word("state"),
        about=(*child_pairs(dossier.child, printing.language), *_identity(printing)),
        blocks=tuple(_blocks(printing)),
        reference=f"{told(dossier.pathway.label, printing.language)}",
        printed_at=printing.now,
    )


def _identity(printing: RelayPrinting) -> Iterator[Pair]:
    ins = printing.dossier.ins
    if ins is not None:
        yield Pair(label="INS", value=f"{ins.number} ({ins.kind})")
    yield Pair(label=printing.word("number"), value=printing.dossier.child.local_identifier)
    yield Pair(label=printing.word("made_by"), value=printing.named(printing.dossier.by))


def _blocks(printing: RelayPrinting) -> Iterator[Block]:
    yield from _departure(printing)
    yield _birth(printing)
    yield from _visits(printing)
    for series in printing.dossier.series:
        if len(series.measures) > 1:
            yield _curve(printing, series)
        yield _values(printing, series)
    yield from _conclusions(printing)
    yield from _care(printing)
    yield from _plan(printing)
    yield from _due(printing)
    yield _circle(printing)


def _departure(printing: RelayPrinting) -> Iterator[Block]:
    dossier, left = printing.dossier, printing.dossier.departure
    if left is None:
        return
    labels = {each.code: each.label for each in dossier.pathway.exits}
    label = labels.get(left.reason)
    keeper = None if left.structure is None else dossier.structures.get(left.structure)
    pairs = [
        Pair(
            label=printing.word("reason"),
            value="" if label is None else told(label, printing.language),
        ),
        Pair(label=printing.word("day"), value=printing.day(left.on)),
    ]
    if keeper is not None:
        pairs.append(Pair(label=printing.word("keeper"), value=keeper.name))
    if left.contact:
        pairs.append(Pair(label=printing.word("contact"), value=left.contact))
    if left.relay is not None:
        answer = told(_RELAYS[left.relay], printing.language)
        pairs.append(
            Pair(label=printing.word("relay"), value=answer, note=printing.day(left.steps[-1].on))
        )
    yield Pairs(heading=printing.word("departure"), rows=tuple(pairs))


def _birth(printing: RelayPrinting) -> Block:
    perinatal = printing.dossier.child.perinatal
    age, weight = perinatal.gestational_age, perinatal.birth_weight_g
    rows = (
        ("gestation", "" if age is None else f"{age.weeks}+{age.days}"),
        ("weight", "" if weight is None else f"{_number(weight, printing.language)}{NO_BREAK}g"),
        ("discharged", printing.day(perinatal.discharged_on)),
        ("included", printing.day(_included_on(printing.dossier))),
        ("criteria", ", ".join(_criteria(printing))),
    )
    return Pairs(
        heading=printing.word("birth"),
        rows=tuple(Pair(label=printing.word(key), value=value) for key, value in rows if value),
    )


def _included_on(dossier: Dossier) -> date | None:
    return None if dossier.child.decision is None else dossier.child.decision.on


def _criteria(printing: RelayPrinting) -> Iterator[str]:
    decision = printing.dossier.child.decision
    reasons = () if decision is None else decision.reasons
    for rule in printing.dossier.pathway.inclusion.criteria:
        if rule.id in reasons:
            yield told(rule.label, printing.language)


def _visits(printing: RelayPrinting) -> Iterator[Block]:
    rows = tuple(
        (told(each.label, printing.language), printing.day(each.done_on))
        for each in printing.dossier.held
    )
    if rows:
        yield Grid(
            heading=printing.word("visits"),
            columns=(printing.word("visit"), printing.word("day")),
            rows=rows,
        )


def _curve(printing: RelayPrinting, series: Series) -> Block:
    across = axis_over(each.months for each in series.measures)
    up = axis_over(each.value for each in series.measures)
    label = told(series.label, printing.language)
    lines = (
        f"{printing.day(each.on)} : {_number(each.value, printing.language)} {series.unit}"
        for each in series.measures
    )
    return Drawing(
        heading=f"{label}, {printing.word('curve')}",
        told=f"{label} : {' ; '.join(lines)}",
        points=tuple((across.place(each.months), up.place(each.value)) for each in series.measures),
        across=_ticks(across, printing),
        up=_ticks(up, printing),
    )


def _values(printing: RelayPrinting, series: Series) -> Block:
    return Grid(
        heading=told(series.label, printing.language),
        columns=(printing.word("day"), printing.word("age"), told(series.label, printing.language)),
        rows=tuple(
            (
                printing.day(each.on),
                _number(round(each.months, 1), printing.language),
                f"{_number(each.value, printing.language)}{NO_BREAK}{series.unit}".rstrip(),
            )
            for each in series.measures
        ),
        right=(1, 2),
    )


def _ticks(axis: Axis, printing: RelayPrinting) -> tuple[Tick, ...]:
    return tuple(
        Tick(at=axis.place(mark), label=_number(mark, printing.language)) for mark in axis.marks()
    )


def _conclusions(printing: RelayPrinting) -> Iterator[Block]:
    """Quote of each form's last document what the form says is quoted."""
    for reading in last_of_each_form(printing.dossier.readings):
        answers = reading.document.current.answers
        rows = tuple(
            Pair(
                label=told(asked.label, printing.language),
                value=_quoted(asked, answers, printing),
            )
            for asked in reading.form.fields()
            if asked.relay and asked.code in answers
        )
        if rows:
            on = printing.day(printing.dossier.day_of(reading.signed_at))
            heading = f"{told(reading.form.label, printing.language)}, {on}"
            yield Pairs(heading=heading, rows=rows)


def _quoted(asked: Field, answers: Mapping[str, object], printing: RelayPrinting) -> str:
    return said(asked, answers[asked.code], printing.language, printing.named)


def _care(printing: RelayPrinting) -> Iterator[Block]:
    dossier = printing.dossier
    labels = {each.code: each.label for each in dossier.pathway.disciplines}
    rows = []
    for each in dossier.prescriptions:
        forfait = next((f for f in dossier.forfaits if f.prescription == each.id), None)
        label = labels.get(each.discipline)
        rows.append(
            (
                each.discipline if label is None else told(label, printing.language),
                printing.day(each.signed_on),
                "" if forfait is None else f"{forfait.done} / {forfait.quota}",
                "" if forfait is None else printing.day(forfait.first_done_on),
                ""
                if forfait is None or forfait.professional is None
                else printing.named(forfait.professional),
            )
        )
    if rows:
        keys = ("care", "prescribed", "sessions", "first_session", "professional")
        yield Grid(
            heading=printing.word("early_care"),
            columns=tuple(map(printing.word, keys)),
            rows=tuple(rows),
            right=(2,),
        )


def _plan(printing: RelayPrinting) -> Iterator[Block]:
    plan = printing.dossier.plan
    if plan is None:
        return
    rows = tuple(
        (
            goal.words,
            goal.actions,
            "" if goal.owner is None else printing.named(goal.owner),
            printing.day(goal.by),
        )
        for goal in plan.goals
    )
    review = printing.day(plan.review_on)
    heading = printing.word("plan") + (f", {printing.word('review')} {review}" if review else "")
    keys = ("goal", "actions", "owner", "by")
    yield Grid(heading=heading, columns=tuple(map(printing.word, keys)), rows=rows)


def _due(printing: RelayPrinting) -> Iterator[Block]:
    rows = tuple(
        (
            told(each.label, printing.language),
            "" if each.window is None else printing.day(each.window.opens),
            "" if each.window is None else printing.day(each.window.closes),
        )
        for each in printing.dossier.due
    )
    if rows:
        keys = ("visit", "from", "until")
        yield Grid(heading=printing.word("due"), columns=tuple(map(printing.word, keys)), rows=rows)


def _circle(printing: RelayPrinting) -> Block:
    dossier = printing.dossier
    return Grid(
        heading=printing.word("circle"),
        columns=tuple(map(printing.word, ("name", "profession", "structure", "reach"))),
        rows=tuple(_member(person, printing) for person in dossier.members),
    )


def _member(person: Professional, printing: RelayPrinting) -> tuple[str, ...]:
    dossier, trade = printing.dossier, person.profession
    label = ROLE_LABELS[person.role] if trade is None else PROFESSION_LABELS[trade]
    held = None if person.structure is None else dossier.structures.get(person.structure)
    reach = [person.email, person.phone or ""] if dossier.is_to_be_reached(person) else []
    return (
        f"{person.given_name} {person.family_name}",
        told(label, printing.language),
        "" if held is None else held.name,
        ", ".join(filter(None, reach)),
    )


def _number(value: float, language: str) -> str:
    return str(format_decimal(round(value, 6), locale=_LOCALES.get(language, "en_GB")))


_RELAYS = {
    RelayState.ASKED: Label(fr="Demandé", en="Asked for"),
    RelayState.ACCEPTED: Label(fr="Accepté", en="Accepted"),
    RelayState.REFUSED: Label(fr="Refusé", en="Refused"),
}
_WORDS: Mapping[str, Label] = {
    "title": Label(fr="Dossier de relais", en="Relay file"),
    "state": Label(
        fr="Pour la structure qui prend le relais et pour la famille",
        en="For whoever takes over, and for the family",
    ),
    "made_by": Label(fr="Établi par", en="Made by"),
    "number": Label(fr="Numéro de dossier", en="File number"),
    "departure": Label(fr="Sortie et relais", en="Exit and relay"),
    "reason": Label(fr="Motif", en="Reason"),
    "day": Label(fr="Le", en="On"),
    "keeper": Label(fr="Structure", en="Structure"),
    "contact": Label(fr="Personne jointe", en="Person reached"),
    "relay": Label(fr="Relais", en="Relay"),
    "birth": Label(fr="Naissance et inclusion", en="Birth and inclusion"),
    "gestation": Label(fr="Terme (SA + jours)", en="Gestation (weeks + days)"),
    "weight": Label(fr="Poids de naissance", en="Birth weight"),
    "discharged": Label(fr="Sortie de maternité", en="Went home on"),
    "included": Label(fr="Inclusion", en="Included on"),
    "criteria": Label(fr="Critères", en="Criteria"),
    "visits": Label(fr="Visites faites", en="Visits held"),
    "visit": Label(fr="Visite", en="Visit"),
    "curve": Label(fr="courbe", en="curve"),
    "age": Label(fr="Âge (mois)", en="Age (months)"),
    "early_care": Label(fr="Soins précoces", en="Early care"),
    "care": Label(fr="Soin", en="Care"),
    "prescribed": Label(fr="Prescrit le", en="Prescribed on"),
    "sessions": Label(fr="Séances", en="Sessions"),
    "first_session": Label(fr="Première séance", en="First session"),
    "professional": Label(fr="Professionnel", en="Professional"),
    "plan": Label(fr="Projet de l'enfant", en="The child's plan"),
    "review": Label(fr="à revoir le", en="to be reviewed on"),
    "goal": Label(fr="Objectif", en="Goal"),
    "actions": Label(fr="Actions", en="Actions"),
    "owner": Label(fr="Responsable", en="Owner"),
    "by": Label(fr="Pour le", en="By"),
    "due": Label(fr="À venir", en="What is due"),
    "from": Label(fr="Du", en="From"),
    "until": Label(fr="Au", en="To"),
    "circle": Label(fr="Cercle de soins", en="Circle of care"),
    "name": Label(fr="Nom", en="Name"),
    "profession": Label(fr="Profession", en="Profession"),
    "structure": Label(fr="Structure", en="Structure"),
    "reach": Label(fr="Joindre", en="Reach"),
}
