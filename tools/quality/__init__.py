"""Measures of quality on judged documents.

The corpora are not in the repository: they are expected beside the checkout, in ``../shared/data``.
"""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PRESS = DATA / "press"
