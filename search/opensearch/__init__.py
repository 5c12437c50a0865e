"""The engine over an OpenSearch cluster: query nodes become clauses, answers become responses.

For: everything between a parsed query and a response. Not for: parsing, labels, snippets, which are
the same for both engines, nor for what is written of a document (``index.opensearch``).
"""

from search.opensearch.engine import OpenSearchEngine

__all__ = ["OpenSearchEngine"]
