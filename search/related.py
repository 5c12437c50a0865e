"""What belongs to a document: the tree of its parts, its conversation, copies of its file."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from index.store import Details
from search.engine import Node, Reader, Related, Result
from search.scoring import conversation

_MAX_LEVELS = 20
"""Parts in parts that are followed; files have a bound of their own, see --max-depth."""
_MAX_PARTS = 50
"""Parts of one document that are listed."""
_MAX_NODES = 200
_MAX_MESSAGES = 10
"""Messages of a conversation that are listed before, and after, one of them."""
_MAX_COPIES = 10


class _Place(NamedTuple):
    doc: int
    id: str
    details: Details


class Relations:
    """Finds what belongs to the documents of an index.

    ``result`` returns what is shown of a document; ``check`` is called now and then and may raise.
    """

    def __init__(
        self, reader: Reader, result: Callable[[int], Result], check: Callable[[], None]
    ) -> None:
        self._reader, self._result, self._check = reader, result, check
        self._nodes = 0

    def of(self, doc: int) -> Related:
        """Return what belongs to a document."""
        place = self._place(doc)
        around, messages = self._conversation(place)
        copies, attached = self._copies(place)
        return Related(self._tree(place), around, messages, copies, attached)

    def _place(self, doc: int) -> _Place:
        head = self._reader.stored_fields.head(doc)
        return _Place(doc, head.id, head.decode_details())

    def _tree(self, place: _Place) -> Node | None:
        path = [place.doc]
        while place.details.parent and len(path) < _MAX_LEVELS:
            above = self._reader.docnum(place.details.parent)
            if above is None or above in path:
                break
            path.append(above)
            place = self._place(above)
        node = self._node(path[-1], frozenset(path), _MAX_LEVELS)
        return node if node.parts else None

    def _node(self, doc: int, path: frozenset[int], levels: int) -> Node:
        """Return a document with its parts; those on the ``path`` are always among them."""
        self._check()
        result = self._result(doc)
        parts = self._reader.keyed("parent", result.id).tolist() if levels else []
        room = min(_MAX_PARTS, max(_MAX_NODES - self._nodes, 0))
        listed = [part for place, part in enumerate(parts) if place < room or part in path]
        self._nodes += len(listed)
        nodes = tuple(self._node(part, path, levels - 1) for part in listed)
        return Node(result, nodes, len(parts) - len(listed))

    def _conversation(self, place: _Place) -> tuple[tuple[Result, ...], int]:
        if not place.details.thread:
            return (), 0
        docs = conversation(self._reader, place.id, self._check)
        if len(docs) < 2:
            return (), 0
        docs = docs[np.argsort(self._reader.oldest_first.take(docs), kind="stable")]
        at = int(np.flatnonzero(docs == place.doc)[0])
        around = docs[max(at - _MAX_MESSAGES, 0) : at + _MAX_MESSAGES + 1]
        return tuple(map(self._result, around.tolist())), len(docs)

    def _copies(self, place: _Place) -> tuple[tuple[Result, ...], int]:
        """Return the other documents that the same file is attached to."""
        if not place.details.digest:
            return (), 0
        parents: dict[str, None] = {}
        for doc in self._reader.keyed("digest", place.details.digest).tolist():
            self._check()
            parents[self._place(doc).details.parent] = None
        parents.pop(place.details.parent, None)
        docs = [doc for id in parents if (doc := self._reader.docnum(id)) is not None]
        return tuple(map(self._result, docs[:_MAX_COPIES])), len(docs)
