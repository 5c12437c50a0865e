"""File operations that fail when they are told to; the child process of ``tools.faults.campaign``.

Audit events announce what Python opens, renames, makes and deletes. Reads, writes, syncs and maps
have none: files are opened by Python's own ``open`` (`_pyio`) over a raw file that may fail. A sync
does nothing here but count: what it is for is tried by ``tests/faults/test_power_loss.py``.
"""

import builtins
import ctypes
import errno
import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple, NoReturn

from index.store import files
from web.cli import main

FileIO = io.FileIO

CHANGES: Final = ("create", "rename", "mkdir", "remove", "truncate")
NAMES: Final = (*CHANGES, "open", "list")
"""Operations on names in folders."""
EVERYTHING: Final = (*NAMES, "read", "map", "write", "sync")


class Fault(NamedTuple):
    """What happens at one of these operations: ``number`` is an error, 0 none.

    A ``lasting`` one happens at all later operations too. ``half`` of a read or write is done
    before. A ``last`` read is followed by the end of the file.
    """

    operations: tuple[str, ...]
    number: int = 0
    lasting: bool = False
    half: bool = False
    last: bool = False
    kill: bool = False


FAULTS: Final = {
    "killed": Fault(EVERYTHING, kill=True),
    "killed in a write": Fault(("write",), half=True, kill=True),
    "EIO": Fault(EVERYTHING, errno.EIO),
    "EMFILE": Fault(("open", "create", "list"), errno.EMFILE),
    "EACCES, lasting": Fault(NAMES, errno.EACCES, lasting=True),
    "ENOSPC, lasting": Fault((*CHANGES, "write", "sync"), errno.ENOSPC, lasting=True, half=True),
    "ENOMEM": Fault(("map",), errno.ENOMEM),
    "short read or write": Fault(("read", "write"), half=True),
    "file cut short": Fault(("read",), half=True, last=True),
}


