"""Whatever sign somebody wrote, the paper comes out, and says what it could not show."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.printing.press import print_sheet
from server.printing.sheet import Block, Grid, Pair, Pairs, Prose, Sheet
from server.printing.signs import BREAK, known, latin, shown

LONE_SURROGATE = chr(0xD83D)
WORDS = {
    "emoji": "Très content 😀👩‍👧👍🏽 de sa séance",
    "chinese": "王小明",
    "thai": "สวัสดี",
    "control": "avant\x00\x07\x1b\x7fapres\t.\x0b\x0c\x85",
    "half a sign": f"{LONE_SURROGATE}fin",
    "unassigned": "\u0378\U000e0fff\uffff",
    "private": "\ue000\U000f0000",
    "right to left": "محمد علي بن عيسى שרה כהן \u202e\u2067",
    "marks": "Zo" + "\u0301\u0331\u0e31" * 40,
    "marks first": "\u0301\u20e3",
    "long word": "anti" * 2000,
    "long name": "Abdelmoumen-" * 30,
    "nothing": "",
}


def sheet(words: str, language: str = "fr") -> Sheet:
    blocks: tuple[Block, ...] = (
        Pairs(heading=f"De {words}", rows=(Pair(label=words, value=words, note=words),)),
        Prose(heading="Conclusion", paragraphs=(words, words)),
        Grid(heading="Actes", columns=(words, "€"), rows=((words, "1"),), total=(words, "1")),
    )
    return Sheet(
        title=f"De {words[:200]}",
        language=language,
        state=words,
        about=(Pair(label="Enfant", value=words),),
        blocks=blocks,
        signed=(words,),
        reference=f"X01 {words[:40]}",
        printed_at=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
    )


def bare(words: str) -> Sheet:
    return replace(sheet("-"), blocks=(Prose(heading="Conclusion", paragraphs=(words,)),))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
async def test_no_words_keep_a_paper_from_being_printed(words: str) -> None:
    pdf = await print_sheet(sheet(words))

    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_at_all_keeps_a_paper_from_being_printed(words: str) -> None:
    pdf = asyncio.run(print_sheet(sheet(words)))

    assert pdf.startswith(b"%PDF-")


async def test_each_sign_of_the_table_is_one_the_fonts_have() -> None:
    apart = " ".join(sign for sign in known() if sign not in "\u2028\u2029")

    assert shown(apart) == apart
    assert (await print_sheet(bare(apart))).startswith(b"%PDF-")


def test_a_strange_sign_is_one_square_with_all_that_belongs_to_it() -> None:
    told = {words: shown(words) for words in ("a\x00b", "王小明", "👩‍👧", "👍🏽!", "สวัสดี", "Zoé")}

    assert list(told.values()) == ["a□b", "□□□", "□", "□!", "□□□□", "Zoé"]


def test_ends_of_lines_are_told_alike_and_tabs_are_spaces() -> None:
    assert shown("a\r\nb\rc\u2028d\te") == "a\nb\nc\nd e"


def test_only_a_word_longer_than_a_column_may_be_broken() -> None:
    usual, long = "oto-rhino-laryngologiste", "x" * 65

    assert shown(usual) == usual
    assert shown(long).replace(BREAK, "") == long
    assert max(map(len, shown(long).split(BREAK))) == 10


async def test_a_word_of_many_thousand_signs_goes_on_over_pages() -> None:
    pdf = await print_sheet(bare("x" * 20_000))

    assert pdf.count(b"/Type/Page/") > 3


async def test_a_paper_tells_what_the_square_means_only_if_there_is_one() -> None:
    plain, asked = await print_sheet(sheet("a")), await print_sheet(sheet("□"))
    strange = await print_sheet(sheet("\x00"))

    assert len(strange) > len(asked) + 200
    assert abs(len(asked) - len(plain)) < 1000


def test_what_clashes_side_by_side_is_told_in_latin_letters() -> None:
    assert latin("Zoë \u0301Ω") == "Zoë □□"


async def test_the_press_does_not_wear_out() -> None:
    first = await print_sheet(sheet("a"))
    many = await asyncio.gather(*(print_sheet(sheet("a")) for _ in range(20)))

    assert {len(pdf) for pdf in many} == {len(first)}
