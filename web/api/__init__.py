"""The JSON endpoint of docs/api.md and its OpenAPI description.

For programs. Not for pages and exports.
"""

from web.api.routes import blueprint

__all__ = ["blueprint"]