class Layer:
    """Counts the operations of this process below a folder, and lets one of them fail."""

    def __init__(self, folder: str, fault: Fault, point: int) -> None:
        """Let operation number ``point`` of those of the fault fail, from 1; none if it is 0."""
        self._folder = folder
        self._fault = fault
        self._point = point
        self.seen: Counter[str] = Counter()
        self._met = 0
        self._cut: set[str] = set()

    def strikes(self, operation: str, path: str) -> bool:
        """Count an operation and say whether it is to fail."""
        if not path.startswith(self._folder):
            return False
        self.seen[operation] += 1
        if not self._point or operation not in self._fault.operations:
            return False
        self._met += 1
        return self._met == self._point or (self._met > self._point and self._fault.lasting)

    def fail(self, path: str) -> NoReturn:
        """End this process or raise the error of the fault."""
        if self._fault.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(self._fault.number, os.strerror(self._fault.number), path)

    def meet(self, operation: str, path: str) -> None:
        """Count an operation, and fail if it is to."""
        if self.strikes(operation, path):
            self.fail(path)

    def announced(self, event: str, args: tuple[Any, ...]) -> None:
        """Take an audit event."""
        operation = _operation(event, args)
        if operation:
            self.meet(operation, _path(args, event))

    def read(self, path: str, size: int, read: Callable[[int], int]) -> int:
        """Read up to ``size`` bytes of a file, or fewer."""
        if path in self._cut:
            return 0
        if not self.strikes("read", path):
            return read(size)
        if not self._fault.half:
            self.fail(path)
        if self._fault.last:
            self._cut.add(path)
            return read(size // 2)
        return read(max(size // 2, 1))

    def write(self, path: str, size: int, write: Callable[[int], int]) -> int:
        """Write ``size`` bytes to a file, or fewer."""
        if not self.strikes("write", path):
            return write(size)
        if not self._fault.half:
            self.fail(path)
        fault, first = self._fault, self._met == self._point
        written = write(max(size // 2, 1)) if first else 0
        # A write that was done in part succeeds; the next one fails.
        if fault.kill or not first:
            self.fail(path)
        return written

    def install(self) -> None:
        """Lay this over the file operations of this process."""
        layer = self

        class Raw(FileIO):
            """A file that may fail."""

            def readinto(self, buffer: Any, /) -> int:
                view = memoryview(buffer).cast("B")

                def read(size: int) -> int:
                    return FileIO.readinto(self, view[:size]) or 0 if size else 0

                return layer.read(_name(self.fileno()), len(view), read)

            def read(self, size: int | None = -1, /) -> bytes:
                if size is None or size < 0:
                    return self.readall()
                buffer = bytearray(size)
                return bytes(buffer[: self.readinto(buffer)])

            def readall(self) -> bytes:
                return b"".join(iter(lambda: self.read(1 << 16), b""))

            def write(self, data: Any, /) -> int:
                view = memoryview(data).cast("B")

                def write(size: int) -> int:
                    return FileIO.write(self, view[:size])

                return layer.write(_name(self.fileno()), len(view), write)

        python: Any = import_module("_pyio")
        for name in ("BufferedReader", "BufferedWriter", "BufferedRandom", "TextIOWrapper"):
            setattr(python, name, getattr(io, name))
        python.FileIO = io.FileIO = Raw  # type: ignore[misc]
        io.open = builtins.open = python.open
        write_at = os.pwrite

        def pwrite(handle: int, data: bytes, offset: int) -> int:
            def write(size: int) -> int:
                return write_at(handle, data[:size], offset)

            return layer.write(_name(handle), len(data), write)

        os.pwrite = pwrite  # type: ignore[assignment]

        def fsync(fd: Any) -> None:
            layer.meet("sync", _name(fd))

        os.fsync = fsync
        libc: Any = files._LIBC
        real_map = libc.mmap

        def map_file(*arguments: Any) -> Any:
            try:
                layer.meet("map", _name(arguments[4]))
            except OSError as error:
                ctypes.set_errno(error.errno or 0)
                return files._MAP_FAILED
            return real_map(*arguments)

        libc.mmap = map_file
        sys.addaudithook(self.announced)


def _operation(event: str, args: tuple[Any, ...]) -> str:
    if event == "open":
        writes = isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return "create" if writes else "open"
    return {
        "os.rename": "rename",
        "os.mkdir": "mkdir",
        "os.remove": "remove",
        "os.rmdir": "remove",
        "os.listdir": "list",
        "os.scandir": "list",
        "os.truncate": "truncate",
    }.get(event, "")


def _path(args: tuple[Any, ...], event: str) -> str:
    """Return the path that an event is about, also where it is relative to an open folder."""
    if isinstance(args[0], int):
        return _name(args[0])
    path = os.fsdecode(args[0])
    if event in ("os.remove", "os.rmdir") and args[1] >= 0:
        return f"{_name(args[1])}/{path}"
    return path


def _name(handle: Any) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{handle}")
    except OSError:
        return ""


def run(arguments: list[str]) -> int:
    """Run a command line; return its status."""
    sys.argv = ["trouvaille", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def serve() -> None:
    """Run command lines in processes of their own, as lines of standard input say.

    Each is a list: the arguments, the folder, the fault, the point, and the file that takes what is
    said. The answer is one line: the status, and how many operations of each kind there were.
    """
    # Vocabularies are read once, not in each process.
    run(json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in sys.stdin:
        arguments, folder, fault, point, said = json.loads(line)
        answer, seen = os.pipe()
        child = os.fork()
        if child == 0:
            for stream in (1, 2):
                os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
            layer = Layer(folder, FAULTS[fault], point)
            layer.install()
            status = run(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(seen, json.dumps(layer.seen).encode())
            os._exit(status)
        os.close(seen)
        _, status = os.waitpid(child, 0)
        operations = json.loads(os.read(answer, 1000) or b"{}")
        os.close(answer)
        code = os.waitstatus_to_exitcode(status)
        print(json.dumps({"code": code, "operations": operations}), flush=True)


if __name__ == "__main__":
    serve()
