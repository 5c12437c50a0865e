"""A fault at a file operation of a command: what was published stays, and the command says so.

An audit hook counts the operations inside the index directory and strikes at one of them: it kills
the process, or lets this operation and, for a full disk, all later ones fail. Writes have no audit
event; `test_publishing` fills a real disk.
"""

import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from index.build import BuildOptions, rebuild, update
from index.commit import check
from index.directory import open_published

HERE = BuildOptions(workers=0)
COMMANDS = {
    "rebuild": ["rebuild", "{source}"],
    "update": ["update", "{source}", "--yes"],
    "compaction": ["update", "{few}", "--yes"],
    "rollback": ["rollback"],
    "learn": ["learn", "{labelled}"],
}
FAULTS = {"kill": 0, "EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES}
LASTING = ("ENOSPC", "EACCES")
RUNNER = dedent(
    """
    import json, os, signal, sys
    from web.cli import main

    root = os.environ["TROUVAILLE_INDEX"]
    EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir")

    def strike(point, number, lasting):
        seen = 0

        def hook(event, args):
            nonlocal seen
            if event not in EVENTS or root not in str(args[0]):
                return
            seen += 1
            if seen == point:
                os.write(reached, b"x")
            if seen == point and not number:
                os.kill(os.getpid(), signal.SIGKILL)
            if seen == point or (seen > point and lasting):
                raise OSError(number, os.strerror(number), str(args[0]))

        sys.addaudithook(hook)

    def run(arguments):
        sys.argv = ["trouvaille", *arguments]
        try:
            main()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        return 0

    # Vocabularies are read once, not in each child.
    run(json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in sys.stdin:
        arguments, point, number, lasting, errors = json.loads(line)
        answer, reached = os.pipe()
        child = os.fork()
        if child == 0:
            for stream in (1, 2):
                os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
            if point:
                strike(point, number, lasting)
            status = run(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        os.close(reached)
        _, status = os.waitpid(child, 0)
        struck = os.read(answer, 1) == b"x"
        os.close(answer)
        code = os.waitstatus_to_exitcode(status)
        print(json.dumps({"code": code, "struck": struck}), flush=True)
    """
)


class Outcome(NamedTuple):
    """How a command ended: its status (below 0: killed), whether struck, and what it said."""

    code: int
    struck: bool
    said: str


class Site(NamedTuple):
    """An index that commands may damage, and a way to run them on it."""

    root: Path
    run: Callable[..., Outcome]
    renew: Callable[[], None]


def write(folder: Path, numbers: range, word: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = f"Dépêche {number}\n\nL'ONU et un accord de pêche, {word}, numéro {number}."
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("faults")
    template, root = folder / "template", folder / "index"
    rebuild(template, [write(folder / "first", range(8), "hier")], HERE)
    update(template, [write(folder / "first", range(6, 10), "demain")], HERE)
    places = {
        "source": write(folder / "source", range(4, 12), "demain"),
        "few": write(folder / "few", range(3), "hier"),
        "labelled": folder / "labelled.csv",
    }
    about = {"economy": "l'inflation et les salaires", "sport": "le match et les joueurs"}
    rows = (
        f"Dépêche {number} sur {words} du pays,{theme}"
        for number in range(60)
        for theme, words in about.items()
    )
    places["labelled"].write_text("text,themes\n" + "\n".join(rows) + "\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"TROUVAILLE_INDEX": str(root), "TROUVAILLE_WORKERS": "0", "PATH": ""},
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(line: Any) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps(line), file=process.stdin, flush=True)
        while not (answer := process.stdout.readline()).startswith("{"):
            assert answer, "the runner ended"
        told: dict[str, Any] = json.loads(answer)
        return told

    def run(command: str, point: int = 0, fault: str = "kill") -> Outcome:
        errors = folder / "errors"
        errors.unlink(missing_ok=True)
        arguments = [word.format(**places) for word in COMMANDS[command]]
        told = ask([arguments, point, FAULTS[fault], fault in LASTING, str(errors)])
        return Outcome(told["code"], told["struck"], errors.read_text("utf-8"))

    def renew() -> None:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(template, root)

    renew()
    ask(["rebuild", str(places["source"]), "--index", str(folder / "warm")])
    yield Site(root, run, renew)
    process.communicate(timeout=60)


def documents(root: Path) -> dict[str, str]:
    """Return what is published, by id."""
    with open_published(root) as snapshot:
        return snapshot.content_hashes()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("points", "fault"),
    [
        *[(range(3, 400, 90), fault) for fault in ("kill", "EIO")],
        *[pytest.param(range(1, 400, 45), fault, marks=pytest.mark.long) for fault in FAULTS],
        *[pytest.param(range(1, 2000), fault, marks=pytest.mark.exhaustive) for fault in FAULTS],
    ],
)
def test_what_is_published_survives(site: Site, command: str, fault: str, points: range) -> None:
    site.renew()
    before = documents(site.root)
    undisturbed = site.run(command)
    assert undisturbed.code == 0, undisturbed.said
    after = documents(site.root)
    struck = 0
    for point in points:
        site.renew()
        outcome = site.run(command, point, fault)
        if not outcome.struck:
            break
        struck += 1
        assert not check(site.root).problems, (point, outcome)
        published = documents(site.root)
        assert published in (before, after), (point, outcome)
        if outcome.code == 0:
            assert published == after, (point, outcome)
        else:
            assert fault == "kill" or outcome.code in (1, 2), (point, outcome)
        assert "unforeseen" not in outcome.said, (point, outcome)
        assert "Traceback" not in outcome.said, (point, outcome)
        if outcome.code and published == after != before:
            assert fault == "kill" or "is published, but" in outcome.said, (point, outcome)
        again = site.run(command)
        assert again.code == 0, (point, again)
        assert not check(site.root).problems
    assert struck
