"""A document cited in plain text, in the reader's language."""

from flask_babel import gettext

from search.response import DocumentView
from web.i18n import month_or_day


def citation(view: DocumentView, name: str, address: str) -> str:
    """Return title, source, date, identifier and permanent address as one line of plain text.

    Title and source are in the language of the document and isolated from the sentence around
    them, which may run the other way.
    """
    parts = [gettext("“%(title)s”", title=_isolated(name))]
    if view.source:
        parts.append(_isolated(view.source))
    parts.append(month_or_day(view.published[:10]) if view.published else gettext("undated"))
    parts.append(_isolated(view.id))
    what = str(gettext(", ")).join(parts)
    return str(gettext("%(what)s. %(address)s", what=what, address=address))


def _isolated(text: str) -> str:
    """Return text of any direction; the marks that isolate it only where it needs them."""
    one_line = " ".join(text.split())
    foreign = any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in text)
    return f"\u2068{one_line}\u2069" if foreign else one_line
