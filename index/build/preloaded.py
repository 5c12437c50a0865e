"""What the fork server of a rebuild loads once, so that worker processes start with it.

To be imported by that process alone: importing it extracts from an empty text, which reads the
vocabularies and builds the automata that texts in Latin letters need. Workers share this memory.
"""

import gc

import index.build.pipeline  # noqa: F401  # what workers run
from index.document import Document
from index.extract import ExtractionOptions, extract

gc.disable()  # what is loaded stays: to look for garbage in it takes a third of the time
try:
    extract(Document("", ""), ExtractionOptions())
except MemoryError:  # workers load what is missing, and say for which document it fails
    pass
finally:
    gc.enable()
gc.collect()
gc.freeze()  # a collection in a worker would copy every page that it looks at
