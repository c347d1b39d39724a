"""The HTML of a mail, made from its text: the same words, readable in old programs.

It sets no colour, so that dark programs may choose theirs, fetches nothing from anywhere
and holds nothing that could tell whether it was read.
"""

from collections.abc import Mapping
from html import escape

from notifications.language import Direction, Language
from notifications.saying import Saying

_STYLE = (
    "max-width:36em;margin:0 auto;padding:1em;font-family:sans-serif;line-height:1.5;"
    # A link is longer than a telephone is wide.
    "overflow-wrap:anywhere;word-break:break-word"
)
_SIGNS_OF_NUMBERS = frozenset("+0123456789")


def page(saying: Saying, values: Mapping[str, str], *, language: Language, title: str) -> str:
    """Give the HTML document of a text, its values marked as what they are."""
    marked = Saying(tuple(map(escape, saying.said)), saying.names).filled(
        {name: _marked(name, value) for name, value in values.items()}
    )
    blocks = (block.strip("\n").replace("\n", "<br>\n") for block in marked.split("\n\n"))
    paragraphs = "\n".join(f"<p>{block}</p>" for block in blocks if block)
    way = f'lang="{language.code}" dir="{language.direction}"'
    return (
        f"<!doctype html>\n<html {way}>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n</head>\n<body>\n"
        f'<div {way} style="{_STYLE};text-align:{_side(language)}">\n'
        f"{paragraphs}\n</div>\n</body>\n</html>\n"
    )


def _marked(name: str, value: str) -> str:
    said = escape(value)
    match name:
        case "link":
            return f'<a dir="ltr" href="{said}">{said}</a>'
        case "phone":
            number = "".join(sign for sign in value if sign in _SIGNS_OF_NUMBERS)
            return f'<a dir="ltr" style="white-space:nowrap" href="tel:{number}">{said}</a>'
        case "time":
            return f'<strong dir="ltr">{said}</strong>'
        case "date":
            return f"<strong>{said}</strong>"
        case _:
            return f'<span dir="auto">{said}</span>'


def _side(language: Language) -> str:
    return "right" if language.direction is Direction.RTL else "left"
