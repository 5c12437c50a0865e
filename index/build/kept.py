"""Files of what was learned, in the folder ``learned`` of an index directory."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.errors import IndexDamaged
from index.publishing import FILE_MODE, writing
from index.store import make_folder, settle, unreadable, write_durably

FOLDER = "learned"
T = TypeVar("T")


def keep(root: Path, file: str, data: bytes, mode: int = FILE_MODE) -> None:
    """Write a file, where the next build finds it. Raises what ``writing`` does."""
    with writing(root, mode):
        make_folder(root / FOLDER)
        write_durably(root / FOLDER / file, data)


def kept(root: Path, file: str, read: Callable[[bytes], T], remedy: str) -> T | None:
    """Return what ``read`` makes of the content of a file, None where it is absent.

    Raises IndexDamaged with the remedy, also where ``read`` raises ValueError, KeyError, TypeError
    or IndexError, and IndexUnavailable where the system does not let it be read.
    """
    path = root / FOLDER / file
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        failure = unreadable(path, error)
        told = remedy if isinstance(failure, IndexDamaged) else failure.remedy
        raise type(failure)(failure.message, told) from error
    try:
        return read(data)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise IndexDamaged(f"“{path}” is not what was learned ({error!r}).", remedy) from error


def discard(root: Path, file: str, mode: int = FILE_MODE) -> bool:
    """Delete a file; return whether it was there. Raises what ``writing`` does."""
    path = root / FOLDER / file
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise unreadable(path, error) from error
    with writing(root, mode):
        path.unlink(missing_ok=True)
        settle(path)
    return True
