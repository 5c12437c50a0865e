"""Reading one file: its format, its documents, and the documents of its parts."""

import errno
import gzip
import lzma
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from index.document import Document, Mail, Person, Skipped
from index.readers.content import RefusedError, clean_line
from index.readers.formats import (
    BY_CONTENT,
    COMPRESSED,
    SUFFIXES,
    Budget,
    ReadOptions,
    SourceFile,
)
from index.readers.kinds import format_by_content
from index.readers.mapping import Mapper, display, usable_id

_MEBIBYTE = 1024 * 1024


def read_file(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of one file, or what there is to say of it: at least one item.

    Never raises, whatever the file holds. Readers keep no state between files, so that files may
    be read in parallel.
    """
    if file.budget is not None and file.budget.wanted:
        if not f"{file.budget.wanted}!".startswith((f"{file.name}!", f"{file.name}:")):
            return
        if file.name == file.budget.wanted:
            file.budget.found = file.data
    nothing = True
    for item in _items(file, options):
        nothing = False
        yield item
    if nothing:
        yield Skipped(file.name, "empty", "it holds nothing that is read")


def _items(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    try:
        format = format_by_content(file)
        if format is None:
            raise RefusedError("unknown", _unknown(file.path))
        file = with_budget(file, options)
        splitter = format.splitter()
        if splitter is None:
            for document in format.load()(file, options):
                yield _captured(document, file) if file.captured else document
            return
        for part in splitter(file, options):
            if isinstance(part, Skipped):
                yield part
            else:
                yield from read_file(part, options)
    except RefusedError as refused:
        yield from _otherwise(file, options, refused)
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError):
        yield Skipped(file.name, "broken", "it is not the compressed file that it seems to be")
    except EOFError:
        yield Skipped(file.name, "broken", "the compressed file is cut short")
    except OSError as error:
        yield not_read(file.name, error)
    except MemoryError:
        raise  # the worker names its bound
    except Exception as error:  # whatever a library makes of a file, it costs no other
        reason = f"it could not be read ({type(error).__name__}: {error})"
        yield Skipped(file.name, "broken", reason[:_MAX_REASON])
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of a library in Rust; no Exception
            raise
        yield Skipped(file.name, "broken", "the library that reads it failed")


_MAX_REASON = 300
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR})
"""What the system says of a path that leads to no file."""


def not_read(name: str, error: OSError) -> Skipped:
    """Return what is reported of a file or folder after an error of the system."""
    if error.errno in (None, errno.EINVAL):  # about the content: a library seeks before its start
        return Skipped(name, "broken", f"it is damaged: {error}")
    kind = "missing" if error.errno in _MISSING else "unreadable"
    return Skipped(name, kind, error.strerror or str(error))


def _otherwise(
    file: SourceFile, options: ReadOptions, refused: RefusedError
) -> Iterator[Document | Skipped]:
    """Yield the documents of a file that its reader refused, or that none of ours reads."""
    try:
        yield _as_text(file, options, refused)
        return
    except RefusedError:
        pass
    if options.tika and refused.kind == "unknown":
        from index.readers.tika import read_tika

        try:
            yield from read_tika(with_budget(file, options), options)
            return
        except RefusedError as error:
            refused = error
        except OSError as error:
            yield not_read(file.name, error)
            return
    yield Skipped(file.name, refused.kind, refused.reason)


def _as_text(part: SourceFile, options: ReadOptions, refused: RefusedError) -> Document:
    """Return a part as plain text: a table without a column of ours, a text without a suffix.

    Raises ``RefusedError`` for everything else.
    """
    suffix = part.path.suffix.lower()
    if not part.depth or (refused.kind, suffix) not in _TEXTS:
        raise refused
    from index.readers.text import read_text

    item = next(iter(read_text(part, options)))
    if isinstance(item, Skipped):
        raise refused
    return item


_TEXTS = (("broken", ".csv"), ("broken", ".tsv"), ("unknown", ""))


def _captured(item: Document | Skipped, page: SourceFile) -> Document | Skipped:
    """Return a document of a page with its address; its date is at worst that of its capture."""
    if isinstance(item, Skipped):
        return item
    item = replace(item, url=item.url or page.url)
    return item if item.date else replace(item, date=page.captured, date_origin="reference")


def with_budget(file: SourceFile, options: ReadOptions) -> SourceFile:
    """Return a file with what its parts may take."""
    if file.budget is not None:
        return file
    return file._replace(budget=Budget(options.max_parts, options.max_unpacked * _MEBIBYTE))


def split(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped] | None:
    """Return the parts of a file that is only a container, for others to read; None for another.

    Unlike ``read_file``, it may raise.
    """
    format = format_by_content(file)
    splitter = format.splitter() if format else None
    return splitter(with_budget(file, options), options) if splitter else None


def part_of(
    container: SourceFile, name: str, data: bytes, options: ReadOptions
) -> SourceFile | Skipped:
    """Return a part of a file: a member of an archive, an attachment.

    It has the id of the container, ``!`` and the name. Raises ``RefusedError`` when the parts of
    the file have had all that they may take.
    """
    name = display(name).replace("\\", "/").strip("/") or "part"
    part = SourceFile(
        Path(name.rpartition("/")[2]),
        f"{container.name}!{name}",
        usable_id(f"{container.id}!{name}"),
        len(data),
        data,
        container.depth + 1,
        container.budget,
    )
    if part.depth > options.max_depth:
        reason = f"it lies in more than {options.max_depth:,} containers (see --max-depth)"
        return Skipped(part.name, "huge", reason)
    take(container, options, len(data))
    return part


def read_part(
    container: SourceFile, name: str, data: bytes, options: ReadOptions, parent: Document
) -> Iterator[Document | Skipped]:
    """Yield the documents of a part of a document, see ``part_of``.

    They have its date and source where they have none of their own, and its people if it is mail.
    """
    part = part_of(container, name, data, options)
    if isinstance(part, Skipped):
        yield part
        return
    digest = blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
    mail = replace(parent.mail, thread=()) if parent.mail else None
    for item in read_file(part, options):
        if isinstance(item, Document):
            item = replace(
                item,
                parent=item.parent or parent.id,
                source=item.source or parent.source,
                mail=item.mail or mail,
                digest=item.digest or digest,
            )
            if not item.date:
                item = replace(item, date=parent.date, date_origin=parent.date_origin)
        yield item


_DIGEST_BYTES = 16


def take(container: SourceFile, options: ReadOptions, size: int) -> None:
    """Count one more part of so many bytes. Raises ``RefusedError`` beyond the bounds."""
    budget = container.budget
    if budget is None:
        return
    budget.parts -= 1
    budget.bytes -= size
    if budget.parts < 0:
        reason = f"it has more than {options.max_parts:,} parts (see --max-parts)"
        raise RefusedError("huge", reason)
    if budget.bytes < 0:
        reason = f"its parts have more than {options.max_unpacked:,} MiB (see --max-unpacked)"
        raise RefusedError("huge", reason)


def unique(names: Iterable[str]) -> list[str]:
    """Return names in which none occurs twice: later ones have their number before them."""
    seen: set[str] = set()
    result = []
    for number, name in enumerate(names, 1):
        one = f"{number}-{name}" if name in seen else name
        seen.add(one)
        result.append(one)
    return result


@lru_cache(4)
def _mapper(max_characters: int) -> Mapper:
    return Mapper({}, max_characters)


def document(
    file: SourceFile,
    options: ReadOptions,
    *,
    authors: Iterable[str] = (),
    version: str = "",
    notes: Iterable[str] = (),
    mail: Mail | None = None,
    pages: Sequence[str] = (),
    ocr: bool = False,
    **fields: object,
) -> Document:
    """Return a document of a file from its fields, with the names that they have in ``Document``.

    ``notes`` are sentences about what could not be read; ``pages`` are the text by pages, if it has
    any, and ``ocr`` tells whether text of it was read in pictures. The ``thread`` of a ``mail`` has
    the ids that it declares of others; its own is added. Raises ``RefusedError`` as ``Mapper``.
    """
    made = _mapper(options.max_characters).document(fields, file.id, file.name, pages)
    notes = list(notes)
    people = dict.fromkeys(" ".join(name.split())[:_MAX_NAME] for name in authors)
    if mail is not None:
        mail = _bounded(mail, made.id, notes)
    return replace(
        made,
        ocr=ocr,
        authors=tuple(name for name in people if name)[:_MAX_AUTHORS],
        version=" ".join(version.split())[:_MAX_NAME],
        notes=tuple(("reading", note) for note in notes),
        mail=mail,
    )


def _bounded(mail: Mail, id: str, notes: list[str]) -> Mail:
    """Return a mail as it is kept, with ``id`` at the end of its thread."""

    def people(some: tuple[Person, ...]) -> tuple[Person, ...]:
        lines = (
            Person(clean_line(person.name)[:_MAX_NAME], clean_line(person.address)[:_MAX_NAME])
            for person in some[:_MAX_PEOPLE]
        )
        if len(some) > _MAX_PEOPLE:
            notes.append(f"of {len(some):,} senders or recipients, {_MAX_PEOPLE:,} are kept")
        return tuple(dict.fromkeys(person for person in lines if person.name or person.address))

    thread = [usable_id(other) for other in mail.thread]
    thread = thread[:1] + thread[1:][-_MAX_THREAD:]
    known = dict.fromkeys(other for other in thread if other and other != id)
    return Mail(people(mail.sender), people(mail.to), people(mail.cc), (*known, id))


_MAX_NAME = 200
_MAX_AUTHORS = 100
_MAX_PEOPLE = 1_000
_MAX_THREAD = 100


def _unknown(path: Path) -> str:
    what = f"“{display(path.suffix)}” is not" if path.suffix else "it has no ending of"
    others = sorted({suffix for format in BY_CONTENT.values() for suffix in format.suffixes})
    return (
        f"{what} a format that is read ({', '.join(SUFFIXES)},"
        f" each also with {', '.join(COMPRESSED)}),"
        f" nor is its content one of {', '.join(others)}"
    )
