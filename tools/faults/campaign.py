"""Let file operations of commands fail one after another, and hold each command to its promises.

After a fault, what is published is what was published before or what the command builds; so is what
was learned. The generation before is kept. The index is sound, the command says what happened, and
the same command succeeds afterwards.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from index.errors import IndexUnavailable
from index.publishing import check, open_published, read_pointer
from index.publishing.directory import Pointer
from index.segments import Snapshot
from tools.faults.layer import FAULTS

COMMANDS: Final = {
    "rebuild": ["rebuild", "{source}"],
    "update": ["update", "{source}", "--yes"],
    "compaction": ["update", "{few}", "--yes"],
    "rollback": ["rollback"],
    "learn": ["learn", "{labelled}"],
    "learn --forget": ["learn", "--forget"],
}


_DONE: Final = re.compile("is (published|changed), but")
"""How a command says that it did what it was asked for, but for what came after."""


class Outcome(NamedTuple):
    """How a command ended: its status (below 0: killed), the number of operations of each kind (not
    known if killed), and what it said."""

    code: int
    operations: dict[str, int]
    said: str


class State(NamedTuple):
    """What stands in an index: content hashes of the published documents, and what was learned."""

    documents: dict[str, str]
    learned: bytes | None


def state(root: Path) -> State:
    """Read what stands in an index."""
    learned = root / "learned" / "themes.json"
    with open_published(root) as snapshot:
        hashes = snapshot.content_hashes()
    return State(hashes, learned.read_bytes() if learned.exists() else None)


class Site:
    """An index that commands may damage, and a process that runs them on it."""

    def __init__(self, folder: Path, runner: "subprocess.Popen[str]") -> None:
        """Make an index of two segments and two generations, with learned themes."""
        self._runner = runner
        self._undisturbed: dict[str, tuple[State, dict[str, int]]] = {}
        self._said = folder / "said"
        self._template = folder / "template"
        # Faults strike below this folder; sources are elsewhere: what cannot be read is skipped.
        self._struck = folder / "struck"
        self._struck.mkdir()
        self.root = self._struck / "index"
        themes = {"economy": "l'inflation et les salaires", "sport": "le match et les joueurs"}
        self._places = {
            "first": _write(folder / "first", range(8), "hier"),
            "source": _write(folder / "source", range(4, 12), "demain"),
            "few": _write(folder / "few", range(3), "hier"),
            "labels": _label(folder / "labels.csv", themes, 60),
            "labelled": _label(self._struck / "labelled.csv", themes, 80),
        }
        self._ask(["rebuild", str(self._places["source"]), "--index", str(self.root)])
        # Learned first: documents that were extracted with other themes would all be changed ones.
        self._prepare("learn", "{labels}")
        self._prepare("rebuild", "{first}")
        _write(folder / "first", range(6, 10), "demain")
        self._prepare("update", "{first}", "--yes")
        shutil.copytree(self.root, self._template)
        self.pointer = read_pointer(self.root)
        self.before = state(self.root)

    def _prepare(self, *arguments: str) -> None:
        outcome = self._run(arguments, "killed", 0)
        if outcome.code:
            raise RuntimeError(outcome.said)

    def run(self, command: str, fault: str = "killed", point: int = 0) -> Outcome:
        """Run one of ``COMMANDS``; let operation number ``point`` fail, none if it is 0."""
        return self._run(COMMANDS[command], fault, point)

    def _run(self, arguments: Sequence[str], fault: str, point: int) -> Outcome:
        self._said.unlink(missing_ok=True)
        words = [word.format(**self._places) for word in arguments]
        told = self._ask([words, str(self._struck), fault, point, str(self._said)])
        return Outcome(told["code"], told["operations"], self._said.read_text("utf-8"))

    def _ask(self, line: Any) -> dict[str, Any]:
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        print(json.dumps(line), file=self._runner.stdin, flush=True)
        while not (answer := self._runner.stdout.readline()).startswith("{"):
            if not answer:
                raise RuntimeError("the runner ended")
        told: dict[str, Any] = json.loads(answer)
        return told

    def renew(self) -> None:
        """Put the index back as it was."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self._template, self.root)

    def undisturbed(self, command: str) -> tuple[State, dict[str, int]]:
        """Run a command without a fault; return what then stands, and the number of operations of
        each kind."""
        if command not in self._undisturbed:
            self.renew()
            outcome = self.run(command)
            if outcome.code:
                raise RuntimeError(f"{command}: {outcome.said}")
            self._undisturbed[command] = state(self.root), outcome.operations
        return self._undisturbed[command]

    def points(self, command: str, fault: str) -> int:
        """Return how many operations of a command a fault can strike at."""
        _, operations = self.undisturbed(command)
        return sum(operations.get(kind, 0) for kind in FAULTS[fault].operations)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Open a site in an empty folder."""
    root = folder / "struck" / "index"
    runner = subprocess.Popen(
        [sys.executable, "-m", "tools.faults.layer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"TROUVAILLE_INDEX": str(root), "TROUVAILLE_WORKERS": "0", "PATH": ""},
    )
    try:
        yield Site(folder, runner)
    finally:
        runner.communicate(timeout=60)


def strike(site: Site, command: str, fault: str, point: int) -> list[str]:
    """Let one operation of a command fail; return what is wrong then, as sentences."""
    after, _ = site.undisturbed(command)
    site.renew()
    outcome = site.run(command, fault, point)
    wrong = [*_broken(site, fault, outcome, after)]
    again = site.run(command)
    if again.code:
        wrong.append(f"it fails afterwards: {again.said}")
    elif check(site.root).problems:
        wrong.append("the index is damaged afterwards")
    return [f"{command}, {fault} at {point}: {sentence}" for sentence in wrong]


def _broken(site: Site, fault: str, outcome: Outcome, after: State) -> Iterator[str]:
    """Yield the promises that a command broke."""
    killed, said = FAULTS[fault].kill, outcome.said.strip()
    if not (outcome.code in (0, 1, 2) or (killed and outcome.code == -9)):
        yield f"it ended with status {outcome.code}: {said}"
    if "unforeseen" in said or "Traceback" in said:
        yield f"it said: {said}"
    if outcome.code in (1, 2) and "trouvaille: " not in said:
        yield f"it does not say what went wrong: {said}"
    try:
        yield from check(site.root).problems
        now, pointer = state(site.root), read_pointer(site.root)
    except IndexUnavailable as error:
        yield f"nothing is published: {error}"
        return
    if now not in (site.before, after):
        yield f"neither the old nor the new is published: {said}"
    if outcome.code == 0 and now != after:
        yield f"it said that it succeeded: {said}"
    if outcome.code > 0 and now == after != site.before and not _DONE.search(said):
        yield f"it said that it failed: {said}"
    kept = _kept(site.pointer, pointer)
    if pointer.previous != kept:
        yield f"the generation before is {pointer.previous!r} instead of {kept!r}"
        return
    try:
        Snapshot(site.root, kept).close()
    except IndexUnavailable as error:
        yield f"the generation before is lost: {error}"


def _kept(before: Pointer, now: Pointer) -> str:
    """Return which generation must be the one before."""
    return before.previous if now.current == before.current else before.current


def _write(folder: Path, numbers: range, word: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = f"Dépêche {number}\n\nL'ONU et un accord de pêche, {word}, numéro {number}."
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def _label(path: Path, themes: dict[str, str], rows: int) -> Path:
    lines = (
        f"Dépêche {number} sur {words} du pays,{theme}\n"
        for number in range(rows)
        for theme, words in themes.items()
    )
    path.write_text("text,themes\n" + "".join(lines), "utf-8")
    return path
