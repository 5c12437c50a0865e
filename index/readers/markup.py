"""Text that others put into records and attributes: references, tags, divided and invisible words.

``plain`` undoes the markup of a field that should have none. ``undivided`` joins words that a
typesetter divided at the end of a line.
"""

import html
import re
import unicodedata
from typing import Final

_REFERENCE: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_NAMES: Final = (
    "p|div|br|hr|h[1-6]|ul|ol|li|dl|dt|dd|table|tr|td|th|tbody|thead|blockquote|pre|section|article"
    "|header|footer|figure|figcaption|aside|main|nav|address|body|html|head"
)
_INLINE_NAMES: Final = (
    "a|b|i|u|s|em|strong|span|small|big|sub|sup|font|img|mark|q|cite|abbr|code|del|ins|strike"
    "|center|iframe|figure|picture|source|video|audio|tt|title|meta|link|label|input|button|form"
)
_TAG: Final = r"<\s*/?\s*(?:%s)(?:\s[^<>]*|/)?>"
_BLOCK: Final = re.compile(_TAG % _BLOCK_NAMES, re.I)
_INLINE: Final = re.compile(_TAG % _INLINE_NAMES, re.I)
_HIDDEN: Final = re.compile(
    r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->|<!doctype[^<>]*>", re.I | re.S
)
_SHOWS_MARKUP: Final = re.compile(
    rf"</\s*(?:{_BLOCK_NAMES}|{_INLINE_NAMES})\s*>|<(?:br|hr|p)\s*/?>|<img\s", re.I
)
_MANY_LINES: Final = re.compile(r"[ \t]*\n[ \t\n]*\n[ \t]*")


def unescaped(text: str) -> str:
    """Return a text with its character references replaced, once: ``&eacute;``, ``&#8217;``."""
    if "&" not in text:
        return text
    return _REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)


def plain(text: str) -> str:
    """Return a text without the tags of HTML, if it has any, and with its references replaced."""
    if "<" in text and _SHOWS_MARKUP.search(text):
        text = _HIDDEN.sub(" ", text)
        text = _INLINE.sub("", _BLOCK.sub("\n", text))
        text = _MANY_LINES.sub("\n\n", text).strip()
    return unescaped(text)


_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that are letters or signs to Unicode, and nothing to a reader."""


def is_visible(text: str) -> bool:
    """Return whether a reader sees anything of a text."""
    return any(
        unicodedata.category(char)[0] not in "CZ" and char not in _BLANKS for char in text
    ) or any(unicodedata.category(char) == "Co" for char in text)


_HINT: Final = re.compile(r"[-‐⸗\u00ad¬][ \t]*\n")
_DIVIDED: Final = re.compile(
    r"([^\W\d_]+)([-‐⸗\u00ad¬])[ \t]*\n[ \t]*"
    r"([^\W\d_]+(?:['’-][^\W\d_]+)*[.,;:!?)\]»”\"]*)(?:[ \t]+|(?=\n)|\Z)?"
)
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_SUSPENDING_WORDS: Final = "und oder bzw sowie als et ou ni and or nor y e o u og en of"
_SUSPENDING: Final = frozenset(_SUSPENDING_WORDS.split())
"""Words before which a hyphen stands for what follows later: ``Vor- und Nachteile``."""
_MOST_PARTS: Final = 4


def undivided(text: str) -> str:
    """Return a text in which no word is divided at the end of a line.

    A soft hyphen goes. A hyphen goes if the text has the whole word elsewhere; else it stays and
    the word is on one line, so that it is found with the hyphen and without. The end of the line
    moves behind the word.
    """
    if not _HINT.search(text):
        return text
    known = {word.casefold() for word in _WORDS.findall(text)}

    def join(match: re.Match[str]) -> str:
        before, hyphen, behind = match.groups()
        word = _WORDS.match(behind)
        if word is None or word[0].casefold() in _SUSPENDING:
            return match[0]
        whole = (before + word[0]).casefold()
        goes = hyphen in "\u00ad¬" or (
            whole in known and f"{before}-{word[0]}".casefold() not in known
        )
        end = "\n" if match.end() < len(text) and not match[0].endswith("\n") else ""
        if match[0].endswith(behind) and text[match.end() : match.end() + 1] not in ("", "\n"):
            end = ""  # something stands directly behind the word
        return before + ("" if goes else "-") + behind + end

    for _ in range(_MOST_PARTS):
        joined = _DIVIDED.sub(join, text)
        if joined == text:
            break
        text = joined
    return text
