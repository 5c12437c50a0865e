"""The commands ``backup`` and ``restore``, for an index on a cluster."""

from typing import Any

import click

from index.commands.options import (
    command,
    flag,
    index_option,
    json_option,
    options,
    print_json,
)
from index.location import Location

_repository = options(
    flag(
        "--repository",
        "trouvaille",
        "The repository of snapshots on the cluster.",
        metavar="NAME",
    ),
)


@command(
    index_option,
    _repository,
    flag(
        "--repository-folder",
        "",
        "The folder of the repository, which all nodes share; it is made a repository if need be.",
        metavar="DIR",
    ),
    json_option,
)
def backup(index: Location, repository: str, repository_folder: str, as_json: bool) -> None:
    """Write the published generation on a cluster into a repository of snapshots.

    What the repository has already is not written again.
    """
    from index.opensearch import backup

    where = index.on_cluster("backup")
    made = backup(where.cluster, where.name, repository, repository_folder)
    _tell(made, f"Backed up: {made.name}.", as_json=as_json)


@command(
    index_option,
    _repository,
    click.option(
        "--snapshot", default="", metavar="NAME", help="The backup.  [default: the latest]"
    ),
    json_option,
)
def restore(index: Location, repository: str, snapshot: str, as_json: bool) -> None:
    """Publish a backup on a cluster as a new generation.

    What was served before is the previous generation.
    """
    from index.opensearch import restore

    where = index.on_cluster("restore")
    generation = restore(where.cluster, where.name, repository, snapshot)
    told = {"generation": generation.name, "documents": generation.documents}
    _tell(told, f"Serving {generation.name}: {generation.documents:,} documents.", as_json=as_json)


def _tell(told: Any, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        click.echo(sentence)
