"""Pages for people: routes, and what the templates show of documents and facets.

For HTML. Not for what programs read, which is in ``web.api`` and ``web.export``.
"""

from web.pages.document import joined
from web.pages.facets import range_label
from web.pages.routes import blueprint

__all__ = ["blueprint", "joined", "range_label"]
