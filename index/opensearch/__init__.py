"""An archive on an OpenSearch cluster: what is written of documents, which generation is served.

For: the mapping, tokens, bulk requests, publishing, rollback. Not for: what a query means, which is
``search.opensearch``'s. Only ``client`` imports opensearch-py.
"""

from index.opensearch.archive import Archive, publish_documents
from index.opensearch.checking import Checked, check
from index.opensearch.client import Address, Cluster
from index.opensearch.encode import encode_drafts, key_term, term
from index.opensearch.filling import Generation
from index.opensearch.generations import (
    Health,
    Published,
    Size,
    check_name,
    health,
    previous,
    published,
    rollback,
    size,
)
from index.opensearch.lock import locked
from index.opensearch.mapping import HOLE, HOLES, MAX_VALUES, facet_field
from index.opensearch.reports import report_of
from index.opensearch.snapshots import Backup, backup, backups, restore
from index.opensearch.stored import (
    HEADS,
    TEXTS,
    Figures,
    figures,
    head_of,
    pieces_of,
    stored_document,
    stored_documents,
    stored_heads,
)
from index.opensearch.vectors import compute_vectors, counted, coverage, having, rows_of

__all__ = [
    "HEADS",
    "HOLE",
    "HOLES",
    "MAX_VALUES",
    "TEXTS",
    "Address",
    "Archive",
    "Backup",
    "Checked",
    "Cluster",
    "Figures",
    "Generation",
    "Health",
    "Published",
    "Size",
    "backup",
    "backups",
    "check",
    "check_name",
    "compute_vectors",
    "counted",
    "coverage",
    "encode_drafts",
    "facet_field",
    "figures",
    "having",
    "head_of",
    "health",
    "key_term",
    "locked",
    "pieces_of",
    "previous",
    "publish_documents",
    "published",
    "report_of",
    "restore",
    "rollback",
    "rows_of",
    "size",
    "stored_document",
    "stored_documents",
    "stored_heads",
    "term",
]
