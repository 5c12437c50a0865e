"""Containers: archives whose members are read as files; and files without text for us."""

import locale
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import BOMB, BOMB_RATIO, RefusedError, opened, read_bytes
from index.readers.encodings import decode
from index.readers.formats import ReadOptions, SourceFile
from index.readers.reading import part_of, read_file, unique

_UTF_8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
_IGNORED: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def split_compressed(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield what is compressed once more."""
    data = read_bytes(file, options.max_bytes)
    name = file.path.name.rpartition(".")[0] or file.path.name
    yield part_of(file, name, data, options)


def split_zip(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the members of a ZIP archive."""
    try:
        with opened(file) as (stream, _), zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            names = unique(_names(members))
            for name, member in zip(names, members, strict=True):
                if not any(part in name for part in _IGNORED):
                    yield from _member(file, archive, name, member, options)
    except zipfile.BadZipFile as error:
        raise RefusedError("broken", f"it is no whole ZIP archive ({error})") from error


def _member(
    file: SourceFile,
    archive: zipfile.ZipFile,
    name: str,
    member: zipfile.ZipInfo,
    options: ReadOptions,
) -> Iterator[SourceFile | Skipped]:
    path = f"{file.name}!{name}"
    if member.flag_bits & _ENCRYPTED_FLAG:
        yield Skipped(path, "password", "it is protected by a password")
        return
    try:
        data = read_member(archive, member, options.max_bytes)
    except RefusedError as refused:
        yield Skipped(path, refused.kind, refused.reason)
        return
    yield part_of(file, name, data, options)


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str, max_bytes: int) -> bytes:
    """Return the bytes of a member. Sizes are counted, not believed.

    Raises ``RefusedError`` for one that is too large, grows too much, is damaged or encrypted.
    """
    info = archive.getinfo(member) if isinstance(member, str) else member
    try:
        with archive.open(info) as stream:
            most = min(max_bytes, max(BOMB, BOMB_RATIO * info.compress_size))
            data = stream.read(most + 1)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise RefusedError("broken", f"it cannot be unpacked ({error})") from error
    if len(data) > most:
        what = f"{max_bytes:,} bytes" if most == max_bytes else f"{BOMB_RATIO} times its size"
        raise RefusedError("huge", f"it unpacks to more than {what}")
    return data


def _names(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Yield the names of members; those not marked as UTF-8 are often in another encoding."""
    raw: dict[str, bytes] = {}
    for member in members:
        if not member.flag_bits & _UTF_8_FLAG and not member.filename.isascii():
            raw[member.filename] = member.filename.encode("cp437", "replace")
    together = b"\n".join(raw.values())
    decoded: dict[str, str] = {}
    if raw:
        for encoding in ("utf-8", "gb18030"):
            try:
                texts = together.decode(encoding).split("\n")
            except UnicodeDecodeError:
                continue
            if encoding == "utf-8" or _is_chinese("".join(texts)):
                break
        else:
            texts = decode(together).text.split("\n")
        decoded = dict(zip(raw, texts, strict=False))
    for member in members:
        yield decoded.get(member.filename, member.filename)


def _is_chinese(text: str) -> bool:
    """Return whether most letters beyond ASCII are ordinary Chinese ones."""
    letters = [char for char in text if ord(char) > 127]
    return sum("一" <= char <= "鿿" for char in letters) * 10 > 8 * len(letters)


def split_tar(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the files of a tar archive, in their order."""
    with opened(file) as (stream, _):
        any_stream: Any = stream
        try:
            with tarfile.open(fileobj=any_stream, mode="r|") as archive:
                names: set[str] = set()
                for number, member in enumerate(archive, 1):
                    content = archive.extractfile(member) if member.isreg() else None
                    if content is None:
                        continue
                    name = f"{number}-{member.name}" if member.name in names else member.name
                    names.add(name)
                    data = content.read(options.max_bytes + 1)
                    if len(data) > options.max_bytes:
                        reason = f"it is larger than {options.max_bytes:,} bytes"
                        yield Skipped(f"{file.name}!{name}", "huge", reason)
                        continue
                    yield part_of(file, name, data, options)
        except tarfile.TarError as error:
            raise RefusedError("broken", f"it is no whole tar archive ({error})") from error


def read_archive(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of a 7z or RAR archive, through libarchive if it is there.

    A worker reads it as a whole: a fault of a C library must not end the main process.
    """
    try:
        import libarchive
    except Exception as error:  # the package is missing, or its library: any error it makes of that
        raise RefusedError("unknown", _WITHOUT_LIBARCHIVE) from error
    with suppress(locale.Error):  # in which it writes the names of members
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    try:
        with opened(file) as (stream, _), libarchive.stream_reader(stream) as archive:
            for part in _entries(file, archive, options):
                if isinstance(part, Skipped):
                    yield part
                else:
                    yield from read_file(part, options)
    except libarchive.ArchiveError as error:
        said = str(error.msg or "it ends too early").lower()
        if "passphrase" in said or "encrypt" in said:
            raise RefusedError("password", "it is protected by a password") from error
        raise RefusedError("broken", f"it is no whole archive ({said})") from error


_WITHOUT_LIBARCHIVE: Final = (
    "it is a 7z or RAR archive; to read these, install the extra “archives”"
    " (pip install 'trouvaille[archives]') and libarchive (apt install libarchive13)"
)


def _entries(
    file: SourceFile, archive: Any, options: ReadOptions
) -> Iterator[SourceFile | Skipped]:
    """Yield the members of an archive in their order; sizes are counted, not believed."""
    left = max(BOMB, BOMB_RATIO * file.size)
    names: set[str] = set()
    for number, entry in enumerate(archive, 1):
        if not entry.isfile:
            continue
        written = entry.pathname or b"part"
        name = written if isinstance(written, str) else decode(written).text
        name = f"{number}-{name}" if name in names else name
        names.add(name)
        blocks, size = [], 0
        for block in entry.get_blocks():
            size += len(block)
            if size > left:
                raise RefusedError("huge", f"it unpacks to more than {BOMB_RATIO} times its size")
            if size <= options.max_bytes:
                blocks.append(block)
        left -= size
        if size > options.max_bytes:
            reason = f"it is larger than {options.max_bytes:,} bytes"
            yield Skipped(f"{file.name}!{name}", "huge", reason)
        else:
            yield part_of(file, name, b"".join(blocks), options)


def read_locked(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Say that a document of Office is encrypted."""
    yield Skipped(file.name, "password", "it is protected by a password")


def read_iwork(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Refuse a document of Pages, Numbers or Keynote: one file, and not what it is packed of."""
    raise RefusedError("unknown", "it is a document of iWork, which is not read (see --tika)")


def read_unknown(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Say that a file is of a family that is known, and of none of its formats."""
    yield Skipped(file.name, "unknown", "its content is of no format that is read")
