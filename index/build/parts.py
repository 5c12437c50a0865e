"""The process that takes a part out of a file, for ``index.originals``; see there.

Standard input says which, standard output gets its bytes. The process has the limits of a worker.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import orjson

from index.build.limits import Limits
from index.build.plan import ocr_cache, options_of
from index.document import Document
from index.readers import Budget, ReadOptions, SourceFile, read_file
from index.store import clean, content_hash

CHANGED: Final = 3
_NOT_FOUND: Final = 4
_MEBIBYTE: Final = 1024 * 1024


def main() -> None:
    """Write the part of a file that standard input names to standard output."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library may print
    wanted = orjson.loads(sys.stdin.buffer.read())
    options = options_of(wanted["settings"]).reading
    if wanted["folder"]:
        options = replace(options, ocr_cache=str(ocr_cache(Path(wanted["folder"]))))
    limits = Limits(options)
    limits.enforce()
    with limits.document():
        status = _take(wanted, options, output)
    output.close()
    sys.exit(status)


def _take(wanted: Mapping[str, Any], options: ReadOptions, output: IO[bytes]) -> int:
    """Write a part; return the exit status. What was asked for whole is only checked."""
    file, rest, id, ids = wanted["file"], wanted["rest"], wanted["id"], wanted["ids"]
    own = next((one for one in ids if id == one or id.startswith((f"{one}!", f"{one}:"))), ids[0])
    budget = Budget(options.max_parts, options.max_unpacked * _MEBIBYTE)
    budget.wanted = file + rest if rest else ""
    source = SourceFile(Path(file), file, own, os.stat(file).st_size, budget=budget)
    known = _hash(wanted) if wanted["check"] else ""
    same = not known
    for item in read_file(source, options):
        if isinstance(item, Document) and item.id == id:
            same = same or content_hash(clean(item), wanted["made_by"]) == known
        if same and (budget.found is not None or not rest):
            break
    if budget.found is not None:
        output.write(budget.found)
    elif rest:
        return _NOT_FOUND
    return 0 if same else CHANGED


def _hash(wanted: Mapping[str, Any]) -> str:
    """Return the content hash of the document."""
    if not wanted["hashes"]:
        return str(wanted["hash"])
    return str(orjson.loads(Path(wanted["hashes"]).read_bytes())[wanted["id"]])


if __name__ == "__main__":
    main()
