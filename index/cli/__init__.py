"""TODO."""

from index.cli.commands import build_options, commands, merged_options
from index.cli.support import index_option, plain_errors

__all__ = [
    "build_options",
    "commands",
    "index_option",
    "merged_options",
    "plain_errors",
]
