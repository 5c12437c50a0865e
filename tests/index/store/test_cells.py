"""Counting the cells of few and of many documents, beside a loop over their ordinals."""

from collections import Counter

import numpy as np
import pytest

from index.store.doc_values import lay_out

DOCUMENTS = 40_000


@pytest.mark.parametrize("values", [0, 1, 2, 7, 119, 248, 252, 300])
@pytest.mark.parametrize("most", [1, 2, 4, 9])
def test_the_ordinals_of_any_documents_are_counted(values: int, most: int) -> None:
    chance = np.random.default_rng((values, most))
    sizes = chance.integers(0, min(values, most) + 1, DOCUMENTS)
    # Low ordinals are frequent; one document has no ordinal twice.
    held = [sorted({int(each) for each in (values * chance.random(size) ** 3)}) for size in sizes]
    sizes = np.array(list(map(len, held)))
    ordinals = np.array([each for of_one in held for each in of_one], np.int64)
    cells = lay_out(sizes, ordinals, values)
    for share in (0.0, 0.001, 0.1, 0.9, 1.0):
        places = (chance.random(DOCUMENTS) < share).nonzero()[0]
        expected = Counter(each for place in places.tolist() for each in held[place])
        missing = sum(not held[place] for place in places.tolist())
        counts = cells.tally(places)
        assert counts.tolist() == [*(expected[at] for at in range(values)), missing]
    assert cells.tally_all().tolist() == cells.tally(np.arange(DOCUMENTS)).tolist()
