"""Templates as HTML: compiled once for each language, and clean whatever they write.

**Languages.** A template is compiled with its sentences already translated: they are part of the
markup around them. Nothing is looked up for a page but sentences with a number or a name.

**Foreign text**, of documents and of readers, is cleaned and escaped by ``html``. Whoever makes
``Markup`` of it cleans it first: templates write ``Markup`` as it is. Any other text they clean and
escape, so that what was forgotten costs time and not safety.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jinja2.compiler import CodeGenerator
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from index.analysis import direction
from web import i18n

TEMPLATES = Path(__file__).parent / "templates"
MAX_MARKS = 12
"""Combining marks on one letter that a page shows; no orthography needs as many."""
MAX_KEPT = 500
"""Characters of a title or a name whose HTML is kept."""
SHORT = 60
"""Characters of another text that is likely to be written again."""

# C0 and C1 controls except tab and line ends; the two overrides of direction, which show text in
# another order than it has; noncharacters. Embeddings, isolates and marks of direction belong to
# honest text, and end with the element that they stand in.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ufffe\uffff]+")
# Every combining mark is beyond Latin.
_FAR = re.compile(f"[\u0300-\U0010ffff]{{{MAX_MARKS + 1}}}")


def clean_text(value: Any) -> Any:
    """Return a text as a page may show it; any other value as it is.

    Control characters and overrides of direction are removed, and combining marks after the
    first ``MAX_MARKS`` in a row. It is applied last, after offsets into the text were used.
    """
    if not isinstance(value, str):
        return value
    text = str(value)
    clean = text if text.isprintable() else _CONTROLS.sub("", text)
    if not clean.isascii() and _FAR.search(clean):
        clean = _too_many_marks().sub(lambda marks: marks[0][:MAX_MARKS], clean)
    if clean == text:
        return value
    return Markup(clean) if isinstance(value, Markup) else clean


@cache
def _too_many_marks() -> re.Pattern[str]:
    """Return a pattern for more than ``MAX_MARKS`` combining marks in a row."""
    ranges: list[list[int]] = []
    for point in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(point)) in ("Mn", "Me"):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    marks = "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
    return re.compile(f"[{marks}]{{{MAX_MARKS + 1},}}")


def html(text: str) -> Markup:
    """Return a text clean and escaped; that of titles, names and labels is kept."""
    return _short_html(text) if len(text) <= MAX_KEPT else _html(text)


def _html(text: str) -> Markup:
    return escape(clean_text(text))


_short_html = lru_cache(maxsize=8192)(_html)


def escaped(addresses: Iterable[str]) -> list[str]:
    """Return addresses escaped, all at once; none of them has a line break."""
    return str(escape("\n".join(addresses))).split("\n")


def marked(fragment: str) -> Markup:
    """Return a fragment of a highlight, escaped already, as clean HTML."""
    return Markup(clean_text(fragment))


@cache
def environment(locale: str) -> Environment:
    """Return the templates in a language."""
    environment = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finished,
    )
    catalogue = i18n.catalogue(locale)

    def gettext(message: str, **values: object) -> Markup:
        return Markup(catalogue.gettext(message)) % _clean(values)

    def pgettext(context: str, message: str) -> Markup:
        return Markup(clean_text(catalogue.pgettext(context, message)))

    def ngettext(singular: str, plural: str, num: int, **values: object) -> Markup:
        text = catalogue.ngettext(singular, plural, num)
        return Markup(text) % {"num": num, **_clean(values)}

    environment.globals |= {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}
    environment.globals |= {"locale": locale, "direction": direction(locale)}
    environment.filters |= {
        "number": i18n.number.into(locale),
        "dated": i18n.dated.into(locale),
        "bucket": i18n.month_or_day.into(locale),
        "language": i18n.language.into(locale),
        "marked": marked,
    }
    environment.add_extension(_Translated)
    return environment


class _Writer(CodeGenerator):
    """Compiles templates that leave escaping to ``_finished``, and do not escape once more."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        self.write(finalize.src)

    def _output_child_post(self, node: Any, frame: Any, finalize: Any) -> None:
        self.write(")")


class _Environment(Environment):
    code_generator_class = _Writer


def _finished(value: Any) -> Markup:
    """Return what a template writes, clean and escaped; ``Markup`` as it is."""
    if type(value) is Markup:
        return value
    return _short_html(value) if type(value) is str and len(value) <= SHORT else _html(value)


def _clean(values: dict[str, object]) -> dict[str, object]:
    return {name: clean_text(value) for name, value in values.items()}


class _Translated(Extension):
    """Puts the sentence of the language in place of ``_("...")``, and its texts for their names."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template; what is fixed for the language becomes markup."""
        tokens, place = list(stream), 0
        while place < len(tokens):
            token = tokens[place]
            writes = token.type == "variable_begin"
            text, size = self._fixed(tokens[place + writes : place + writes + 5], writes)
            if text is not None and writes:
                yield Token(token.lineno, "data", text)
            elif text is not None:
                parts = (("lparen", "("), ("string", text), ("pipe", "|"), ("name", "safe"))
                yield from (Token(token.lineno, *part) for part in (*parts, ("rparen", ")")))
            else:
                yield token
            place += 1 if text is None else size + 2 * writes

    def _fixed(self, tokens: Sequence[Token], whole: bool) -> tuple[str | None, int]:
        """Return the text that begins these tokens, and how many of them stand for it.

        ``whole`` if it must be all that is written.
        """
        types, names = [token.type for token in tokens], self.environment.globals
        sentence = types[:4] == ["name", "lparen", "string", "rparen"] and tokens[0].value == "_"
        size = 4 if sentence else 1
        if whole and types[size : size + 1] != ["variable_end"]:
            return None, 0
        if sentence:
            return clean_text(names["_"](tokens[2].value)), size  # type: ignore[operator]
        value = names.get(tokens[0].value) if whole and types[:1] == ["name"] else None
        return (value, size) if isinstance(value, str) else (None, 0)
