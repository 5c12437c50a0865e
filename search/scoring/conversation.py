"""Conversations: the messages that answer one another, however indirectly."""

from collections.abc import Callable

import numpy as np

from search.engine import Reader
from search.scoring.postings import Docs


def conversation(reader: Reader, id: str, check: Callable[[], None] = lambda: None) -> Docs:
    """Return the messages of the conversation that the message ``id`` belongs to, ascending.

    A message has the ids of those that it answers, some of which may be in no archive. Two that
    share an id belong together, and so do those that belong with the same one. ``check`` is called
    for each message and may raise.
    """
    docs: set[int] = set()
    known, waiting = {id}, [id]
    while waiting:
        for doc in reader.keyed("thread", waiting.pop()).tolist():
            if doc in docs:
                continue
            check()
            docs.add(doc)
            stored = reader.stored_fields
            for other in stored.details(doc, stored.head(doc)).thread:
                if other not in known:
                    known.add(other)
                    waiting.append(other)
    return np.array(sorted(docs), np.int32)
