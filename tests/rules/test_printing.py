"""Sheets on paper: tagged, without markup in what was written, the same on every machine."""

from datetime import UTC, datetime

from server.printing.press import print_sheet
from server.printing.sheet import Block, Drawing, Grid, Pair, Pairs, Prose, Sheet, Tick

NASTY = 'Zo#panic("x") *gras* $x^2$ \\ " <a> // ] ) // \u202e à'
BLOCKS: tuple[Block, ...] = (
    Pairs(heading="Mesures", rows=(Pair(label="Poids", value="11,4 kg", note="repris de V18"),)),
    Prose(heading="Conclusion", paragraphs=(NASTY, "")),
    Grid(heading="Actes", columns=("Jour", "€"), rows=(("12/03", NASTY),), right=(1,)),
    Grid(heading="Rien", columns=("Jour", "€"), rows=(), total=("Total", "0,00")),
    Drawing(
        heading="Poids",
        told="Un seul point",
        points=((0.5, 0.5),),
        across=(Tick(at=0, label="0"),),
        up=(Tick(at=1, label="12 kg"),),
    ),
)


def sheet(*blocks: Block, language: str = "fr", title: str = "Visite") -> Sheet:
    return Sheet(
        title=title,
        language=language,
        state="",
        about=(Pair(label="Enfant", value=NASTY),),
        blocks=blocks,
        signed=(NASTY,),
        reference="X01 version 1",
        printed_at=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
    )


async def test_paper_is_tagged_for_those_who_hear_it() -> None:
    pdf = await print_sheet(sheet(*BLOCKS))

    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(fr)" in pdf


async def test_no_sign_that_somebody_wrote_means_anything_to_the_press() -> None:
    plain = await print_sheet(sheet())
    whole = await print_sheet(sheet(*BLOCKS, title=NASTY))

    assert len(whole) > len(plain)


async def test_a_long_table_goes_on_over_pages() -> None:
    rows = tuple((f"{at}", "39,00") for at in range(400))

    short = await print_sheet(sheet(Grid(heading="Actes", columns=("n°", "€"), rows=rows[:3])))
    long = await print_sheet(sheet(Grid(heading="Actes", columns=("n°", "€"), rows=rows)))

    assert (short.count(b"/Type/Page/"), long.count(b"/Type/Page/") > 5) == (1, True)


async def test_english_paper_says_its_few_words_in_english() -> None:
    pdf = await print_sheet(sheet(*BLOCKS, language="en"))

    assert b"/Lang(en)" in pdf
