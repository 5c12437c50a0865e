"""Let file operations of every command fail and print the table of ``docs/reliability.md``.

It ends with status 1 if a command broke a promise.
"""

import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.faults.campaign import COMMANDS, site, strike
from tools.faults.layer import FAULTS


def run(every: int, commands: list[str]) -> bool:
    """Let every so many-th operation fail; return whether all promises were kept."""
    failures = 0
    print("| command | operations | faults injected | failures |")
    print("| --- | ---: | ---: | ---: |")
    with TemporaryDirectory() as folder, site(Path(folder)) as place:
        for command in commands:
            most = struck = broken = 0
            for number, fault in enumerate(FAULTS):
                points = place.points(command, fault)
                most = max(most, points)
                for point in range(1 + number % every, points + 1, every):
                    wrong = strike(place, command, fault, point)
                    struck += 1
                    broken += bool(wrong)
                    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr, flush=True)
            print(f"| {command} | {most:,} | {struck:,} | {broken:,} |", flush=True)
            failures += broken
    return not failures


def main() -> None:
    """Run the command."""
    parser = ArgumentParser("python -m tools.faults", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="strike at every so many-th operation")
    parser.add_argument("commands", nargs="*", help=f"of {', '.join(COMMANDS)}; all by default")
    options = parser.parse_args()
    sys.exit(0 if run(options.every, options.commands or [*COMMANDS]) else 1)


if __name__ == "__main__":
    main()
