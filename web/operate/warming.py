"""Warming up: what the first readers of a process would otherwise wait for."""

import gc
from threading import Thread
from urllib.parse import quote

from flask import Flask

from index import kernels
from index.vocabularies import organizations, themes
from web.operate.observed import WARMING

PATIENCE = 2.0
"""Seconds that a process waits for its own warming up."""


def preload(compiled: bool) -> None:
    """Load what all processes need before there are several, compiled loops too if asked for.

    Memory that nobody writes to is shared between them: frozen objects are left alone when garbage
    is collected, which would write to each of them.
    """
    if compiled:
        kernels.activate()
    organizations()
    themes()
    gc.collect()
    gc.freeze()


def warm(app: Flask) -> None:
    """Ask what loads what every question needs: analyzers, names, columns, words, templates.

    The words are those of the newest title, so that terms, spelling and snippets are loaded too.
    None of it is logged or counted; what goes wrong is for readers' own questions to report.
    """
    client = app.test_client(use_cookies=False)
    quiet = {WARMING: True}
    newest = client.get("/api/search?sort=-date&per_page=1", environ_overrides=quiet)
    results = (newest.get_json() or {}).get("results")
    if not results:
        return
    words = quote(results[0]["title"][:200])
    document = quote(results[0]["id"])
    for address in (f"/search?q={words}", "/api/suggest?q=a", f"/document/{document}?q={words}"):
        client.get(address, environ_overrides=quiet, buffered=True)


def warm_up(app: Flask, patience: float = PATIENCE) -> None:
    """Warm up for ``patience`` seconds at most; what takes longer goes on beside other work.

    A first reader who waits for it waits less than one who has to share the processor with it.
    """
    thread = Thread(target=warm, args=(app,), name="warming", daemon=True)
    thread.start()
    thread.join(patience)
