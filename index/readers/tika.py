"""What no reader of ours reads, read by a Tika server over HTTP, if one is named (``--tika``).

The file goes to ``PUT /rmeta/text``; the answer is a list of objects, the first of the file itself,
the others of what is in it. It is bounded in time and in bytes.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, Final
from urllib.parse import quote, urlsplit

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import usable_id
from index.readers.reading import document, take

_CONTENT: Final = "X-TIKA:content"
_PATH: Final = "X-TIKA:embedded_resource_path"
_FAULT: Final = "X-TIKA:EXCEPTION:"
_CHUNK: Final = 1024 * 1024
_OK: Final = 200
_LOCKED: Final = "EncryptedDocumentException"
_MAX_FAULT: Final = 200


def read_tika(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a file as Tika reads it, and those of its parts."""
    objects = _asked(file, options)
    parent: Document | None = None
    for number, fields in enumerate(objects):
        inner = str(fields.get(_PATH) or (f"/{number}" if number else "")).strip("/")
        name = f"{file.name}!{inner}" if inner else file.name
        part = file._replace(name=name, id=usable_id(f"{file.id}!{inner}" if inner else file.id))
        text = _text(fields, _CONTENT)
        faults = [_fault(value) for key, value in fields.items() if key.startswith(_FAULT)]
        if number:
            take(file, options, len(text))
        try:
            made = document(
                part,
                options,
                text=text,
                title=_text(fields, "dc:title") or ("" if number else _text(fields, "dc:subject")),
                date=_text(fields, "dcterms:created", "dcterms:modified"),
                authors=_texts(fields, "dc:creator"),
                notes=faults,
            )
        except RefusedError as refused:
            if not number and len(objects) > 1 and refused.kind == "empty":
                continue  # a mere container
            if refused.kind != "empty":
                yield Skipped(name, refused.kind, refused.reason)
            else:
                reason = next(iter(faults), "the Tika server finds no text in it")
                yield Skipped(name, "unknown", reason)
            continue
        if parent is not None:
            made = replace(made, parent=parent.id)
        elif not number:
            parent = made
        yield made


def _asked(file: SourceFile, options: ReadOptions) -> list[Mapping[str, Any]]:
    """Return what the server says of a file. Raises ``RefusedError``."""
    data = read_bytes(file, options.max_bytes)
    address = urlsplit(options.tika)
    secure = address.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(address.hostname or "", address.port, timeout=options.max_seconds)
    until = monotonic() + options.max_seconds
    body = bytearray()
    try:
        connection.request(
            "PUT",
            f"{address.path.rstrip('/')}/rmeta/text",
            data,
            {
                "Accept": "application/json",
                # Without a type of its own, a file may be taken for a form and be empty.
                "Content-Type": "application/octet-stream",
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.path.name)}",
                "writeLimit": str(options.max_characters),
                "maxEmbeddedResources": str(options.max_parts),
            },
        )
        with connection.getresponse() as response:
            while chunk := response.read1(_CHUNK):
                body += chunk
                if len(body) > options.max_bytes:
                    most = f"{options.max_bytes:,} bytes"
                    reason = f"the answer of the Tika server is larger than {most}"
                    raise RefusedError("huge", reason)
                if monotonic() > until:
                    raise TimeoutError
    except TimeoutError as error:
        reason = f"the Tika server took longer than {options.max_seconds:,} seconds"
        raise RefusedError("huge", reason) from error
    except (OSError, http.client.HTTPException) as error:
        # As for a file that the system does not let be read: an update keeps its documents.
        reason = f"the Tika server at {options.tika} does not answer ({error})"
        raise RefusedError("unreadable", reason) from error
    finally:
        connection.close()
    return _objects(response.status, bytes(body))


def _objects(status: int, body: bytes) -> list[Mapping[str, Any]]:
    if status != _OK:
        said = body.decode("utf-8", "replace")
        if _LOCKED in said:
            raise RefusedError("password", "it is protected by a password")
        first = " ".join(said.split())[:_MAX_FAULT]
        raise RefusedError("unknown", f"the Tika server does not read it ({status} {first})")
    try:
        objects = json.loads(body)
    except (ValueError, RecursionError) as error:
        reason = f"the answer of the Tika server is no JSON ({error})"
        raise RefusedError("broken", reason[:_MAX_FAULT]) from error
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise RefusedError("broken", "the answer of the Tika server is no list of objects")
    faults = [str(value) for key, value in (objects or [{}])[0].items() if key.startswith(_FAULT)]
    if any(_LOCKED in fault for fault in faults):
        raise RefusedError("password", "it is protected by a password")
    return objects


def _texts(fields: Mapping[str, Any], *names: str) -> list[str]:
    """Return the values of the first of some fields that has any."""
    for name in names:
        value = fields.get(name)
        values = value if isinstance(value, list) else [value]
        texts = [one for one in values if isinstance(one, str) and one.strip()]
        if texts:
            return texts
    return []


def _text(fields: Mapping[str, Any], *names: str) -> str:
    return next(iter(_texts(fields, *names)), "").strip()


def _fault(value: object) -> str:
    line = (str(value).strip().splitlines() or [""])[0]
    return f"the Tika server could not read all of it ({line[:_MAX_FAULT]})"
