"""The command ``trouvaille``: every command of the packages, and ``serve``."""


import click

from web.context import VERSION


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="trouvaille")
def cli() -> None:
    """Search archives of dispatches and documents in many languages."""
