"""Plain text, with optional front matter."""

from collections.abc import Iterator

from index.document import Document, Skipped
from index.readers.content import read_whole
from index.readers.encoding import decode
from index.readers.front_matter import declared_encoding, split
from index.readers.mapping import mapper
from index.readers.options import ReadOptions
from index.readers.source import SourceFile


def read_documents(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a text file."""
    data = read_whole(file.path, options.max_bytes)
    text = decode(data, declared_encoding(data), options.encoding)
    values, body = split(text)
    # The text is the body, whatever the front matter or the user call it elsewhere.
    names = mapper({**options.mapping, "text": "\x00"})
    yield names.document({**values, "\x00": body}, file.id, file.name)
