"""The web application over an engine: pages, JSON endpoint, exports, and the command line.

Not for searching: ``search`` does that and knows nothing of HTTP.
"""

from web.app import create_app
from web.context import Settings

__all__ = ["Settings", "create_app"]
