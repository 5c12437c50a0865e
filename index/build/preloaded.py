"""What the fork server loads once, so that worker processes start with it.

To be imported by that process alone: importing it extracts from a line of text, which reads the
vocabularies and builds the automata that texts in Latin letters need. Workers share this memory.
"""

import gc
from contextlib import suppress

import index.build.pipeline  # noqa: F401  # what workers run
from index.document import Document
from index.errors import VocabularyError
from index.extract import ExtractionOptions, extract

with suppress(VocabularyError):  # the build says what is wrong with the archive's own file
    extract(Document("", "Paris"), ExtractionOptions())
gc.collect()
gc.freeze()  # a collection in a worker would copy every page that it looks at
