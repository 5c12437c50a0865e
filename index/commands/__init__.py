"""The command line over an index: build it, follow its sources, examine it, teach it, back it up.

``COMMANDS`` are those that ``trouvaille`` takes from this package. How options are declared and
errors are shown is here for the commands of the other packages too. Not for work: a command reads
its options, has ``index.build`` or ``index.location`` do what it says, and prints the result.
"""

import click

from index.commands.backups import backup, restore
from index.commands.building import (
    build_options,
    deletions_option,
    merged_options,
    rebuild,
    update,
)
from index.commands.examining import check, rollback, stats, vectors
from index.commands.following import fetch, watch
from index.commands.options import flag, index_option, options, plain_errors
from index.commands.teaching import learn
from index.commands.vocabulary import vocabulary

COMMANDS: tuple[click.Command, ...] = (
    *(rebuild, update, check, stats, rollback, learn, vectors, vocabulary),
    *(watch, fetch, backup, restore),
)

__all__ = [
    "COMMANDS",
    "build_options",
    "deletions_option",
    "flag",
    "index_option",
    "merged_options",
    "options",
    "plain_errors",
]
