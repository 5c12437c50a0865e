"""Sources that documents call by several names.

``sources.tsv`` has a row for each: the name that stands for it, and its other names, which ``;``
separates. Case, accents of the apostrophe and punctuation at the ends need no row.
"""

from functools import cache
from pathlib import Path

from index.vocabularies.vocabulary import read_rows, split_list


@cache
def source_names() -> dict[str, tuple[str, ...]]:
    """Return the other names of each source."""
    rows = read_rows(Path(__file__).with_name("sources.tsv"), "\t")
    return {row.cells[0]: tuple(split_list(row.cells[1])) for row in rows}
