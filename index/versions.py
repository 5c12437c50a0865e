"""The versions that an index depends on: what each covers, when to raise it, what happens then.

docs/index.md has them as a table. The cursor of a page of results has a version of its own, in
``search.request``.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

FORMAT_VERSION: Final = 9
"""Which files a generation and its segments have, and what the manifest says.

Raise it when a file is added, dropped or means something else. An index with another number cannot
be opened: IndexVersion, rebuild.
"""

ARRAY_VERSION: Final = 1
"""The header and checksums of array files, see ``index.store``.

Raise it when these bytes change. A file with another number cannot be opened: IndexVersion,
rebuild.
"""

ANALYSIS_VERSION: Final = 6
"""The terms and facet values that a document gets from its text and fields.

Raise it when the same document would get others; a test says when that is due. An index with
another number is not searched, since its terms are not those of new queries: IndexVersion, rebuild
or update. An update analyses every document again.
"""

EXTRACTION_VERSION: Final = 11
"""The fields that a document gets from its text, beside the data files that extraction reads.

Raise it when the same document would get others; a test says when that is due. An older index is
searched as it is; the next build extracts every document again.
"""

LEARNING_VERSION: Final = 1
"""The files of learned themes and names.

Raise it when its content changes. A file with another number is refused: IndexDamaged, learn again.
"""


def _product() -> str:
    try:
        return f"trouvaille {version('trouvaille')}"
    except PackageNotFoundError:
        return "trouvaille unknown"  # run from a checkout that was never installed


PRODUCT = _product()
"""The release of the product. Manifests name it for people; nothing depends on it."""
