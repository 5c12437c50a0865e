"""Every table of docs/fields.md: ``python -m tests.quality.fields``; ten minutes, or so.

Needs the judged documents beside the checkout, in ``../shared/data``.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = (
    ("Organizations, on the documents the rules were made with", "organizations.py"),
    ("Organizations, held out", "organizations.py", "--part", "held-organizations"),
    ("Organizations, unseen", "organizations.py", "--part", "unseen-organizations"),
    ("The same in full mode", "organizations.py", "--part", "unseen-organizations", "--ner"),
    ("Themes", "themes.py"),
    ("Themes against the sections and topics of publishers", "sections.py"),
    ("Themes learned from labels", "taught.py"),
    ("Dates", "dates.py"),
    ("Language", "language.py"),
    ("Speed of the whole extraction", "speed.py"),
)


def main() -> int:
    """Print the tables one after another; return 1 if any could not be made."""
    status = 0
    for heading, script, *arguments in TABLES:
        print(f"\n## {heading}\n", flush=True)
        status |= subprocess.run([sys.executable, str(HERE / script), *arguments]).returncode
    return min(status, 1)


if __name__ == "__main__":
    sys.exit(main())
