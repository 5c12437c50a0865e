"""Every table of docs/fields-measured.md: ``python -m tools.quality.fields``; fifteen minutes.

Needs the judged documents beside the checkout, in ``../shared/data``.
"""

import subprocess
import sys

TABLES = (
    ("Organizations, on the documents the rules were made with", "organizations"),
    ("Organizations, held out", "organizations", "--part", "held-organizations"),
    ("Organizations, unseen", "organizations", "--part", "unseen-organizations"),
    ("Organizations, titles included", "organizations", "--part", "titled-organizations"),
    ("The same in full mode", "organizations", "--part", "unseen-organizations", "--ner"),
    ("Organizations, with names that the archives teach", "names"),
    ("Countries", "countries"),
    ("Countries, unseen", "countries", "--part", "unseen-countries"),
    ("Persons", "persons"),
    ("Themes", "themes"),
    ("Documents whose theme rests on one expression", "support"),
    ("Themes against the sections and topics of publishers", "sections"),
    ("Themes learned from labels", "taught"),
    ("Dates", "dates"),
    ("Language", "language"),
    ("Speed of the whole extraction", "speed"),
)


def main() -> int:
    """Print the tables one after another; return 1 if any could not be made."""
    status = 0
    for heading, module, *arguments in TABLES:
        print(f"\n## {heading}\n", flush=True)
        status |= subprocess.run(
            [sys.executable, "-m", f"tools.quality.fields.{module}", *arguments]
        ).returncode
    return min(status, 1)


if __name__ == "__main__":
    sys.exit(main())
